"""A HubSpot: objects with the history of every property, a search that ends at 10,000 rows, deletes and merges."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from tests.fakes.server import Asked, Fake, Reply

VERSION = "2026-09"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
STAGES = {
    "appointmentscheduled": ("Appointment scheduled", "false", "0.2"),
    "contractsent": ("Contract sent", "false", "0.9"),
    "closedwon": ("Closed won", "true", "1.0"),
    "closedlost": ("Closed lost", "true", "0.0"),
}
MODIFIED = {"contacts": "lastmodifieddate"}
Versions = list[dict[str, str]]


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Thing:
    """One object: every value its properties had, the newest first, as the vendor gives them."""

    id: str
    history: dict[str, Versions] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    archived_at: datetime | None = None

    def put(self, at: datetime, modified: str, **values: str) -> None:
        for name, value in {**values, modified: stamp(at)}.items():
            self.history.setdefault(name, []).insert(0, {"value": value, "timestamp": stamp(at), "sourceType": "CRM_UI"})

    def value(self, name: str) -> str | None:
        return self.history[name][0]["value"] if self.history.get(name) else None

    def shown(self, properties: list[str], with_history: list[str]) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": self.id,
            "properties": {name: self.value(name) for name in properties},
            "archived": self.archived_at is not None,
        }
        if self.archived_at:
            told["archivedAt"] = stamp(self.archived_at)
        if with_history:
            told["propertiesWithHistory"] = {name: self.history.get(name, []) for name in with_history}
        return told


@dataclass
class FakeHubSpot(Fake):
    """token: the one that is good · at: the vendor's clock, moved by whoever changes something"""

    token: str = "pat-good"
    at: datetime = START
    quotas: tuple[tuple[int, float], ...] = ((100, 10.0),)
    most_found: int = 10_000
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    """Labels of a property's options by their values."""
    stops_batches: bool = False
    """A record that a rule keeps from being written stops its whole batch; otherwise the others are written."""
    objects: dict[str, dict[str, Thing]] = field(default_factory=dict)
    owners: list[dict[str, Any]] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    submissions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    may_read_marketing: bool = True
    _sorted: dict[str, list[Thing]] = field(default_factory=dict)
    routes = (
        ("GET", rf"/crm/owners/{VERSION}", "get_owners"),
        ("GET", rf"/crm/pipelines/{VERSION}/deals", "get_pipelines"),
        ("GET", rf"/crm/properties/{VERSION}/(?P<kind>\w+)", "get_properties"),
        ("GET", rf"/crm/objects/{VERSION}/(?P<kind>\w+)", "get_page"),
        ("POST", rf"/crm/objects/{VERSION}/(?P<kind>\w+)/search", "search"),
        ("POST", rf"/crm/objects/{VERSION}/(?P<kind>\w+)/batch/read", "read_batch"),
        ("POST", rf"/crm/objects/{VERSION}/(?P<kind>\w+)/batch/update", "update_batch"),
        ("PATCH", rf"/crm/objects/{VERSION}/(?P<kind>\w+)/(?P<number>\d+)", "update"),
        ("POST", rf"/crm/objects/{VERSION}/notes", "add_note"),
        ("GET", rf"/marketing/forms/{VERSION}", "get_forms"),
        ("GET", r"/form-integrations/v1/submissions/forms/(?P<form>\w+)", "get_submissions"),
        ("GET", r"/email/public/v1/events", "get_events"),
        ("GET", r"/email/public/v1/campaigns/(?P<number>\d+)", "get_campaign"),
        ("POST", rf"/crm/associations/{VERSION}/(?P<kind>\w+)/(?P<other>\w+)/batch/read", "get_links"),
    )

    def is_signed_in(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {self.token}"

    # what happens there

    def later(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at

    def put(self, kind: str, number: str = "", **values: str) -> str:
        """Make an object, or change its properties, now."""
        things = self.objects.setdefault(kind, {})
        is_new = number not in things
        number = number or str(1001 + len(things))
        thing = things.setdefault(number, Thing(number))
        thing.put(self.at, MODIFIED.get(kind, "hs_lastmodifieddate"), **({"createdate": stamp(self.at)} if is_new else {}), **values)
        return number

    def link(self, kind: str, number: str, other: str, *ids: str) -> None:
        self.objects[kind][number].links.setdefault(other, []).extend(ids)

    def archive(self, kind: str, number: str) -> None:
        self.objects[kind][number].archived_at = self.at

    def merge(self, kind: str, kept: str, gone: str) -> None:
        """The record kept lists the other, which is not listed itself any more."""
        things = self.objects[kind]
        old = things[kept].value("hs_merged_object_ids")
        del things[gone]
        self.put(kind, kept, hs_merged_object_ids=";".join(filter(None, (old, gone))))

    def owner(self, number: str, email: str, first: str = "", last: str = "") -> None:
        self.owners.append({"id": number, "email": email, "firstName": first, "lastName": last})

    # what it answers

    def get_owners(self, asked: Asked) -> Reply:
        return Reply(200, {"results": [] if asked.query.get("archived") == "true" else self.owners})

    def get_pipelines(self, asked: Asked) -> Reply:
        stages = [
            {"id": stage, "label": label, "metadata": {"isClosed": closed, "probability": probability}}
            for stage, (label, closed, probability) in STAGES.items()
        ]
        return Reply(200, {"results": [{"id": "default", "label": "Sales pipeline", "stages": stages}]})

    def get_forms(self, asked: Asked) -> Reply:
        if not self.may_read_marketing:
            return Reply(403, {"message": "this app has not the scope forms"})
        return Reply(200, {"results": [{"id": number, "name": name} for number, name in self.forms.items()]})

    def get_submissions(self, asked: Asked, form: str) -> Reply:
        """The newest first."""
        if form not in self.forms:
            return Reply(404, {"message": "no such form"})
        found, start, limit = self.submissions.get(form, [])[::-1], int(asked.query.get("after", 0)), int(asked.query["limit"])
        more = {"paging": {"next": {"after": str(start + limit)}}} if len(found) > start + limit else {}
        return Reply(200, {"results": found[start : start + limit], **more})

    def get_events(self, asked: Asked) -> Reply:
        """The newest first; the word for the next page is not good for long."""
        if not self.may_read_marketing:
            return Reply(403, {"message": "this app has not the scope content"})
        if asked.query.get("offset", "0") == "stale":
            return Reply(400, {"message": "the offset is not valid"})
        since = int(asked.query.get("startTimestamp", 0))
        found = [one for one in self.events[::-1] if one["created"] >= since and not one.get("filteredEvent")]
        start, limit = int(asked.query.get("offset", 0)), int(asked.query["limit"])
        return Reply(200, {"events": found[start : start + limit], "hasMore": len(found) > start + limit, "offset": str(start + limit)})

    def get_campaign(self, asked: Asked, number: str) -> Reply:
        return Reply(200, self.campaigns[number]) if number in self.campaigns else Reply(404, {"message": "no such campaign"})

    def get_properties(self, asked: Asked, kind: str) -> Reply:
        names = sorted({name for thing in self.objects.get(kind, {}).values() for name in thing.history})
        return Reply(200, {"results": [self._property(name) for name in sorted({*names, *self.options})]})

    def _property(self, name: str) -> dict[str, Any]:
        options = [{"value": value, "label": label} for value, label in self.options.get(name, {}).items()]
        return {"name": name, "label": name, "type": "enumeration" if options else "string", "options": options}

    def get_page(self, asked: Asked, kind: str) -> Reply:
        with_history = _listed(asked.query.get("propertiesWithHistory"))
        limit = int(asked.query.get("limit", "10"))
        if limit > (50 if with_history else 100):
            return Reply(400, {"message": f"limit {limit} is too large"})
        is_archived = asked.query.get("archived") == "true"
        things = self._things(kind)
        start = bisect_right(things, int(asked.query.get("after", "0")), key=lambda thing: int(thing.id))
        behind = list(islice((thing for thing in islice(things, start, None) if (thing.archived_at is not None) == is_archived), limit + 1))
        page = [thing.shown(_listed(asked.query.get("properties")), with_history) for thing in behind[:limit]]
        return Reply(200, {"results": page, **({"paging": {"next": {"after": page[-1]["id"]}}} if len(behind) > limit else {})})

    def search(self, asked: Asked, kind: str) -> Reply:
        wanted = asked.json
        given = wanted["filterGroups"][0]["filters"][0]
        after, limit = int(wanted.get("after", 0)), int(wanted["limit"])
        if after + limit > self.most_found:
            return Reply(400, {"message": f"a search ends at {self.most_found} rows"})
        name = given["propertyName"]
        found = [thing for thing in self._things(kind) if thing.archived_at is None and _ms(thing.value(name)) >= int(given["value"])]
        found.sort(key=lambda thing: (_ms(thing.value(name)), int(thing.id)))
        page = [thing.shown(wanted["properties"], []) for thing in found[after : after + limit]]
        more = {"paging": {"next": {"after": str(after + limit)}}} if len(found) > after + limit else {}
        return Reply(200, {"total": len(found), "results": page, **more})

    def read_batch(self, asked: Asked, kind: str) -> Reply:
        wanted = asked.json
        things = self.objects.get(kind, {})
        found = [things[one["id"]] for one in wanted["inputs"] if one["id"] in things]
        found.sort(key=lambda thing: thing.id[::-1])  # the vendor keeps to no order
        return Reply(200, {"results": [thing.shown(wanted["properties"], wanted.get("propertiesWithHistory", [])) for thing in found]})

    def update_batch(self, asked: Asked, kind: str) -> Reply:
        things, results, errors = self.objects.get(kind, {}), [], []
        problems = {one["id"]: self._problem(kind, one["id"], one["properties"]) for one in asked.json["inputs"]}
        if self.stops_batches and any(problems.values()):
            return Reply(400, {"category": "VALIDATION_ERROR", "message": next(filter(None, problems.values()))})
        for one in asked.json["inputs"]:
            if problem := problems[one["id"]]:
                errors.append({"category": "VALIDATION_ERROR", "message": problem, "context": {"ids": [one["id"]]}})
            else:
                self.put(kind, one["id"], **one["properties"])
                results.append(things[one["id"]].shown(list(one["properties"]), []))
        told = {"status": "COMPLETE", "results": results} | ({"numErrors": len(errors), "errors": errors} if errors else {})
        return Reply(207 if errors else 200, told)

    def update(self, asked: Asked, kind: str, number: str) -> Reply:
        if problem := self._problem(kind, number, asked.json["properties"]):
            return Reply(400, {"category": "VALIDATION_ERROR", "message": problem})
        self.put(kind, number, **asked.json["properties"])
        return Reply(200, self.objects[kind][number].shown(list(asked.json["properties"]), []))

    def _problem(self, kind: str, number: str, properties: dict[str, str]) -> str:
        if number not in self.objects.get(kind, {}):
            return f"no object {number}"
        if number in self.guarded:
            return "Property values were not valid: this contact is locked by your administrator"
        wrong = [name for name, value in properties.items() if self.options.get(name) and value and value not in self.options[name]]
        return f"{properties[wrong[0]]} was not one of the allowed options of {wrong[0]}" if wrong else ""

    def add_note(self, asked: Asked) -> Reply:
        given = asked.json["properties"]
        if any(link["to"]["id"] in self.guarded for link in asked.json["associations"]):
            return Reply(400, {"category": "VALIDATION_ERROR", "message": "this contact is locked by your administrator"})
        note = self.put("notes", hs_note_body=given["hs_note_body"], hs_timestamp=given["hs_timestamp"])
        for link in asked.json["associations"]:
            assert link["types"] == [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}]
            self.link("notes", note, "contacts", link["to"]["id"])
            self.link("contacts", link["to"]["id"], "notes", note)
        self._sorted.pop("notes", None)
        return Reply(201, {"id": note, "properties": given})

    def get_links(self, asked: Asked, kind: str, other: str) -> Reply:
        things = self.objects.get(kind, {})
        told = []
        for one in asked.json["inputs"]:
            linked = things[one["id"]].links.get(other, []) if one["id"] in things else []
            if linked:
                types = [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"}]
                told.append(
                    {
                        "from": {"id": one["id"]},
                        "to": [
                            {"toObjectId": one_id, "associationTypes": types if place == 0 else []} for place, one_id in enumerate(linked)
                        ],
                    }
                )
        return Reply(200, {"status": "COMPLETE", "results": told})

    def _things(self, kind: str) -> list[Thing]:
        """In order of their number; sorted again when one was made or merged."""
        things = self.objects.get(kind, {})
        if kind not in self._sorted or len(self._sorted[kind]) != len(things):
            self._sorted[kind] = sorted(things.values(), key=lambda thing: int(thing.id))
        return self._sorted[kind]


def _listed(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _ms(text: str | None) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000) if text else 0
