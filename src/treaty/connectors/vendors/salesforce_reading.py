"""How Salesforce's objects are read: page by page in the order of `SystemModstamp`, with the history of what is on a page.

Deleted records come among the rest (`queryAll`). A page is remembered by the vendor's own locator and by the record it ended
with: where the locator has run out, the query is asked anew from there. Where the first page says that there are many, the rest is
read from a file that the vendor makes of it (`salesforce_bulk`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from treaty.connectors.vendors import salesforce_bulk as bulk
from treaty.connectors.vendors.reading import moment
from treaty.connectors.vendors.salesforce_asking import asked, everything, paged, quoted, stamp
from treaty.connectors.vendors.salesforce_objects import Json, Kind
from treaty.connectors.vendors.salesforce_rows import Rows, gone_row
from treaty.connectors.vendors.talk import Lost, Page, Place, Row, Talk, Terms
from treaty.outward import Call

HISTORIES = 400
"""Records whose history is asked for at once: more ids would not go into one address."""
LAG = timedelta(minutes=5)
"""A record may come to be seen so much later than it says it was changed: what changes it took that long."""


def reader(kind: Kind, row: Rows) -> Callable[[Place, Terms], Talk[Page]]:
    """A page of a kind, with the history of what is on it."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        spot = _Spot.of(place)
        if spot.job is not None:
            return (yield from _of_file(kind, row, place, spot, spot.job, terms))
        try:
            answer = yield spot.call(kind, terms)
        except Lost:
            spot = replace(spot, url="")
            answer = yield spot.call(kind, terms)
        body = answer.json()
        rows = yield from _rows(kind, row, body["records"], terms)
        if body["done"]:
            return Page(rows, None)
        following = spot.following(body)
        if not place.next and body["totalSize"] >= bulk.FROM:
            query = kind.query(terms, following.condition(), in_order=False)
            following = replace(following, job=(yield from bulk.begun(query, kind.asked(terms))))
        return Page(rows, place.at(following.text()))

    return read


def _of_file(kind: Kind, row: Rows, place: Place, spot: "_Spot", job: bulk.Job, terms: Terms) -> Talk[Page]:
    """A part of a file. Where its job came to nothing, pages are read on as if it had not been made."""
    part = yield from bulk.part_of(job, kind.types(terms))
    if part is None:
        return Page((), place.at(replace(spot, job=None).text()))
    rows = yield from _rows(kind, row, part.records, terms)
    return Page(rows, place.at(replace(spot, job=part.following).text()) if part.following else None)


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
    """Where a query stands. url: the vendor's locator of the next page; since, behind: the moment and id of the last record.

    job: the file from which what is behind that record is read instead
    """

    url: str = ""
    since: str = ""
    behind: str = ""
    job: bulk.Job | None = None

    @classmethod
    def of(cls, place: Place) -> "_Spot":
        if place.next:
            return msgspec.json.decode(place.next, type=cls)
        return cls(since=stamp(place.since - LAG) if place.since else "")

    def call(self, kind: Kind, terms: Terms) -> Call:
        return paged(self.url) if self.url else asked(kind.query(terms, self.condition()))

    def condition(self) -> str:
        if not self.behind:
            return f"SystemModstamp >= {self.since}" if self.since else ""
        return f"(SystemModstamp > {self.since} OR (SystemModstamp = {self.since} AND Id > {quoted(self.behind)}))"

    def following(self, body: Json) -> "_Spot":
        last = body["records"][-1] if body["records"] else {}
        changed = moment(last.get("SystemModstamp"))
        spot = replace(self, url=body["nextRecordsUrl"])
        return replace(spot, since=stamp(changed), behind=str(last["Id"])) if changed else spot

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def _history(kind: Kind, found: Sequence[Json], terms: Terms) -> Talk[dict[str, list[Json]]]:
    """The rows of history of each record, of each of its histories the oldest first; none where the company does not keep them."""
    rows: dict[str, list[Json]] = {}
    there = terms.known.get("objects", ())
    for history in (one for one in kind.histories if one.name in there):
        fields = [quoted(name) for name in history.fields or kind.names(terms)]
        for start in range(0, len(found), HISTORIES):
            ids = [quoted(str(one["Id"])) for one in found[start : start + HISTORIES]]
            for one in (yield from everything(history.query(ids, fields))):
                rows.setdefault(str(one[history.of]), []).append(one)
    return rows
