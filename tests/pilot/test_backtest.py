"""A draft replayed beside a version: every figure held against plain loops over random companies, and small ones worked by hand."""

import random
from dataclasses import replace

import pytest

from tests.conftest import NOON
from tests.given_lake import given
from tests.pilot import plain
from tests.pilot.company import DAY, MQL, NOW, SOURCES, company, laid
from tests.world import HALDEN
from treaty.agreement.conditions import Condition
from treaty.agreement.document import load
from treaty.pilot.backtest import NoHistory, backtest, returns_of
from treaty.pilot.replayed import NoDefinition, of_draft

pytestmark = pytest.mark.django_db
TERMS = load(HALDEN).terms
DEMO = {"touches": {"kind": "demo_request"}}
TWO_DOWNLOADS = {"touches": {"kind": "download", "at_least": 2, "within": "20 days"}}
DIRECTOR = {"person": {"seniority": {"is": "director"}}}
BIG = {"account": {"employees": {"at_least": 50}}}
DEFINITIONS = [
    DEMO,
    TWO_DOWNLOADS,
    {"all": [TWO_DOWNLOADS, DIRECTOR]},
    {"all": [BIG], "none": [DEMO]},
    {"any": [DEMO, {"all": [TWO_DOWNLOADS, BIG]}]},
    {"touches": {"by": "account", "people": 2, "within": "30 days"}},
]


def document(condition, name="the draft"):
    """Halden's agreement with this definition of the stage at which sales takes over."""
    terms = TERMS.model_copy(deep=True)
    stage = terms.stages[MQL]
    stages = {**terms.stages, MQL: stage.model_copy(update={"enter": Condition.model_validate(condition), "shortcuts": []})}
    return replace(of_draft(terms.model_copy(update={"stages": stages})), name=name)


def figures(one):
    every = one.all
    return (every.people, every.accepted.k, every.accepted.n, every.won.k, every.won.n, every.unworked, every.before, every.waiting)


@pytest.mark.parametrize("seed", range(12))
def test_every_figure_is_what_plain_loops_over_the_rows_say(seed, tmp_path):
    dice = random.Random(seed)
    rows = company(dice)
    new, old = (document(condition, name) for condition, name in zip(dice.sample(DEFINITIONS, 2), ("the draft", "version 1"), strict=True))
    found = backtest(given(tmp_path, NOON, **laid(rows)), new, old)
    entered = {one.name: plain.entries(rows, one.condition, one.zone, one.lists, NOW) for one in (new, old)}
    a, b, returns = entered[new.name], entered[old.name], set(returns_of(TERMS))
    for one, own, other in ((found.new, a, b), (found.old, b, a)):
        assert figures(one) == plain.told(rows, own, returns)
        alone = {person: at for person, at in own.items() if person not in other}
        assert figures(replace(one, all=one.alone)) == plain.told(rows, alone, returns)
        recalled = one.recall
        assert (recalled.accepted.k, recalled.accepted.n) == plain.accepted_before(rows, own)
        listed = plain.deals(rows, own)
        won = [(deal, in_time) for deal, can_tell, in_time, _ in listed if can_tell and deal["outcome"] == "won"]
        assert (recalled.won.k, recalled.won.n) == (sum(in_time for _, in_time in won), len(won))
        assert recalled.revenue.n == sum(100 * (deal["amount"] or 0) for deal, _ in won)
        assert recalled.revenue.k == sum(100 * (deal["amount"] or 0) for deal, in_time in won if in_time)
        every = [(deal, in_time) for deal, can_tell, in_time, _ in listed if can_tell]
        assert recalled.pipeline.k == sum(100 * (deal["amount"] or 0) for deal, in_time in every if in_time)
    sums, listed = found.deals, plain.deals(rows, a)
    assert sums.blind == sum(not can_tell for deal, can_tell, *_ in listed if deal["outcome"] == "won")
    assert sums.late == sum(can_tell and is_late for deal, can_tell, _, is_late in listed if deal["outcome"] == "won")
    ours = found.overlap
    counts = (ours.both, ours.only_new, ours.only_old, ours.earlier, ours.same, ours.later)
    *theirs, gained = plain.overlap(a, b)
    assert counts == tuple(theirs)
    assert ours.gained_days == (None if gained is None else pytest.approx(gained, abs=0.006))
    for week in found.weeks:
        assert week.new == sum(plain.monday(at, new.zone) == week.starts_on for at in a.values())
        assert week.old == sum(plain.monday(at, new.zone) == week.starts_on for at in b.values())
    assert sum(week.new for week in found.weeks) == len(a)


def test_beside_nothing_there_is_no_overlap(tmp_path):
    found = backtest(given(tmp_path, NOON, **laid(company(random.Random(3)))), document(DEMO))
    assert (found.old, found.overlap, found.new.alone, found.new.only) == (None, None, None, ())
    assert all(week.old is None for week in found.weeks)


def test_without_a_touch_there_is_nothing_to_replay(tmp_path):
    with pytest.raises(NoHistory, match="treaty import"):
        backtest(given(tmp_path, NOON), document(DEMO))


def one_person(**more):
    """Ada, at a company of 60, who asked for a demonstration ten days ago."""
    told = {"fact_id": 1, "stated_of_id": 1, "occurred_us": NOW - 20 * DAY, "known_us": NOW - 20 * DAY, "source_id": 1, "assumed": False}
    rows = {
        "people": [{"person_id": 1, "account_id": 1, "is_visitor": False}],
        "touches": [{"touch_id": 1, "seen_as_id": 1, "kind": "demo_request", "occurred_us": NOW - 10 * DAY, "known_us": NOW - 10 * DAY}],
        "facts": [
            told | {"subject": "person", "field": "account", "number": 1.0},
            told | {"fact_id": 2, "subject": "account", "field": "employees", "number": 60.0},
        ],
        "sources": SOURCES,
    }
    return rows | more


BIG_DEMO = {"all": [DEMO, BIG]}


def test_an_entry_that_rests_on_a_value_without_a_history_is_counted_and_can_be_left_out(tmp_path):
    rows = one_person()
    rows["facts"][1]["assumed"] = True
    lake = given(tmp_path, NOON, **rows)
    found = backtest(lake, document(BIG_DEMO))
    assert (found.new.all.people, found.new.assumed) == (1, 1)
    assert backtest(lake, document(DEMO)).new.assumed == 0  # it does not look at the company
    left = backtest(lake, document(BIG_DEMO), without_assumed=True)
    assert (left.new.all.people, left.new.assumed) == (0, 0)


def test_whom_only_an_unknown_value_keeps_out_is_counted(tmp_path):
    rows = one_person()
    del rows["facts"][1]
    assert backtest(given(tmp_path / "a", NOON, **rows), document(BIG_DEMO)).new.unknown == 1
    small = one_person()
    small["facts"][1]["number"] = 20.0  # known, and too small: no unknown decides
    found = backtest(given(tmp_path / "b", NOON, **small), document(BIG_DEMO))
    assert (found.new.all.people, found.new.unknown) == (0, 0)


def test_who_qualifies_only_because_a_value_is_unknown_that_would_exclude_them_is_counted(tmp_path):
    """Juniors are excluded; of Ada nobody knows what she is. A cancelled subscription is a touch: what did not happen is known."""
    excluding = {"all": [DEMO], "none": [{"person": {"seniority": {"is": "junior"}}}, {"touches": {"kind": "unsubscribed"}}]}
    rows = one_person()
    found = backtest(given(tmp_path / "a", NOON, **rows), document(excluding))
    assert (found.new.all.people, found.new.excluded, found.new.unknown) == (1, 1, 0)
    rows["facts"].append(rows["facts"][1] | {"fact_id": 3, "subject": "person", "field": "seniority", "text": "director", "number": None})
    found = backtest(given(tmp_path / "b", NOON, **rows), document(excluding))
    assert (found.new.all.people, found.new.excluded) == (1, 0)
    only_touches = {"all": [DEMO], "none": [{"touches": {"kind": "unsubscribed"}}]}
    assert backtest(given(tmp_path / "c", NOON, **one_person()), document(only_touches)).new.excluded == 0


def test_a_value_known_late_counts_only_from_then_on(tmp_path):
    """The company had 60 people all the time; the system of record had that five days ago."""
    rows = one_person()
    rows["facts"][1]["known_us"] = NOW - 5 * DAY
    found = backtest(given(tmp_path, NOON, **rows), document(BIG_DEMO), document(DEMO, "version 1"))
    assert (found.overlap.both, found.overlap.later, found.overlap.gained_days) == (1, 1, -5.0)


def test_who_satisfies_the_draft_today_without_an_open_lead_waits_on_day_one(tmp_path):
    assert backtest(given(tmp_path / "a", NOON, **one_person()), document(DEMO)).on_day_one == 1
    held = one_person(leads=[{"lead_id": 1, "person_id": 1, "closed_us": None}])
    assert backtest(given(tmp_path / "b", NOON, **held), document(DEMO)).on_day_one == 0
    over = {"touches": {"kind": "demo_request", "within": "3 days"}}  # it held for three days, and does no longer
    found = backtest(given(tmp_path / "c", NOON, **one_person()), document(over))
    assert (found.new.all.people, found.on_day_one) == (1, 0)


def test_what_only_begins_to_hold_later_is_not_counted_yet(tmp_path):
    """Nobody who was unsubscribed within 30 days: for Ada, ten days ago, that ends in twenty days."""
    rows = one_person()
    rows["touches"].append(rows["touches"][0] | {"touch_id": 2, "kind": "unsubscribed"})
    asked = {"all": [DEMO], "none": [{"touches": {"kind": "unsubscribed", "within": "30 days"}}]}
    assert backtest(given(tmp_path, NOON, **rows), document(asked)).new.all.people == 0


def test_a_stage_without_a_definition_is_refused_with_those_that_have_one():
    with pytest.raises(NoDefinition, match=r"'customer': the stage is entered by a person or an event; ask for one of engaged"):
        of_draft(TERMS, "customer")
    with pytest.raises(NoDefinition, match="'hot': the stage is not in it"):
        of_draft(TERMS, "hot")


def test_a_claim_that_arrives_later_is_heard_as_a_claim(tmp_path):
    """The statement is written once for all lakes: what is left out where there are no claims must not be left out where there are."""
    before = one_person()
    assert backtest(given(tmp_path / "a", NOON, **before), document(BIG_DEMO)).new.all.people == 1
    claim = before["facts"][1] | {"fact_id": 3, "number": 20.0, "occurred_us": NOW - 15 * DAY, "known_us": NOW - 15 * DAY, "source_id": 2}
    after = one_person(facts=[*before["facts"], claim], sources=[*SOURCES, {"source_id": 2, "kind": "browser"}])
    assert backtest(given(tmp_path / "b", NOON, **after), document(BIG_DEMO)).new.all.people == 1  # the system's 60 stands
    stated = [*before["facts"], claim | {"source_id": 1}]
    assert backtest(given(tmp_path / "c", NOON, **one_person(facts=stated)), document(BIG_DEMO)).new.all.people == 0
