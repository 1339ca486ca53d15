"""How HubSpot's objects are read: all there are by id, then what a search tells was changed, each with its links and history.

The search answers late, so each round asks from a little before the last one began; it ends at 10,000 rows, then it is asked anew from
the last moment it told of. Each property comes with its history, for the vendor overwrites the dates of stages when a record enters one
again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from treaty.connectors.vendors.hubspot_asking import VERSION, behind, next_of
from treaty.connectors.vendors.hubspot_objects import Json, Kind, Rows
from treaty.connectors.vendors.reading import moment
from treaty.connectors.vendors.talk import Lost, Page, Place, Row, Talk, Terms
from treaty.moments import to_us
from treaty.outward import Call
from treaty.truth.records import GoneRecord

SIZE = 50
"""Records of a page: the most that are given with their history."""
MOST_FOUND = 10_000
"""Rows after which a search ends."""
LAG = timedelta(minutes=5)
"""The search may tell of a change so much later."""


def reader(kind: Kind, row: Rows) -> Callable[[Place, Terms], Talk[Page]]:
    """A page of a kind: of all there are, or of what changed."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        found, following = yield from (_listed(kind, place, terms) if place.since is None else _changed(kind, place, terms))
        links = yield from _links(kind, found)
        return Page([row(one, links.get(str(one["id"]), {}), terms) for one in found], place.at(following) if following else None)

    return read


def some(kind: Kind, row: Rows) -> Callable[[Sequence[str], Terms], Talk[Sequence[Row]]]:
    """Some records by their ids."""

    def read(ids: Sequence[str], terms: Terms) -> Talk[Sequence[Row]]:
        found = yield from _batch(kind, ids, terms)
        links = yield from _links(kind, found)
        return [row(one, links.get(str(one["id"]), {}), terms) for one in found]

    return read


def _batch(kind: Kind, ids: Sequence[str], terms: Terms) -> Talk[list[Json]]:
    properties, history = _asked(kind, terms)
    wanted = {"inputs": [{"id": one} for one in ids], "properties": properties, "propertiesWithHistory": history}
    answer = yield Call("POST", f"/crm/objects/{VERSION}/{kind.path}/batch/read", json=wanted)
    return list(answer.json()["results"])


def _asked(kind: Kind, terms: Terms) -> tuple[list[str], list[str]]:
    """(properties, those with their history)."""
    mapped = list(terms.fields.get(kind.ours, {}).values())
    history = list(kind.with_history) or (mapped if kind.ours in ("person", "account") else [])
    return [*dict.fromkeys([*kind.always, *mapped])], history


def _listed(kind: Kind, place: Place, terms: Terms) -> Talk[tuple[list[Json], str | None]]:
    properties, history = _asked(kind, terms)
    query = {"limit": str(SIZE), "properties": ",".join(properties), **behind(place.next)}
    if history:
        query["propertiesWithHistory"] = ",".join(history)
    answer = yield Call("GET", f"/crm/objects/{VERSION}/{kind.path}", query=query)
    body = answer.json()
    return list(body["results"]), next_of(body)


@dataclass(frozen=True)
class _Search:
    """Where a search stands: changes from that millisecond on, behind so many rows."""

    from_ms: int
    after: int = 0

    @classmethod
    def of(cls, place: Place) -> "_Search":
        if place.next:
            return cls(**msgspec.json.decode(place.next))
        since = place.since or place.began_at
        return cls(to_us(since - LAG) // 1000)

    def following(self, kind: Kind, found: list[Json], after: str | None) -> str | None:
        """Where to go on, as the place keeps it. Raises Lost when more than a search can tell changed in one millisecond."""
        if after is None:
            return None
        further = _Search(self.from_ms, int(after))
        if further.after + SIZE > MOST_FOUND:
            last = moment(found[-1]["properties"].get(kind.modified))
            further = _Search(to_us(last) // 1000 if last else self.from_ms)
            if further.from_ms <= self.from_ms:
                raise Lost(f"more than {MOST_FOUND} {kind.path} changed at once: all are read again")
        return msgspec.json.encode({"from_ms": further.from_ms, "after": further.after}).decode()


def _changed(kind: Kind, place: Place, terms: Terms) -> Talk[tuple[list[Json], str | None]]:
    at, (properties, history) = _Search.of(place), _asked(kind, terms)
    since = {"propertyName": kind.modified, "operator": "GTE", "value": str(at.from_ms)}
    wanted = {
        "filterGroups": [{"filters": [since]}],
        "sorts": [{"propertyName": kind.modified, "direction": "ASCENDING"}],
        "properties": properties,
        "limit": SIZE,
        **({"after": str(at.after)} if at.after else {}),
    }
    answer = yield Call("POST", f"/crm/objects/{VERSION}/{kind.path}/search", json=wanted)
    found, after = list(answer.json()["results"]), next_of(answer.json())
    following = at.following(kind, found, after) if found else None
    if found and history:
        found = yield from _batch(kind, [str(one["id"]) for one in found], terms)
    return found, following


def _links(kind: Kind, found: list[Json]) -> Talk[dict[str, dict[str, list[str]]]]:
    """What each object is linked to, the primary one first."""
    links: dict[str, dict[str, list[str]]] = {}
    if not found:
        return links
    ids = {"inputs": [{"id": str(one["id"])} for one in found]}
    for other in kind.linked:
        answer = yield Call("POST", f"/crm/associations/{VERSION}/{kind.path}/{other}/batch/read", json=ids)
        for one in answer.json()["results"]:
            listed = sorted(one["to"], key=lambda to: not _is_primary(to))
            links.setdefault(str(one["from"]["id"]), {})[other] = [str(to["toObjectId"]) for to in listed]
    return links


def _is_primary(link: Json) -> bool:
    return any(str(of.get("label") or "").lower() == "primary" for of in link.get("associationTypes") or [])


def deleted(kind: Kind) -> Callable[[Place, Terms], Talk[Page]]:
    """What was deleted and is still told of: the vendor forgets it after 90 days."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        query = {"limit": "100", "archived": "true", **behind(place.next)}
        answer = yield Call("GET", f"/crm/objects/{VERSION}/{kind.path}", query=query)
        body = answer.json()
        rows = [
            Row(str(one["id"]), [GoneRecord(kind=kind.ours, external_id=str(one["id"]), at=moment(one.get("archivedAt")))])
            for one in body["results"]
        ]
        after = next_of(body)
        return Page(rows, place.at(after) if after else None)

    return read
