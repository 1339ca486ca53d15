"""Which touches are counted: every kind, page, content, form, channel and campaign that enough of the leads have."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from treaty.engine.measuring import Fetching
from treaty.pilot.suggesting import counting
from treaty.pilot.suggesting.signals import LONGEST, Counted, is_name
from treaty.pilot.suggesting.testing import LEAST

ALOUD = 8
"""A clause that names more contents is not short enough to be said."""
FOR = {"persona": "for", "journey_stage": "at", "objection": "against"}
"""What a content is for, and how that is said."""
_Row = Mapping[str, Any]


def counted_of(lake: Fetching, before: Any) -> dict[str, Counted]:
    """What is counted, by a short key; simpler things first. before: `counting.before`."""
    told = {sort: [row for row in lake.fetch(table).to_pylist() if _can_be_said(row)] for sort, table in counting.sorts(before)}
    kinds = [row["kind"] for row in told["kind"]]
    every = [Counted(kind, kind) for kind in kinds]
    every += [_with(row, "path", "starts_with") for row in told["path"]]
    every += _groups(told["content"], lake.fetch(counting.library(lake)).to_pylist())
    every += [_with(row, "content", "is") for row in told["content"]]
    every += [_with(row, "form", "is") for row in told["form"]]
    every += [Counted(f"channel {row['channel']}", None, (("channel", (("is", row["channel"]),)),)) for row in told["channel"]]
    every += [Counted(f"campaign {row['campaign']}", None, (("campaign", (("is", row["campaign"]),)),)) for row in told["campaign"]]
    every += [Counted("anybody at the account", by="account")]
    every += [Counted(f"{kind} at the account", kind, by="account") for kind in kinds]
    return {f"c{at}": one for at, one in enumerate(every)}


def _can_be_said(row: _Row) -> bool:
    """Enough leads have it, and a clause can name it."""
    values = [value for name, value in row.items() if name != "n"]
    return row["n"] >= LEAST and is_name(row.get("kind", "any")) and all(0 < len(value) <= LONGEST for value in values)


def _with(row: _Row, field: str, test: str) -> Counted:
    return Counted(f"{row['kind']} {row[field]}", row["kind"], ((field, ((test, row[field]),)),))


def _groups(rows: Sequence[_Row], library: Sequence[_Row]) -> Iterator[Counted]:
    """Contents for the same readers, the same part of the way or the same objection, taken together."""
    told = {str(row["slug"]).lower(): row for row in library}
    for kind in dict.fromkeys(row["kind"] for row in rows):
        there = [row["content"] for row in rows if row["kind"] == kind and row["content"].lower() in told]
        for part, word in FOR.items():
            for value in sorted({told[one.lower()][part] or "" for one in there} - {""}):
                mine = sorted(one for one in there if told[one.lower()][part] == value)
                if 1 < len(mine) <= ALOUD:
                    yield Counted(f"{kind} {word} {value}", kind, (("content", (("in", tuple(mine)),)),))
