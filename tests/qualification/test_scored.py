"""Points counted for a batch: the slow model's points at every moment, and every turn of a band announced."""

import random

import pytest

from tests.qualification import histories, slow_model
from tests.qualification.replay import inputs, world
from tests.qualification.test_grades import slow_band
from tests.qualification.test_holds import ADA, DAY, HOUR, MIRA, NOON, engagement, fact, touch
from tests.qualification.test_judge import rows
from treaty.qualification.points import HORIZON, Scorer

BANDS = {"engagement": {"1": 10, "2": 5, "3": 0}}


def scorer(scores, grid=BANDS, lists=None):
    return Scorer(scores, grid, "Europe/Berlin", lists or {})


def test_points_that_shrink_turn_the_grade_at_the_midnight_they_fall_below():
    # 10 points halve at each midnight in Berlin, 23:00 UTC: 10 (band 1), 5 (band 2) from 11 h on, 2 (band 3) a day later
    counted = scorer(engagement(({"touches": {}}, 10, None), half_life=1))
    seen = [touch(ADA, NOON)]
    first, second, third = NOON, NOON + 11 * HOUR, NOON + 11 * HOUR + DAY
    said = [counted.score(*rows(seen), at)[ADA] for at in (first, second - 1, second, third)]
    assert [(one.points["engagement"], one.grade, one.turns_us) for one in said] == [
        (10, "1", second), (10, "1", second), (5, "2", third), (2, "3", None)
    ]  # fmt: skip


def test_whose_points_still_shrink_beyond_the_horizon_is_asked_again_then():
    counted = scorer(engagement(({"touches": {}}, 10, None), half_life=365))
    said = counted.score(*rows([touch(ADA, NOON)] * 2), NOON)[ADA]
    assert (said.points["engagement"], said.turns_us, said.next_us) == (20, None, NOON + HORIZON * DAY)


def test_what_does_not_shrink_turns_whenever_it_turns():
    counted = scorer(engagement(({"touches": {"within": "90 days"}}, 10, None)))
    assert counted.score(*rows([touch(ADA, NOON)]), NOON)[ADA].next_us == NOON + 90 * DAY


def test_everybody_named_is_scored_and_one_batch_leaves_nothing_to_the_next():
    counted = scorer(engagement(({"touches": {"kind": "demo"}}, 10, None)))
    found = counted.score(*rows([touch(ADA, NOON, "demo")], [fact("person", MIRA, "seniority", "vp", NOON)]), NOON)
    assert {person: one.grade for person, one in found.items()} == {ADA: "1", MIRA: "3"}
    assert counted.score(*rows([touch(MIRA, NOON)]), NOON)[MIRA].grade == "3"
    assert counted.score(*rows(), NOON) == {}


def test_before_anything_is_known_there_are_no_points():
    counted = scorer(engagement(({"touches": {}}, 10, None)))
    said = counted.score(*rows([touch(ADA, NOON, known=NOON + HOUR)]), NOON)[ADA]
    assert (said.points, said.turns_us) == ({"engagement": 0}, NOON + HOUR)


@pytest.mark.parametrize("seed", range(12))
def test_random_histories_agree_with_the_slow_model_and_no_turn_goes_unannounced(seed):
    draw = random.Random(seed)
    case = histories.case(draw, 4)
    grid = {name: {"A": 8, "B": 3, "C": -1} for name in case.scores}
    counted = Scorer(case.scores, grid, case.zone, histories.LISTS)
    given = inputs(case)
    touches, facts = given["touches"], given["facts"]
    grades, asked_again = {}, {}
    for at in range(case.first_us, case.last_us, 7 * histories.SECOND):
        found = counted.score(touches, facts, at)
        for number, history in enumerate(case.histories):
            slow = world(case, history)
            for person in (p for p in history.people if p in found):
                is_born = slow_model.exists(slow, person, at)
                points = {name: slow_model.points(slow, name, person, at) if is_born else 0 for name in case.scores}
                assert found[person].points == points, f"history {number}, person {person}, {at}"
                expected = "".join(slow_band(grid[name], points[name]) or "–" for name in ("fit", "engagement")).replace("––", "")
                assert found[person].grade == expected
                if person in grades and at < (asked_again[person] or at + 1):
                    assert grades[person] == expected, f"person {person} turned before {asked_again[person]}"
                grades[person], asked_again[person] = expected, found[person].next_us
    counted.close()
