"""Scores in milli-points: rounding, decay, caps, and what is refused."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from treaty.agreement.base import read_duration
from treaty.agreement.conditions import Condition
from treaty.qualification.scores import Rule, Score, curves, decay_steps, from_terms, longest_decay, milli_after

ANY_TOUCH = Condition.model_validate({"touches": {"kind": "webinar"}})
VP = Condition.model_validate({"person": {"seniority": {"is": "vp"}}})


def test_points_halve_in_a_half_life_and_are_rounded_half_up():
    # 1,000 milli-points: 500, 250, 125, 62.5, 31.25, 15.625, 7.8125, 3.90625, 1.953125, 0.9765625, 0.48828125
    assert [milli_after(day, 1, Decimal(1)) for day in range(12)] == [1000, 500, 250, 125, 63, 31, 16, 8, 4, 2, 1, 0]


def test_points_that_are_taken_away_shrink_alike():
    assert [milli_after(day, -1, Decimal(1)) for day in range(5)] == [-1000, -500, -250, -125, -63]


def test_between_half_lives_points_follow_the_root():
    assert milli_after(1, 10, Decimal(2)) == 7071  # 10,000 / sqrt(2) = 7,071.07


def test_the_steps_of_a_curve_add_up_to_nothing():
    score = Score((Rule(ANY_TOUCH, 20), Rule(VP, 5), Rule(ANY_TOUCH, 20, 30)), Decimal(30))
    assert curves({"engagement": score}) == ((20, Decimal(30)),)  # the field does not shrink; equal curves are one
    steps = decay_steps({"engagement": score})
    assert steps[0] == (0, 0, 20_000)
    assert sum(step for _, _, step in steps) == 0
    assert longest_decay({"engagement": score}) == 459  # 20,000 halves 15.29 times until less than half a milli-point: 30 x 15.29 = 458.6


@pytest.mark.parametrize(("when", "is_per_touch"), [
    ({"touches": {"kind": "webinar", "within": "30 days"}}, True),
    ({"touches": {"at_least": 2}}, False),
    ({"touches": {"by": "account"}}, False),
    ({"touches": {"kind": "webinar"}, "person": {"seniority": {"known": True}}}, False),
    ({"all": [{"touches": {"kind": "webinar"}}]}, False),
    ({}, False),
])  # fmt: skip
def test_only_a_single_clause_on_own_touches_gives_points_per_touch(when, is_per_touch):
    assert Rule(Condition.model_validate(when), 1).is_per_touch is is_per_touch


def test_scores_are_read_from_the_terms():
    rule = SimpleNamespace(when=ANY_TOUCH, points=10, cap=30)
    terms = {
        "fit": SimpleNamespace(half_life=None, points=[rule]),
        "engagement": SimpleNamespace(half_life=read_duration("36 hours"), points=[rule]),
    }
    read = from_terms(terms)
    assert read["fit"] == Score((Rule(ANY_TOUCH, 10, 30),), None)
    assert read["engagement"].half_life == Decimal("1.5")


def test_what_cannot_be_counted_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match="write the clauses themselves"):
        Score((Rule(Condition.model_validate({"score": {"fit": {"at_least": 1}}}), 1),))
    with pytest.raises(ValueError, match="more than 0"):
        Score((), Decimal(0))
    with pytest.raises(ValueError, match="say `days` or `weeks`"):
        from_terms({"fit": SimpleNamespace(half_life=read_duration("4 working hours"), points=[])})
