"""An import taken back leaves what was known without it; what somebody else relies on stays, with the reason."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from tests.connectors.test_loaders_hubspot import TABLES
from tests.connectors.undone import begun, differing, ended, imported, read, reasons, taken_back, truth
from tests.connectors.warehouse import load, write
from treaty.connectors import importing, undoing
from treaty.connectors.models import Import, ImportPart, Stayed, Undoing
from treaty.journal.models import Entry, Words
from treaty.qualification.models import NextJudgement
from treaty.team.models import Member
from treaty.truth.actions import absorb, employing, reliance, takeback, takeback_plan
from treaty.truth.models import (
    Account,
    Fact,
    Lead,
    Merge,
    Opportunity,
    OpportunityChange,
    Person,
    Source,
    Spend,
    Touch,
)
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    CampaignRecord,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    RateRecord,
    SpendRecord,
    StageEntry,
    TouchRecord,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)
ADA, BO = PersonRef(external_id="1", email="ada@acme.example"), PersonRef(external_id="2", email="bo@acme.example")
ACME = AccountRef(external_id="A", name="Acme", domain="acme.example")


def records(title: str = "CFO", stage: str = "Proposal", amount: int = 100, on: int = 1):
    """One of each kind; other values make another state of the same."""
    return [
        AccountRecord(ref=ACME, fields={"industry": f"industry {on}"}, known_at=NOON - DAY + timedelta(hours=on)),
        PersonRecord(ref=ADA, fields={"title": title, "phone": "+49 30 123456"}, account=ACME),
        PersonRecord(ref=BO, fields={"title": title, "phone": "+49 30 123456"}),
        TouchRecord(ref=ADA, kind="page_view", occurred_at=NOON - on * DAY, message_id=f"t{on}"),
        TouchRecord(ref=PersonRef(anonymous_id="cookie"), kind="page_view", occurred_at=NOON - on * DAY, message_id=f"v{on}"),
        OpportunityRecord(
            external_id="D", name="Pumps", account=ACME, people=((ADA, "champion"),), stage=stage, amount=Decimal(amount),
            currency="EUR", history=(StageEntry(at=NOON - 2 * DAY, stage="First"), StageEntry(at=NOON - on * DAY, stage=stage)),
        ),
        ActivityRecord(external_id=f"C{on}", kind="call", occurred_at=NOON - on * DAY, ref=ADA, opportunity_id="D"),
        SpendRecord(channel="web", on=date(2026, 3, 1), amount=Decimal(amount)),
        CampaignRecord(key="spring", name=f"Spring {on}"),
        RateRecord(currency="USD", to="EUR", on=date(2026, 3, 1), rate=Decimal(f"0.{on}")),
    ]  # fmt: skip


def stands(source: Source, *told, at=NOON - DAY):
    absorb(told, source=source, received_at=at)


@pytest.fixture
def crm() -> Source:
    return Source.objects.create(name="crm", kind=Source.Kind.CONNECTOR, settings={"id_space": "hubspot"}, made_at=NOON)


@pytest.mark.parametrize("rows", [200, 3, 1])
def test_an_import_into_nothing_leaves_nothing(rows):
    before = truth()
    result = taken_back(imported(*records(), rows=rows))
    assert list(differing(before, truth())) == []
    # Ada, Bo and the visitor; what Ada and Bo are: title, phone, e-mail domain, Ada's account, name and industry and domain of Acme
    assert (result.goes["truth.person"], result.goes["truth.touch"], result.goes["truth.opportunity"]) == (3, 2, 1)
    assert (result.falls, result.stays) == ({}, [])


@pytest.mark.parametrize("rows", [200, 3, 1])
@pytest.mark.parametrize("own", [True, False], ids=["the same source", "another"])
def test_what_was_known_before_is_as_it_was(crm, rows, own):
    stands(importing.source_for("files", at=NOON - DAY) if own else crm, *records("Controller", "Demo", 50, 2))
    before = truth()
    run = imported(*records(), rows=rows)
    assert list(differing(before, truth())) != []
    result = taken_back(run)
    assert list(differing(before, truth())) == []
    assert result.stays == []
    assert Person.objects.get(email="ada@acme.example").title == "Controller"


def test_tables_of_a_loader_with_merges_and_deletions_leave_only_members(tmp_path):
    before = truth()
    result = taken_back(load(write(tmp_path, TABLES)))
    assert list(differing(before, truth())) == []
    assert reasons(result) == {"team.member": {takeback.MEMBER}}


def test_without_the_noted_changes_something_would_be_left(crm, monkeypatch):
    """The twin of those above: they would notice."""
    stands(crm, *records("Controller", "Demo", 50, 2))
    before = truth()
    monkeypatch.setattr("treaty.trail.changing", lambda *_: None)
    run = imported(*records())
    undoing.run_undoing(undoing.begin(run, why="old", by=None, at=NOON), clock=lambda: NOON)
    assert any("truth.campaign" in one for one in differing(before, truth()))


def test_files_are_imported_anew_afterwards():
    taken_back(imported(*records()))
    again = imported(*records(), at=NOON + DAY)
    assert again.files.get().stored == len(records())
    assert Person.objects.get(email="ada@acme.example").title == "CFO"


@pytest.mark.parametrize("is_known", [True, False])
def test_a_visitor_named_by_the_import_is_a_visitor_again(is_known):
    site = Source.objects.create(name="site", kind=Source.Kind.SERVER, made_at=NOON, settings={"id_space": "site"})
    stands(site, TouchRecord(ref=PersonRef(anonymous_id="x"), kind="page_view", occurred_at=NOON - DAY, message_id="m1"))
    importing.source_for("files", at=NOON)
    Source.objects.filter(name="files").update(settings={"id_space": "site"})
    if is_known:
        stands(Source.objects.get(name="files"), PersonRecord(ref=ADA))
    before = truth()
    run = imported(
        TouchRecord(ref=PersonRef(anonymous_id="x", email="ada@acme.example"), kind="page_view", occurred_at=NOON, message_id="m2")
    )
    assert Merge.objects.exists() == is_known
    assert Person.objects.filter(merged_into=None).get().email == "ada@acme.example"
    taken_back(run)
    assert list(differing(before, truth())) == []


def test_two_records_the_import_merged_are_two_again_and_may_be_merged_again():
    files = importing.source_for("files", at=NOON)
    stands(files, PersonRecord(ref=ADA), PersonRecord(ref=BO))
    before = truth()
    taken_back(imported(GoneRecord(kind="person", external_id="1", into="2", at=NOON)))
    assert list(differing(before, truth())) == []
    imported(GoneRecord(kind="person", external_id="1", into="2", at=NOON), at=NOON + DAY)
    assert Merge.objects.get().undone_at is None


def test_who_has_a_lead_stays_and_the_values_fall_back(world):
    run = imported(*records()[:4])
    ada = Person.objects.get(email="ada@acme.example")
    touch = Touch.objects.get(message_id="t1")
    mira = world.members["mira"]
    Lead.objects.create(
        person=ada, stage="engaged", stage_since=NOON, owner=mira, version=world.version, opened_at=NOON, made_by_touch=touch
    )
    result = taken_back(run)
    assert reasons(result) == {
        "truth.person": {reliance.WHY["truth.lead"]}, "truth.touch": {reliance.OPENED},
    }  # fmt: skip
    ada.refresh_from_db()
    assert (ada.email, ada.title, ada.account_id) == ("ada@acme.example", "", None)
    assert ada.identities.filter(kind="email").exists()
    assert not Person.objects.filter(email="bo@acme.example").exists()
    assert Touch.objects.filter(pk=touch.pk).exists()


def test_what_a_system_said_since_stays(crm):
    run = imported(*records())
    stands(crm, PersonRecord(ref=PersonRef(external_id="77", email="ada@acme.example"), fields={"title": "CFO"}), at=NOON + DAY)
    assert not Fact.objects.filter(source=crm, field="title").exists()  # it said nothing new
    taken_back(run, at=NOON + 2 * DAY)
    ada = Person.objects.get(email="ada@acme.example")
    assert (ada.title, ada.phone) == ("CFO", "")
    assert ada.account is not None, "to which account she belongs may be said again: the record does not name it as it is kept"


def test_what_its_own_system_told_of_again_stays(crm):
    files = Source.objects.create(name="files", kind="import", made_at=NOON)
    run = imported(*records())
    again = [record for record in records("CFO", "Proposal", 120) if isinstance(record, OpportunityRecord)]
    stands(files, *again, at=NOON + DAY)
    result = taken_back(run, at=NOON + 2 * DAY)
    deal = Opportunity.objects.get()
    assert (deal.stage, deal.amount) == ("Proposal", 120)
    assert "truth.opportunity" in reasons(result)
    assert set(OpportunityChange.objects.values_list("field", "value")) == {
        ("stage", "First"), ("stage", "Proposal"), ("amount", "100"), ("amount", "120"),
    }, "its system told the history again"  # fmt: skip


def test_a_value_somebody_wrote_since_is_left(crm):
    importing.source_for("files", at=NOON - DAY)
    stands(Source.objects.get(name="files"), SpendRecord(channel="web", on=date(2026, 3, 1), amount=Decimal(50)))
    run = imported(SpendRecord(channel="web", on=date(2026, 3, 1), amount=Decimal(100)))
    Spend.objects.update(amount=70)
    taken_back(run)
    assert Spend.objects.get().amount == 70


def test_of_two_imports_of_the_same_the_first_is_taken_back_without_loss_and_then_the_second():
    before = truth()
    first, second = imported(*records()), imported(*records(), at=NOON + DAY)
    known = truth()
    result = taken_back(first, at=NOON + 2 * DAY)
    lost = {label: rows.keys() - truth()[label].keys() for label, rows in known.items()}
    assert not any(lost.values()), "the second import told of all of it"
    assert takeback_plan.MET in {one.why for one in result.stays}
    taken_back(second, at=NOON + 3 * DAY)
    assert list(differing(before, truth())) == []


def test_of_two_imports_of_the_same_the_second_is_taken_back_first():
    before = truth()
    first = imported(*records())
    between = truth()
    taken_back(imported(*records(), at=NOON + DAY), at=NOON + 2 * DAY)
    assert list(differing(between, truth())) == []
    taken_back(first, at=NOON + 3 * DAY)
    assert list(differing(before, truth())) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_of_three_imports_that_changed_the_same_nothing_is_left_in_whichever_order(order):
    stands(importing.source_for("files", at=NOON - DAY), *records("Controller", "Demo", 50, 2))
    before = truth()
    said = [("CFO", "Proposal", 100, 1), ("CFO", "Proposal", 100, 1), ("CEO", "Won", 120, 3)]
    runs = [imported(*records(*each), at=NOON + n * DAY) for n, each in enumerate(said)]
    for n, place in enumerate(order):
        taken_back(runs[place], at=NOON + (3 + n) * DAY)
    assert list(differing(before, truth())) == []


def test_members_stay_and_are_told_of():
    result = taken_back(imported(MemberRecord(email="new@halden.example", name="New")))
    assert reasons(result) == {"team.member": {takeback.MEMBER}}
    assert Member.objects.filter(email="new@halden.example").exists()


def test_everybody_concerned_is_judged_again():
    stands(importing.source_for("files", at=NOON - DAY), *records("Controller", "Demo", 50, 2))
    run = imported(*records())
    NextJudgement.objects.all().delete()
    taken_back(run)
    known = Person.objects.exclude(email="").values_list("pk", flat=True)
    assert set(known) <= set(NextJudgement.objects.values_list("person", flat=True))


def test_killed_between_two_parts_it_goes_on():
    run = imported(*records(), rows=2)
    parts = run.parts.count()

    class Killed(Exception):
        pass

    def killed(left: int) -> None:
        if left == parts - 2:
            raise Killed

    begun = undoing.begin(run, why="old", by=None, at=NOON)
    with pytest.raises(Killed):
        undoing.run_undoing(begun, clock=lambda: NOON, progress=killed)
    assert undoing.standing(run).count() == parts - 2
    again = undoing.begin(run, why="another word", by=None, at=NOON)
    done = undoing.run_undoing(again, clock=lambda: NOON)
    assert (done.why, done.finished_at, Person.objects.count()) == ("old", NOON, 0)
    assert Entry.objects.filter(verb="import.undo_begun").count() == 1


def test_it_stands_in_the_journal_who_took_what_back_and_why(world):
    run = imported(*records())
    mira = world.members["mira"]
    undoing.run_undoing(undoing.begin(run, why="wrong file", by=mira, at=NOON), clock=lambda: NOON)
    begun, ended = (Entry.objects.get(verb=verb) for verb in ("import.undo_begun", "import.undone"))
    assert (begun.actor, Words.objects.get(entry=begun).text) == (mira, {"why": "wrong file"})
    assert (ended.subject_key, ended.codes["goes"]["truth.opportunity"], ended.codes["stays"]) == (run.key, 1, 0)


def test_what_personal_data_was_noted_is_gone_with_the_import():
    run = imported(*records())
    taken_back(run)
    assert {bytes(part.trail) for part in ImportPart.objects.all()} == {b""}


def test_it_is_refused_while_it_is_read_twice_and_without_a_reason():
    run = imported(*records())
    Import.objects.filter(pk=run.pk).update(finished_at=None)
    with pytest.raises(undoing.CannotUndo, match="still being read"):
        undoing.begin(run, why="old", by=None, at=NOON)
    Import.objects.filter(pk=run.pk).update(finished_at=NOON)
    with pytest.raises(undoing.CannotUndo, match="say why"):
        undoing.begin(run, why=" ", by=None, at=NOON)
    taken_back(run)
    with pytest.raises(undoing.CannotUndo, match="taken back already"):
        undoing.begin(run, why="old", by=None, at=NOON)


def test_an_import_of_before_says_that_nothing_was_noted():
    run = Import.objects.create(source=importing.source_for("files", at=NOON), started_at=NOON, finished_at=NOON)
    with pytest.raises(undoing.CannotUndo, match="before imports could be taken back"):
        undoing.foresee(run)
    assert (Undoing.objects.count(), Stayed.objects.count(), Account.objects.count()) == (0, 0, 0)


def test_a_part_that_another_process_has_taken_back_changes_nothing_the_second_time():
    run = imported(*records())
    (part,) = run.parts.all()
    begun = undoing.begin(run, why="old", by=None, at=NOON)
    done = undoing.run_undoing(begun, clock=lambda: NOON)
    gone, counted = truth(), done.goes
    ImportPart.objects.update(undone_at=None, trail=part.trail)  # as that process saw it
    Undoing.objects.update(finished_at=None)
    again = undoing.run_undoing(begun, clock=lambda: NOON)
    assert list(differing(gone, truth())) == []
    assert again.goes == counted


def test_a_member_whom_the_import_made_leave_is_back(world):
    run = imported(MemberRecord(email=world.rui.email, is_active=False, country="PT"))
    world.rui.refresh_from_db()
    assert not world.rui.is_active
    taken_back(run)
    world.rui.refresh_from_db()
    assert (world.rui.is_active, world.rui.left_at) == (True, None)


def test_what_this_house_guessed_of_somebody_goes_with_them():
    """Nobody stated the account: it was guessed by the company's name, between the import and its end."""
    run = imported(
        AccountRecord(ref=ACME, fields={}),
        PersonRecord(ref=PersonRef(external_id="9", email="ada@gmail.com"), fields={"company": "Acme"}),
    )
    assert employing.join(employing.matches(), at=NOON + DAY).person_ids
    taken_back(run, at=NOON + 2 * DAY)
    assert not Person.objects.exists()
    assert not Account.objects.exists()
    assert not Fact.objects.exists()


def test_a_deal_does_not_fall_back_to_an_account_that_another_import_took_with_it():
    """The first made the account, the second moved the deal to another: taken back in that order, the deal is nowhere."""
    deal = OpportunityRecord(external_id="D", name="Pumps", stage="Demo", account=ACME)
    first = imported(AccountRecord(ref=ACME, fields={}), deal, source="files")
    second = imported(replace(deal, account=AccountRef(external_id="B", name="Bolt")), source="files", at=NOON + DAY)
    taken_back(first, at=NOON + 2 * DAY)
    taken_back(second, at=NOON + 3 * DAY)
    assert not Opportunity.objects.exists()
    assert not Account.objects.exists()


def test_what_two_imports_read_at_once_hold_of_each_other_goes_with_the_last_of_them_and_is_foreseen():
    """The deal stays for a call of the first import; the account that the first one made stays for the deal, until that goes too."""
    before = truth()
    file = begun(2)
    read(file, 0, [AccountRecord(ref=ACME, fields={})])
    deal = imported(OpportunityRecord(external_id="D", name="Pumps", account=AccountRef(external_id="A"), known_at=NOON), at=NOON + DAY)
    read(file, 1, [ActivityRecord(external_id="C", kind="call", occurred_at=NOON, opportunity_id="D")])
    first = ended(file)
    assert set(reasons(taken_back(deal))) == {"truth.opportunity"}
    result = taken_back(first)
    assert (result.goes["truth.account"], result.stays) == (1, [])
    assert list(differing(before, truth())) == []
