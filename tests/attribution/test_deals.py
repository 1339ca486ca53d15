"""Credit for deals against a plain loop: every share, and every cent."""

from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution import slow
from tests.funnel.fake_lake import FakeLake
from tests.often import often
from treaty.attribution import sharing
from treaty.attribution.deals import Journey
from treaty.attribution.measures import Terms
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES
from treaty.truth.measures import Exchange

MICRO = timedelta(microseconds=1)
SPAN = (0, 200)
USUAL = Journey()
EUROS = Exchange("EUR", "UTC")


def touch(number, person, at, channel="email", **more):
    return {"touch_id": number, "person_id": person, "occurred_us": at, "channel": channel, "campaign": "", "content": "", **more}


def deal(number, amount, closed, **more):
    base = {"opportunity_id": number, "outcome": "won", "opened_us": 1, "closed_us": closed, "currency": "EUR"}
    return base | {"amount": Decimal(amount)} | more


def credit(lake, model, journey=USUAL, span=SPAN):
    t = sharing.credited(lake, span, journey, model, EUROS)
    return {(row["conversion"], row["touch_id"]): (row["share"], row["units"]) for row in lake.fetch(t).to_pylist()}


@st.composite
def companies(draw):
    people = [{"person_id": n, "account_id": draw(st.sampled_from([None, 1, 2]))} for n in range(1, 4)]
    touches = [
        touch(n, draw(st.integers(1, 3)), draw(st.integers(0, 60)), draw(st.sampled_from(["direct", "email", "webinar"])))
        for n in range(1, 1 + draw(st.integers(0, 8)))
    ]
    leads, found = [], []
    for n in range(1, 1 + draw(st.integers(1, 3))):
        person = draw(st.integers(1, 3))
        leads.append({"lead_id": n, "person_id": person, "opened_us": draw(st.integers(0, 60))})
        account = draw(st.sampled_from([None, 1, 2]))
        cents = draw(st.integers(0, 20_000))
        more = {"account_id": account, "lead_id": n, "opened_us": draw(st.integers(0, 60))}
        found.append(deal(n, Decimal(cents) / 100, draw(st.integers(1, 80)), **more))
    return {"people": people, "touches": touches, "leads": leads, "opportunities": found}


def expected(company, model, lookback, *, by_account, respread):
    """{(deal, touch): (share, cents)} by plain loops, cents by the largest remainder, earlier touch first."""
    found = {}
    accounts = {one["person_id"]: one["account_id"] for one in company["people"]}
    leads = {one["lead_id"]: one for one in company["leads"]}
    for one in company["opportunities"]:
        lead = leads[one["lead_id"]]
        if by_account and one["account_id"] is not None:
            mine = [t for t in company["touches"] if accounts[t["person_id"]] == one["account_id"]]
        else:
            mine = [t for t in company["touches"] if t["person_id"] == lead["person_id"]]
        ordered = sorted(mine, key=lambda t: (t["occurred_us"], t["touch_id"]))
        journey = [("x", t["channel"], t["occurred_us"], t["touch_id"]) for t in ordered]
        conversion = {"journey": "x", "at": one["closed_us"], "lead": lead["opened_us"], "opportunity": one["opened_us"]}
        counted = slow.counted(journey, conversion, lookback)
        if not counted:
            continue
        shares = slow.shares_of(counted, conversion, model, respread=respread)
        whole = int(one["amount"] * 100)
        cents = [int(share * whole) for share in shares]
        missing = int(sum(shares) * whole) - sum(cents)
        turns = sorted(range(len(shares)), key=lambda i: (cents[i] - shares[i] * whole, i))
        for i in turns[:missing]:
            cents[i] += 1
        found |= {(one["opportunity_id"], t[3]): (share, c) for t, share, c in zip(counted, shares, cents, strict=True)}
    return found


@settings(max_examples=often(20, 400), deadline=None)
@given(
    companies(),
    st.lists(st.sampled_from(list(slow.SHARES)), min_size=3, max_size=3),
    st.none() | st.integers(1, 50),
    st.booleans(),
    st.booleans(),
)
def test_every_share_and_every_cent_is_a_plain_loops(company, models, lookback, by_account, respread):
    journey = Journey(Terms(lookback * MICRO if lookback else None, respread=respread), by_account=by_account)
    lake = FakeLake(**company)
    for model in models:
        found = credit(lake, Model(RULES[model]), journey)
        wanted = expected(company, model, lookback, by_account=by_account, respread=respread)
        assert {pair: cents for pair, (_, cents) in found.items()} == {pair: cents for pair, (_, cents) in wanted.items()}, model
        assert all(found[pair][0] == pytest.approx(float(share)) for pair, (share, _) in wanted.items()), model


def test_the_parts_of_a_deal_are_the_deal_to_the_cent():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}], touches=[touch(n, 1, n) for n in range(1, 8)], leads=[],
        opportunities=[deal(1, "100.00", 50, account_id=1), deal(2, "0.05", 50, account_id=1)],
    )  # fmt: skip
    found = credit(lake, Model(RULES["linear"]))
    assert [found[1, n][1] for n in range(1, 8)] == [1429, 1429, 1429, 1429, 1428, 1428, 1428]
    assert [found[2, n][1] for n in range(1, 8)] == [1, 1, 1, 1, 1, 0, 0]


def test_by_channel_each_touch_weighs_what_its_channel_does():
    """Removal effects 3 and 1: two e-mails and a webinar share 7 as 3, 3 and 1."""
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}],
        touches=[touch(1, 1, 1), touch(2, 1, 2), touch(3, 1, 3, "webinar"), touch(4, 1, 4, "unknown")],
        leads=[],
        opportunities=[deal(1, "7.00", 50, account_id=1)],
    )
    assert [c for _, c in credit(lake, Model(channels={"email": 3.0, "webinar": 1.0})).values()] == [300, 300, 100, 0]


def test_by_distinct_channels_each_channel_counts_once():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}],
        touches=[touch(1, 1, 1), touch(2, 1, 2), touch(3, 1, 3, "webinar")],
        leads=[],
        opportunities=[deal(1, "8.00", 50, account_id=1)],
    )
    assert [c for _, c in credit(lake, Model(is_shared=True)).values()] == [200, 200, 400]


def test_only_the_first_of_repeats_counts_and_direct_may_be_left_out():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}, {"person_id": 2, "account_id": 1}],
        touches=[touch(1, 1, 10), touch(2, 1, 14), touch(3, 1, 18), touch(4, 1, 24), touch(5, 2, 12), touch(6, 1, 15, "Direct")],
        leads=[],
        opportunities=[deal(1, "10.00", 50, account_id=1)],
    )
    found = credit(lake, Model(RULES["linear"]), Journey(repeats_us=6, counts_direct=False))
    assert {number for _, number in found} == {1, 4, 5}  # 2 and 3 follow within six, 4 comes exactly six after


def test_credit_by_dimension_says_deals_their_shares_and_cents():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}],
        touches=[touch(1, 1, 1, campaign="spring"), touch(2, 1, 2, campaign="spring"), touch(3, 1, 3, "webinar")],
        leads=[],
        opportunities=[deal(1, "9.00", 50, account_id=1), deal(2, "3.00", 3, account_id=1, currency="USD")],
    )
    t = sharing.credited(lake, SPAN, Journey(), Model(RULES["linear"]), EUROS)
    rows = lake.fetch(sharing.by(t, "campaign")).to_pylist()
    told = {(row["value"], row["currency"]): (row["deals"], round(row["n"], 6), row["units"]) for row in rows}
    assert told == {
        ("spring", "EUR"): (1, 0.666667, 600),
        ("", "EUR"): (1, 0.333333, 300),
        ("spring", "USD"): (1, 0.666667, 200),
        ("", "USD"): (1, 0.333333, 100),
    }


def test_a_deal_lost_open_or_of_another_time_earns_nothing():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}],
        touches=[touch(1, 1, 1)],
        leads=[],
        opportunities=[
            deal(1, 1, 50, account_id=1, outcome="lost"),
            deal(2, 1, None, account_id=1, outcome="open"),
            deal(3, 1, 200, account_id=1),  # exactly at the end
            deal(4, 1, 50, account_id=1) | {"amount": None},
        ],
    )
    assert credit(lake, Model(RULES["linear"])) == {}


def test_amounts_of_any_size_are_shared_to_the_cent():
    for amount, n in [("100000000.00", 49), ("987654321.01", 7), ("12345678901.23", 9)]:
        lake = FakeLake(
            people=[{"person_id": 1, "account_id": 1}], touches=[touch(k, 1, k) for k in range(1, n + 1)], leads=[],
            opportunities=[deal(1, amount, 60, account_id=1)],
        )  # fmt: skip
        for model in ("linear", "position_based", "w_shaped"):
            assert sum(c for _, c in credit(lake, Model(RULES[model])).values()) == int(Decimal(amount) * 100)


def test_touches_a_thousand_half_lives_old_are_shared_all_the_same():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}], touches=[touch(1, 1, 0), touch(2, 1, 1)], leads=[],
        opportunities=[deal(1, "3.00", 5_000, account_id=1)],
    )  # fmt: skip
    found = credit(lake, Model(RULES["time_decay"]), Journey(Terms(half_life=MICRO)), span=(0, 10_000))
    assert [c for _, c in found.values()] == [100, 200]


def test_a_share_is_a_floating_number_by_every_model():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}], touches=[touch(1, 1, 1)], leads=[], opportunities=[deal(1, 1, 50, account_id=1)]
    )
    shares = {name: lake.fetch(sharing.credited(lake, SPAN, USUAL, Model(one), EUROS))["share"].type for name, one in RULES.items()}
    assert {name for name, kind in shares.items() if kind != pa.float64()} == set()
