"""Writing back into a connected system: only what is allowed, what is true when it is written, once, with a receipt. Every vendor alike."""

import httpx2
import pytest

from tests.connectors.waits import Waits
from tests.connectors.writing import FIELDS, Company, company
from tests.fakes.server import Fake, Transport
from treaty.connectors import statuses
from treaty.connectors.models import Connection, Written
from treaty.connectors.writes.allowed import CannotWrite, allow
from treaty.connectors.writes.rehearsal import rehearse
from treaty.connectors.writes.undoing import CannotUndo, failed, leave, try_again, undo
from treaty.feedback.actions import accept
from treaty.handoff.actions import hand_over
from treaty.journal.models import Entry, Outgoing
from treaty.outward import Outward
from treaty.truth.models import Activity, Fact, Lead

pytestmark = pytest.mark.django_db


def _fields(ours: Company) -> dict[str, dict[str, str]]:
    return FIELDS[ours.portal.vendor]


@pytest.fixture(params=sorted(FIELDS))
def ours(request: pytest.FixtureRequest, world, waits: Waits) -> Company:
    return company(str(request.param), world, waits)


def test_nothing_is_put_down_until_it_is_switched_on(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.react()
    assert not Outgoing.objects.exists()
    ours.allow()
    hand_over(lead, at=ours.fake.at)
    ours.react()
    assert list(Outgoing.objects.values_list("door", "to", "state")) == [("write", ours.connection.key, "waiting")]


def test_what_is_true_when_it_is_written_is_written_with_who_why_and_receipt(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow()
    handoff = hand_over(lead, at=ours.fake.at)
    ours.react()
    accept(handoff, by=handoff.owner, at=ours.fake.later(minutes=5))
    ours.carry_all()

    assert ours.there(lead, "stage") == "sales_accepted", "the answer came before it was written"
    assert ours.there(lead, "disposition") == "accepted"
    assert ours.owner_there(lead) == handoff.owner.email
    row = Outgoing.objects.get()
    assert row.state == "sent"
    assert row.agreement == ours.world.version.hash
    assert len(row.receipt["fields"]) == Written.objects.count() == 3, "a grade it has none of erases nothing"
    stage = Written.objects.get(kind="stage")
    assert (stage.before, stage.after, stage.lead) == ("", "sales_accepted", lead)
    assert Entry.objects.get(seq=stage.entry).verb == "handoff.made"
    assert stage.confirmed_at == ours.fake.at


def test_a_dry_run_says_what_would_differ_and_writes_nothing(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.by_hand(lead, "stage", "Prospect")
    ours.allow(fields={kind: _fields(ours)[kind] for kind in ("stage", "disposition")})
    found = rehearse(ours.connection, [lead], clock=lambda: ours.fake.at, outward=Outward(Transport(ours.fake)))
    assert [(one.kind, one.there, one.ours, one.external_id) for one in found] == [
        ("stage", "Prospect", "marketing_qualified", ours.record(lead))
    ]
    assert ours.there(lead, "stage") == "Prospect"
    assert not Written.objects.exists()


def test_a_value_that_has_no_counterpart_there_is_left_out_and_said(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow()
    ours.react_to([lead])
    ours.carry_all()
    assert ours.there(lead, "stage") == "marketing_qualified"
    if ours.lists_owners:
        assert ours.held_by_lead(lead).receipt["left"] == [f"{lead.owner.email} is no user there: add them, or leave the owner out"]
    else:
        assert ours.there(lead, "owner") == lead.owner.email


def test_of_several_changes_the_last_is_written_and_the_same_is_not_written_again(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow()
    handoff = hand_over(lead, at=ours.fake.at)
    ours.react()
    accept(handoff, by=handoff.owner, at=ours.fake.at)
    ours.react()
    assert sorted(Outgoing.objects.values_list("state", flat=True)) == ["cancelled", "waiting"]
    ours.carry_all()
    n = Written.objects.count()
    ours.said = 0
    Outgoing.objects.exclude(written__isnull=False).delete()
    ours.react()
    ours.carry_all()
    assert Written.objects.count() == n


def test_what_may_be_there_already_is_seen_to_its_end(ours: Company) -> None:
    """A call that had no answer and a later change: our own value there stays ours."""
    lead = ours.leads(1)[0]
    ours.allow()
    handoff = hand_over(lead, at=ours.fake.at)
    ours.react()
    Outgoing.objects.update(in_doubt=True)
    accept(handoff, by=handoff.owner, at=ours.fake.at)
    ours.react()
    assert sorted(Outgoing.objects.values_list("state", flat=True)) == ["waiting", "waiting"]


def test_of_a_person_the_last_pass_is_written(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow()
    ours.react_to([lead])
    Lead.objects.filter(pk=lead.pk).update(closed_at=ours.fake.at)
    later = {"stage": "engaged", "stage_since": ours.fake.at, "opened_at": ours.fake.at, "number": 2}
    Lead.objects.create(person=lead.person, owner=lead.owner, version=lead.version, **later)
    ours.carry_all()
    assert ours.there(lead, "stage") == ""
    assert Outgoing.objects.filter(receipt__nothing__startswith="a later pass").exists()


def test_what_the_vendors_rules_are_against_is_told_in_its_words_and_the_others_go(ours: Company) -> None:
    leads = ours.leads(4)
    ours.allow()
    ours.guard(leads[1])
    ours.react_to(leads)
    ours.carry_all()

    assert [ours.held_by_lead(lead).state for lead in leads] == ["sent", "dead", "sent", "sent"]
    dead = ours.held_by_lead(leads[1])
    assert "locked" in dead.problem
    assert list(failed(ours.connection)) == [dead]
    ours.fake.guarded.clear()
    assert try_again(ours.connection, [dead.key], by=ours.world.rui, at=ours.fake.at) == 1
    ours.carry_all()
    assert ours.held_by_lead(leads[1]).state == "sent"
    assert ours.there(leads[1], "stage") == "marketing_qualified"


@pytest.mark.parametrize("vendor", ["hubspot", "marketo"])
def test_a_rule_that_stops_a_whole_batch_stops_only_its_own_record(world, waits: Waits, vendor: str) -> None:
    ours = company(vendor, world, waits)
    ours.fake.stops_batches = True
    leads = ours.leads(3)
    ours.allow()
    ours.guard(leads[0])
    ours.react_to(leads)
    ours.carry_all()
    assert [ours.held_by_lead(lead).state for lead in leads] == ["dead", "sent", "sent"]


def test_a_failed_one_that_is_left_is_not_shown_again(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow()
    ours.guard(lead)
    ours.react_to([lead])
    ours.carry_all()
    assert leave(ours.connection, [], by=ours.world.rui, at=ours.fake.at) == 1
    assert not failed(ours.connection).exists()
    assert ours.held_by_lead(lead).state == "dead"


def test_our_own_value_that_comes_back_says_nothing_new(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.connection.mapping = {"fields": {"person": {"lead_status": _fields(ours)["stage"]["person"]}}}
    ours.connection.save()
    ours.allow()
    ours.react_to([lead])
    ours.carry_all()
    facts = set(Fact.objects.values_list("field", "text"))
    ours.fake.later(minutes=10)
    ours.pull()
    assert set(Fact.objects.values_list("field", "text")) == facts
    assert not Fact.objects.filter(field="lead_status").exists()
    ours.by_hand(lead, "stage", "elsewhere")
    ours.fake.later(minutes=10)
    ours.pull()
    assert [fact.text for fact in Fact.objects.filter(field="lead_status")] == ["elsewhere"], "another wrote it"
    assert Written.objects.get(kind="stage").overtaken_at is not None
    ours.by_hand(lead, "stage", "marketing_qualified")
    ours.fake.later(minutes=10)
    ours.pull()
    told = [fact.text for fact in Fact.objects.filter(field="lead_status").order_by("occurred_at")]
    assert told == ["elsewhere", "marketing_qualified"], "they wrote it, not we"


class NoAnswerOnce(Transport):
    """The first call that changes something is carried out, or not, and its answer never comes."""

    def __init__(self, fake: Fake, path: str, *, is_carried_out: bool = True) -> None:
        super().__init__(fake)
        self.path, self.left, self.is_carried_out = path, 1, is_carried_out

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if not (self.left and request.method in ("POST", "PATCH") and self.path in request.url.path):
            return super().handle_request(request)
        self.left = 0
        if self.is_carried_out:
            super().handle_request(request)
        raise httpx2.ReadTimeout("no answer came", request=request)


CHANGES = {"hubspot": "/batch/update", "salesforce": "/composite", "pipedrive": "/persons", "marketo": "/leads"}
"""Where fields of a record are written, by vendor."""


@pytest.mark.parametrize("ours", sorted(FIELDS.keys() - {"marketo"}), indirect=True)
def test_a_brief_is_one_note_although_no_answer_came_and_comes_back_as_no_contact(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow(fields={}, brief=True)
    handoff = hand_over(lead, at=ours.fake.at)
    ours.react()
    path = {"hubspot": "/notes", "salesforce": "/sobjects/Task", "pipedrive": "/notes"}[ours.portal.vendor]
    transport = NoAnswerOnce(ours.fake, path)
    ours.carry(transport)
    note = Outgoing.objects.get(dedup_key=f"note:{handoff.key}")
    assert (note.state, note.in_doubt) == ("waiting", True)
    ours.carry_all()
    note.refresh_from_db()
    assert note.state == "sent"
    assert len(ours.notes(lead)) == 1
    assert f"Treaty note {note.key}" in ours.notes(lead)[0]
    assert handoff.owner.name in ours.notes(lead)[0]
    assert Written.objects.get(field="note").after
    ours.fake.later(minutes=10)
    ours.pull()
    assert not Activity.objects.exists()


def test_a_write_whose_answer_never_came_has_its_whole_receipt(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.by_hand(lead, "grade", "old")
    ours.allow(fields={"grade": _fields(ours)["grade"]})
    lead.grade = "A1"
    lead.save()
    ours.react_to([lead])
    ours.carry(NoAnswerOnce(ours.fake, CHANGES[ours.portal.vendor]))
    assert ours.there(lead, "grade") == "A1"
    assert Written.objects.get().confirmed_at is None
    ours.carry_all()
    written = Written.objects.get()
    assert (written.before, written.after, written.confirmed_at) == ("old", "A1", ours.fake.at)


def test_undoing_writes_the_value_before_back_unless_another_stands_there(ours: Company) -> None:
    one, two = ours.leads(2)
    ours.allow(fields={"stage": _fields(ours)["stage"]})
    for lead in (one, two):
        ours.by_hand(lead, "stage", "Prospect")
    ours.react_to([one, two])
    ours.carry_all()
    ours.by_hand(two, "stage", "Theirs")
    for lead in (one, two):
        undo(Written.objects.get(lead=lead), by=ours.world.rui, at=ours.fake.at)
    ours.carry_all()
    assert ours.there(one, "stage") == "Prospect"
    assert ours.there(two, "stage") == "Theirs"
    states = {row.subject_key: (row.state, row.by) for row in Outgoing.objects.filter(body__has_key="undo")}
    assert states == {one.key: ("sent", ours.world.rui), two.key: ("dead", ours.world.rui)}
    first = Written.objects.filter(lead=one).earliest("id")
    assert first.undone_at is not None
    with pytest.raises(CannotUndo):
        undo(first, by=ours.world.rui, at=ours.fake.at)


def test_a_system_that_is_master_of_the_owner_keeps_its_own(ours: Company) -> None:
    lead = ours.leads(1)[0]
    kept = {"on": True, "fields": {kind: _fields(ours)[kind] for kind in ("stage", "owner")}}
    allow(ours.connection, kept, {"owner": True}, at=ours.fake.at, by=ours.world.rui)
    before = ours.there(lead, "owner")
    ours.react_to([lead])
    ours.carry_all()
    assert ours.there(lead, "owner") == before
    assert ours.there(lead, "stage") == "marketing_qualified"


def test_what_cannot_be_allowed_is_refused_with_the_way_out(ours: Company) -> None:
    for kept, words in (
        ({"on": True, "fields": {}}, "nothing is chosen"),
        ({"on": True, "fields": {"stage": {"person": "nowhere"}}}, "no field of"),
        ({"on": True, "fields": {"stage": _fields(ours)["stage"], "grade": _fields(ours)["stage"]}}, "cannot take both"),
    ):
        with pytest.raises(CannotWrite, match=words):
            allow(ours.connection, kept, {}, at=ours.fake.at, by=ours.world.rui)


def test_switched_off_what_waits_is_not_written(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.allow()
    ours.react_to([lead])
    allow(ours.connection, {"on": False}, {}, at=ours.fake.at, by=ours.world.rui)
    ours.fake.later(minutes=1)
    ours.carry_all()
    assert ours.held_by_lead(lead).state == "cancelled"
    assert ours.there(lead, "stage") == ""


class Killed(BaseException):
    pass


@pytest.mark.parametrize("point", ["write-put-down-before-call", "written-before-receipt"])
def test_ended_on_the_way_it_is_there_once_and_the_receipt_is_whole(ours: Company, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    lead = ours.leads(1)[0]
    ours.by_hand(lead, "stage", "Prospect")
    ours.allow(fields={"stage": _fields(ours)["stage"]}, brief=ours.keeps_notes)
    handoff = hand_over(lead, at=ours.fake.at)
    ours.react()

    def end(name: str) -> None:
        if name == point:
            raise Killed

    for _ in range(1 + ours.keeps_notes):  # the note, then the fields
        with monkeypatch.context() as patch:
            patch.setattr("treaty.connectors.writes.carrying.crash_here", end)
            with pytest.raises(Killed):
                ours.carry()
        ours.fake.later(minutes=4)
    ours.carry_all()
    assert {row.state for row in Outgoing.objects.all()} == {"sent"}
    if ours.keeps_notes:
        assert len(ours.notes(lead)) == 1
        assert Outgoing.objects.get(dedup_key=f"note:{handoff.key}").key in ours.notes(lead)[0]
    stage = Written.objects.get(kind="stage")
    assert (stage.before, stage.after) == ("Prospect", "marketing_qualified")
    assert ours.there(lead, "stage") == "marketing_qualified"


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_what_was_put_down_and_never_made_has_no_receipt(ours: Company, monkeypatch: pytest.MonkeyPatch, is_looked_at: bool) -> None:
    """The call did not come through, and meanwhile somebody there wrote what has become true here: nothing is ours to take back.

    Without looking, the value that never was there would have a receipt.
    """
    if not is_looked_at:
        monkeypatch.setattr("treaty.connectors.writes.carrying.forget_unmade", lambda row, there: None)
    lead = ours.leads(1)[0]
    ours.allow(fields={"grade": _fields(ours)["grade"]})
    Lead.objects.filter(pk=lead.pk).update(grade="A1")
    ours.react_to([lead])
    ours.carry(NoAnswerOnce(ours.fake, CHANGES[ours.portal.vendor], is_carried_out=False))
    assert (ours.there(lead, "grade"), Written.objects.get().after) == ("", "A1")
    Lead.objects.filter(pk=lead.pk).update(grade="B2")
    ours.by_hand(lead, "grade", "B2")
    ours.carry_all()
    assert Outgoing.objects.get().state == "sent"
    assert Written.objects.filter(confirmed_at__isnull=False).count() == (0 if is_looked_at else 1)


@pytest.mark.parametrize("is_held", [True, False])
def test_two_who_choose_at_once_both_keep_what_they_chose(ours: Company, monkeypatch: pytest.MonkeyPatch, is_held: bool) -> None:
    """Both had read the connection before either wrote. Without holding it, the second wipes out what the first chose."""
    if not is_held:
        monkeypatch.setattr("treaty.connectors.writes.allowed.hold", lambda connection: None)
    one, other = (Connection.objects.select_related("source").get(pk=ours.connection.pk) for _ in range(2))
    statuses.choose(one, {"lead_status": {"Took it": "accepted"}}, at=ours.fake.at, by=ours.world.rui)
    allow(other, {"on": True, "fields": {"grade": _fields(ours)["grade"]}}, {}, at=ours.fake.at, by=ours.world.rui)
    kept = Connection.objects.get(pk=ours.connection.pk).mapping
    assert kept["writes"]["on"]
    assert ("answers" in kept) is is_held
