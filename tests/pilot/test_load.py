"""Past leads routed again: to whom the product itself gave them, where nothing went before; and how many that is in a day of work."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN
from treaty.agreement.document import load
from treaty.engine.lake import open_lake
from treaty.engine.periods import containing
from treaty.handoff.actions import hand_over
from treaty.jobs.lake import refresh
from treaty.pilot import entries
from treaty.pilot.load import load_of, routed
from treaty.pilot.replayed import of_draft
from treaty.qualification.actions import judge
from treaty.team.models import Absence
from treaty.truth.actions import absorb
from treaty.truth.models import Account, Lead, Person
from treaty.truth.records import AccountRecord, AccountRef, PersonRef, TouchRecord

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST = NOON - 35 * DAY
"""Tuesday, 3 February 2026; a lead each following Tuesday until 10 March."""
TERMS = load(HALDEN).terms


@pytest.fixture
def company(world):
    """Six people of Acme, in Germany, who ask for a demonstration, a week after each other, and are handed over at once."""

    def live(n=6):
        owners = []
        for place in range(n):
            email, at = f"p{place}@acme.example", FIRST + place * 7 * DAY
            world.person(email)
            record = TouchRecord(ref=PersonRef(email=email), kind="demo_request", occurred_at=at, known_at=at, message_id=email)
            absorb([record], source=world.source, received_at=at)
            judge([Person.objects.get(email=email).pk], at=at)
            owners.append(hand_over(Lead.objects.get(person__email=email), at=at).owner.email)
        return owners

    world.live = live
    return world


def asked(tmp_path, terms=TERMS):
    refresh(at=NOON + DAY, where=tmp_path)
    lake, one = open_lake(tmp_path), of_draft(terms)
    span = entries.span_of(lake)
    return lake, one, entries.entered(lake, one, span), span


def test_each_lead_goes_to_whom_it_went(company, tmp_path):
    """Sol and Sam take turns for Germany, Austria and Switzerland: with equal weights ties go by e-mail, so Sam begins."""
    owners = company.live()
    lake, one, rows, span = asked(tmp_path)
    given = list(routed(lake, one, rows, span))
    assert [lead.email for lead in given] == owners
    assert owners == [company.sam.email, company.sol.email] * 3
    assert {lead.segment for lead in given} == {"dach"}
    assert [lead.at for lead in given] == [FIRST + place * 7 * DAY for place in range(6)]


def test_who_was_away_then_is_passed_over_then(company, tmp_path):
    Absence.objects.create(member=company.sam, starts_at=FIRST - DAY, ends_at=FIRST + 10 * DAY, by=company.mira, at=FIRST - 2 * DAY)
    owners = company.live()
    lake, one, rows, span = asked(tmp_path)
    assert [lead.email for lead in routed(lake, one, rows, span)] == owners
    assert owners[:2] == [company.sol.email] * 2


def test_the_owner_of_the_account_is_asked_first(company, tmp_path):
    company.person("p0@acme.example")
    Account.objects.update(owner=company.kim)
    assert company.live(2) == [company.kim.email] * 2
    lake, one, rows, span = asked(tmp_path)
    assert [(lead.email, lead.rule) for lead in routed(lake, one, rows, span)] == [(company.kim.email, "account_owner")] * 2


def test_a_condition_of_the_route_holds_or_not_as_it_was_when_they_qualified(company, tmp_path):
    """Directors of companies of 200 and more go to the fallback, Sam; a week before the third lead the company shrinks."""
    text = HALDEN.replace(
        "    - {rule: account_owner}\n",
        "    - {rule: fallback, to: kim.dale@halden.example, when: {account: {employees: {at_least: 200}}}}\n",
    )
    company.live(4)
    shrunk = AccountRecord(
        ref=AccountRef(name="Acme", domain="acme.example"),
        fields={"employees": 90},
        occurred_at=FIRST + 10 * DAY,
        known_at=FIRST + 10 * DAY,
    )
    absorb([shrunk], source=company.source, received_at=FIRST + 10 * DAY)
    lake, one, rows, span = asked(tmp_path, load(text).terms)
    assert [lead.email for lead in routed(lake, one, rows, span)] == [company.kim.email] * 2 + [company.sam.email, company.sol.email]


def test_load_is_per_day_of_work_without_absences(company, tmp_path):
    """Two weeks from 2 February 2026: ten days of work each, but for Sol, who is away on five of them. Sam has the first lead; Sol, who is
    back then, is level with Sam, so the second goes by e-mail, to Sam again."""
    Absence.objects.create(member=company.sol, starts_at=FIRST - 2 * DAY, ends_at=FIRST + 5 * DAY, by=company.mira, at=FIRST - 9 * DAY)
    company.live()
    lake, one, rows, span = asked(tmp_path)
    first = containing(date(2026, 2, 2), "week", one.zone)
    weeks = [first, containing(date(2026, 2, 9), "week", one.zone)]
    found = load_of(lake, one, rows, weeks, span)
    assert (found.first_on, found.end_on, found.segments) == (date(2026, 2, 2), date(2026, 2, 16), {"dach": 2})
    told = {rep.name: (rep.leads, rep.days, rep.per_day, rep.busiest, rep.busiest_on) for rep in found.reps}
    assert told == {
        "Sam Okafor": (2, 10, 0.2, 1, date(2026, 2, 10)),
        "Sol Meyer": (0, 5, 0.0, 0, None),
        "Kim Dale": (0, 10, 0.0, 0, None),
    }


def test_where_nobody_qualified_nobody_got_anything(company, tmp_path):
    company.live(1)
    lake, one, rows, span = asked(tmp_path)
    later = containing(date(2026, 2, 9), "week", one.zone)
    found = load_of(lake, replace(one, name="version 1"), rows, [later], span)
    assert [rep.leads for rep in found.reps] == [0, 0, 0]
    assert found.segments == {}
