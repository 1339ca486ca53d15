"""The figures of a score on rows it has not seen: as a whole, by month, by segment, beside the agreed points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.figures import Part, auc, auc_difference, brier, lift, parts_by, tenths
from treaty.qualification.learning.model import Asked, Beside, Figures
from treaty.qualification.learning.tables import DATE, Bools, CannotLearn, Columns, Floats, Ints

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEST = (0.1, 0.2, 0.5)
_MOST_SEGMENTS = 8


@dataclass(frozen=True, slots=True)
class Unseen:
    """rows: their places in the table · converted, chance: of each · by, since: as in Split."""

    rows: Ints
    converted: Bools
    chance: Floats
    by: str
    since: float | None


def figures_of(seen: Unseen, columns: Columns, asked: Asked, levelled: Sequence[Bins], codes_by: Mapping[str, Ints]) -> Figures:
    """levelled: signals of levels, one of which may divide the rows into segments. Raises CannotLearn."""
    told = auc(seen.converted, seen.chance)
    if told is None:
        raise CannotLearn("there are not enough rows of both ends to judge the score")
    share = float(seen.converted.mean())
    is_dated = bool(asked.time) and columns[asked.time].kind == DATE
    monthly_by = (asked.time if is_dated else "") or _when(columns)
    segment = asked.segment or _segment(seen, levelled, codes_by)
    return Figures(
        seen.by,
        "" if seen.since is None else f"{_moment(seen.since):%Y-%m-%d}" if is_dated else f"{asked.time} {seen.since:g}",
        len(seen.rows),
        int(seen.converted.sum()),
        told,
        brier(seen.converted, seen.chance),
        share * (1 - share),
        tuple((best, *lift(seen.converted, seen.chance, best)) for best in _BEST),
        tuple(tenths(seen.converted, seen.chance)),
        monthly_by,
        _months(seen, columns[monthly_by].numbers[seen.rows]) if monthly_by else (),
        segment,
        _segments(seen, columns, segment) if segment else (),
        _beside(seen, columns, asked.agreed) if asked.agreed else None,
    )


def _moment(us: float) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


def _when(columns: Columns) -> str:
    """Where no time is named, the date nearly every row has, the earliest of several: when a lead came."""
    dates = [(float(np.nanmedian(one.numbers)), name) for name, one in columns.items() if one.kind == DATE and one.filled.mean() > 0.95]
    return min(dates)[1] if dates else ""


def _months(seen: Unseen, times: Floats) -> tuple[Part, ...]:
    known = ~np.isnan(times)
    names = np.array([f"{_moment(us):%Y-%m}" if is_known else "" for us, is_known in zip(times.tolist(), known.tolist(), strict=True)])
    labels = sorted({str(name) for name in names if name})
    at = np.searchsorted(np.array(labels), names) if labels else np.zeros(len(names), np.int64)
    return tuple(parts_by(labels, np.where(known, at, -1), seen.converted, seen.chance))


def _segment(seen: Unseen, levelled: Sequence[Bins], codes_by: Mapping[str, Ints]) -> str:
    """Of the signals with two to eight levels the one that divides the rows most evenly."""
    best, name = 0.0, ""
    for bins in levelled:
        if 2 <= bins.cells <= _MOST_SEGMENTS:
            share = np.bincount(codes_by[bins.name][seen.rows], minlength=bins.count) / len(seen.rows)
            even = float(-(share[share > 0] * np.log(share[share > 0])).sum())
            best, name = max((best, name), (even, bins.name))
    return name


def _segments(seen: Unseen, columns: Columns, name: str) -> tuple[Part, ...]:
    column = columns[name].taken(seen.rows)
    if column.kind == DATE or not column.levels:
        raise CannotLearn(f"{name!r} divides nobody into segments: name a column of few levels with --segment")
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    largest = np.argsort(-counts, kind="stable")[:_MOST_SEGMENTS]
    of = np.full(len(column.levels) + 1, -1)
    of[largest] = np.arange(len(largest))
    return tuple(parts_by([column.levels[at] for at in largest], of[column.codes], seen.converted, seen.chance))


def _beside(seen: Unseen, columns: Columns, name: str) -> Beside:
    """On the unseen rows that have agreed points."""
    agreed = columns[name].numbers[seen.rows]
    mine = ~np.isnan(agreed)
    told = auc(seen.converted[mine], agreed[mine])
    more = auc_difference(seen.converted[mine], seen.chance[mine], agreed[mine])
    if told is None or more is None:
        raise CannotLearn(f"{name!r} is filled for too few rows of both ends to compare with: leave --points out")
    return Beside(name, int(mine.sum()), told, more)


__all__ = ["Part", "Unseen", "figures_of"]
