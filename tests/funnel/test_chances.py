"""Chances worked a second time: exact sums of fractions, a numeric integral, and a thousand worlds in which nothing changed."""

from fractions import Fraction
from math import comb, gamma, pi, sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.funnel.chances import count_differs, false_among, share_differs, student, trimmed, unrest, value_differs


def fisher(k, n, base_k, base_n):
    """Every table with these margins, as a fraction of all; those no more probable than the one seen are added up."""
    found, all_ = k + base_k, n + base_n
    chance = {
        x: Fraction(comb(n, x) * comb(base_n, found - x), comb(all_, found)) for x in range(max(0, found - base_n), min(n, found) + 1)
    }
    return sum(one for one in chance.values() if one <= chance[k])


def binomial(n, base_n, part):
    both = n + base_n
    chance = [comb(both, x) * part**x * (1 - part) ** (both - x) for x in range(both + 1)]
    return sum(one for one in chance if one <= chance[n])


def test_a_share_worked_by_hand():
    """3 of 3 against 0 of 3: of the 20 ways to place three successes among six, this one and its mirror: 2/20."""
    assert share_differs(3, 3, 0, 3) == pytest.approx(0.1)
    assert share_differs(3, 4, 1, 4) == pytest.approx(34 / 70)  # the lady tasting tea, two-sided: (1 + 16 + 16 + 1) / 70
    assert share_differs(5, 10, 50, 100) == 1.0


def test_a_count_worked_by_hand():
    """Five against none in equal times: as many heads, or as many tails, of five throws: 2/32."""
    assert count_differs(5, 0, 0.5) == pytest.approx(2 / 32)
    assert count_differs(0, 0, 0.5) == 1.0
    assert count_differs(3, 18, 1 / 7) == pytest.approx(1.0)  # exactly as often as before


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_share_is_what_exact_fractions_say(data):
    n, base_n = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 60))
    k, base_k = data.draw(st.integers(0, n)), data.draw(st.integers(0, base_n))
    assert share_differs(k, n, base_k, base_n) == pytest.approx(float(fisher(k, n, base_k, base_n)), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 50), st.integers(0, 90), st.integers(1, 9))
def test_a_count_is_what_exact_fractions_say(n, base_n, tenth):
    part = Fraction(tenth, 10)
    assert count_differs(n, base_n, float(part)) == pytest.approx(float(binomial(n, base_n, part)), rel=1e-6)


def test_large_and_far_apart_groups_neither_overflow_nor_take_long():
    assert share_differs(60_000, 100_000, 300_000, 600_000) < 1e-300
    assert share_differs(50_100, 100_000, 300_000, 600_000) == pytest.approx(0.56, abs=0.01)
    assert count_differs(100_000, 600_000, 1 / 7) == pytest.approx(1.0, abs=0.01)
    assert share_differs(0, 0, 1, 5) == 1.0


@pytest.mark.parametrize(("t", "freedom"), [(2.0, 1), (2.0, 2), (2.0, 3), (-2.5, 5), (4.0, 4), (0.0, 3), (1.0, 10)])
def test_the_tail_is_what_an_integral_of_the_density_says(t, freedom):
    """Simpson's rule over 2,000 slices from -|t| to |t|."""
    scale = gamma((freedom + 1) / 2) / (sqrt(freedom * pi) * gamma(freedom / 2))
    steps, width = 2000, 2 * abs(t) / 2000
    heights = [scale * (1 + (-abs(t) + place * width) ** 2 / freedom) ** (-(freedom + 1) / 2) for place in range(steps + 1)]
    within = width / 3 * (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2]))
    assert student(t, freedom) == pytest.approx(1 - within, abs=1e-9)


def test_an_odd_period_before_moves_neither_the_middle_nor_the_spread_much():
    """Of six the least and the most are drawn in to their neighbours: 2, 2, 3, 4, 5, 5 have the mean 3.5 either way."""
    assert trimmed([1, 2, 3, 4, 5, 6]) == trimmed([-900, 2, 3, 4, 5, 900])
    middle, error = trimmed([1, 2, 3, 4, 5, 6])
    assert middle == 3.5
    assert error == pytest.approx(sqrt((2.25 * 2 + 0.25 + 0.25 + 2.25 * 2) / (4 * 3)))


def test_equal_values_before_make_any_other_value_a_change():
    assert value_differs(5.0, [5.0] * 6) == 1.0
    assert value_differs(6.0, [5.0] * 6) == 0.0
    assert value_differs(-1.0, [-1.0] * 6) == 1.0


def test_the_rule_of_many_by_hand():
    """Of five at 10 % the bars are 2, 4, 6, 8 and 10 %: the third least, 7 %, is over its 6 %."""
    assert false_among([0.50, 0.01, 0.03, 0.60, 0.07], 0.1) == [False, True, True, False, False]
    assert false_among([0.06, 0.09], 0.1) == [True, True]  # 6 % is over its own 5 %, but the next is under its 10 %
    assert false_among([0.09, 0.5], 0.1) == [False, False]
    assert false_among([], 0.1) == []


def draws(dice, n, share):
    return sum(dice.random() < share for _ in range(n))


def test_when_nothing_changed_few_looks_find_a_change():
    """150 pages of eight shares, eight counts and four lengths each, drawn from the same source as their past: one page in ten
    may flag anything. Exact tests of small counts stay somewhat below."""
    dice, pages, wrong = Random(7), 150, 0
    for _ in range(pages):
        chances = []
        for place in range(8):
            share, n = 0.1 + 0.1 * place, 20 + 10 * place
            chances.append(share_differs(draws(dice, n, share), n, draws(dice, 6 * n, share), 6 * n))
            chances.append(count_differs(draws(dice, 7 * n, 1 / 7), draws(dice, 42 * n, 1 / 7), 1 / 7))
        chances += [value_differs(dice.lognormvariate(3, 0.5), [dice.lognormvariate(3, 0.5) for _ in range(6)]) for _ in range(4)]
        wrong += any(false_among(chances, 0.1))
    assert 0.03 <= wrong / pages <= 0.12


def test_a_length_is_called_as_rarely_as_stated():
    """Nominal 5 of 100, on skewed lengths."""
    dice = Random(11)
    rare = [value_differs(dice.lognormvariate(3, 0.8), [dice.lognormvariate(3, 0.8) for _ in range(6)]) <= 0.05 for _ in range(4000)]
    assert 0.035 <= sum(rare) / len(rare) <= 0.065


def test_a_real_change_is_found():
    assert share_differs(20, 100, 240, 600) < 0.001
    assert count_differs(30, 420, 1 / 7) < 0.001
    assert value_differs(90.0, [30, 32, 29, 31, 33, 28]) < 0.005


def test_clumps_are_not_taken_for_changes():
    """Counts that go up and down by twelve around 40 vary 4.3 times as much as single cases: (5 × 144 + …) / 40 / 5."""
    counts = [28, 52, 28, 52, 28, 52]
    assert unrest([((n - 40) ** 2, 40) for n in counts]) == pytest.approx(6 * 144 / 40 / 5)
    assert unrest([((n - 40) ** 2, 40) for n in (39, 41, 40, 40, 41, 39)]) == 1.0
    assert unrest([]) == unrest([(9, 0)]) == 1.0
