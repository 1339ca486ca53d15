"""One way of sharing money: whichever page asks, a campaign has the same of each deal, to the smallest unit."""

import random
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace

import pytest

from tests.often import often
from tests.plan.frames import frame, us
from tests.web.test_page_attribution import MARKOV
from tests.world import HALDEN
from treaty.attribution import said, versions
from treaty.attribution.credit import UNATTRIBUTED
from treaty.attribution.sharing import counts_as
from treaty.engine.measuring import rows_of
from treaty.funnel import campaigns, catalogue, origin
from treaty.funnel.origin import Which
from treaty.web.pages.attribution import credit as attribution
from treaty.web.pages.chosen import When
from treaty.web.pages.figures import touched as behind

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 2, 1, tzinfo=UTC)
DOLLAR = Decimal("0.9137")
DAY = 86_400_000_000
CODES = ("EUR", "USD", "GBP")
"""A dollar has a rate; a pound has none."""
NAMES = {"campaign": ("spring", " Spring", "SPRING ", "fair", "late-fair", ""), "content": ("guide", "Guide ", "price list", "")}


def company(seed, size=25):
    """Deals won, lost and open from January to March, touched before by people of their accounts or by nobody."""
    at = random.Random(seed)
    touches = [
        {
            "touch_id": n, "person_id": at.randint(1, size), "occurred_us": us("01-01") + at.randint(0, 66 * DAY),
            "channel": at.choice(("email", "search", "webinar", "fair", "")),
            "campaign": at.choice(NAMES["campaign"]), "content": at.choice(NAMES["content"]),
        }
        for n in range(6 * size)
    ]  # fmt: skip
    deals = []
    for n in range(1, size + 1):
        opened = us("01-05") + at.randint(0, 50 * DAY)
        outcome = at.choice(("won", "won", "won", "lost", "open"))
        deals.append({
            "opportunity_id": n, "account_id": n, "opened_us": opened, "outcome": outcome, "currency": at.choice(CODES),
            "closed_us": None if outcome == "open" else opened + at.randint(0, 12 * DAY),
            "amount": Decimal(at.randint(1, 10**7)) / 100, "lost_reason": "",
        })  # fmt: skip
    rate = {"rate_id": 1, "said": 1, "received_us": 0, "currency": "USD", "becomes": "EUR", "rate_on": date(2025, 12, 31), "rate": DOLLAR}
    people = [{"person_id": n, "account_id": n} for n in range(1, size + 1)]
    return {"touches": touches, "opportunities": deals, "rates": [rate], "people": people}


@pytest.fixture(scope="module", params=(1, 2, 3)[: often(1, 3)])
def made(request):
    """W-shaped until the end of January, removal effects since: by the version of each close, never by today's."""
    rows = company(request.param)
    return SimpleNamespace(rows=rows, frame=frame(text=HALDEN, later=(MARKOV, SINCE), **rows))


def euros(deal):
    """What a deal counts with, by hand; None without a rate."""
    worth = {"EUR": 1, "USD": DOLLAR}.get(deal["currency"])
    return None if worth is None else (deal["amount"] * worth).quantize(Decimal("0.01"), ROUND_HALF_UP)


def won(rows):
    return [deal for deal in rows["opportunities"] if deal["outcome"] == "won"]


def test_the_months_of_a_version_in_one_statement_are_what_each_is_alone(made):
    lake, found = made.frame.lake, versions.sharings(made.frame.lake, made.frame.held, made.frame.period("year").us)
    assert len([one for one in found if one.name == "markov"]) > 2
    together = rows_of(lake, versions.credited(lake, found))
    alone = [row for one in found for row in rows_of(lake, versions.credited(lake, [one]))]
    by = lambda row: (row["conversion"], row["touch_id"])  # noqa: E731 - two rows of one deal and touch there are not
    assert sorted(together, key=by) == sorted(alone, key=by) != []


def asked(dimension, period, **more):
    return attribution.Asked(dimension, When("quarter", period, {}, "quarter"), **more)


@pytest.mark.parametrize("dimension", ["campaign", "content"])
def test_pages_of_campaigns_are_the_attribution_page_to_the_smallest_unit(made, dimension):
    period = made.frame.period("quarter")
    lines = {line.value: line for line in attribution.ask(made.frame, asked(dimension, period)).lines}
    pages = campaigns.revenue(made.frame, dimension, period)
    assert set(pages) == set(lines) - {"", UNATTRIBUTED}
    for slug, earned in pages.items():
        assert (earned.credited, earned.deals) == (lines[slug].amount, lines[slug].touched), slug
        assert earned.n == pytest.approx(lines[slug].n)
    whole = sum(euros(deal) for deal in won(made.rows) if euros(deal) is not None)
    left = sum(lines[name].amount for name in ("", UNATTRIBUTED) if name in lines)
    assert sum(earned.credited for earned in pages.values()) + left == whole


@pytest.mark.parametrize("dimension", ["channel", "campaign", "content"])
def test_economics_credits_what_the_attribution_page_does(made, dimension):
    period = made.frame.period("quarter")
    lines = {line.value: line.amount for line in attribution.ask(made.frame, asked(dimension, period)).lines}
    found = {one.value: one for one in catalogue.ask(made.frame, "credited_revenue", period, dimension)}
    assert {value: one.figure for value, one in found.items() if one.figure} == {value: amount for value, amount in lines.items() if amount}
    pounds = sum(deal["amount"] for deal in won(made.rows) if deal["currency"] == "GBP")
    assert {code for one in found.values() for code in one.others} == {"GBP"}
    assert sum(one.others.get("GBP", 0) for one in found.values()) == pounds


def test_what_buyers_say_is_of_the_same_deals_in_the_same_money(made):
    """Nobody was asked here: the one line of the Attribution page is all that was won, in euros."""
    there = versions.parts(made.frame.held, made.frame.period("quarter").us)
    rows = rows_of(made.frame.lake, said.by_answer(made.frame.lake, there))
    counted = [(row["deals"], int(row[kind])) for row in rows if (kind := counts_as(row, "EUR"))]
    worth = [euros(deal) for deal in won(made.rows) if euros(deal) is not None]
    assert (sum(n for n, _ in counted), Decimal(sum(units for _, units in counted)) / 100) == (len(worth), sum(worth))


def test_credit_of_months_adds_up_to_the_quarter_and_keeps_what_was_closed(made):
    """January's credit is what it was before version 2; the months make the quarter, whoever earned it."""
    months = [made.frame.containing(date(2026, month, 1), "month") for month in (1, 2, 3)]
    each = [{one.value: one.figure for one in catalogue.ask(made.frame, "credited_revenue", month, "campaign")} for month in months]
    whole = {one.value: one.figure for one in catalogue.ask(made.frame, "credited_revenue", made.frame.period("quarter"), "campaign")}
    assert {value: sum(found.get(value, 0) for found in each) for value in whole} == whole
    before = frame(text=HALDEN, **made.rows)
    assert {one.value: one.figure for one in catalogue.ask(before, "credited_revenue", months[0], "campaign")} == each[0]


def test_what_no_rate_converts_is_named_beside_and_shared_whole_too(made):
    """All campaigns have of the pounds won what the touches of a campaign have of them in pounds."""
    period = made.frame.period("quarter")
    pounds = attribution.ask(made.frame, asked("campaign", period, money="GBP")).lines
    own = {line.value: line.amount for line in pounds if line.amount and line.value not in ("", UNATTRIBUTED)}
    pages = campaigns.revenue(made.frame, "campaign", period)
    assert {slug: earned.left["GBP"] for slug, earned in pages.items() if earned.left} == own != {}
    assert {code for earned in pages.values() for code in earned.left} == {"GBP"}


def test_the_deals_of_a_campaign_add_up_to_its_figure(made):
    """Its list, in all time, beside the sum of its page; each deal as the list of records behind the figure has it."""
    ever = campaigns.since_ever(made.frame)
    for slug, earned in campaigns.revenue(made.frame, "campaign", ever).items():
        deals = origin.deals(made.frame, Which("campaign", slug))
        assert sum(one.counted for one in deals if one.outcome == "won" and one.counted is not None) == earned.credited
        rows = origin.earned(made.frame, Which("campaign", slug), ever, "revenue")
        listed = {row["opportunity_id"]: behind._in_money(row, "EUR", "") for row in rows}
        for one in deals:
            if one.outcome == "won":
                told = listed[one.opportunity_id]
                assert (told["amount"], told["currency"]) == ((one.credited, "GBP") if one.counted is None else (one.counted, "EUR"))


def test_open_deals_are_shared_by_the_version_of_now_and_ended_ones_by_theirs(made):
    """The shares of a deal that closed in January do not move when version 2 is agreed; those of open ones are of removal effects."""
    alone, after = frame(text=HALDEN, **made.rows), frame(text=MARKOV, **made.rows)
    closed = {deal["opportunity_id"]: deal["closed_us"] for deal in made.rows["opportunities"]}
    for slug in ("spring", "fair", "late-fair"):
        both, first, second = (
            {one.opportunity_id: one.share for one in origin.deals(of, Which("campaign", slug))} for of in (made.frame, alone, after)
        )
        assert set(both) == set(first) == set(second)
        for number, share in both.items():
            is_first = closed[number] is not None and closed[number] < us("02-01 00:00")
            assert share == pytest.approx((first if is_first else second)[number])


def test_pipeline_is_shared_by_the_version_in_force_when_it_was_opened(made):
    """Of a month under one version the pipeline is what it is where that version alone was ever agreed."""
    for month, text in ((date(2026, 1, 15), HALDEN), (date(2026, 2, 15), MARKOV)):
        period = made.frame.containing(month, "month")
        alone = frame(text=text, **made.rows)
        assert campaigns.pipeline(made.frame, "campaign", period) == campaigns.pipeline(alone, "campaign", period) != {}


OTHER_RATE = HALDEN.replace("USD: {source: ecb, on: deal_created}", "USD: {source: stated, on: deal_closed, rate: 0.5}")


def test_what_was_won_is_worth_what_the_version_of_its_close_says_whatever_was_agreed_since():
    """Revenue, and what nobody's credit is left of it, are of the same money: 91.37 until February, half of 100 since."""
    deals = [
        {
            "opportunity_id": n, "account_id": n, "opened_us": us("01-02"), "outcome": "won", "closed_us": us(closed), "currency": "USD",
            "amount": Decimal(100), "lost_reason": "",
        }
        for n, closed in ((1, "01-31"), (2, "02-02"))
    ]  # fmt: skip
    rate = company(1)["rates"]
    there = frame(text=HALDEN, later=(OTHER_RATE, SINCE), opportunities=deals, rates=rate)
    period = there.period("quarter")
    assert catalogue.one(there, "revenue_closed", period).figure == Decimal("141.37")
    assert sum(line.amount for line in attribution.ask(there, asked("channel", period)).lines) == Decimal("141.37")
    months = [catalogue.one(there, "revenue_closed", there.containing(date(2026, month, 1), "month")).figure for month in (1, 2)]
    assert months == [Decimal("91.37"), Decimal("50.00")]
    assert [row["counted"] for row in catalogue.behind(there, "revenue_closed", period.us)] == [Decimal("91.37"), Decimal("50.00")]
