"""What buyers say: grouped by equal answers, each deal once, beside the channel of the nearest name."""

from decimal import Decimal

import pytest

from tests.attribution.test_deals import deal
from tests.funnel.fake_lake import FakeLake
from treaty.attribution import said
from treaty.attribution.deals import Journey

PEOPLE = [{"person_id": n, "account_id": account} for n, account in ((1, 1), (2, 1), (3, 2), (4, None))]


def fact(number, person, text, at, field="self_reported_source"):
    return {"fact_id": number, "subject": "person", "subject_id": person, "field": field, "text": text, "occurred_us": at}


def told(*facts, deals, leads=(), journey=None):
    lake = FakeLake(people=PEOPLE, facts=list(facts), opportunities=deals, leads=list(leads))
    rows = lake.fetch(said.by_answer(lake, (0, 100), journey or Journey())).to_pylist()
    return {(row["answer"], row["currency"]): (row["deals"], row["amount"]) for row in rows}


def test_answers_differ_by_more_than_case_and_space():
    found = told(
        fact(1, 1, " A  Colleague\n", 1), fact(2, 3, "a colleague", 2, "answer.how_did_you_hear_about_us"),
        deals=[deal(1, "10.00", 50, account_id=1), deal(2, "5.00", 50, account_id=2)],
    )  # fmt: skip
    assert found == {("a colleague", "EUR"): (2, Decimal(15))}


def test_the_lead_s_own_person_speaks_before_colleagues_and_the_latest_answer_counts():
    lead = {"lead_id": 7, "person_id": 2, "opened_us": 1}
    found = told(
        fact(1, 1, "google", 1), fact(2, 2, "a fair", 2), fact(3, 2, "the fair", 3),
        deals=[deal(1, "10.00", 50, account_id=1, lead_id=7)], leads=[lead],
    )  # fmt: skip
    assert found == {("the fair", "EUR"): (1, Decimal(10))}


def test_without_it_the_first_that_anybody_at_the_account_said_counts():
    facts = (fact(1, 1, "google", 5), fact(2, 2, "a fair", 2))
    assert told(*facts, deals=[deal(1, "10.00", 50, account_id=1)]) == {("a fair", "EUR"): (1, Decimal(10))}
    alone = told(*facts, deals=[deal(1, "10.00", 50, account_id=1)], journey=Journey(by_account=False))
    assert alone == {("", "EUR"): (1, Decimal(10))}


def test_deals_of_which_nobody_said_anything_are_a_line_and_every_deal_is_once():
    found = told(
        fact(1, 1, "google", 1), fact(2, 1, "x", 2, "title"), fact(3, 4, "  ", 2),
        deals=[deal(1, "10.00", 50, account_id=1), deal(2, "5.00", 50), deal(3, "2.00", 50, account_id=2, currency="USD")],
    )  # fmt: skip
    assert found == {("google", "EUR"): (1, Decimal(10)), ("", "EUR"): (1, Decimal(5)), ("", "USD"): (1, Decimal(2))}


@pytest.mark.parametrize(
    ("answer", "channel"),
    [
        ("your webinar", "webinar"),
        ("Webinars!", "webinar"),
        ("at the trade fair", "trade_fair"),
        ("paid search", "paid_search"),
        ("organic search, I think", "organic_search"),
        ("a search", "organic_search"),  # as near as paid_search: the first by letter
        ("a colleague", ""),
        ("", ""),
    ],
)
def test_the_nearest_channel_shares_words_or_there_is_none(answer, channel):
    assert said.nearest(answer, ["webinar", "trade_fair", "paid_search", "organic_search", "email"]) == channel
