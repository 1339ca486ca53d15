"""Asking the figures of a period: one question per measure; what any of them consists of is asked only where it moved."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import ibis.expr.types as ir
from ibis.common.exceptions import IbisTypeError

from treaty.agreement.models import InForce
from treaty.attribution.chain import TooManyStates
from treaty.books.exported import COLUMNS
from treaty.books.lines import ZERO, Key, Line, in_order
from treaty.books.measures import ASKED, COUNTED, CREDITED, SCALE, Summed, entered_or_left, moved, record_of, sharings, summed, sums
from treaty.engine.limit import TookTooLong
from treaty.engine.mixed import Views, rows
from treaty.engine.periods import Period
from treaty.funnel.catalogue import Measure, ask, asked_of, find
from treaty.funnel.frame import Frame

Figures = Callable[[Frame, Period], list[Line]]
"""What the books freeze: the lines of a period, from one lake under one frame. They must not depend on anything else."""
PLACES = Decimal("0.000001")
"""To which a rate or a length of time is written."""


class NotCountable(Exception):
    """The figures of a period cannot be made from these data now; the message says why and what would help. Nothing is stored."""


@contextmanager
def counting(name: str) -> Iterator[None]:
    """What stands in the way of the figures of a period, as a sentence with the way out. Raises NotCountable."""
    try:
        yield
    except TooManyStates as fault:
        way = "give touches fewer channels where they come from, or agree on another model"
        raise NotCountable(f"the credit of {name} cannot be shared, {fault}: {way}") from fault
    except TookTooLong as fault:
        raise NotCountable(f"the figures of {name} took too long to count and nothing is stored: try again when less is running") from fault
    except (LookupError, AttributeError, IbisTypeError) as fault:
        if not _is_not_there(fault):
            raise
        says = fault.args[0] if fault.args else fault
        way = "`treaty work` exports what this release needs; what was closed by another release is computed by that one"
        raise NotCountable(f"this release cannot compute {name} from these data ({says}): {way}") from fault


def _is_not_there(fault: Exception) -> bool:
    """Whether data lack a table, or a column that this release exports, as the lake and Ibis say that; anything else is a fault of ours."""
    if isinstance(fault, AttributeError):
        return isinstance(fault.obj, ir.Table) and fault.name in COLUMNS
    if isinstance(fault, IbisTypeError):
        found = _NO_COLUMN.match(str(fault))
        return found is not None and found[1] in COLUMNS
    return type(fault) is LookupError


_NO_COLUMN = re.compile(r"Column '(\w+)' is not found in table")


class Moved(NamedTuple):
    """A record that counts otherwise: `deal`, `touch`, `lead` or `spend`, its row number, by how much; 0 in a rate or a median, of
    which no record has a part."""

    kind: str
    record: int
    amount: Decimal


def frame_of(lake: Views, held: Sequence[InForce], at: datetime) -> Frame:
    """The frame of a closed period: the versions that held until its end, the last of them for ever.

    So what is signed later, for later, never counts for it. at: the moment of the close.
    """
    return Frame(lake, held, at)


def lines(frame: Frame, period: Period, only: Collection[str] = ()) -> list[Line]:
    """The figures of the books for a period, in their order; only: of these measures, else of all. A line of 0 is none."""
    found = [line for one in summed(frame) if not only or one.measure in only for line in _summed(one, frame, period)]
    found += [line for name in ASKED if not only or name in only for line in _asked(name, frame, period)]
    return in_order(line for line in found if line.figure)


def _summed(one: Summed, frame: Frame, period: Period) -> Iterable[Line]:
    """Lines rolled up from sums over all dimensions at once."""
    found: dict[Key, Decimal] = defaultdict(Decimal)
    for row in rows([_lake(frame)], ("sums", *_named(one, frame, period)), lambda: sums(one, frame, period.us)):
        for key, figure in _each(one, row):
            found[key] += figure
    return (Line(key, figure) for key, figure in found.items())


def _asked(name: str, frame: Frame, period: Period) -> Iterable[Line]:
    for one in ask(frame, name, period):
        if one.figure is not None:
            yield Line(_key(name, one.part, frame), one.figure.quantize(PLACES))


def _key(name: str, part: str, frame: Frame) -> Key:
    unit = find(name).unit
    return Key(name, "part" if part else "", part, frame.terms.currency if unit == "money" else unit)


def _lake(frame: Frame) -> Views:
    assert isinstance(frame.lake, Views), frame.lake  # noqa: S101 - `frame_of` made it
    return frame.lake


def _named(one: Summed, frame: Frame, period: Period) -> tuple[Hashable, ...]:
    """All that cases are made from but the lake: the measure, the signed terms, the moment, the period. What channels weigh is
    asked of the lake itself and written into the statement, so it is part of the name."""
    weighed = repr(sharings(frame, period.us)) if one is CREDITED else ""
    return (one.measure, one.version, tuple(row.version.hash for row in frame.held), frame.at_us, period, weighed)


def _each(one: Summed, row: Mapping[str, Any]) -> Iterable[tuple[Key, Decimal]]:
    """What a row of cases adds to which lines: its amount in its unit, and how many it counts as."""
    told = [("", "")] if one.is_whole else []
    told += [(name, str(row[name])) for name in one.dimensions]
    count = COUNTED[str(row["kind"])]
    for by, value in told:
        yield Key(one.measure, by, value, str(row["unit"])), Decimal(int(row["amount"])) / SCALE
        yield Key(one.measure, by, value, count), Decimal(int(row["n"]))


def behind(before: Frame, after: Frame, period: Period, measures: Collection[str]) -> dict[Key, list[Moved]]:
    """Per line the records that count otherwise under `after` than under `before`, the greatest first. Their amounts sum to
    what the line has moved by; of a number that is asked as a whole they are those that entered, left or changed in it."""
    found: dict[Key, dict[tuple[str, int], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in (one for one in summed(after) if one.measure in measures):
        for row in _moved(one, before, after, period):
            for key, figure in _each(one, row):
                found[key][row["kind"], row["record"]] += figure
    whole = {name: _entered_or_left(name, before, after, period) for name in ASKED if name in measures}
    return {key: _in_order(records) for key, records in found.items()} | {key: each for of in whole.values() for key, each in of.items()}


def _entered_or_left(name: str, before: Frame, after: Frame, period: Period) -> dict[Key, list[Moved]]:
    """Each with 0, by row number."""
    key = ("entered or left", *_asked_as(name, after, period), *_asked_as(name, before, period))
    found: dict[Key, list[Moved]] = defaultdict(list)
    for row in rows([_lake(before), _lake(after)], key, lambda: entered_or_left(name, before, after, period.us)):
        found[_key(name, str(row["part"]), after)].append(Moved(record_of(name), row["record"], ZERO))
    return {key: sorted(each) for key, each in found.items()}


def _asked_as(name: str, frame: Frame, period: Period) -> tuple[Hashable, ...]:
    """All that its cases are made from but the lake. What is asked of the lake itself before, such as a lag, is part of what is asked."""
    measure = find(name)
    assert isinstance(measure, Measure), name  # noqa: S101 - ASKED names no other
    return (name, measure.version, asked_of(frame, measure, period.us), tuple(row.version.hash for row in frame.held))


def _moved(one: Summed, before: Frame, after: Frame, period: Period) -> list[dict[str, Any]]:
    key = ("moved", *_named(one, after, period), *_named(one, before, period))
    return rows([_lake(before), _lake(after)], key, lambda: moved(one, before, after, period.us))


def _in_order(records: Mapping[tuple[str, int], Decimal]) -> list[Moved]:
    every = [Moved(kind, record, amount) for (kind, record), amount in records.items() if amount != ZERO]
    return sorted(every, key=lambda one: (-abs(one.amount), one.kind, one.record))
