"""The guided start: questions filled in from what is known, and the draft that comes of the answers."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from web_doors import Door

from tests.parties import parties
from treaty.agreement.check import examine
from treaty.agreement.models import Draft
from treaty.truth.models import Opportunity
from treaty.truth.past import past

pytestmark = pytest.mark.db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANSWERS = {
    "template": "home-services", "company": "Halden", "currency": "eur", "zone": "Europe/Berlin", "marketing": "mira.lang@halden.example",
    "sales": "sam.okafor@halden.example", "takers": ["sol.meyer@halden.example", "kim.dale@halden.example"], "sponsor": "",
    "contact_within": "20 minutes", "leads": "52", "revenue": "90000", "lookback": "60", "begins": "2026-04-01",
}  # fmt: skip


@pytest.fixture
def people(db: None):
    return parties(with_keys=False)


def door(member, at: datetime = NOW) -> Door:
    return Door(member, at)


def words_of(page: str) -> str:
    """What a reader sees: without tags, spaces joined."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def deals(count: int, *, won: int, days: int = 40, amount: int = 10_000) -> None:
    """So many closed in the last weeks, some of them won, each `days` after it was opened."""
    for number in range(count):
        closed = NOW - timedelta(days=number + 1)
        Opportunity.objects.create(
            external_id=f"deal {number}", outcome="won" if number < won else "lost", amount=Decimal(amount), currency="EUR",
            opened_at=closed - timedelta(days=days + number), closed_at=closed, received_at=closed,
        )  # fmt: skip


def test_answers_become_a_draft_without_a_fault(people):
    answer = door(people.mira).post("/agreement/begin/", ANSWERS)
    draft = Draft.objects.get()
    assert answer["Location"] == f"/agreement/draft/{draft.key}/parts/"
    found = examine(draft.text)
    assert [str(problem) for problem in found.problems] == []
    assert found.terms is not None
    assert (found.terms.agreement, found.terms.currency) == ("Halden, sales and marketing", "EUR")
    assert found.terms.pools["on-call"].members == ["sol.meyer@halden.example", "kim.dale@halden.example"]
    assert str(found.terms.promise("first-contact").within) == "20 minutes"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("company", "", "“What is the company called?” is empty"), ("currency", "12$", "'12$' is no currency: write three letters"),
        ("zone", "Kassel", "'Kassel' is no time zone: write it like Europe/Berlin"),
        ("contact_within", "soon", "'soon' is not a length of time"),
        ("takers", [], "“Who takes leads?” is empty"), ("template", "bank", "bank"),
        ("sales", "gone@halden.example", "gone@halden.example"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_everything_typed_stays(people, field: str, value: object, says: str):
    answer = door(people.mira).post("/agreement/begin/", {**ANSWERS, field: value})
    assert answer.status_code == 422
    read = answer.content.decode()
    assert says in words_of(read)
    assert 'value="90000"' in read
    assert not Draft.objects.exists()


def test_questions_are_filled_in_from_who_is_here_and_what_was_won(people):
    """8 deals won over 40 to 47 days: 8 of 10 within 46; 80,000 in a year are 20,000 a quarter; twice 46 days are 4 months."""
    deals(10, won=8)
    seen = past(people.mira, NOW)
    assert (seen.won, seen.lost, seen.currency, seen.quarter, seen.cycle) == (8, 2, "EUR", Decimal(20_000), 46)
    read = door(people.mira).says("/agreement/begin/")
    assert (
        "8 deals won and 2 lost in the last year; €20,000 won in an average quarter; 8 of 10 won deals closed within 46 days"
        in words_of(read)
    )
    assert 'name="revenue" value="20000"' in read
    assert 'name="lookback" value="120"' in read
    assert '<option value="sam.okafor@halden.example" selected>' in read
    assert 'value="2026-04-01"' in read


def test_too_few_deals_fill_in_nothing_and_say_so(people):
    deals(4, won=4)
    read = door(people.mira).says("/agreement/begin/")
    assert "Fewer than 5 won deals say nothing of an average" in words_of(read)
    assert 'name="revenue" value' not in read


def test_without_a_deal_the_way_to_them_is_said(people):
    assert "No deal of the last year is known yet: import some" in words_of(door(people.mira).says("/agreement/begin/"))


def test_it_is_not_there_for_who_takes_leads(people):
    assert [door(member).get("/agreement/begin/").status_code for member in (people.sol, people.ada, people.sam)] == [404, 404, 200]
