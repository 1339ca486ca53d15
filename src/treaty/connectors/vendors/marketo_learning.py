"""What a Marketo says of itself. Source: the vendor's reference, describe leads, companies and opportunities, activity types, channels."""

from typing import Any

from treaty.connectors.vendors.marketo_asking import Json
from treaty.connectors.vendors.marketo_rows import activity_named, stamp
from treaty.connectors.vendors.reading import field_told
from treaty.connectors.vendors.talk import Declined, Forbidden, Talk
from treaty.outward import Call

KEYS = {"externalCompanyId", "externalSalesPersonId"}
"""Fields of a lead that lead to another record: no value of ours."""


def learned() -> Talk[dict[str, Any]]:
    """Fields with their labels; the numbers of the kinds of activities; since when the company is there.

    A company's fields, which a lead shows as its own, cannot be written into the lead. Where a CRM is joined to it,
    opportunities are the CRM's alone, and it declines to speak of them.
    """
    described = yield Call("GET", "/rest/v1/leads/describe.json")
    of_companies = {one["name"] for one in (yield from _fields_of("companies"))}
    fields = [
        field_told(
            rest["name"],
            one.get("displayName"),
            one.get("dataType"),
            is_fixed=rest.get("readOnly") or rest["name"] in of_companies | KEYS,
        )
        for one in described.json()["result"]
        if (rest := one.get("rest"))
    ]
    types = yield Call("GET", "/rest/v1/activities/types.json")
    channels = yield from _all_channels()
    began = [at for one in channels if (at := stamp(one.get("createdAt")))]
    return {
        "properties": {"person": fields, "account": fields, "opportunity": (yield from _fields_of("opportunities"))},
        "activities": {str(one["id"]): name for one in types.json()["result"] if (name := activity_named(str(one["name"])))},
        "began": min(began).isoformat() if began else "",
        "stages": {},
    }


def _all_channels() -> Talk[list[Json]]:
    found: list[Json] = []
    while True:
        answer = yield Call("GET", "/rest/asset/v1/channels.json", query={"maxReturn": "200", "offset": str(len(found))})
        listed = answer.json().get("result") or []
        found += listed
        if len(listed) < 200:
            return found


def _fields_of(path: str) -> Talk[list[dict[str, Any]]]:
    """The fields of opportunities or companies; none where they may not be read."""
    try:
        answer = yield Call("GET", f"/rest/v1/{path}/describe.json")
    except (Declined, Forbidden):
        return []
    return [field_told(one["name"], one.get("displayName"), one.get("dataType")) for one in answer.json()["result"][0]["fields"]]
