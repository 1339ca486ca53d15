"""Writing into Salesforce. Source: the vendor's reference, sObject collections and records.

A collection of up to 200 records is written with each alone in success or failure (`allOrNone` false). A record that another
writer holds is tried again; what a rule of the company forbids is declined in its words.
"""

# ruff: noqa: S608 queries of the vendor's, made of names of its own and quoted ids

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from treaty.connectors.vendors.reading import text_of
from treaty.connectors.vendors.salesforce_asking import BUSY, ROOT, quoted
from treaty.connectors.vendors.salesforce_objects import CONTACT, LEAD
from treaty.connectors.vendors.talk import Busy, Declined, Talk, Trouble
from treaty.connectors.vendors.writer import Known, Notes, Values, Writer
from treaty.outward import Call

TOGETHER = 200
LEADS = "00Q"
"""What the ids of leads begin with."""
NAMES = {"person": CONTACT.name, "lead": LEAD.name}
MOST_LETTERS = 255
"""Of a task's subject."""


def target_of(one: str) -> str:
    return "lead" if one.startswith(LEADS) else "person"


def read(target: str, ids: Sequence[str], fields: Sequence[str]) -> Talk[Mapping[str, Values]]:
    asked = ", ".join(dict.fromkeys(("Id", *fields)))
    query = f"SELECT {asked} FROM {NAMES[target]} WHERE Id IN ({', '.join(map(quoted, ids))})"
    found: dict[str, Values] = {}
    call: Call | None = Call("GET", f"{ROOT}/query", query={"q": query})
    while call is not None:
        answer = yield call
        body = answer.json()
        found |= {str(one["Id"]): {name: text_of(one.get(name)) for name in fields} for one in body["records"]}
        call = None if body["done"] else Call("GET", body["nextRecordsUrl"])
    return found


def update(target: str, values: Mapping[str, Values], known: Known) -> Talk[Mapping[str, Trouble]]:
    kind = {"attributes": {"type": NAMES[target]}}
    records = [{**kind, "id": one, **{name: value or None for name, value in fields.items()}} for one, fields in values.items()]
    answer = yield Call("PATCH", f"{ROOT}/composite/sobjects", json={"allOrNone": False, "records": records})
    told = list(zip(values, answer.json(), strict=True))
    return {one: _trouble(said["errors"]) for one, said in told if not said["success"]}


def _trouble(errors: Sequence[Mapping[str, Any]]) -> Trouble:
    says = "; ".join(f"{error.get('statusCode')}: {error.get('message')}" for error in errors)[:300]
    return Busy(says) if any(error.get("statusCode") in BUSY for error in errors) else Declined(says)


def noted(_target: str, one: str, mark: str) -> Talk[str]:
    query = f"SELECT Id, Subject FROM Task WHERE WhoId = {quoted(one)}"
    call: Call | None = Call("GET", f"{ROOT}/query", query={"q": query})
    while call is not None:
        answer = yield call
        body = answer.json()
        for found in body["records"]:
            if mark in str(found.get("Subject") or ""):
                return str(found["Id"])
        call = None if body["done"] else Call("GET", body["nextRecordsUrl"])
    return ""


def note(_target: str, one: str, text: str, at: datetime) -> Talk[str]:
    """A task that is done already: the vendor's notes are files, which lists of activities do not show.

    Its last line, which carries the mark, is the subject: tasks are read without their description.
    """
    body, _, subject = text.rpartition("\n")
    made = {
        "WhoId": one, "Subject": subject[:MOST_LETTERS], "Description": body, "Status": "Completed",
        "ActivityDate": at.date().isoformat(),
    }  # fmt: skip
    answer = yield Call("POST", f"{ROOT}/sobjects/Task", json=made)
    return str(answer.json()["id"])


WRITER = Writer(
    targets={"person": "Contact", "lead": "Lead"}, target_of=target_of, together=TOGETHER, read=read, update=update,
    notes=Notes(noted, note), owner_field={"person": "OwnerId", "lead": "OwnerId"},
)  # fmt: skip
