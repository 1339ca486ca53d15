"""How a period usually fills and where it ends: worked by hand, and held against periods made up by chance."""

from decimal import Decimal
from itertools import accumulate, pairwise
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.plan.season import by, forecast, season, usual


def curve(*values):
    return [Decimal(value) for value in values]


def test_with_few_periods_it_fills_evenly():
    found = season([], [curve(0, 1, 10)] * 3, 4)
    assert (found.source, found.shares, found.periods) == ("straight", [0, 0.25, 0.5, 0.75, 1], 0)


def test_periods_in_which_nothing_came_say_nothing():
    assert season([curve(0, 0)], [curve(0, 0)] * 9, 2).source == "straight"


def test_the_usual_shares_are_pooled_and_drawn_towards_the_straight_line():
    """By a quarter of the period 5 of 40 had come: (4 × 0.125 + 0.25) / 5 = 0.15; by half 10: (4 × 0.25 + 0.5) / 5 = 0.3; by three
    quarters 25: (4 × 0.625 + 0.75) / 5 = 0.65."""
    found = season([], [curve(0, 10, 40)] * 4, 4)
    assert (found.source, found.periods) == ("last periods", 4)
    assert found.shares == pytest.approx([0, 0.15, 0.3, 0.65, 1])


def test_the_same_period_of_the_year_before_comes_first():
    """Alone it counts half: (0.25 + 0.5) / 2."""
    found = season([curve(0, 10, 40)], [curve(0, 40, 40)] * 6, 2)
    assert (found.source, found.periods) == ("year before", 1)
    assert found.shares == pytest.approx([0, 0.375, 1])


def test_a_large_period_weighs_more_than_a_small_one():
    """100 of 440 had come at half: (2 × 100 / 440 + 0.5) / 3."""
    assert usual([curve(0, 80, 400), curve(0, 20, 40)], 2)[1] == pytest.approx((200 / 440 + 0.5) / 3)


steps = st.lists(st.integers(0, 500), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, min_size=4, max_size=8), st.integers(0, 70))
def test_shares_never_fall_and_go_from_nothing_to_all(periods, days):
    curves = [[Decimal(0), *(Decimal(total) for total in accumulate(period))] for period in periods]
    shares = season([], curves, days).shares
    assert len(shares) == days + 1
    assert shares[-1] == pytest.approx(1)
    assert days == 0 or shares[0] == 0
    assert all(one <= then + 1e-12 for one, then in pairwise(shares))


def test_between_two_points_it_goes_in_proportion():
    assert [by(curve(0, 10, 40), gone) for gone in (0, 0.25, 0.5, 0.75, 1)] == [0, 5, 10, 25, 40]


def test_what_is_still_to_come_is_what_came_before():
    found = forecast(Decimal(100), [curve(0, 50, 150)] * 4, 0.5)
    assert (found.low_80, found.middle, found.high_80, found.periods) == (200, 200, 200, 4)


def test_the_range_is_of_the_next_period_on_the_scale_of_roots():
    """Still to come were 36, 64, 100, 144: roots 6, 8, 10, 12, on average 9, spread 2.582 × √1.25 = 2.887. Of three degrees of freedom
    8 in 10 lie within 1.638 of it: 4.272² = 18 to 13.728² = 188; 5 in 10 within 0.765: 6.792² = 46 to 11.208² = 126."""
    found = forecast(Decimal(1000), [curve(0, 0, rest) for rest in (36, 64, 100, 144)], 0.5)
    assert (found.low_80, found.low_50, found.middle, found.high_50, found.high_80) == (1018, 1046, 1081, 1126, 1188)


def test_three_periods_are_too_few():
    assert forecast(Decimal(1), [curve(0, 1)] * 3, 0.5) is None


def made_up(chance: Random, points: int = 20) -> list[Decimal]:
    """A period of a company that closes late: each of about thirty deals at the later of two moments, of skewed amounts."""
    brought = [0.0] * points
    for _ in range(sum(chance.random() < 0.3 for _ in range(100))):
        at = max(chance.random(), chance.random())
        brought[int(at * points)] += chance.lognormvariate(9, 0.8)
    return [Decimal(0), *(Decimal(round(total)) for total in accumulate(brought))]


@pytest.mark.parametrize("gone", [0.25, 0.5, 0.8])
def test_of_periods_made_up_eight_in_ten_end_within_their_range(gone):
    chance, inside_80, inside_50, rounds = Random(11), 0, 0, 500
    for _ in range(rounds):
        last, now = [made_up(chance) for _ in range(8)], made_up(chance)
        found = forecast(Decimal(round(by(now, gone))), last, gone)
        inside_80 += found.low_80 <= now[-1] <= found.high_80
        inside_50 += found.low_50 <= now[-1] <= found.high_50
    assert 0.74 <= inside_80 / rounds <= 0.86
    assert 0.42 <= inside_50 / rounds <= 0.58


def test_a_company_that_closes_late_is_expected_by_its_own_season():
    """By half of the period a quarter has come, as the later of two even moments does; the straight line would ask for half."""
    chance = Random(3)
    expected = [season([], [made_up(chance) for _ in range(8)], 60).shares[30] for _ in range(40)]
    assert 0.24 <= fmean(expected) <= 0.31  # drawn a ninth of the way towards 0.5
