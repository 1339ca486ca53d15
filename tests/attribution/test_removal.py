"""Markov on deals: the paths of all journeys by a plain loop, the chain by exact fractions, and what it makes of each deal."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution import slow
from tests.attribution.test_deals import EUROS, companies, deal, touch
from tests.funnel.fake_lake import FakeLake
from tests.often import often
from treaty.attribution import removal, sharing
from treaty.attribution.deals import Journey
from treaty.attribution.measures import Terms
from treaty.attribution.sharing import Model

MICRO = timedelta(microseconds=1)


def journey_of(lookback, *, by_account=True):
    return Journey(Terms(lookback * MICRO if lookback else None), by_account=by_account)


def paths_of(company, month, lookback, *, by_account):
    """[(channels, won, lost)] by plain loops."""
    accounts = {one["person_id"]: one["account_id"] for one in company["people"]}
    leads = {one["lead_id"]: one for one in company["leads"]}
    since = min(month[0], month[1] - lookback) if lookback else -(10**9)
    ordered = sorted(company["touches"], key=lambda t: (t["occurred_us"], t["touch_id"]))
    found, last_won = [], {}
    for one in company["opportunities"]:
        person = leads[one["lead_id"]]["person_id"]
        is_account = by_account and one["account_id"] is not None
        subject = ("account", one["account_id"]) if is_account else ("person", person)
        at = one["closed_us"]
        if at < month[1]:
            last_won[subject] = max(at, last_won.get(subject, at))
        if since <= at < month[1]:
            mine = [t for t in ordered if (accounts[t["person_id"]] == one["account_id"] if is_account else t["person_id"] == person)]
            mine = [t["channel"] for t in mine if t["occurred_us"] <= at and (not lookback or t["occurred_us"] > at - lookback)]
            found += [(mine, 1, 0)] if mine else []
    subjects = {}
    for t in ordered:
        account = accounts[t["person_id"]] if by_account else None
        subject = ("account", account) if account is not None else ("person", t["person_id"])
        if t["occurred_us"] < month[1] and t["occurred_us"] > last_won.get(subject, -1):
            subjects.setdefault(subject, []).append(t)
    for mine in subjects.values():
        last = mine[-1]["occurred_us"]
        if last >= since:
            found.append(([t["channel"] for t in mine if not lookback or t["occurred_us"] > last - lookback], 0, 1))
    return found


@settings(max_examples=often(10, 200), deadline=None)
@given(companies(), st.tuples(st.integers(20, 50), st.integers(51, 90)), st.none() | st.integers(1, 50), st.booleans())
def test_removal_effects_are_the_exact_chains_over_all_journeys(company, month, lookback, by_account):
    found = removal.effects(FakeLake(**company), month, journey_of(lookback, by_account=by_account))
    paths = paths_of(company, month, lookback, by_account=by_account)
    wanted = slow.markov(paths) if paths else {}
    total = sum(found.values())
    assert set(found) == set(wanted)
    assert {channel: effect / total if total else 0 for channel, effect in found.items()} == pytest.approx(
        {channel: float(share) for channel, share in wanted.items()}, abs=1e-9
    )


def company(**more):
    """Two accounts: search, email and won; search and nothing more. A visitor who came by email once."""
    return {
        "people": [{"person_id": 1, "account_id": 1}, {"person_id": 2, "account_id": 2}, {"person_id": 3, "account_id": None}],
        "touches": [touch(1, 1, 10, "search"), touch(2, 1, 20, "email"), touch(3, 2, 15, "search"), touch(4, 3, 30, "email")],
        "leads": [],
        "opportunities": [deal(1, "30.00", 50, account_id=1)],
    } | more


def test_removal_effects_worked_by_hand():
    """Of three paths one was won. From search half go on to email, from email half are won: 2/3 begin with search, 1/3 with email,
    so 1/3 + 2/3 · 1/2 = 2/3 reach email, and 1/3 are won. Without email nobody is won, without search 1/3 · 1/2 = 1/6: half."""
    found = removal.effects(FakeLake(**company()), (40, 60), journey_of(None))
    assert found == {"email": pytest.approx(1.0), "search": pytest.approx(0.5)}


def test_each_touch_has_of_its_deal_by_the_effect_of_its_channel():
    """1 to 0.5 of thirty euros: twenty and ten."""
    lake = FakeLake(**company())
    model = Model(channels=removal.effects(lake, (40, 60), journey_of(None)))
    t = sharing.credited(lake, (40, 60), journey_of(None), model, EUROS)
    assert {row["channel"]: row["units"] for row in lake.fetch(t).to_pylist()} == {"search": 1000, "email": 2000}


def test_only_paths_that_ended_in_the_look_back_before_the_months_end_count():
    """With a look-back of 45 from 60: the search of account 2 ended at 15, as old as the look-back, and still counts; with 44 no longer."""
    assert removal.effects(FakeLake(**company()), (59, 60), journey_of(45))["search"] < 1
    assert removal.effects(FakeLake(**company()), (59, 60), journey_of(44))["search"] == pytest.approx(0.5)


def test_a_channel_nobody_named_weighs_as_such():
    nameless = company(touches=[touch(1, 1, 10, ""), touch(2, 1, 20, "email")])
    lake = FakeLake(**nameless)
    found = removal.effects(lake, (40, 60), journey_of(None))
    assert found[""] == found["(none)"] == pytest.approx(1.0)
    t = sharing.credited(lake, (40, 60), journey_of(None), Model(channels=found), EUROS)
    assert [row["units"] for row in lake.fetch(t).to_pylist()] == [1500, 1500]


def test_without_a_journey_there_are_no_effects_and_nothing_is_earned():
    lake = FakeLake(people=[], touches=[], leads=[], opportunities=[deal(1, "1.00", 50)])
    assert removal.effects(lake, (40, 60), journey_of(None)) == {}
    t = sharing.credited(lake, (40, 60), journey_of(None), Model(channels={}), EUROS)
    assert lake.fetch(t).num_rows == 0


def test_every_unit_of_random_amounts_is_shared():
    lake = FakeLake(**company(opportunities=[deal(n, Decimal(n) / 100, 50, account_id=1) for n in range(1, 200)]))
    model = Model(channels={"search": 0.3, "email": 0.123456789})
    t = sharing.credited(lake, (40, 60), journey_of(None), model, EUROS)
    rows = lake.fetch(sharing.of_deals(t)).to_pylist()
    assert {row["opportunity_id"]: row["units"] for row in rows} == {n: n for n in range(1, 200)}
