"""Everybody a figure of a back-test counts, by the moment they would have qualified, the last first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, overload

import ibis
from django.http.response import HttpResponseBase

from treaty.engine.lake import Snapshot
from treaty.moments import from_us
from treaty.pilot import compared, entries, said
from treaty.pilot.backtest import NoHistory
from treaty.pilot.replayed import Replayed
from treaty.truth.models import Person
from treaty.web import formats, listing
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.pages.agreement.backtest_names import Names
from treaty.web.pieces import Empty, Link, Piece

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody a document finds, and when. key: of the person."""

    key: str
    name: str
    account: str
    at: datetime


class Entrants(Sequence[Entrant]):
    """Whoever is found, read as they are shown. ids, moments: in the order they are listed."""

    def __init__(self, ids: Sequence[int], moments: Sequence[int]) -> None:
        self._ids, self._moments = ids, moments

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> Entrant: ...
    @overload
    def __getitem__(self, place: slice) -> list[Entrant]: ...
    def __getitem__(self, place: int | slice) -> Entrant | list[Entrant]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        ids, moments = self._ids[place], self._moments[place]
        there = Person.objects.select_related("account").in_bulk(ids)
        listed = ((there.get(person), from_us(at_us)) for person, at_us in zip(ids, moments, strict=True))
        return [Entrant(str(one.key), str(one), str(one.account or ""), at) if one else Entrant("", "", "", at) for one, at in listed]

    def __iter__(self) -> Iterator[Entrant]:
        return chain.from_iterable(self[start : start + AT_ONCE] for start in range(0, len(self), AT_ONCE))


WHO = ("new", "old", "both", "only_new", "only_old")


@dataclass(frozen=True, slots=True)
class Asking:
    """The two documents, old None for nothing; without_assumed: as of the back-test."""

    new: Replayed
    old: Replayed | None
    without_assumed: bool


def people_found(here: Here, lake: Snapshot, asked: Asking, crumbs: Sequence[Link]) -> HttpResponseBase:
    """`?who=only_new`. Raises LookupError for another word, NoHistory, NotReplayable, TookTooLong."""
    who, new, old = here.request.GET.get("who", "new"), asked.new, asked.old
    if who not in WHO or (old is None and who != "new"):
        raise LookupError(who)
    span = entries.span_of(lake)
    if span is None:
        raise NoHistory("nothing happened yet that could be replayed")
    rows = {one.name: entries.entered(lake, one, span, without_assumed=asked.without_assumed) for one in (new, old) if one}
    wanted = _rows(who, rows[new.name], rows[old.name] if old else None)
    table = lake.fetch(wanted.order_by([ibis.desc("at_us"), "person_id"]).select("person_id", "at_us"))
    found = Entrants(table["person_id"].to_pylist(), table["at_us"].to_pylist())
    return listing.show(
        here, _kind(here), found, title=f"{said.people(len(found))} {_title(who, new, old)}", crumbs=crumbs,
        lede=f"As of {formats.full(lake.as_of, here.viewer)}, each at the moment they would have qualified.",
    )  # fmt: skip


def _rows(who: str, new: Any, old: Any) -> Any:
    if who == "both":
        return new.semi_join(old, "person_id")
    if who.startswith("only_"):
        return compared.only(new, old) if who == "only_new" else compared.only(old, new)
    return new if who == "new" else old


def _title(who: str, new: Replayed, old: Replayed | None) -> str:
    if old is None or who in ("new", "old"):
        return f"found by {old.name if old and who == 'old' else new.name}"
    one, other = (new, old) if who != "only_old" else (old, new)
    return f"found by {one.name} {'and' if who == 'both' else 'and not by'} {other.name}"


def _kind(here: Here) -> Kind[Entrant]:
    names = Names(here)

    def person(row: Entrant, _: Here) -> Piece:
        return names.person(row.key, row.name)

    def account(row: Entrant, _: Here) -> Piece:
        return row.account if names.sees_person(row.key) else ""

    return Kind(
        name="people found",
        path=here.request.path,
        fields=(
            Field(words="Person", value=lambda row: row.name if names.sees_person(row.key) else "", show=person),
            Field(words="Account", value=lambda row: row.account if names.sees_person(row.key) else "", show=account),
            Field(
                words="Would have qualified", value=lambda row: row.at, show=lambda row, here: formats.short(row.at, here.viewer, here.at)
            ),
        ),
        empty=Empty(title="Nobody", words="No figure counts anybody here."),
    )
