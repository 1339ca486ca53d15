"""Columns of any file as numbers, dates and texts."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.plain import read_arrow, read_plain
from treaty.connectors.files.reader import open_tables
from treaty.connectors.files.typed import typed


def at(*moment):
    """A moment as an Arrow column without zones gives it back."""
    return datetime(*moment, tzinfo=UTC).replace(tzinfo=None)


def read(wanted=None, written=None, **columns):
    return typed(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), wanted, written)


def values(found, name):
    return found.table.column(name).to_pylist()


@pytest.mark.parametrize(
    ("texts", "kind", "found"),
    [
        (["1", "2.5", "-3e2", " 4 ", ""], "number", [1, 2.5, -300, 4, None]),
        (["1.234,50", "7,25", "", "3"], "number", [1234.5, 7.25, None, 3]),
        (["€ 1,200.50", "$3", "unknown"], "number", [1200.5, 3, None]),
        (["31.12.2025", "1.2.2026"], "moment", [at(2025, 12, 31), at(2026, 2, 1)]),
        (["2026-03-10T12:00:00+02:00", None], "moment", [at(2026, 3, 10, 10), None]),
        (["20260131", "20260201"], "moment", [at(2026, 1, 31), at(2026, 2, 1)]),
        (["007", "12", "13"], "text", ["007", "12", "13"]),
        (["02.Medium", "01.High"], "text", ["02.Medium", "01.High"]),
        (["Select", "", "N/A", " a "], "text", ["Select", None, "N/A", "a"]),
        (["", None], "text", [None, None]),
        ([*["1", "2", "3"] * 9, "10+"], "text", [*["1", "2", "3"] * 9, "10+"]),
    ],
)
def test_a_column_is_what_its_values_are(texts, kind, found):
    told = read(c=texts)
    assert told.kinds == {"c": kind}
    assert values(told, "c") == found


def test_a_few_values_that_cannot_be_read_are_nothing_and_said():
    told = read(c=[*map(str, range(99)), "much"])
    assert told.kinds["c"] == "number"
    assert values(told, "c")[-1] is None
    assert told.notes == ["c: 1 values cannot be read and count as nothing: 'much'"]


def test_a_known_kind_is_kept_whatever_the_values_say():
    told = read({"n": "number", "t": "text"}, n=["Select", "3"], t=["1", "2"])
    assert values(told, "n") == [None, 3]
    assert values(told, "t") == ["1", "2"]


def test_how_numbers_are_written_is_taken_from_the_file_they_were_learnt_from():
    first = read(c=["1.500", "2.000,5", "7"])
    assert first.written == {"c": "2.000,5"}
    assert values(read({"c": "number"}, first.written, c=["1.500"]), "c") == [1500]
    assert values(read({"c": "number"}, c=["1.500"]), "c") == [1.5]


def file(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_cut_in_blocks_is_the_file_read_row_by_row(tmp_path):
    rows = [f'{n},"a, {n}",x{n % 3}' for n in range(60_000)]
    rows[31_000] = "31000,too,many,cells"
    rows[40_000] = '40000,"a cell\nover two lines",x1'
    path = file(tmp_path, "n,said,kind\n" + "\n".join(rows) + "\n")
    found = read_arrow(path, 100_000)
    one_by_one = [row for row in next(iter(open_tables([path]))).rows() if hasattr(row, "cells") and not hasattr(row, "problem")]
    assert found.table.to_pydict() == {name: [row.cells[at] for row in one_by_one] for at, name in enumerate(("n", "said", "kind"))}
    assert found.lines == [row.line for row in one_by_one]
    assert [(row.line, row.problem) for row in found.refused] == [(31_002, "4 cells where the header has 3")]
    assert read_plain(path).columns == found.table.to_pydict()


def test_a_file_that_is_too_long_or_empty_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="more than 2 rows"):
        read_arrow(file(tmp_path, "a,b\n1,2\n3,4\n5,6\n"), 2)
    with pytest.raises(FileRefused, match="is empty"):
        read_arrow(file(tmp_path, ""), 2)
    assert read_arrow(file(tmp_path, "a,b\n"), 2).table.to_pydict() == {"a": [], "b": []}
