"""A reason that recurs beyond the agreed share: counted as the agreement says, and a draft that would end it."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN, build
from treaty.agreement.check import examine
from treaty.agreement.models import Draft
from treaty.agreement.yamltree import parse
from treaty.feedback.actions import accept, dispute, reject
from treaty.handoff.actions import hand_over
from treaty.journal.models import Entry
from treaty.qualification.moves import How, Why, move
from treaty.qualification.passes import Opening, open_lead
from treaty.rhythm.actions import settle
from treaty.rhythm.amending import NotRecurring, draft_amendment, recurring
from treaty.truth.actions import absorb
from treaty.truth.models import Person
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AGREED = HALDEN.replace("  rejected:\n", "  recurring: {share: 25%, at_least: 6, within: 60 days}\n  rejected:\n", 1)


@pytest.fixture
def world():
    return build(AGREED)


def handed(world, name, employees, at=NOON):
    """A lead of a company of its own, in the hands of sales."""
    domain = f"{name}.example"
    absorb(
        [
            AccountRecord(ref=AccountRef(name=name, domain=domain), fields={"employees": employees, "industry": "manufacturing"}),
            PersonRecord(ref=PersonRef(email=f"a@{domain}"), fields={"seniority": "director"}),
        ],
        source=world.source,
        received_at=at,
    )
    lead = open_lead(Opening(Person.objects.get(email=f"a@{domain}"), "engaged", at, Why(How.DEFINITION), segment="dach"), world.version)
    move(lead, "marketing_qualified", at=at, why=Why(How.DEFINITION))
    lead.refresh_from_db()
    return hand_over(lead, at=at)


def refused(world, name, employees=60, reason="no_budget", at=NOON):
    handoff = handed(world, name, employees, at)
    return reject(handoff, reason, by=handoff.owner, at=at)


def taken(world, name, employees=400, at=NOON):
    handoff = handed(world, name, employees, at)
    return accept(handoff, by=handoff.owner, at=at)


def a_quarter(world, many=8, others=16):
    """Eight of twenty-four answers: a third, beyond the agreed quarter. Those refused have 51 to 58 people, those accepted 400."""
    for i in range(many):
        refused(world, f"small{i}", 51 + i)
    for i in range(others):
        taken(world, f"large{i}")


def test_a_reason_recurs_from_the_agreed_share_and_number_on(world):
    a_quarter(world)
    [one] = recurring(at=NOON + DAY)
    assert (one.reason, one.how, one.count, one.of, one.within) == ("no_budget", "given", 8, 24, "60 days")
    assert recurring(at=NOON + 61 * DAY) == []  # all of it is older than 60 days by then


def test_fewer_than_agreed_are_an_exception_however_large_their_share(world):
    for i in range(5):
        refused(world, f"small{i}")
    assert recurring(at=NOON + DAY) == []


def test_nothing_recurs_where_nothing_is_agreed(db):
    world = build()
    for i in range(8):
        refused(world, f"small{i}")
    assert recurring(at=NOON + DAY) == []


def test_the_draft_excludes_what_those_who_came_back_have_in_common(world):
    a_quarter(world)
    draft = draft_amendment("no_budget", "given", by=world.mira, at=NOON + DAY)
    data = parse(draft.text).data
    assert data["stages"]["marketing_qualified"]["enter"]["none"][-1] == {"account": {"employees": {"at_most": 99}}}
    assert draft.amends == world.version
    [question] = draft.remarks.all()
    assert "8 of 24 of sales' answers" in question.words
    assert "8 of 8 that came back, 0 of 16 that were accepted" in question.words
    assert question.is_question
    assert not examine(draft.text).errors
    assert draft.amending.get().tells["came_back"] == 8
    assert Entry.objects.get(verb="agreement.drafted").codes["reason"] == "no_budget"


def test_asking_twice_gives_the_same_draft(world):
    a_quarter(world)
    first = draft_amendment("no_budget", "given", by=world.mira, at=NOON + DAY)
    assert draft_amendment("no_budget", "given", by=world.sam, at=NOON + 2 * DAY) == first
    assert Draft.objects.count() == 1
    assert recurring(at=NOON + DAY)[0].draft == first


def test_where_nothing_tells_them_apart_the_reason_asks_which_clause_was_wrong(world):
    for i in range(8):
        refused(world, f"some{i}", 400)
        taken(world, f"others{i}", 400)
    text = draft_amendment("no_budget", "given", by=world.mira, at=NOON + DAY).text
    row = next(row for row in parse(text).data["reasons"]["rejected"] if row["id"] == "no_budget")
    assert row["asks"] == "which clause of the definition was wrong"


def test_a_reason_within_the_share_is_not_amended(world):
    with pytest.raises(NotRecurring, match="within the agreed share"):
        draft_amendment("no_budget", "given", by=world.mira, at=NOON)


def test_rulings_against_a_reason_recur_too(world):
    """Eight disputes over one reason; six are ruled against it: 6 of 8 is more than a quarter, and the six that are agreed."""
    for i in range(8):
        row = dispute(refused(world, f"small{i}", at=NOON - 90 * DAY), "They had asked for a price.", by=world.mira, at=NOON)
        settle(row, "amend" if i < 6 else "rejection_stands", by=world.sam, at=NOON, note="The clause says nothing of budgets.")
    [one] = recurring(at=NOON + DAY)
    assert (one.reason, one.how, one.count, one.of) == ("no_budget", "ruled", 6, 8)
    row.refresh_from_db()
    assert row.why == "The clause says nothing of budgets."
