"""A Pipedrive: lists by cursor in the order of change, changelogs, recents, tokens of a day, deletions told for a while."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.server import Asked, Fake, Reply

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
STAGES = {1: "Qualified", 2: "Negotiations"}
Thing = dict[str, Any]


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def old_stamp(at: datetime) -> str:
    """As v1 writes a moment."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


@dataclass
class FakePipedrive(Fake):
    """token: the one that is good · budget: tokens a day"""

    token: str = "good"
    at: datetime = START
    quotas: tuple[tuple[int, float], ...] = ((20, 2.0),)
    budget: int = 1_000_000
    used: int = 0
    objects: dict[str, dict[int, Thing]] = field(default_factory=dict)
    changes: dict[int, list[Thing]] = field(default_factory=dict)
    users: list[Thing] = field(default_factory=list)
    fields: dict[str, list[Thing]] = field(default_factory=dict)
    routes = (
        ("GET", r"/v1/users", "get_users"),
        ("GET", r"/v1/recents", "get_recents"),
        ("GET", r"/v1/deals/(?P<number>\d+)/changelog", "get_changelog"),
        ("GET", r"/api/v2/(?P<name>pipelines|stages)", "get_short"),
        ("GET", r"/api/v2/(?P<name>\w+Fields)", "get_fields"),
        ("GET", r"/api/v2/deals/archived", "get_archived"),
        ("PATCH", r"/api/v2/persons/(?P<number>\d+)", "update"),
        ("GET", r"/v1/notes", "get_notes"),
        ("POST", r"/v1/notes", "add_note"),
        ("GET", r"/api/v2/(?P<kind>persons|organizations|deals|activities)", "get_list"),
    )

    # what happens there

    def later(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at

    def put(self, kind: str, number: str = "", **values: Any) -> str:
        """Make a record, or change it, now; the changes of a deal go to its changelog."""
        things = self.objects.setdefault(kind, {})
        key = int(number or len(things) + 1)
        before = things.get(key)
        things[key] = {
            "id": key,
            "add_time": stamp(self.at),
            "is_deleted": False,
            **(before or {}),
            **values,
            "update_time": stamp(self.at),
        }
        if kind == "deals" and before is not None:
            self.changes.setdefault(key, [])[:0] = [
                {"field_key": name, "old_value": _text(before.get(name)), "new_value": _text(value), "time": old_stamp(self.at)}
                for name, value in values.items()
                if before.get(name) != value
            ]
        return str(key)

    # what it answers

    def busy(self, after: float | None = None) -> Reply:
        return Reply(429, {"success": False, "error": "request over limit"}, {} if after is None else {"x-ratelimit-reset": f"{after:g}"})

    def signed_out(self) -> Reply:
        return Reply(401, {"success": False, "error": "unauthorized access"})

    def is_signed_in(self, asked: Asked) -> bool:
        return asked.headers.get("x-api-token") == self.token

    def answer(self, asked: Asked) -> Reply:
        self.used += 20 if asked.path.startswith("/v1/") else 10
        left = {
            "x-daily-ratelimit-token-limit": str(self.budget),
            "x-daily-ratelimit-token-remaining": str(max(0, self.budget - self.used)),
        }
        if self.used > self.budget:
            return Reply(429, {"success": False, "error": "daily budget is used up"}, left)
        reply = super().answer(asked)
        return replace(reply, headers={**reply.headers, **left})

    def get_users(self, asked: Asked) -> Reply:
        return Reply(200, {"success": True, "data": self.users})

    def get_short(self, asked: Asked, name: str) -> Reply:
        stages = [{"id": number, "name": words, "pipeline_id": 1} for number, words in STAGES.items()]
        return _listed([{"id": 1, "name": "Pipeline"}] if name == "pipelines" else stages)

    def get_fields(self, asked: Asked, name: str) -> Reply:
        return _listed(self.fields.get(name, []))

    def get_archived(self, asked: Asked) -> Reply:
        return _listed([])

    def get_list(self, asked: Asked, kind: str) -> Reply:
        """By the time of change; the cursor names the record the next page is behind. Those of some ids, when they are asked for."""
        if "ids" in asked.query:
            things = self.objects.get(kind, {})
            return _listed([things[number] for number in map(int, asked.query["ids"].split(",")) if number in things])
        since = asked.query.get("updated_since", "")
        found = [one for one in self.objects.get(kind, {}).values() if not one["is_deleted"] and one["update_time"] >= since]
        found.sort(key=lambda one: (one["update_time"], one["id"]))
        if "cursor" in asked.query:
            moment, _, number = asked.query["cursor"].partition("|")
            if not number.isdigit():
                return Reply(400, {"success": False, "error": "cursor is not valid"})
            found = [one for one in found if (one["update_time"], one["id"]) > (moment, int(number))]
        limit = int(asked.query["limit"])
        more = f"{found[limit - 1]['update_time']}|{found[limit - 1]['id']}" if len(found) > limit else None
        return _listed(found[:limit], more)

    def update(self, asked: Asked, number: str) -> Reply:
        if int(number) not in self.objects["persons"] or number in self.guarded:
            return Reply(400, {"success": False, "error": "this person is locked"})
        given = dict(asked.json)
        if "custom_fields" in given:
            given["custom_fields"] = {**self.objects["persons"][int(number)].get("custom_fields", {}), **given["custom_fields"]}
        self.put("persons", number, **given)
        return Reply(200, {"success": True, "data": self.objects["persons"][int(number)]})

    def get_notes(self, asked: Asked) -> Reply:
        found = [one for one in self.objects.get("notes", {}).values() if one["person_id"] == int(asked.query["person_id"])]
        start = int(asked.query["start"])
        told = {"more_items_in_collection": len(found) > start + 100, "next_start": start + 100}
        return Reply(200, {"success": True, "data": found[start : start + 100], "additional_data": {"pagination": told}})

    def add_note(self, asked: Asked) -> Reply:
        if str(asked.json["person_id"]) in self.guarded:
            return Reply(400, {"success": False, "error": "this person is locked"})
        number = self.put("notes", **asked.json)
        return Reply(201, {"success": True, "data": {"id": int(number)}})

    def get_changelog(self, asked: Asked, number: str) -> Reply:
        return _listed(self.changes.get(int(number), []))

    def get_recents(self, asked: Asked) -> Reply:
        since = datetime.fromisoformat(asked.query["since_timestamp"]).replace(tzinfo=UTC)
        kinds = {"persons": "person", "organizations": "organization", "deals": "deal", "activities": "activity"}
        found = [
            {"item": kinds[kind], "id": one["id"], "data": {"active_flag": not one["is_deleted"], "update_time": one["update_time"]}}
            for kind, things in self.objects.items()
            if kind in kinds
            for one in things.values()
            if datetime.fromisoformat(one["update_time"]) >= since
        ]
        start, limit = int(asked.query["start"]), 50
        told = {"start": start, "limit": limit, "more_items_in_collection": len(found) > start + limit, "next_start": start + limit}
        return Reply(200, {"success": True, "data": found[start : start + limit], "additional_data": {"pagination": told}})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _listed(found: list[Thing], cursor: str | None = None) -> Reply:
    return Reply(200, {"success": True, "data": found, "additional_data": {"next_cursor": cursor}})
