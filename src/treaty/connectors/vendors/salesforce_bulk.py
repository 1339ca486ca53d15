"""Salesforce's Bulk API 2.0: a job makes a file of what a query finds, which is read part by part. Source: the vendor's reference.

Which job is under way and how far its file was read is the place of the stream, so that a pull ended anywhere goes on with it.
A job is left there when it was read: the vendor deletes it after seven days.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from treaty.connectors.vendors.salesforce_asking import LOCATOR, ROOT
from treaty.connectors.vendors.salesforce_objects import Json
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, Lost, Talk
from treaty.outward import Call, NoAnswer

FROM = 2_000
"""Records of a query from which on a job is made, as the vendor advises: ten pages are read sooner than a job is done."""
PART = 800
"""Records of a part of its file: what is held at once and stored in one transaction, for a quarter of the calls that pages take."""
PATIENCE = 60.0
"""Seconds between two looks at a job that is under way."""
UNDER_WAY = {"Open", "UploadComplete", "InProgress"}
JOBS = f"{ROOT}/jobs/query"
NUMBERS, WHOLE = {"double", "currency", "percent"}, {"int", "long"}
"""Types of fields whose values are numbers in JSON."""


@dataclass(frozen=True, slots=True)
class Job:
    """columns: of its file, as they were asked for, `Id` first · locator: the vendor's word for its next part, empty before the first"""

    id: str
    columns: tuple[str, ...]
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Records as a query answers them in JSON; following: None at the end of the file."""

    records: Sequence[Json]
    following: Job | None


def begun(query: str, columns: Sequence[str]) -> Talk[Job | None]:
    """A new job, deleted records among the rest. One whose answer was lost is made again, and stays unused there.

    query: of these columns, without an order, for then the vendor divides it among many · None: it makes no job, for the one who
    signed in may not have one made, it makes none of such objects, or as many were made today as it allows
    """
    try:
        answer = yield Call("POST", JOBS, json={"operation": "queryAll", "query": query})
    except (Declined, Forbidden):
        return None
    return Job(str(answer.json()["id"]), tuple(columns))


def part_of(job: Job, types: Mapping[str, str]) -> Talk[Part | None]:
    """The next part of the file of a job; None: the job came to nothing. Raises Busy while it is under way, Lost when it is gone.

    types: of those columns that are no texts
    """
    try:
        if not job.locator and not (yield from _is_done(job)):
            return None
        query = {"maxRecords": str(PART), **({"locator": job.locator} if job.locator else {})}
        answer = yield Call("GET", f"{JOBS}/{job.id}/results", query=query, headers={"accept": "text/csv"})
    except Declined as told:
        raise Lost(f"the file of its records is not there any more ({told})") from told
    following = answer.headers[LOCATOR]
    records = records_of(answer.body, job.columns, types)
    if len(records) != int(answer.headers["sforce-numberofrecords"]):
        raise NoAnswer(f"{len(records)} records came of a file instead of {answer.headers['sforce-numberofrecords']}")
    return Part(records, None if following in ("", "null") else replace(job, locator=following))


def _is_done(job: Job) -> Talk[bool]:
    """False for one that came to nothing. Raises Busy while it is under way."""
    answer = yield Call("GET", f"{JOBS}/{job.id}")
    state = answer.json()["state"]
    if state in UNDER_WAY:
        raise Busy("a file of its records is still being made there", PATIENCE)
    return bool(state == "JobComplete")


def records_of(data: bytes, columns: Sequence[str], types: Mapping[str, str]) -> list[Json]:
    """The records of a part, whether or not it repeats the names of its columns. Raises ValueError for what is no such file."""
    try:
        cells = [row for row in csv.reader(io.StringIO(data.decode(), newline="")) if row]
    except csv.Error as fault:
        raise ValueError(f"a part is no CSV ({fault})") from fault
    return [_record(row, columns, types) for row in (cells[1:] if cells and cells[0][0].lower() == "id" else cells)]


def _record(cells: Sequence[str], columns: Sequence[str], types: Mapping[str, str]) -> Json:
    """`Campaign.Name` is a field of an object within the record."""
    found: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=True):
        parent, _, child = name.rpartition(".")
        within = found.setdefault(parent, {}) if parent else found
        within[child] = _value(cell, types.get(name, ""))
    return found


def _value(cell: str, type_: str) -> str | bool | float | None:
    """A cell as JSON has it. The vendor writes nothing for nothing, sometimes 0.0 for a whole number, and Z where JSON has +0000."""
    if not cell:
        return None
    if type_ == "boolean":
        return cell.lower() == "true"
    if type_ in NUMBERS:
        return float(cell)
    if type_ in WHOLE:
        return int(float(cell))
    return f"{cell[:-1]}+0000" if type_ == "datetime" and cell.endswith("Z") else cell
