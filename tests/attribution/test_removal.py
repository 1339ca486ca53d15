"""Markov on deals: the paths of all journeys by a plain loop, the chain by exact fractions, and what it makes of each deal."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution import one_month, slow
from tests.attribution.test_deals import EUROS, companies, deal, touch
from tests.funnel.fake_lake import FakeLake
from tests.often import often
from treaty.attribution import paths, removal, sharing, versions
from treaty.attribution.deals import Journey
from treaty.attribution.measures import Terms
from treaty.attribution.sharing import Model
from treaty.engine.periods import containing

MICRO = timedelta(microseconds=1)


def journey_of(lookback, *, by_account=True):
    return Journey(Terms(lookback * MICRO if lookback else None), by_account=by_account)


def effects(lake, month, journey):
    return removal.effects(lake, [month], journey)[month]


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


@settings(max_examples=often(5, 200), deadline=None)
@given(companies(), st.tuples(st.integers(20, 50), st.integers(51, 90)), st.none() | st.integers(1, 50), st.booleans())
def test_removal_effects_are_the_exact_chains_over_all_journeys(company, month, lookback, by_account):
    found = effects(FakeLake(**company), month, journey_of(lookback, by_account=by_account))
    paths = paths_of(company, month, lookback, by_account=by_account)
    wanted = slow.markov(paths) if paths else {}
    total = sum(found.values())
    assert set(found) == set(wanted)
    assert {channel: effect / total if total else 0 for channel, effect in found.items()} == pytest.approx(
        {channel: float(share) for channel, share in wanted.items()}, abs=1e-9
    )


COUNTS = ("before_1", "channel", "is_last", "passed_n", "passed_lost", "converted")


def counts(rows):
    return sorted(tuple(row[name] for name in COUNTS) for row in rows)


def edges_of_months():
    """Some of the months between edges that follow each other, in order, with gaps or without."""
    edges = st.lists(st.integers(1, 90), min_size=3, max_size=6, unique=True).map(sorted)
    months = edges.map(lambda found: list(pairwise(found)))
    return months.flatmap(lambda found: st.sets(st.sampled_from(found), min_size=1).map(sorted))


@settings(max_examples=often(2, 400), deadline=None)
@given(companies(), edges_of_months(), st.none() | st.integers(1, 50), st.booleans(), st.sampled_from([0, 1, 5, 20]), st.booleans())
def test_months_asked_together_have_the_steps_each_has_alone(company, months, lookback, by_account, repeats_us, counts_direct):
    journey = replace(journey_of(lookback, by_account=by_account), repeats_us=repeats_us, counts_direct=counts_direct)
    lake = FakeLake(**company)
    together = lake.fetch(paths.steps(lake, months, journey)).to_pylist()
    assert {row["part"] for row in together} <= set(range(len(months)))
    for part, month in enumerate(months):
        alone = lake.fetch(one_month.steps(lake, month, journey)).to_pylist()
        assert counts(row for row in together if row["part"] == part) == counts(alone), month


def test_a_path_is_another_in_each_month_though_touches_are_ordered_once():
    """Search at 10, email at 20, won at 50, with a look-back of 45. Until 15 the path is lost after the search; until 40 after the email;
    until 60 it is won. Account 2 stays with its search at 15, and the visitor's email comes at 30."""
    lake = FakeLake(**company())
    rows = lake.fetch(paths.steps(lake, [(5, 15), (25, 40), (40, 60)], journey_of(45))).to_pylist()
    assert counts(row for row in rows if row["part"] == 0) == [("", "search", True, 0, 1, 0)]
    ended = [
        ("", "email", True, 0, 1, 0),
        ("", "search", False, 0, 1, 0),
        ("", "search", True, 0, 1, 0),
        ("search", "email", True, 0, 1, 0),
    ]
    assert counts(row for row in rows if row["part"] == 1) == ended
    won = [("", "email", True, 0, 1, 0), ("", "search", False, 1, 0, 0), ("", "search", True, 0, 1, 0), ("search", "email", True, 1, 0, 1)]
    assert counts(row for row in rows if row["part"] == 2) == won


class Asked(FakeLake):
    """Remembers which months were asked for."""

    def __init__(self, **rows):
        super().__init__(**rows)
        self.asked = []

    def answers(self, keys, make):
        self.asked.append([key[1] for key in keys])
        return super().answers(keys, make)


def test_months_are_asked_in_one_question_and_each_once():
    lake = Asked(**company())
    first = removal.effects(lake, [(40, 60), (20, 40)], journey_of(None))
    both = removal.effects(lake, [(20, 40), (40, 60), (60, 80)], journey_of(None))
    assert lake.asked == [[(20, 40), (40, 60)], [(60, 80)]]
    assert {month: both[month] for month in first} == first
    assert both[60, 80] == effects(FakeLake(**company()), (60, 80), journey_of(None))


def test_a_month_that_has_not_begun_is_weighed_by_the_running_one():
    """The lake is of 10 March, noon UTC: January, February and March weigh themselves, and March what is dated into April and May."""
    span = containing(date(2026, 1, 1), "year", "Europe/Berlin").us[0], containing(date(2026, 5, 1), "month", "Europe/Berlin").us[1]
    own = [containing(date(2026, number, 1), "month", "Europe/Berlin").us for number in range(1, 6)]
    found = versions._months(span, "Europe/Berlin", FakeLake.as_of)
    assert found == list(zip(own, [*own[:3], own[2], own[2]], strict=True))


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
    found = effects(FakeLake(**company()), (40, 60), journey_of(None))
    assert found == {"email": pytest.approx(1.0), "search": pytest.approx(0.5)}


def test_each_touch_has_of_its_deal_by_the_effect_of_its_channel():
    """1 to 0.5 of thirty euros: twenty and ten."""
    lake = FakeLake(**company())
    model = Model(channels=effects(lake, (40, 60), journey_of(None)))
    t = sharing.credited(lake, (40, 60), journey_of(None), model, EUROS)
    assert {row["channel"]: row["units"] for row in lake.fetch(t).to_pylist()} == {"search": 1000, "email": 2000}


def test_only_paths_that_ended_in_the_look_back_before_the_months_end_count():
    """With a look-back of 45 from 60: the search of account 2 ended at 15, as old as the look-back, and still counts; with 44 no longer."""
    assert effects(FakeLake(**company()), (59, 60), journey_of(45))["search"] < 1
    assert effects(FakeLake(**company()), (59, 60), journey_of(44))["search"] == pytest.approx(0.5)


def test_a_channel_nobody_named_weighs_as_such():
    nameless = company(touches=[touch(1, 1, 10, ""), touch(2, 1, 20, "email")])
    lake = FakeLake(**nameless)
    found = effects(lake, (40, 60), journey_of(None))
    assert found[""] == found["(none)"] == pytest.approx(1.0)
    t = sharing.credited(lake, (40, 60), journey_of(None), Model(channels=found), EUROS)
    assert [row["units"] for row in lake.fetch(t).to_pylist()] == [1500, 1500]


def test_without_a_journey_there_are_no_effects_and_nothing_is_earned():
    lake = FakeLake(people=[], touches=[], leads=[], opportunities=[deal(1, "1.00", 50)])
    assert effects(lake, (40, 60), journey_of(None)) == {}
    t = sharing.credited(lake, (40, 60), journey_of(None), Model(channels={}), EUROS)
    assert lake.fetch(t).num_rows == 0


def test_every_unit_of_random_amounts_is_shared():
    lake = FakeLake(**company(opportunities=[deal(n, Decimal(n) / 100, 50, account_id=1) for n in range(1, 200)]))
    model = Model(channels={"search": 0.3, "email": 0.123456789})
    t = sharing.credited(lake, (40, 60), journey_of(None), model, EUROS)
    rows = lake.fetch(sharing.of_deals(t)).to_pylist()
    assert {row["opportunity_id"]: row["units"] for row in rows} == {n: n for n in range(1, 200)}
