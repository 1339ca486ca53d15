"""Dated rates in closed books: amounts are frozen as the agreement's currency has them, a corrected rate is a cause of its own."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.books.company import DAY, FEBRUARY, LATER, with_deals
from treaty.books.lines import Key, figures
from treaty.books.models import Adjustment
from treaty.books.queries import closed_of, restated_of
from treaty.books.restating import restate
from treaty.books.verifying import faults
from treaty.truth.actions import absorb
from treaty.truth.models import Opportunity
from treaty.truth.records import RateRecord

pytestmark = pytest.mark.django_db
REVENUE, IN_DOLLARS = Key("revenue_closed", "", "", "EUR"), Key("revenue_closed", "", "", "USD")
BEFORE, AFTER = date(2026, 1, 20), date(2026, 2, 1)
"""The deal is created on 21 January, a day nothing is stated for, and won on 10 February."""


def stated(company, rate, *, on=BEFORE, at=FEBRUARY):
    done = absorb([RateRecord(currency="USD", on=on, rate=Decimal(rate), to="EUR")], source=company.source, received_at=at)
    assert (done.stored, done.refused) == (1, [])


@pytest.fixture
def company(tmp_path):
    """Beside 1,350.00 EUR a deal of 10,000.00 USD, after one touch; the agreement says `USD: {source: ecb, on: deal_created}`."""
    company = with_deals(tmp_path)
    company.dollar = company.deal("dollar", "10000.00", currency="USD")
    company.touch(company.person("dollar", "di@dollar.example"), "podcast", days=30)
    return company


def causes(restatement):
    """{key: {cause: amount}} of every line."""
    return {one.key: {part.cause: part.amount for part in one.parts} for one in restated_of(restatement).changes}


def test_a_corrected_rate_moves_open_figures_and_no_closed_byte(company):
    """At 0.92 the deal is 9,200.00 EUR, at 0.90 it is 9,000.00: 200.00 less, of the revenue, and of what its only touch earned.
    The rate of the day of the close, 0.95, counts for nothing. 200.00 are more than 1 percent of 10,550.00: made good, once."""
    stated(company, "0.92")
    stated(company, "0.95", on=AFTER)
    closing = company.closed()
    before, digest, closed = bytes(closing.closed_bytes), closing.hash, closed_of(closing)
    frozen = figures(closed.lines)
    assert (frozen[REVENUE], frozen.get(IN_DOLLARS)) == (10_550, None)
    assert frozen[Key("credited", "channel", "podcast", "EUR")] == 9_200
    assert frozen[Key("average_won", "", "", "EUR")] == Decimal("2637.5")  # 10,550 in four deals
    stated(company, "0.90", at=LATER)
    made = restate(closing, company.lake(LATER), at=LATER)
    found = causes(made)
    assert {cause for parts in found.values() for cause in parts} == {"rate"}
    assert found[REVENUE] == found[Key("credited", "channel", "podcast", "EUR")] == {"rate": -200}
    assert found[Key("average_won", "", "", "EUR")] == {"rate": -50}
    part = next(one for one in restated_of(made).changes if one.key == REVENUE).parts[0]
    assert part.records == [("deal", company.dollar.pk, Decimal(-200))]
    assert restate(closing, company.lake(LATER + DAY), at=LATER + DAY) is None
    paid = Adjustment.objects.filter(measure="revenue_closed").values_list("amount", "unit", "into")
    assert list(paid) == [(Decimal(-200), "EUR", "2026-Q2")]
    closing.refresh_from_db()
    assert (bytes(closing.closed_bytes), closing.hash) == (before, digest)
    assert list(faults(closing, company.place)) == []


def test_the_rates_a_figure_rests_on_are_kept_with_it(company):
    stated(company, "0.92")
    inputs = json.loads(bytes(company.close().closed_bytes))["inputs"]["tables"]
    assert [file["rows"] for file in inputs["rates"]["files"]] == [1]


def test_a_rate_that_comes_after_the_close_turns_dollars_into_euros(company):
    """Without a rate the deal stays 10,000.00 USD and is not guessed at; that is what was signed. Then it is 9,200.00 EUR."""
    closing = company.closed()
    frozen = figures(closed_of(closing).lines)
    assert (frozen[REVENUE], frozen[IN_DOLLARS]) == (1_350, 10_000)
    stated(company, "0.92", at=LATER)
    found = causes(restate(closing, company.lake(LATER), at=LATER))
    assert (found[REVENUE], found[IN_DOLLARS]) == ({"rate": 9_200}, {"rate": -10_000})
    assert list(faults(closing, company.place)) == []


def test_an_edit_counts_at_the_rate_of_the_close_and_a_late_deal_at_that_of_today(company):
    """10,000 → 12,000 USD is 1,840.00 EUR at 0.92; then 12,000 USD at 0.90 are 240.00 less; a late deal of 1,000 USD is 900.00."""
    stated(company, "0.92")
    closing = company.closed()
    company.edit(Opportunity.objects.get(name="dollar"), "12000.00")
    stated(company, "0.90", at=LATER + timedelta(minutes=1))
    company.deal("slow dollar", "1000.00", currency="USD", at=LATER)
    found = causes(restate(closing, company.lake(LATER + DAY), at=LATER + DAY))
    assert found[REVENUE] == {"edit": 1_840, "rate": -240, "late_record": 900}
