"""A rep who never opens Treaty: what they set in their own system is their answer, at that moment, once. Every vendor alike."""

from datetime import datetime, timedelta

import pytest

from tests.connectors.waits import Waits
from tests.connectors.writing import FIELDS, Company, company
from treaty.connectors import statuses
from treaty.connectors.vendors.talk import Row
from treaty.feedback.actions import accept, reject
from treaty.feedback.desk import AlreadyDecided
from treaty.feedback.models import Disposition
from treaty.handoff.actions import hand_over
from treaty.handoff.models import Handoff
from treaty.jobs.follow import follow
from treaty.journal import queries
from treaty.journal.models import Entry
from treaty.moments import to_us
from treaty.sla.models import SlaClock
from treaty.truth.actions import absorb
from treaty.truth.models import Activity, Fact, StageMove, SystemRecord
from treaty.truth.records import PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
CHOSEN = {
    "lead_status": {"Working": "contacted", "Took it": "accepted", "No": "rejected", "Poor": "rejected:no_budget", "Later": "recycled"}
}


@pytest.fixture(params=sorted(FIELDS))
def ours(request: pytest.FixtureRequest, world, waits: Waits) -> Company:
    made = company(str(request.param), world, waits)
    made.connection.mapping = {"fields": {"person": {"lead_status": FIELDS[made.portal.vendor]["stage"]["person"]}}}
    made.connection.save()
    statuses.choose(made.connection, CHOSEN, at=made.fake.at, by=world.rui)
    return made


def handed(ours: Company) -> Handoff:
    """A lead with its rep, clocks running, read to the end."""
    handoff = hand_over(ours.leads(1)[0], at=ours.fake.later(minutes=10))
    carried_on(ours)
    return handoff


def carried_on(ours: Company) -> None:
    while entries := queries.after(ours.said):
        ours.said = entries[-1].seq
        follow([(entry, ours.fake.at) for entry in entries])


def set_there(ours: Company, handoff: Handoff, status: str) -> datetime:
    """The rep sets a status half an hour later; ten minutes after that it is pulled. When it was set, by the vendor's clock."""
    at: datetime = ours.fake.later(minutes=30)
    ours.by_hand(handoff.lead, "stage", status)
    ours.fake.later(minutes=10)
    ours.pull()
    carried_on(ours)
    handoff.refresh_from_db()
    return at


def stopped(handoff: Handoff) -> set[datetime | None]:
    return {clock.stopped_at for clock in SlaClock.objects.filter(handoff=handoff, ended__in=["met", "late"])}


def test_accepted_there_is_accepted_here_at_their_moment(ours: Company) -> None:
    handoff = handed(ours)
    at = set_there(ours, handoff, "Took it")
    given = Disposition.objects.get()
    assert (given.outcome, given.by, given.at) == ("accepted", handoff.owner, at)
    assert given.received_at == at + timedelta(minutes=10)
    handoff.lead.refresh_from_db()
    assert (handoff.lead.stage, handoff.lead.stage_since) == ("sales_accepted", at)
    assert StageMove.objects.get(to_stage="sales_accepted").received_at == given.received_at
    assert stopped(handoff) == {at}, "the clock of the answer stopped when they answered, not when we heard"
    ours.fake.later(hours=1)
    ours.pull()
    carried_on(ours)
    assert Disposition.objects.count() == 1, "the same told again does nothing"


def test_worked_on_there_is_a_contact_here_once(ours: Company) -> None:
    handoff = handed(ours)
    at = set_there(ours, handoff, "Working")
    contact = Activity.objects.get()
    assert (contact.occurred_at, contact.member, contact.lead) == (at, handoff.owner, handoff.lead)
    assert at in stopped(handoff)
    assert not Disposition.objects.exists()
    ours.by_hand(handoff.lead, "grade", "B")
    ours.fake.later(minutes=10)
    ours.pull()
    assert Activity.objects.count() == 1


def test_rejected_with_a_reason_goes_where_the_reason_says(ours: Company) -> None:
    handoff = handed(ours)
    at = set_there(ours, handoff, "Poor")
    given = Disposition.objects.get()
    assert (given.outcome, given.reason, given.at) == ("rejected", "no_budget", at)
    handoff.lead.refresh_from_db()
    assert handoff.lead.stage == "recycled"
    assert not Entry.objects.filter(verb="lead.reason_asked").exists()


def test_rejected_without_one_is_kept_and_the_reason_is_asked_for_once(ours: Company) -> None:
    handoff = handed(ours)
    at = set_there(ours, handoff, "No")
    given = Disposition.objects.get()
    assert (given.outcome, given.reason, given.at, given.lacks_reason) == ("rejected", "", at, True)
    handoff.lead.refresh_from_db()
    assert handoff.lead.stage == "rejected"
    asked = Entry.objects.get(verb="lead.reason_asked")
    assert asked.subject_key == handoff.lead.key
    assert asked.codes == {"lead": handoff.lead.key, "of": handoff.owner.key, "handoff": handoff.key}
    assert stopped(handoff) == {at}

    reject(handoff, "no_budget", by=handoff.owner, at=ours.fake.later(hours=2))
    carried_on(ours)
    given.refresh_from_db()
    assert (given.reason, given.at) == ("no_budget", at), "the answer is as old as it was"
    handoff.lead.refresh_from_db()
    assert (handoff.lead.stage, handoff.lead.rests_until) == ("recycled", at + timedelta(days=180))
    assert SlaClock.objects.filter(lead=handoff.lead, promise="nurture").exists()
    with pytest.raises(AlreadyDecided):
        reject(handoff, "no_budget", by=handoff.owner, at=ours.fake.at)


def test_recycled_there_is_recycled_here(ours: Company) -> None:
    handoff = handed(ours)
    set_there(ours, handoff, "Later")
    handoff.lead.refresh_from_db()
    assert (Disposition.objects.get().outcome, handoff.lead.stage) == ("recycled", "recycled")


@pytest.mark.parametrize("is_chosen_then", [True, False])
def test_what_another_field_says_at_the_moment_it_is_chosen_is_nobodys_answer(ours: Company, is_chosen_then: bool) -> None:
    handoff, at = handed(ours), ours.fake.later(minutes=30)
    source = ours.connection.source
    there = SystemRecord.objects.get(source=source, kind="person", person=handoff.lead.person)
    said = PersonRecord(ref=PersonRef(external_id=there.external_id), fields={"lead_status": "Took it"}, occurred_at=at, known_at=at)
    absorb([said], source=source, received_at=at)
    if is_chosen_then:
        ours.connection.mapping = {**ours.connection.mapping, "since": {"person": {"lead_status": to_us(at)}}}
    statuses.tell(ours.connection, [Row(there.external_id, [said])], at)
    assert Entry.objects.filter(verb="status.told").exists() is not is_chosen_then


def test_an_older_status_does_not_undo_an_answer_and_a_newer_one_gives_the_lead_up(ours: Company) -> None:
    handoff = handed(ours)
    set_at = ours.fake.later(minutes=30)
    ours.by_hand(handoff.lead, "stage", "Poor")
    accept(handoff, by=handoff.owner, at=set_at + timedelta(minutes=5))
    ours.fake.later(minutes=10)
    ours.pull()
    carried_on(ours)
    handoff.refresh_from_db()
    handoff.lead.refresh_from_db()
    assert (Disposition.objects.get().outcome, handoff.lead.stage) == ("accepted", "sales_accepted")
    set_there(ours, handoff, "Took it")
    at = set_there(ours, handoff, "Poor")
    handoff.lead.refresh_from_db()
    assert (handoff.lead.stage, handoff.ended_at) == ("recycled", at)


def test_a_status_set_before_the_handoff_is_no_answer_to_it(ours: Company) -> None:
    lead = ours.leads(1)[0]
    ours.by_hand(lead, "stage", "No")
    ours.fake.later(minutes=10)
    handoff = hand_over(lead, at=ours.fake.at)
    ours.fake.later(minutes=10)
    ours.pull()
    carried_on(ours)
    assert Fact.objects.filter(field="lead_status", text="No").exists()
    assert not Disposition.objects.filter(handoff=handoff).exists()


def test_what_we_wrote_there_ourselves_is_no_answer(ours: Company) -> None:
    handoff = handed(ours)
    ours.allow(fields={"stage": FIELDS[ours.portal.vendor]["stage"]}, options={"stage": {"person": {"marketing_qualified": "Took it"}}})
    ours.said = 0
    ours.react_to([handoff.lead])
    ours.carry_all()
    ours.said = queries.head().seq
    assert ours.there(handoff.lead, "stage") == "Took it"
    ours.fake.later(minutes=10)
    ours.pull()
    carried_on(ours)
    assert not Disposition.objects.exists()


def test_a_meaning_that_is_none_is_refused(ours: Company) -> None:
    for text in ("maybe", "rejected:nobody_knows", "accepted:no_budget"):
        with pytest.raises(statuses.NoMeaning):
            statuses.choose(ours.connection, {"lead_status": {"X": text}}, at=ours.fake.at, by=None)


def test_a_choice_that_is_read_by_its_label_is_our_echo_too(world, waits: Waits) -> None:
    made = company("pipedrive", world, waits)
    code = FIELDS["pipedrive"]["stage"]["person"]
    options = [{"id": 17, "label": "Took it"}, {"id": 18, "label": "No"}]
    made.fake.fields["personFields"][0] = {"field_code": code, "field_name": "stage", "field_type": "enum", "options": options}
    made.fake.later(hours=2)
    made.connection.mapping = {"fields": {"person": {"lead_status": code}}}
    made.connection.save()
    statuses.choose(made.connection, CHOSEN, at=made.fake.at, by=world.rui)
    handoff = handed(made)
    made.connection.refresh_from_db()
    made.allow(fields={"stage": {"person": code}}, options={"stage": {"person": {"marketing_qualified": "17"}}})
    made.said = 0
    made.react_to([handoff.lead])
    made.carry_all()
    made.said = queries.head().seq
    assert made.there(handoff.lead, "stage") == "17"
    made.fake.later(minutes=10)
    made.pull()
    carried_on(made)
    assert not Disposition.objects.exists()
    set_there(made, handoff, "18")
    assert Disposition.objects.get().lacks_reason


@pytest.mark.parametrize("ours", sorted(FIELDS.keys() - {"marketo"}), indirect=True)  # no calls are logged there
def test_a_kind_of_activity_that_means_nothing_is_a_note_and_stops_no_clock(ours: Company) -> None:
    handoff = handed(ours)
    statuses.choose(ours.connection, {"activity": {"call": "nothing"}}, at=ours.fake.at, by=None)
    ours.fake.later(minutes=5)
    ours.portal.call(ours.record(handoff.lead))
    ours.fake.later(minutes=10)
    ours.pull()
    carried_on(ours)
    assert [activity.kind for activity in Activity.objects.all()] == ["note"]
    assert stopped(handoff) == set()
    with pytest.raises(statuses.NoMeaning):
        statuses.choose(ours.connection, {"activity": {"call": "accepted"}}, at=ours.fake.at, by=None)
