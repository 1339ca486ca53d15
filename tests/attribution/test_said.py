"""What buyers say: grouped by equal answers, each deal once, beside the channel of the nearest name."""

from decimal import Decimal

import pytest

from tests.attribution.test_deals import deal
from tests.funnel.fake_lake import FakeLake
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.terms_parties import Rate
from treaty.attribution import said
from treaty.attribution.versions import Part
from treaty.currencies import of_units
from treaty.truth.measures import Exchange

PEOPLE = [{"person_id": n, "account_id": account} for n, account in ((1, 1), (2, 1), (3, 2), (4, None))]


EUROS = Exchange("EUR", "UTC")
AGREED = Attribution.model_validate({"model": "linear", "lookback": "90 days"})


def fact(number, person, text, at, field="self_reported_source"):
    return {"fact_id": number, "subject": "person", "subject_id": person, "field": field, "text": text, "occurred_us": at}


def told(*facts, deals, leads=(), by_account=True):
    lake = FakeLake(people=PEOPLE, facts=list(facts), opportunities=deals, leads=list(leads))
    part = Part((0, 100), 1, AGREED if by_account else AGREED.model_copy(update={"journey": "person"}), EUROS)
    rows = lake.fetch(said.by_answer(lake, [part])).to_pylist()
    return {(row["answer"], row["currency"]): (row["deals"], of_units(row["units"], row["currency"])) for row in rows}


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
    alone = told(*facts, deals=[deal(1, "10.00", 50, account_id=1)], by_account=False)
    assert alone == {("", "EUR"): (1, Decimal(10))}


def test_deals_of_which_nobody_said_anything_are_a_line_and_every_deal_is_once():
    found = told(
        fact(1, 1, "google", 1), fact(2, 1, "x", 2, "title"), fact(3, 4, "  ", 2),
        deals=[deal(1, "10.00", 50, account_id=1), deal(2, "5.00", 50), deal(3, "2.00", 50, account_id=2, currency="USD")],
    )  # fmt: skip
    assert found == {("google", "EUR"): (1, Decimal(10)), ("", "EUR"): (1, Decimal(5)), ("", "USD"): (1, Decimal(2))}


def test_each_deal_counts_by_the_version_of_its_close_and_in_its_money():
    """Until 50 colleagues speak too and a dollar is half a euro; from then on only the lead's own person, at 0.9."""

    def version(span, number, journey, rate):
        stated = Rate(source="stated", on="deal_closed", rate=Decimal(rate))
        return Part(span, number, AGREED.model_copy(update={"journey": journey}), Exchange("EUR", "UTC", (("USD", stated),)))

    deals = [deal(n, "10.00", at, account_id=1, currency="USD") for n, at in ((1, 49), (2, 50))]
    lake = FakeLake(people=PEOPLE, facts=[fact(1, 2, "a fair", 2)], opportunities=deals, leads=[])
    rows = lake.fetch(said.by_answer(lake, [version((0, 50), 1, "account", "0.5"), version((50, 100), 2, "person", "0.9")])).to_pylist()
    assert {row["answer"]: (row["deals"], row["units"], row["converted"], row["reported"]) for row in rows} == {
        "a fair": (1, 1000, 500, "EUR"), "": (1, 1000, 900, "EUR"),
    }  # fmt: skip


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
