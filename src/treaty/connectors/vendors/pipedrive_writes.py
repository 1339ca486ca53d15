"""Writing into Pipedrive. Source: the vendor's reference: persons by API v2, notes by v1, which alone has them.

A record is a call of its own. A field the company added is known by a code and lies in a part of its own; of a choice
the number of the option is written.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from treaty.connectors.vendors.pipedrive import V1, V2
from treaty.connectors.vendors.reading import text_of
from treaty.connectors.vendors.talk import Declined, Talk, Trouble
from treaty.connectors.vendors.writer import Known, Notes, Values, Writer, typed
from treaty.outward import Call

CODE = 40
"""Letters of the code of a field that a company added."""
NUMBERS = {"int", "double", "monetary", "enum", "user"}
OWNER = "owner_id"


def read(_target: str, ids: Sequence[str], fields: Sequence[str]) -> Talk[Mapping[str, Values]]:
    answer = yield Call("GET", f"{V2}/persons", query={"ids": ",".join(ids), "limit": "500"})
    found = {}
    for one in answer.json()["data"] or ():
        if not one.get("is_deleted"):
            told = {**one, **(one.get("custom_fields") or {})}
            found[str(one["id"])] = {name: _text(told.get(name)) for name in fields}
    return found


def _text(value: Any) -> str:
    return text_of(value.get("value") if isinstance(value, Mapping) else value)


def update(_target: str, values: Mapping[str, Values], known: Known) -> Talk[Mapping[str, Trouble]]:
    kinds = {one["name"]: one["type"] for one in known.get("properties", {}).get("person", ())}
    found: dict[str, Trouble] = {}
    for one, fields in values.items():
        told = {name: typed(value, is_number=name == OWNER or kinds.get(name) in NUMBERS) for name, value in fields.items()}
        added = {name: value for name, value in told.items() if len(name) == CODE}
        body = {name: value for name, value in told.items() if name not in added} | ({"custom_fields": added} if added else {})
        try:
            yield Call("PATCH", f"{V2}/persons/{int(one)}", json=body)
        except Declined as declined:
            found[one] = declined
    return found


def noted(_target: str, one: str, mark: str) -> Talk[str]:
    start: int | None = 0
    while start is not None:
        answer = yield Call("GET", f"{V1}/notes", query={"person_id": one, "start": str(start), "limit": "100"})
        body = answer.json()
        for found in body["data"] or ():
            if mark in str(found.get("content") or ""):
                return str(found["id"])
        told = (body.get("additional_data") or {}).get("pagination") or {}
        start = int(told["next_start"]) if told.get("more_items_in_collection") else None
    return ""


def note(_target: str, one: str, text: str, _at: datetime) -> Talk[str]:
    """The content of a note is HTML there."""
    answer = yield Call("POST", f"{V1}/notes", json={"content": escape(text).replace("\n", "<br>"), "person_id": int(one)})
    return str(answer.json()["data"]["id"])


WRITER = Writer(
    targets={"person": "Person"}, target_of=lambda _: "person", together=1, read=read, update=update, notes=Notes(noted, note),
    owner_field={"person": OWNER}, reads_labels=True,
)  # fmt: skip
