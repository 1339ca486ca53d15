"""Writing into Marketo. Source: the vendor's reference: create and update leads, describe, error codes.

One call writes up to 300 leads, each alone in success or failure: one that was skipped has its reasons. Only leads that are
there are written, by their id (`updateOnly`): nobody is made. Its leads have no notes. It lists nobody who may own a lead: an
owner is their address, in a field the company added for it.
"""

from collections.abc import Mapping, Sequence

from treaty.connectors.vendors.marketo_asking import SIZE, Json, by_field, trouble_of
from treaty.connectors.vendors.reading import text_of
from treaty.connectors.vendors.talk import Declined, Talk, Trouble
from treaty.connectors.vendors.writer import Known, Values, Writer, typed
from treaty.outward import Call

NUMBERS = {"integer", "score", "float", "currency", "percent"}
"""Types of fields that take a number."""


def read(_target: str, ids: Sequence[str], fields: Sequence[str]) -> Talk[Mapping[str, Values]]:
    """A field that is empty is not told."""
    found = yield from by_field("leads", "id", ids, list(dict.fromkeys(("id", *fields))))
    return {str(one["id"]): {name: text_of(one.get(name)) for name in fields} for one in found}


def update(target: str, values: Mapping[str, Values], known: Known) -> Talk[Mapping[str, Trouble]]:
    """What it declines of several at once is tried one by one: a single lead may be the cause."""
    kinds = {one["name"]: one["type"] for one in known.get("properties", {}).get("person", ())}
    leads = [
        {"id": int(one), **{name: typed(value, is_number=kinds.get(name) in NUMBERS) for name, value in fields.items()}}
        for one, fields in values.items()
    ]
    try:
        answer = yield Call("POST", "/rest/v1/leads.json", json={"action": "updateOnly", "lookupField": "id", "input": leads})
    except Declined as told:
        return dict.fromkeys(values, told) if len(values) == 1 else (yield from _each(target, values, known))
    results = list(zip(values, answer.json()["result"], strict=True))
    return {one: _why(said) for one, said in results if said["status"] != "updated"}


def _each(target: str, values: Mapping[str, Values], known: Known) -> Talk[Mapping[str, Trouble]]:
    found: dict[str, Trouble] = {}
    for one, fields in values.items():
        found |= yield from update(target, {one: fields}, known)
    return found


def _why(said: Json) -> Trouble:
    """Why one lead was not written, in the vendor's words."""
    reasons = list(said.get("reasons") or ())
    return trouble_of(reasons[0]) if reasons else Declined(f"the lead was {said['status']}, and it does not say why")


WRITER = Writer(targets={"person": "Lead"}, target_of=lambda _: "person", together=SIZE, read=read, update=update)
