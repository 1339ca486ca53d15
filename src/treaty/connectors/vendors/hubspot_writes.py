"""Writing into HubSpot. Source: the vendor's reference for 2026-09, batch update, notes, associations.

Since that version the rules an administrator made hold for the API too: what breaks one is declined in the vendor's words,
and may decline a whole batch, so each record of it is then tried alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from treaty.connectors.vendors.hubspot_asking import VERSION
from treaty.connectors.vendors.talk import Declined, Talk, Trouble
from treaty.connectors.vendors.writer import Known, Notes, Values, Writer
from treaty.moments import to_us
from treaty.outward import Call

OBJECTS = f"/crm/objects/{VERSION}"
NOTE_TO_CONTACT = 202
"""The vendor's number of the link from a note to a contact."""
TOGETHER = 100


def read(_target: str, ids: Sequence[str], fields: Sequence[str]) -> Talk[Mapping[str, Values]]:
    wanted = {"inputs": [{"id": one} for one in ids], "properties": list(fields)}
    answer = yield Call("POST", f"{OBJECTS}/contacts/batch/read", json=wanted)
    return {str(one["id"]): {name: str(one["properties"].get(name) or "") for name in fields} for one in answer.json()["results"]}


def update(_target: str, values: Mapping[str, Values], known: Known) -> Talk[Mapping[str, Trouble]]:
    inputs = [{"id": one, "properties": dict(fields)} for one, fields in values.items()]
    try:
        answer = yield Call("POST", f"{OBJECTS}/contacts/batch/update", json={"inputs": inputs})
    except Declined as told:
        if len(values) == 1:
            return dict.fromkeys(values, told)
        return (yield from _each(values))
    body = answer.json()
    written = {str(one["id"]) for one in body["results"]}
    return {one: Declined(_says(body, one)) for one in values if one not in written}


def _each(values: Mapping[str, Values]) -> Talk[Mapping[str, Trouble]]:
    found: dict[str, Trouble] = {}
    for one, fields in values.items():
        try:
            yield Call("PATCH", f"{OBJECTS}/contacts/{one}", json={"properties": dict(fields)})
        except Declined as told:
            found[one] = told
    return found


def _says(body: Mapping[str, Any], one: str) -> str:
    """Why one record of a batch was not written."""
    for error in body.get("errors") or ():
        context = error.get("context") or {}
        if one in [str(each) for each in (*(context.get("ids") or ()), *(context.get("id") or ()))]:
            return str(error.get("message") or error.get("category") or "")[:300]
    return "the record is not among those it wrote, and it does not say why"


def noted(_target: str, one: str, mark: str) -> Talk[str]:
    """By the links of the contact, not by the search: that one tells late of what was just written."""
    link = f"/crm/associations/{VERSION}/contacts/notes/batch/read"
    answer = yield Call("POST", link, json={"inputs": [{"id": one}]})
    ids = [str(to["toObjectId"]) for found in answer.json()["results"] for to in found["to"]]
    for start in range(0, len(ids), TOGETHER):
        wanted = {"inputs": [{"id": each} for each in ids[start : start + TOGETHER]], "properties": ["hs_note_body"]}
        notes = yield Call("POST", f"{OBJECTS}/notes/batch/read", json=wanted)
        for found in notes.json()["results"]:
            if mark in str(found["properties"].get("hs_note_body") or ""):
                return str(found["id"])
    return ""


def note(_target: str, one: str, text: str, at: datetime) -> Talk[str]:
    """The body of a note is HTML there."""
    link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_TO_CONTACT}
    made = {
        "properties": {"hs_timestamp": str(to_us(at) // 1000), "hs_note_body": escape(text).replace("\n", "<br>")},
        "associations": [{"to": {"id": one}, "types": [link]}],
    }
    answer = yield Call("POST", f"{OBJECTS}/notes", json=made)
    return str(answer.json()["id"])


WRITER = Writer(
    targets={"person": "Contact"}, target_of=lambda _: "person", together=TOGETHER, read=read, update=update, notes=Notes(noted, note),
    owner_field={"person": "hubspot_owner_id"},
)  # fmt: skip
