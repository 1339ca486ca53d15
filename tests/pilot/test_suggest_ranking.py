"""Which signals are believed: figures worked by hand, chance held against draws, and causes found beside what only goes with them."""

from math import exp, log, sqrt

import numpy as np
import pytest

from treaty.pilot.shares import share
from treaty.pilot.suggesting.enough import Enough, enough, leads_needed
from treaty.pilot.suggesting.ranking import CHANCE, EXPLAINED, FEW, GONE, HOLDS, UNSURE, Leads, Sides, later_ones, ranked
from treaty.pilot.suggesting.testing import holm, periods_of, simes, standing, two_sided

NOTHING = np.zeros((1000, 0))


def test_holm_multiplies_the_least_by_all_and_never_falls():
    # sorted 0.01, 0.02, 0.03, 0.5: times 4, 3, 2, 1 is 0.04, 0.06, 0.06, 0.5
    assert holm([0.02, 0.5, 0.01, 0.03]) == pytest.approx([0.06, 0.5, 0.04, 0.06])
    assert holm([]) == []


def test_simes_takes_the_least_of_each_times_all_over_its_rank():
    # 0.01 * 3/1, 0.012 * 3/2, 0.9 * 3/3
    assert simes(np.array([0.9, 0.01, 0.012])) == pytest.approx(0.018)


def test_lift_has_the_range_of_katz():
    # 30 of 100 with it, 20 of 200 without: 0.3 / 0.1 = 3
    lift = Sides(share(30, 100), share(20, 200)).lift
    half = 1.96 * sqrt(1 / 30 - 1 / 100 + 1 / 20 - 1 / 200)
    assert (lift.lift, lift.low, lift.high) == pytest.approx((3, exp(log(3) - half), exp(log(3) + half)))


def test_a_side_without_a_win_still_has_a_range_and_nobody_at_all_none():
    lift = Sides(share(0, 50), share(10, 50)).lift
    assert 0 < lift.low < lift.lift < lift.high
    assert Sides(share(0, 0), share(10, 50)).lift.lift is None
    assert Sides(share(0, 9), share(0, 50)).lift.lift is None


def four_cells(a, n, c, m):
    holds = np.zeros((1, n + m), np.bool_)
    holds[0, :n] = True
    won = np.zeros(n + m, np.bool_)
    won[:a] = won[n : n + c] = True
    return holds, won


def test_without_anything_beside_it_is_the_g_test():
    # 40 of 200 beside 60 of 800: expected 20, 180, 80, 720
    holds, won = four_cells(40, 200, 60, 800)
    g = 2 * (40 * log(40 / 20) + 160 * log(160 / 180) + 60 * log(60 / 80) + 740 * log(740 / 720))
    assert standing(holds, won, NOTHING)[0] == pytest.approx(sqrt(g), rel=1e-3)
    assert standing(~holds, won, NOTHING)[0] == pytest.approx(-sqrt(g), rel=1e-3)


def test_too_few_leads_or_too_few_wins_expected_say_nothing():
    assert np.isnan(standing(*four_cells(10, 19, 90, 981), NOTHING)[0])
    assert np.isnan(standing(*four_cells(9, 40, 60, 960), NOTHING)[0])  # 69 of 1000: 2.8 expected
    assert two_sided(np.array([np.nan, 1.96])) == pytest.approx([1.0, 0.05], abs=1e-4)


@pytest.mark.parametrize("rate", [0.03, 0.2])
def test_chance_alone_is_believed_as_often_as_it_should_be(rate):
    """2,000 signals that say nothing, held by 5 to 50 of 100 leads, with a rate that changes with time; a normal would give 5 of 100, and
    1 of 1000 beyond 3.29."""
    draw = np.random.default_rng(3)
    rows = 3000
    moments = np.arange(rows)
    won = draw.random(rows) < rate * (1.5 - moments / rows)
    holds = draw.random((2000, rows)) < np.linspace(0.05, 0.5, 2000)[:, None]
    found = standing(holds, won, periods_of(moments, won))
    found = found[~np.isnan(found)]
    assert (np.abs(found) > 1.96).mean() == pytest.approx(0.05, abs=0.015)
    assert (np.abs(found) > 3.29).mean() < 0.004


def test_what_goes_with_a_cause_says_nothing_beside_it():
    """A cause triples the odds; its shadow is held by nine of ten of those who have the cause and one of ten of the others."""
    draw = np.random.default_rng(5)
    rows = 4000
    cause = draw.random(rows) < 0.3
    shadow = draw.random(rows) < np.where(cause, 0.9, 0.1)
    won = draw.random(rows) < np.where(cause, 0.3, 0.12)
    alone = standing(np.array([cause, shadow]), won, np.zeros((rows, 0)))
    assert alone[1] > 4
    beside = standing(np.array([cause, shadow]), won, cause[:, None].astype(float))
    assert beside[0] == 0.0  # it is what stands beside
    assert abs(beside[1]) < 2.5


def world(seed=1, rows=6000):
    """Two causes, one asked at three thresholds; a shadow of the first; one that worked only in the first half; ten that say nothing."""
    draw = np.random.default_rng(seed)
    moments = np.arange(rows)
    views = draw.poisson(1.2, rows)
    demo = draw.random(rows) < 0.2
    shadow = np.where(draw.random(rows) < 0.85, views >= 2, draw.random(rows) < 0.3)
    early = draw.random(rows) < 0.3
    odds = 0.08 * np.where(views >= 2, 3.0, 1) * np.where(demo, 3.0, 1) * np.where(early & (moments < rows * 0.6), 3.0, 1)
    won = draw.random(rows) < odds / (1 + odds)
    noise = [draw.random(rows) < 0.3 for _ in range(10)]
    rare = np.arange(rows) % 500 == 0
    columns = [views >= 1, views >= 2, views >= 3, demo, shadow, early, rare, *noise]
    question = np.array([0, 0, 0, 1, 2, 3, 4, *range(5, 15)])
    return np.array(columns), question, Leads(won, later_ones(moments, won), moments)


@pytest.mark.parametrize("seed", range(4))
def test_causes_hold_and_shadows_are_explained(seed):
    found = {one.place: one for one in ranked(*world(seed))}
    assert {place for place, one in found.items() if one.verdict == HOLDS} - {5} == {1, 3}
    assert (found[4].verdict, found[4].by) == (EXPLAINED, 1)
    assert found[6].verdict == FEW
    assert sum(one.verdict == CHANCE for one in found.values()) == 10
    assert len(found) == 15  # one verdict for each question
    assert found[1].variants[0] == 1
    assert 1.6 < found[1].later.lift.lift < 4.5  # odds of three at a share of 7 to 20 of 100


def test_what_is_over_is_gone_four_times_of_five():
    """It says nothing among later leads, where 20 of 100 such signals pass by chance."""
    verdicts = [next(one.verdict for one in ranked(*world(seed)) if one.place == 5) for seed in range(10)]
    assert set(verdicts) <= {GONE, HOLDS}
    assert verdicts.count(GONE) >= 7


def test_what_too_few_later_leads_have_is_unsure():
    holds, question, leads = world(1)
    holds[3] &= ~leads.later | (np.arange(holds.shape[1]) % 20 == 0)  # who asks for a demonstration is rare later
    found = {one.place: one for one in ranked(holds, question, leads)}
    assert found[3].verdict == UNSURE
    assert found[1].verdict == HOLDS


def test_later_ones_begin_behind_seven_of_ten_wins():
    moments, won = np.arange(100), np.arange(100) % 10 == 0  # won at 0, 10, ... 90; the eighth is at 70
    assert np.flatnonzero(later_ones(moments, won))[0] == 70


def test_how_many_leads_tell_two_shares_apart():
    # Fleiss: half and half, 20 of 100 beside 10 of 100, 5 and 80 of 100: 7.849 * (0.16 / 0.5 + 0.09 / 0.5) / 0.01 = 392.4, for both
    assert leads_needed(0.15, 2, 0.5, 0.05) == 393
    assert leads_needed(0.15, 2, 0.5, 0.05 / 50) > 393


def test_enough_says_what_is_there_and_what_would_be():
    few = enough(12, 100, 40)
    assert isinstance(few, Enough)
    assert (few.won, few.closed, few.is_enough) == (12, 100, False)
    assert few.won_needed >= 30
    assert enough(5000, 40_000, 40).is_enough
    assert enough(0, 0, 1).won_needed >= 30
