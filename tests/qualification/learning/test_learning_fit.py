"""Ridge, points and folds: against closed forms, the conditions of an optimum, and a table worked by hand."""

import numpy as np
import pyarrow as pa
import pytest

from treaty.qualification.learning.bins import Bins, bins_of
from treaty.qualification.learning.design import block_of, design_of
from treaty.qualification.learning.fitting import calibration, card_of, fit_all, tried
from treaty.qualification.learning.points import card, probability
from treaty.qualification.learning.ridge import curvature_of, fitted, logistic
from treaty.qualification.learning.splits import folds, hashes, split
from treaty.qualification.learning.tables import CannotLearn, read_column, read_columns

FREE = np.array([False])


def test_two_groups_without_a_penalty_get_their_own_shares():
    rows = np.array([[0.0]] * 10 + [[1.0]] * 10, np.float32)
    outcome = np.array([1.0] * 2 + [0] * 8 + [1] * 7 + [0] * 3)
    fit = fitted(rows, outcome, 1e-9, FREE)
    assert fit.intercept == pytest.approx(np.log(2 / 8), abs=1e-3)
    assert fit.coefficients[0] == pytest.approx(np.log(7 / 3) - np.log(2 / 8), abs=1e-3)


def slope(rows, outcome, fit, strength):
    return rows.T @ (logistic(fit.score(rows)) - outcome) + strength * fit.coefficients


def drawn(rows=3000, seed=3):
    draw = np.random.default_rng(seed)
    table = draw.normal(size=(rows, 4)).astype(np.float32)
    return table, (draw.random(rows) < logistic(table @ [1.0, -0.7, 0.0, 0.3] - 0.5)).astype(float)


def test_nothing_more_can_be_gained_at_the_end():
    rows, outcome = drawn()
    fit = fitted(rows, outcome, 5.0, np.zeros(4, bool))
    assert np.abs(slope(rows, outcome, fit, 5.0)).max() < 0.5  # of 3,000 rows: a thousandth of a standard error


def test_a_coefficient_that_may_not_fall_stays_at_zero_and_the_others_are_at_their_optimum():
    rows, outcome = drawn()
    fit = fitted(rows, outcome, 5.0, np.array([True, True, False, False]))
    left = slope(rows, outcome, fit, 5.0)
    assert fit.coefficients[1] == 0
    assert left[1] > 0  # it would go below
    assert np.abs(left[[0, 2, 3]]).max() < 0.5
    assert fit.coefficients[0] > 0.5


def test_steps_add_up_from_below_and_from_above():
    number = Bins("n", "number", cuts=(1.0, 2.0), has_blank=True)
    assert block_of(number, 1).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert block_of(number, -1).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1]]


def test_points_are_whole_and_a_hundred_is_an_even_chance():
    bins = Bins("source", "levels", levels=(("ads",), ("fair",)), has_blank=True)
    codes = np.array([0, 0, 0, 1])
    log2 = float(np.log(2))
    made = card([bins], [np.array([1.0, 1.0 + 2 * log2, 1.0 - log2])], -1.0, [codes], 1.0, 0.0)
    # ads is the usual level: -1 + 1 = log odds of 0, so 100; the fair has 2 doublings more, nothing known one less
    assert (made.base, made.signals[0].points) == (100, (0, 20, -10))
    assert made.signals[0].unseen == 5  # (3 × 0 + 1 × 20) / 4
    assert probability(np.array([90, 100, 110, 120])).tolist() == pytest.approx([1 / 3, 0.5, 2 / 3, 0.8])


def test_calibration_mends_scores_that_are_too_sure():
    draw = np.random.default_rng(4)
    honest = draw.normal(size=20_000)
    outcome = draw.random(20_000) < logistic(honest - 1)
    found = calibration(3 * honest + 2, outcome)
    # log odds are honest - 1 = (3 × honest + 2) / 3 - 5/3
    assert found == pytest.approx((1 / 3, -5 / 3), abs=0.06)


def test_scores_that_tell_the_contrary_become_no_scores():
    draw = np.random.default_rng(4)
    score = draw.normal(size=2000)
    found, shift = calibration(score, draw.random(2000) < logistic(-score))
    assert found == 0
    assert shift == pytest.approx(0, abs=0.15)


def numbers(values):
    return read_column("n", pa.array(values))


def learnt(values, outcome, direction):
    told = numbers(values)
    bins = bins_of(told, len(values))
    codes = bins.codes(told)
    fold = folds(hashes([told], len(values)), outcome)
    return (
        card_of(fit_all([bins], [codes], outcome, fold, {"n": direction} if direction else {}), [bins], [codes], outcome).signals[0].points
    )


def test_points_only_rise_or_only_fall_where_that_is_asked():
    draw = np.random.default_rng(6)
    values = draw.random(4000) * 100
    outcome = draw.random(4000) < np.where(values < 60, values / 100, 0.9 - values / 150)  # up, then down
    free, rising, falling = (learnt(values, outcome, direction) for direction in (0, 1, -1))
    assert list(free) != sorted(free)
    assert list(rising) == sorted(rising)
    assert list(falling) == sorted(falling, reverse=True)
    assert rising[-1] > rising[0]


def test_each_end_is_dealt_out_evenly_and_so_are_rows_that_are_the_same():
    row_hashes = hashes(list(read_columns({"a": [1, 2] * 1000}).values()), 2000)
    outcome = np.tile([True, False, False, False, False, False, False, True], 250)
    fold = folds(row_hashes, outcome)
    for end in (True, False):
        for value in (0, 1):
            counts = np.bincount(fold[(outcome == end) & (np.arange(2000) % 2 == value)], minlength=5)
            assert counts.max() - counts.min() <= 1


def test_the_order_of_rows_changes_no_fold():
    draw = np.random.default_rng(7)
    row_hashes, outcome, order = np.arange(500).astype(np.uint64) * 7919 % 501, draw.random(500) < 0.3, draw.permutation(500)
    assert folds(row_hashes[order], outcome[order]).tolist() == folds(row_hashes, outcome)[order].tolist()


def test_rows_that_do_not_count_change_nothing():
    rows, outcome = drawn()
    half = np.arange(len(rows)) % 2 == 0
    some = fitted(rows, outcome, 5.0, np.zeros(4, bool), kept=half.astype(float))
    alone = fitted(rows[half], outcome[half], 5.0, np.zeros(4, bool))
    assert some.coefficients == pytest.approx(alone.coefficients, abs=1e-3)


def test_second_derivatives_nearly_known_lead_to_the_same_end():
    rows, outcome = drawn()
    known = curvature_of(rows, np.full(len(rows), 0.2))
    assert fitted(rows, outcome, 5.0, np.zeros(4, bool), curvature=known).coefficients == pytest.approx(
        fitted(rows, outcome, 5.0, np.zeros(4, bool)).coefficients, abs=2e-3
    )


def test_a_row_has_the_same_hash_wherever_it_stands():
    table = {"a": [1.5, 2.5, None], "b": ["x", None, "y"]}
    there = hashes(list(read_columns(table).values()), 3)
    back = hashes(list(read_columns({name: values[::-1] for name, values in reversed(table.items())}).values()), 3)
    assert there.tolist() == back[::-1].tolist()
    assert len(set(there.tolist())) == 3


def test_the_newest_quarter_is_kept_back():
    times = np.arange(400, dtype=float)
    times[7] = np.nan
    outcome = np.arange(400) % 2 == 0
    found = split(np.arange(400).astype(np.uint64), outcome, times)
    assert (found.by, found.since) == ("time", 300)
    assert np.flatnonzero(found.newest).tolist() == list(range(300, 400))


@pytest.mark.parametrize(
    ("outcome", "times", "says"),
    [
        (np.arange(400) < 10, None, "10 of 400 rows converted: a score needs 20"),
        (np.arange(400) < 200, np.arange(400.0), "the newest quarter has 0 conversions in 100 rows"),
        (np.arange(400) < 200, np.full(400, np.nan), "holds no date"),
    ],
)
def test_too_little_to_learn_from_is_said(outcome, times, says):
    with pytest.raises(CannotLearn, match=says):
        split(np.arange(400).astype(np.uint64), outcome, times)


def test_no_row_is_judged_by_a_fit_that_saw_it():
    """A column of pure chance, one level for each pair of rows: on rows it saw it would be right, on others it is not."""
    draw = np.random.default_rng(8)
    outcome = draw.random(600) < 0.5
    bins = Bins("noise", "levels", levels=tuple((str(n),) for n in range(200)))
    codes = draw.integers(0, 200, 600)
    design = design_of([bins], [codes], {})
    fit = fitted(design.rows, outcome.astype(float), 1.0, design.never_less)
    seen = np.corrcoef(fit.score(design.rows), outcome)[0, 1]
    unseen = np.corrcoef(tried([bins], [codes], outcome, np.arange(600) % 5), outcome)[0, 1]
    assert seen > 0.4
    assert abs(unseen) < 0.15
