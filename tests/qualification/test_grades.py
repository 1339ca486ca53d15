"""The grid: points into bands, bands into a grade. Expected grades by hand, and against a lookup that shares no code."""

import random

import pytest

from treaty.qualification.grades import Banded, band, banded, grade

GRID = {"fit": {"A": 30, "B": 15, "C": 0}, "engagement": {"1": 60, "2": 30, "3": 0}}


@pytest.mark.parametrize(("fit", "engagement", "expected"), [
    (30, 60, "A1"), (29, 59, "B2"),
    (15, 30, "B2"), (14, 29, "C3"),
    (0, 0, "C3"), (1000, 0, "A3"),
    (-1, 0, "–3"), (-1, -1, ""),
])  # fmt: skip
def test_a_band_begins_exactly_at_its_points(fit, engagement, expected):
    assert grade(GRID, {"fit": fit, "engagement": engagement}) == expected


def test_bands_of_several_letters_are_kept_apart():
    grid = {"fit": {"gold": 10, "tin": 0}, "engagement": {"1": 5, "2": 0}}
    assert grade(grid, {"fit": 12, "engagement": 4}) == "gold 2"
    assert grade({"fit": {"A": 1, "AB": 0}, "engagement": {"B": 0}}, {"fit": 1}) == "A B"


def test_fit_is_named_first_whatever_the_order_of_the_document():
    assert grade(dict(reversed(GRID.items())), {"fit": 30, "engagement": 30}) == "A2"
    assert grade({"intent": {"x": 0}, **GRID}, {"fit": 30, "engagement": 30}) == "A2x"


def test_without_a_grid_there_is_no_grade():
    assert grade({}, {"fit": 90}) == ""


def test_the_next_better_band_is_named():
    assert banded(GRID, {"fit": 20, "engagement": 75}) == (Banded("fit", 20, "B", "A", 30), Banded("engagement", 75, "1"))
    assert banded({"fit": {"A": 30, "B": 15}}, {"fit": 3}) == (Banded("fit", 3, "", "B", 15),)


def slow_band(bands, points):
    """The best of the bands whose start is reached, by trying every one and keeping the highest start."""
    found = None
    for name in bands:
        if bands[name] <= points and (found is None or bands[name] > bands[found]):
            found = name
    return found or ""


@pytest.mark.parametrize("seed", range(20))
def test_random_grids_agree_with_a_plain_lookup_at_every_point(seed):
    draw = random.Random(seed)
    starts = sorted(draw.sample(range(-20, 60), draw.randint(1, 6)), reverse=True)
    bands = {chr(65 + number): start for number, start in enumerate(starts)}
    assert [band(bands, points) for points in range(-25, 65)] == [slow_band(bands, points) for points in range(-25, 65)]
