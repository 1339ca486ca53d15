import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.qualification.learning.bins import bins_of, cuts_of, least_rows, roundest
from treaty.qualification.learning.kinds import left_out
from treaty.qualification.learning.placeholders import placeholders
from treaty.qualification.learning.tables import CannotLearn, read_column, read_columns


def column(values, name="c"):
    return read_column(name, pa.array(values))


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (1.37, 2.4, 2.0),
        (0.0312, 0.0389, 0.035),
        (41, 63, 50),
        (980, 1020, 1000),
        (-3, 4, 0),
        (-63, -41, -50),
        (7, 7, 7),
        (0.1, 0.2, 0.2),
        (8, 9, 9),
    ],
)
def test_the_roundest_number_between_two(low, high, found):
    assert roundest(low, high) == found


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_round_number_lies_above_the_low_end_and_up_to_the_high(low, width):
    if low + width > low:
        assert low < roundest(low, low + width) <= low + width


@given(st.lists(st.one_of(st.integers(0, 40), st.floats(0, 1e4)), min_size=1, max_size=400))
def test_every_part_of_a_number_has_enough_rows(values):
    cuts = cuts_of(np.array(values, float))
    parts = np.bincount(np.searchsorted(np.array(cuts), values, side="right"), minlength=len(cuts) + 1)
    assert list(cuts) == sorted(set(cuts))
    assert not cuts or parts.min() >= least_rows(len(values))


def test_zero_is_a_part_of_its_own_and_whole_numbers_are_cut_at_whole_ones():
    values = [0] * 300 + [n % 90 + 1 for n in range(700)]
    cuts = cuts_of(np.array(values, float))
    assert cuts[0] == 1
    assert all(cut == int(cut) for cut in cuts)


def test_rare_levels_are_joined_and_spellings_of_one_word_are_one_level():
    told = column(["Google"] * 60 + ["google "] * 3 + ["Fair"] * 40 + ["x", "y"] + [None] * 5)
    bins = bins_of(told, 110)
    assert bins.levels == (("Google", "google"), ("Fair",))
    assert bins.labels() == ["Google", "Fair", "any other", "not known"]
    assert np.bincount(bins.codes(told)).tolist() == [63, 40, 2, 5]


def test_levels_and_emptiness_that_training_never_saw_are_told_apart():
    bins = bins_of(column(["a"] * 50 + ["b"] * 50), 100)
    assert bins.codes(column(["a", "b", "new", None, ""])).tolist() == [0, 1, -1, -2, -2]


def test_a_value_at_the_cut_is_above_it():
    bins = bins_of(column([1] * 50 + [2] * 50 + [3] * 50), 150)
    assert bins.cuts == (2, 3)
    assert bins.codes(column([0.0, 2.0, 2.9, 3.0, None])).tolist() == [0, 1, 1, 2, -2]


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("Lead ID", [f"a{n}" for n in range(40)], "an id"),
        ("nr", list(range(70_000, 70_000 + 7 * 40, 7)), "an id"),
        ("anything", list(range(200)), "an id"),  # consecutive
        ("notes", [f"a long story about many things that happened to number {n}" for n in range(40)], "free text"),
        ("remark", [f"words {n}" for n in range(30)] + ["same"] * 25, "free text"),
        ("empty", [None] * 40, "empty"),
        ("always", ["No"] * 40, "one value"),
        ("nearly", ["No"] * 38 + ["Yes"] * 2, "one value in all but 2 rows"),
    ],
)
def test_what_is_no_signal_is_left_out_with_its_reason(name, values, says):
    assert left_out(column(values, name)).startswith(says)


def test_what_can_be_a_signal_is_not_left_out():
    assert not left_out(column([n * 37.5 for n in range(300)], "revenue"))
    assert not left_out(column([n * 37 for n in range(300)], "visits"))
    assert not left_out(column(["a", "b"] * 30))
    assert not left_out(column([1.0] * 20 + [None] * 20))


def test_placeholders_are_found_by_their_words_and_by_standing_everywhere():
    towns, jobs, goals = ["Ulm", "Bonn", "Kiel", "Jena"], ["cook", "smith", "baker", "nurse"], ["more", "less", "new", "old"]
    table = {name: [*words, "zzz"] * 3 for name, words in (("town", towns), ("job", jobs), ("goal", goals))}
    table["list"] = ["Select", "-- bitte wählen --", "N/A", "Seleccione una", "selected", "a", "b", "-", "c", "d", "e", "f", "g", "h", "i"]
    found = placeholders(list(read_columns(table).values()))
    assert found["list"] == {"Select", "-- bitte wählen --", "N/A", "Seleccione una", "-"}
    assert found["town"] == found["job"] == found["goal"] == {"zzz"}


def test_words_that_stand_in_many_columns_as_values_are_no_placeholders():
    table = {name: [f"{name}1", f"{name}2", f"{name}3", "Other", "yes"] for name in ("a", "b", "c", "d")}
    assert placeholders(list(read_columns(table).values())) == {}


def test_columns_of_every_kind_of_table_are_read_alike():
    import pandas as pd

    told = {"n": [1.5, None], "t": [" a ", ""], "b": [True, False]}
    for table in (told, pd.DataFrame(told), pa.table(told)):
        found = read_columns(table)
        assert [found["n"].numbers[0], found["n"].filled.tolist()] == [1.5, [True, False]]
        assert (found["t"].levels, found["t"].codes.tolist()) == (("a",), [0, -1])
        assert found["b"].levels == ("false", "true")


def test_a_table_that_is_none_is_refused():
    with pytest.raises(CannotLearn, match="no plain table"):
        read_columns({"a": [1, 2], "b": [1]})
