"""Files of touches are read as a plain loop reads them row by row, whatever stands in them."""

import gzip
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.connectors import slow_touchpoints
from tests.often import often
from treaty.connectors.files import text
from treaty.connectors.files.rows import Block
from treaty.connectors.files.touchpoints import KEYS, key_of, opened, read

IDS = ("u1", "u2", "u77", "ada@x.org", "Ada", " u1 ", "Größe 7", "null", "N/A", "-", "select", "", "7", "0007", "sum", "Total")
USUAL_IDS = ("u1", "u2", "u77", "ada@x.org", "7", "0b-9")
CHANNELS = ("Paid Search", "paid  search", "email", "E-Mail", "Événement", "a,b", 'say "hi"', "", "(not set)", "x\ny", "'=1", "ggg2", "ﬁ 1")
ZONED = (
    "2026-03-01T10:00:00Z",
    "2026-03-01 10:00:00+01:00",
    "2026-02-28T23:59:59.5Z",
    "2026-03-01T10:00-0530",
    "2199-12-31T23:00:00-05:00",
)
BARE = ("2026-03-01T10:00:00", "2026-03-01 10:00", "2026-02-28", "2024-02-29", "1900-01-01")
OUTSIDE = ("9999-12-31", "1899-12-31 23:59")
COUNTS = ("1767225600", "1767225601", "1767229999")
ODD = ("03/04/2026", "13.4.2026 9:05", "1. März 2026", "20260131", "1767225600000", "1767225600123456", "", "-", "45000", "unknown")
BAD = ("yesterday", "2026-02-30", "9999-12-31", "0000-00-00", "2026-03-01T24:00:00", "2026-13-01T10:00:00Z", "1767225600.5")
NUMBERS = ("0", "1", "2.5", "1.234,50", "€ 5k", "(300)", "", "-", "many", "1e3", "12,5", "1234567890123456", "007")
FLAGS = ("yes", "no", "", "1", "x")


def file_of(rng: random.Random) -> bytes:
    """A file: usual everywhere, or odd in some columns, some rows, some bytes."""
    pick = rng.choice
    shapes = pick(
        [
            ZONED,
            BARE,
            COUNTS,
            (*BARE, *OUTSIDE),
            (*ZONED, "2200-01-01T00:30:00+01:00"),
            ("2026-03-01T10:00:00Z", ""),
            ZONED + BARE,
            BARE + ODD,
            ODD + BAD,
            ZONED + ODD + BAD,
        ]
    )
    ids, channels = pick([USUAL_IDS, IDS]), pick([("email", "paid_search", "x1"), CHANNELS])
    numbers = pick([("0", "1"), ("1", "2.5", "3"), NUMBERS, FLAGS])
    header, cells = ["user_id", "timestamp", "channel"], [ids, shapes, channels]
    if rng.random() < 0.6:
        header.append("converted")
        cells.append(numbers)
    if rng.random() < 0.4:
        header, cells = ["", *header, "account"], [("", "x"), *cells, IDS]
    delimiter, end, quotes = pick([",", ",", ";", "\t"]), pick(["\n", "\n", "\r\n"]), pick([0.0, 0.0, 0.3, 1.0])

    def cell(said: str) -> str:
        is_needed = any(mark in said for mark in (delimiter, '"', "\n", "\r"))
        return f'"{said.replace(chr(34), chr(34) * 2)}"' if is_needed or rng.random() < quotes else said

    lines = [delimiter.join(map(cell, header))]
    lines += [delimiter.join(cell(pick(texts)) for texts in cells) for _ in range(pick([0, 3, 40, 40]))]
    for _ in range(pick([0, 0, 0, 1, 2])):
        odd = ["", delimiter * (len(cells) - 1), "u1", f"Total{delimiter * (len(cells) - 1)}", f'u1{delimiter}"2026', 'a"b' + delimiter * 2]
        lines.insert(rng.randint(0, len(lines)), pick([*odd, delimiter.join(["u1"] * 9), f'"u"1{delimiter * (len(cells) - 1)}']))
    said = end.join(lines) + pick(["", end])
    encoded = said.encode(pick(["utf-8", "utf-8", "utf-8-sig", "utf-16"])) if rng.random() < 0.9 else said.encode("cp1252", "replace")
    if rng.random() < 0.1 and encoded:
        at = rng.randrange(len(encoded))
        encoded = encoded[:at] + pick([b"\0", b"\xff", b"\xe9", b'"', b"\r", b"\xef\xbb\xbf"]) + encoded[at:]
    return gzip.compress(encoded) if rng.random() < 0.05 else encoded


def compare(path: Path) -> None:
    one = opened(path)
    columns, refused, notes = slow_touchpoints.read(one)
    told = read(one, path.with_suffix(".parquet"))
    expected = {name: values for name, values in columns.items() if name not in KEYS and name != "campaign"}
    expected["journey"] = columns[key_of(one)]
    assert pq.read_table(told.file).to_pydict() == expected
    assert (told.refused, told.rejected, told.notes) == (refused[:5], len(refused), notes)
    assert told.rows == len(expected["journey"])


@pytest.mark.parametrize("seed", range(often(1, 60)))
def test_random_files_are_read_as_row_by_row(seed, tmp_path, monkeypatch):
    rng, path = random.Random(seed), tmp_path / "t.csv"
    for _ in range(50):
        monkeypatch.setattr(text, "_BLOCK", rng.choice([1 << 20, 200, 60]))
        path.write_bytes(file_of(rng))
        try:
            opened(path)
            key_of(opened(path))
        except ValueError:  # a header that says nothing, or no text at all
            continue
        compare(path)


def test_refusals_are_told_by_batches_of_five_thousand(tmp_path):
    """Within one, what has no time comes behind what cannot be read, as row by row."""
    path = tmp_path / "t.csv"
    rows = [f"u{i},{'' if i in {7, 6_000} else 'never' if i in {9, 4_999, 5_001} else '2026-03-01'},x" for i in range(9_000)]
    path.write_text("\n".join(["user_id,timestamp,channel", *rows]))
    compare(path)
    told = read(opened(path), tmp_path / "t.parquet")
    assert [line for line, _ in told.refused] == [11, 5_001, 9, 5_003, 6_002]


def is_block(path: Path) -> list[bool]:
    columns = opened(path).table.columns
    return [isinstance(piece, Block) for piece in columns([0])] if columns else []


def test_a_usual_file_is_cut_in_blocks_and_one_with_a_bad_row_but_for_that_stretch(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "_BLOCK", 1_000)
    path, rows = tmp_path / "t.csv", ['"u1",2026-03-01T10:00:00Z,"say ""hi"""'] * 200
    path.write_text("\n".join(["user_id,timestamp,channel", *rows]))
    assert all(is_block(path))
    path.write_text("\n".join(["user_id,timestamp,channel", *rows[:100], "u1,2026-03-01", *rows[100:]]))
    kinds = is_block(path)
    assert kinds.count(True) >= 5
    assert 0 < kinds.count(False) < 60
    compare(path)
