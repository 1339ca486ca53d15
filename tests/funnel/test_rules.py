"""Ranges and curves, worked by hand and against plain fractions."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.funnel.rules import kaplan_meier, until
from treaty.shares import wilson

stays = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=30)
"""(how long somebody was seen, whether they had left by then); many of the same length."""


def counted(seen):
    return [(took, seen.count((took, True)), seen.count((took, False))) for took in {took for took, _ in seen}]


@settings(max_examples=200, deadline=None)
@given(stays)
def test_the_curve_is_the_product_of_those_who_stayed_at_each_length(seen):
    share, expected = Fraction(1), []
    for took in sorted({took for took, has_left in seen if has_left}):
        there = [one for one in seen if one[0] >= took]  # whoever was last seen at that length was still there
        share *= 1 - Fraction(there.count((took, True)), len(there))
        expected.append((took, share))
    found = kaplan_meier(counted(seen))
    assert [step.took for step in found] == [took for took, _ in expected]
    assert [step.staying for step in found] == pytest.approx([float(share) for _, share in expected], abs=1e-12)
    for part in (Fraction(1, 2), Fraction(4, 5)):
        assert until(found, float(part)) == next((took for took, share in expected if share <= 1 - part), None)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=30))
def test_where_all_have_left_the_curve_is_who_stayed_longer(lengths):
    for step in kaplan_meier(counted([(took, True) for took in lengths])):
        assert step.staying == pytest.approx(sum(took > step.took for took in lengths) / len(lengths))


def test_a_curve_worked_by_hand():
    """Ten were there. At 1 two left (8/10). At 2 one left, one was last seen (7/8). At 4 three of the six left (3/6): 0.8 × 0.875 × 0.5.

    Greenwood at 1: 2 / (10 × 8) = 0.025, so 0.8 ± 1.96 × 0.8 × √0.025.
    """
    found = kaplan_meier([(4, 3, 0), (1, 2, 0), (2, 1, 1), (9, 0, 3)])
    assert [(step.took, step.staying) for step in found] == [(1, 0.8), (2, pytest.approx(0.7)), (4, pytest.approx(0.35))]
    assert found[0].low == pytest.approx(0.8 - 1.96 * 0.8 * sqrt(0.025))
    assert (until(found, 0.5), until(found, 0.8)) == (4, None)


def test_wilson_worked_by_hand():
    """4 of 10: z² = 3.8416; (4 + 1.9208) / 13.8416 ± 1.96 / 13.8416 × √(10 × 0.4 × 0.6 + 3.8416 / 4) = 0.42775 ± 0.25958."""
    assert wilson(4, 10) == (pytest.approx(0.16818, abs=1e-5), pytest.approx(0.68733, abs=1e-5))
    assert wilson(0, 10) == (0.0, pytest.approx(3.8416 / 13.8416))
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_at_either_end_of_the_range_the_share_seen_is_so_many_errors_away(drawn):
    k, n = drawn
    for end in wilson(k, n):
        assert (k / n - end) ** 2 == pytest.approx(1.96**2 * end * (1 - end) / n, abs=1e-9)
