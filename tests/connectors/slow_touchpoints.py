"""Files of touches read as the product did first: row by row, each text by its column's reader. What `touchpoints` is held against."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from treaty.connectors.files.columns import ColumnReader, Problem
from treaty.connectors.files.rows import Refused, Row
from treaty.connectors.files.touchpoints import KEYS, KINDS, Opened
from treaty.connectors.files.values import share_read

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOGETHER = 5_000


def read(one: Opened) -> tuple[dict[str, list[object]], list[tuple[int, str]], tuple[str, ...]]:
    """(columns by meaning, every refused row with its problem, notes)."""
    readers = {meaning: reader(one, meaning, place) for meaning, place in one.places.items()}
    columns: dict[str, list[object]] = {meaning: [] for meaning in one.places}
    refused: list[tuple[int, str]] = []
    rows = one.table.rows()
    while batch := list(islice(rows, TOGETHER)):
        refused += [(row.line, row.problem) for row in batch if isinstance(row, Refused)]
        good = [row for row in batch if isinstance(row, Row)]
        values = {meaning: [readers[meaning][row.cells[place]] for row in good] for meaning, place in one.places.items()}
        bad = set()
        for column in values.values():
            for i, value in enumerate(column):
                if isinstance(value, Problem) and i not in bad:
                    bad.add(i)
                    refused.append((good[i].line, value.says))
        keys = [values[name] for name in KEYS if name in values]
        for i, row in enumerate(good):
            lacks = "time" if "at" in values and values["at"][i] is None else "id" if keys and all(k[i] is None for k in keys) else ""
            if lacks and i not in bad:
                bad.add(i)
                refused.append((row.line, f"it has no {lacks}"))
        for meaning, column in values.items():
            columns[meaning] += [plain(value) for i, value in enumerate(column) if i not in bad]
    notes = tuple(f"{reader.header}: {note}" for reader in readers.values() for note in reader.notes)
    return columns, refused, (*one.table.notes, *notes)


def reader(one: Opened, meaning: str, place: int) -> ColumnReader:
    rows = (row for row in islice(one.table.rows(), 5_000) if isinstance(row, Row))
    sample = list(dict.fromkeys(row.cells[place] for row in rows if row.cells[place]))
    kind = KINDS.get(meaning, "text")
    if meaning == "n" and share_read("number", sample[:500]) < 1 and share_read("flag", sample[:500]) == 1:
        kind = "flag"
    return ColumnReader(one.table.header[place], meaning, kind, sample)


def plain(value: object) -> object:
    if isinstance(value, date):
        at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
        return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)
    return float(value) if isinstance(value, bool | int | Decimal) else value
