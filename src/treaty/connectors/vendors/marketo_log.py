"""How Marketo's log of activities is read: the first time by bulk extract, from then on by a token that stands for a moment.

Sources: the vendor's reference; landscape facts 5.4.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from treaty.connectors.vendors.marketo_asking import SIZE, Json, following_of, found_in, token_at
from treaty.connectors.vendors.marketo_export import Export, exported
from treaty.connectors.vendors.marketo_rows import stamp
from treaty.connectors.vendors.talk import Page, Place, Row, Talk, Terms
from treaty.outward import Call

TYPES = 10
"""Kinds of activities that may be asked for at once."""
LAG = timedelta(minutes=5)
"""The log may tell of something so much later."""
KEPT = timedelta(days=25 * 31)
"""The log forgets what is older."""
OLDEST = timedelta(days=10 * 365)
"""How far back leads are asked for when nothing says when the company began there."""
Read = Callable[[Sequence[Json], Terms], Talk[Sequence[Row]]]


def of_log(names: Sequence[str], read: Read, place: Place, terms: Terms, *, at_first: Sequence[str] = ()) -> Talk[Page]:
    """What the log tells of these kinds of activities. at_first: kinds that are read of what was before the first pull alone"""
    if place.since is None:
        return (yield from exported(_export_of((*names, *at_first), read), place, terms))
    return (yield from _log(place, place.since, names, read, terms))


def numbers_of(names: Sequence[str], terms: Terms) -> list[int]:
    """What kinds of activities are numbered in this company."""
    return sorted(int(number) for number, name in terms.known.get("activities", {}).items() if name in names)


def begins(place: Place, terms: Terms) -> datetime:
    """Since when the company is there: nobody was made before."""
    return stamp(terms.known.get("began")) or place.began_at - OLDEST


def _since_kept(place: Place, terms: Terms) -> datetime:
    return max(begins(place, terms), place.began_at - KEPT)


def _attributes(text: str) -> Any:
    """What an activity says besides; nothing where that is damaged."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}


def _export_of(names: Sequence[str], read: Read) -> Export:
    def parsed(rows: Sequence[dict[str, str]], terms: Terms) -> Talk[Sequence[Row]]:
        told = [{**one, "attributes": _attributes(one.get("attributes") or "{}")} for one in rows]
        return (yield from read(told, terms))

    return Export("activities", _since_kept, lambda terms: {"filter": {"activityTypeIds": numbers_of(names, terms)}}, parsed)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Where the reading of the log stands: of so many kinds at once only one group is asked for, each from the same moment on."""

    group: int = 0
    token: str = ""


def _log(place: Place, since: datetime, names: Sequence[str], read: Read, terms: Terms) -> Talk[Page]:
    turn = msgspec.json.decode(place.next, type=_Turn) if place.next else _Turn()
    numbers = numbers_of(names, terms)
    groups = [numbers[start : start + TYPES] for start in range(0, len(numbers), TYPES)]
    if turn.group >= len(groups):
        return Page((), None)
    token = turn.token or (yield from token_at(since - LAG))
    kinds = ",".join(str(number) for number in groups[turn.group])
    query = {"nextPageToken": token, "activityTypeIds": kinds, "batchSize": str(SIZE)}
    answer = yield Call("GET", "/rest/v1/activities.json", query=query)
    rows = yield from read(found_in(answer), terms)
    following = following_of(answer)
    further = _Turn(turn.group, following) if following else _Turn(turn.group + 1)
    is_over = further.group >= len(groups)
    return Page(rows, None if is_over else place.at(msgspec.json.encode(further).decode()))
