"""How Salesforce's objects are read: page by page in the order of `SystemModstamp`, with the history of what is on a page.

Deleted records come among the rest (`queryAll`). A page is remembered by the vendor's own locator and by the record it ended
with: where the locator has run out, the query is asked anew from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from treaty.connectors.vendors.reading import moment
from treaty.connectors.vendors.salesforce_asking import asked, everything, paged, quoted, stamp
from treaty.connectors.vendors.salesforce_objects import Json, Kind
from treaty.connectors.vendors.salesforce_rows import Rows, gone_row
from treaty.connectors.vendors.talk import Lost, Page, Place, Row, Talk, Terms
from treaty.outward import Call

LAG = timedelta(minutes=5)
"""A record may come to be seen so much later than it says it was changed: what changes it took that long."""


def reader(kind: Kind, row: Rows) -> Callable[[Place, Terms], Talk[Page]]:
    """A page of a kind, with the history of what is on it."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        spot = _Spot.of(place)
        try:
            answer = yield spot.call(kind, terms)
        except Lost:
            spot = replace(spot, url="")
            answer = yield spot.call(kind, terms)
        body = answer.json()
        rows = yield from _rows(kind, row, body["records"], terms)
        return Page(rows, None if body["done"] else place.at(spot.following(body)))

    return read


def _rows(kind: Kind, row: Rows, found: Sequence[Json], terms: Terms) -> Talk[list[Row]]:
    kept = [one for one in found if not one.get("IsDeleted")]
    history = yield from _history(kind, kept, terms)
    return [gone_row(kind, one) if one.get("IsDeleted") else row(one, history.get(one["Id"], []), terms) for one in found]


def some(kind: Kind, row: Rows) -> Callable[[Sequence[str], Terms], Talk[Sequence[Row]]]:
    """Some records by their ids."""

    def read(ids: Sequence[str], terms: Terms) -> Talk[Sequence[Row]]:
        found = yield from everything(kind.query(terms, f"Id IN ({', '.join(quoted(one) for one in ids)})"))
        return (yield from _rows(kind, row, found, terms))

    return read


@dataclass(frozen=True)
class _Spot:
    """Where a query stands. url: the vendor's locator of the next page; since, behind: the moment and id of the last record."""

    url: str = ""
    since: str = ""
    behind: str = ""

    @classmethod
    def of(cls, place: Place) -> "_Spot":
        if place.next:
            return cls(**msgspec.json.decode(place.next))
        return cls(since=stamp(place.since - LAG) if place.since else "")

    def call(self, kind: Kind, terms: Terms) -> Call:
        return paged(self.url) if self.url else asked(kind.query(terms, self._condition()))

    def _condition(self) -> str:
        if not self.behind:
            return f"SystemModstamp >= {self.since}" if self.since else ""
        return f"(SystemModstamp > {self.since} OR (SystemModstamp = {self.since} AND Id > {quoted(self.behind)}))"

    def following(self, body: Json) -> str:
        last = body["records"][-1] if body["records"] else {}
        changed = moment(last.get("SystemModstamp"))
        spot = _Spot(body["nextRecordsUrl"], stamp(changed), str(last["Id"])) if changed else replace(self, url=body["nextRecordsUrl"])
        return msgspec.json.encode({"url": spot.url, "since": spot.since, "behind": spot.behind}).decode()


def _history(kind: Kind, found: Sequence[Json], terms: Terms) -> Talk[dict[str, list[Json]]]:
    """The rows of history of each record, of each of its histories the oldest first; none where the company does not keep them."""
    rows: dict[str, list[Json]] = {}
    there = terms.known.get("objects", ())
    for history in (one for one in kind.histories if found and one.name in there):
        fields = [quoted(name) for name in history.fields or kind.names(terms)]
        for one in (yield from everything(history.query([quoted(str(one["Id"])) for one in found], fields))):
            rows.setdefault(str(one[history.of]), []).append(one)
    return rows
