"""AUC against counted pairs and a bootstrap, and figures worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.qualification.learning.figures import auc, auc_difference, brier, lift, midranks, parts_by, tenths


def by_pairs(outcome, score):
    won, lost = score[outcome], score[~outcome]
    return np.mean([(w > x) + 0.5 * (w == x) for w in won for x in lost])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=8, max_size=40))
def test_auc_is_the_share_of_pairs_in_order(rows):
    outcome, score = np.array([one for one, _ in rows]), np.array([float(two) for _, two in rows])
    if min(outcome.sum(), (~outcome).sum()) < 2:
        assert auc(outcome, score) is None
    else:
        assert auc(outcome, score).value == pytest.approx(by_pairs(outcome, score))


def drawn(rows=240, seed=5):
    draw = np.random.default_rng(seed)
    outcome = draw.random(rows) < 0.35
    score = np.round(draw.normal(outcome * 1.1, 1), 1)
    return outcome, score, np.round(0.6 * score + draw.normal(outcome * 0.3, 1, rows), 1)


def test_the_interval_is_as_wide_as_a_bootstrap_says():
    outcome, score, _ = drawn()
    draw = np.random.default_rng(1)
    again = []
    for _ in range(2000):
        rows = draw.integers(0, len(outcome), len(outcome))
        again.append(by_pairs_fast(outcome[rows], score[rows]))
    told = auc(outcome, score)
    low, high = np.quantile(again, [0.025, 0.975])
    assert told.low == pytest.approx(low, abs=0.008)
    assert told.high == pytest.approx(high, abs=0.008)


def by_pairs_fast(outcome, score):
    won, lost = score[outcome][:, None], score[~outcome][None, :]
    return ((won > lost) + 0.5 * (won == lost)).mean()


def test_the_interval_of_a_difference_is_as_wide_as_a_bootstrap_says():
    outcome, score, other = drawn()
    draw = np.random.default_rng(2)
    again = []
    for _ in range(2000):
        rows = draw.integers(0, len(outcome), len(outcome))
        again.append(by_pairs_fast(outcome[rows], score[rows]) - by_pairs_fast(outcome[rows], other[rows]))
    told = auc_difference(outcome, score, other)
    assert told.value == pytest.approx(by_pairs_fast(outcome, score) - by_pairs_fast(outcome, other))
    assert told.high - told.low == pytest.approx(2 * 1.96 * np.std(again), rel=0.08)


def test_a_score_that_is_always_right_has_no_width():
    told = auc(np.array([True, True, False, False]), np.array([4.0, 3, 2, 1]))
    assert (told.value, told.low, told.high) == (1, 1, 1)


def test_equal_values_share_their_rank():
    assert midranks(np.array([30.0, 10, 30, 20])).tolist() == [3.5, 1, 3.5, 2]


def test_brier_is_the_mean_squared_distance():
    assert brier(np.array([True, False]), np.array([0.8, 0.4])) == pytest.approx((0.04 + 0.16) / 2)


def test_lift_counts_rows_at_the_edge_by_their_part():
    outcome = np.array([True, True, False, True, False, False, False, False])
    chance = np.array([0.9, 0.8, 0.8, 0.5, 0.3, 0.2, 0.1, 0.1])
    # the best quarter is 2 rows: the first, and one of the two with 0.8, half of whom converted: 1.5 of 3 conversions
    assert lift(outcome, chance, 0.25) == pytest.approx((2.0, 0.5))


def test_tenths_keep_equal_probabilities_together():
    outcome = np.array([True, True, False, False, True, False])
    parts = tenths(outcome, np.array([0.9, 0.5, 0.5, 0.5, 0.1, 0.1]), parts=3)
    # two rows a part: the second edge falls into the 0.5s and moves behind them
    assert [(part.rows, part.converted) for part in parts] == [(4, 2), (2, 1)]
    assert parts[0].expected == pytest.approx(0.6)
    assert sum(part.rows for part in tenths(outcome, np.full(6, 0.5))) == 6


def test_a_part_is_off_when_the_interval_misses_what_was_expected():
    parts = parts_by(["a", "b", "none"], np.array([0] * 100 + [1] * 100), np.array([True] * 50 + [False] * 150), np.full(200, 0.5))
    assert [(part.label, part.rows, part.is_off) for part in parts] == [("a", 100, False), ("b", 100, True)]
