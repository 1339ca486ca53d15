"""Judging people as facts arrive: the same verdicts as a replay, announced boundaries, nothing left behind."""

import gc
import random
from pathlib import Path

import pytest

from tests.often import often
from tests.qualification import histories
from tests.qualification.replay import disagreements, inputs, judge_for, lived, replayed
from tests.qualification.test_holds import ADA, DAY, HOUR, MIRA, NOON, engagement, fact, touch
from treaty.agreement.conditions import Condition
from treaty.engine import duck
from treaty.qualification.live import Judge, Verdict, verdict


class One:
    """A judge of a single definition."""

    def __init__(self, asked, scores=None):
        self.of = Judge({"it": Condition.model_validate(asked)}, scores or {}, {}, "Europe/Berlin")

    def judge(self, touches, facts, at):
        return list(self.of.judge(touches, facts, at)["it"].values())


def judge_of(asked, scores=None):
    return One(asked, scores)


def rows(touches=(), facts=()):
    numbered = [t | {"touch_id": n} for n, t in enumerate(touches)], [f | {"fact_id": n} for n, f in enumerate(facts)]
    return histories.touches_table(numbered[0]), histories.facts_table(numbered[1])


def test_a_verdict_says_since_when_and_when_it_changes_by_itself():
    turns = [(10, True), (20, False), (30, True)]
    assert verdict(ADA, turns, 9) == Verdict(ADA, False, None, 10)
    assert verdict(ADA, turns, 10) == Verdict(ADA, True, 10, 20)
    assert verdict(ADA, turns, 20) == Verdict(ADA, False, 20, 30)
    assert verdict(ADA, turns, 99) == Verdict(ADA, True, 30, None)
    assert verdict(ADA, [], 99) == Verdict(ADA, False, None, None)


def test_the_end_of_a_window_is_announced():
    judge = judge_of({"touches": {"within": "30 days"}})
    assert judge.judge(*rows([touch(ADA, NOON)]), NOON + HOUR) == [Verdict(ADA, True, NOON, NOON + 30 * DAY)]


def test_the_midnight_at_which_points_fall_below_is_announced():
    # 10 points halve at each midnight in Berlin, 23:00 UTC: 10, 5, 2.5
    judge = judge_of({"score": {"engagement": {"at_least": 5}}}, engagement(({"touches": {}}, 10, None), half_life=1))
    assert judge.judge(*rows([touch(ADA, NOON)]), NOON) == [Verdict(ADA, True, NOON, NOON + 11 * HOUR + DAY)]


def test_a_value_that_is_valid_only_later_is_announced():
    judge = judge_of({"person": {"seniority": {"is": "vp"}}})
    told = [fact("person", ADA, "seniority", "vp", NOON + DAY, known=NOON)]
    assert judge.judge(*rows(facts=told), NOON) == [Verdict(ADA, False, None, NOON + DAY)]


def test_everybody_named_gets_a_verdict_and_one_batch_leaves_nothing_to_the_next():
    judge = judge_of({"touches": {"kind": "demo"}})
    assert [v.holds for v in judge.judge(*rows([touch(ADA, NOON, "demo"), touch(MIRA, NOON)]), NOON)] == [True, False]
    assert judge.judge(*rows([touch(MIRA, NOON)]), NOON) == [Verdict(MIRA, False, None, None)]
    assert judge.judge(*rows(), NOON) == []


def test_columns_may_come_in_any_order_and_with_others():
    touches, facts = rows([touch(ADA, NOON, "demo")])
    touches = touches.select(touches.schema.names[::-1]).append_column("received_us", [[NOON]])
    assert judge_of({"touches": {"kind": "demo"}}).judge(touches, facts, NOON)[0].holds
    with pytest.raises(KeyError, match="kind"):
        judge_of({}).judge(touches.drop_columns("kind"), facts, NOON)


def test_two_judges_do_not_see_each_others_rows():
    demo, view = judge_of({"touches": {"kind": "demo"}}), judge_of({"touches": {"kind": "page_view"}})
    batch = rows([touch(ADA, NOON, "demo")])
    assert [judge.judge(*batch, NOON)[0].holds for judge in (demo, view, demo)] == [True, False, True]


def resident_kb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


@pytest.mark.needs_system("linux")
def test_three_hundred_batches_leave_memory_as_it_was():
    judge = judge_of({"touches": {"at_least": 2, "within": "30 days"}})
    touches, facts = rows([touch(n % 20, NOON + n) for n in range(2000)])

    def batches(count):
        for _ in range(count):
            copied = touches.take(list(range(2000)))  # new memory, so that keeping it would show
            judge.judge(copied, facts, NOON)
        gc.collect()
        return resident_kb()

    before = batches(50)  # DuckDB and Arrow first fill their pools
    kept = 300 * touches.nbytes / 1024
    assert kept > 40_000  # kB
    assert batches(300) - before < kept / 5


@pytest.mark.parametrize("seed", range(5))
def test_living_through_arrivals_and_announced_moments_equals_replaying(seed):
    case = histories.case(random.Random(seed), 3)
    judge = judge_for(case)
    found = replayed(case, duck.cursor())
    assert list(disagreements(case, found, lived(case, judge))) == []
    judge.close()


@pytest.mark.parametrize("seed", range(20, 20 + often(3, 20)))
def test_many_definitions_judged_together_are_judged_as_each_alone(seed):
    draw = random.Random(seed)
    case = histories.case(draw, 6)
    conditions = {n: histories.condition(draw, 3) for n in range(5)} | {"own": case.condition}
    given = inputs(case)
    batch = given["touches"], given["facts"]
    together = Judge(conditions, case.scores, histories.LISTS, case.zone)
    for name, condition in conditions.items():
        alone = Judge({name: condition}, case.scores, histories.LISTS, case.zone)
        for at in (case.first_us, case.midnight_us, case.last_us):
            assert together.judge(*batch, at)[name] == alone.judge(*batch, at)[name]
        alone.close()
    together.close()
