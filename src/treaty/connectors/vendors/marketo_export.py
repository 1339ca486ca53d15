"""Marketo's bulk extract: a job for each month is made, waited for, and its file read part by part. Source: the vendor's reference.

What is known of the jobs is the place of the stream, so that a pull ended anywhere goes on with them.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from treaty.connectors.vendors.talk import Busy, Declined, Lost, Page, Place, Row, Talk, Terms
from treaty.moments import from_us, to_us
from treaty.outward import Call, NoAnswer

SPAN = timedelta(days=31)
"""The longest a job may reach."""
AHEAD = 2
"""Jobs that are under way at once: as many as the vendor works at; ten may wait in all, others' too."""
CHUNK = 128 * 1024
"""Bytes of a file asked for at once."""
PATIENCE = 60.0
"""Seconds between two looks at a job: its standing changes no more often."""
MOST_FAILED = 3

Json = Mapping[str, Any]
Read = Callable[[Sequence[dict[str, str]], Terms], Talk[Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported. path: leads or activities · begins: from when on · wanted: what is asked for beside the span · read: its rows."""

    path: str
    begins: Callable[[Place, Terms], datetime]
    wanted: Callable[[Terms], dict[str, Any]]
    read: Read


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Standing:
    """next_us: from where on jobs are still to be made · offset, columns: how far the file of the first job was read."""

    next_us: int
    jobs: tuple[Job, ...] = ()
    offset: int = 0
    columns: tuple[str, ...] = ()
    failed: int = 0

    @classmethod
    def of(cls, place: Place, begins: datetime) -> "Standing":
        return msgspec.json.decode(place.next, type=cls) if place.next else cls(to_us(begins))

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def exported(of: Export, place: Place, terms: Terms) -> Talk[Page]:
    """The next part. Raises Busy while the job it is in is under way, Lost when the vendor failed at it time and again."""
    standing, end_us = Standing.of(place, of.begins(place, terms)), to_us(place.began_at)
    if len(standing.jobs) < AHEAD and standing.next_us < end_us:
        made = yield from _made_ahead(of, standing, end_us, terms)
        return Page((), place.at(made.text()))
    if not standing.jobs:
        return Page((), None)
    told = yield from _standing_of(of, standing.jobs[0])
    if told["status"] not in ("Completed", "Failed", "Canceled", "Cancelled"):
        raise Busy(f"an export of {of.path} is still being made there", PATIENCE)
    if told["status"] == "Completed" and not told.get("numberOfRecords"):
        return _page((), _behind(standing), end_us, place)
    try:
        if told["status"] != "Completed":
            raise Declined(f"an export of {of.path} came to nothing there ({told['status']})")
        part, following = yield from _part(of, standing, int(told["fileSize"]))
    except Declined as fault:
        if standing.failed + 1 >= MOST_FAILED:
            raise Lost(f"{fault}, {MOST_FAILED} times") from fault
        job = yield from _made(of, standing.jobs[0].from_us, standing.jobs[0].to_us, terms)
        anew = replace(standing, jobs=(job, *standing.jobs[1:]), offset=0, columns=(), failed=standing.failed + 1)
        return Page((), place.at(anew.text()))
    rows = yield from of.read(part, terms)
    return _page(rows, following, end_us, place)


def _page(rows: Sequence[Row], standing: Standing, end_us: int, place: Place) -> Page:
    is_over = not standing.jobs and standing.next_us >= end_us
    return Page(rows, None if is_over else place.at(standing.text()))


def _behind(standing: Standing) -> Standing:
    """Behind the file of the first job."""
    return Standing(standing.next_us, standing.jobs[1:])


def _made_ahead(of: Export, standing: Standing, end_us: int, terms: Terms) -> Talk[Standing]:
    while len(standing.jobs) < AHEAD and standing.next_us < end_us:
        until_us = min(standing.next_us + SPAN // timedelta(microseconds=1), end_us)
        job = yield from _made(of, standing.next_us, until_us, terms)
        standing = replace(standing, next_us=until_us, jobs=(*standing.jobs, job))
    return standing


def _made(of: Export, from_: int, until: int, terms: Terms) -> Talk[Job]:
    """A job that waits for its turn; one whose answer was lost is made again, and stays unused there."""
    wanted = dict(of.wanted(terms))
    wanted["filter"] = {**wanted.get("filter", {}), "createdAt": {"startAt": _text(from_), "endAt": _text(until)}}
    answer = yield Call("POST", f"/bulk/v1/{of.path}/export/create.json", json={"format": "CSV", **wanted})
    job = Job(str(answer.json()["result"][0]["exportId"]), from_, until)
    yield from _enqueued(of, job)
    return job


def _enqueued(of: Export, job: Job) -> Talk[None]:
    """The vendor declines to take a job twice: one that waits already is as it should be."""
    try:
        yield Call("POST", f"/bulk/v1/{of.path}/export/{job.id}/enqueue.json")
    except Declined:
        return


def _standing_of(of: Export, job: Job) -> Talk[Json]:
    answer = yield Call("GET", f"/bulk/v1/{of.path}/export/{job.id}/status.json")
    told: Json = answer.json()["result"][0]
    if told["status"] == "Created":
        yield from _enqueued(of, job)
    return told


def _part(of: Export, standing: Standing, size: int) -> Talk[tuple[list[dict[str, str]], Standing]]:
    """The whole records of the next part of the first job's file; more is asked for at once where a record is longer than a part."""
    length = CHUNK
    while True:
        data = yield from _bytes(of, standing.jobs[0], standing.offset, min(standing.offset + length, size))
        is_last = standing.offset + len(data) >= size
        whole = len(data) if is_last else whole_records(data)
        if whole:
            break
        length *= 2
    cells = list(csv.reader(io.StringIO(data[:whole].decode("utf-8", "replace"), newline="")))
    columns = standing.columns or tuple(cells.pop(0))
    rows = [{name: "" if cell == "null" else cell for name, cell in zip(columns, row, strict=False)} for row in cells if row]
    return rows, _behind(standing) if is_last else replace(standing, offset=standing.offset + whole, columns=columns)


def _bytes(of: Export, job: Job, start: int, end: int) -> Talk[bytes]:
    """Raises NoAnswer when something else came than what was asked for."""
    answer = yield Call("GET", f"/bulk/v1/{of.path}/export/{job.id}/file.json", headers={"range": f"bytes={start}-{end - 1}"})
    if len(answer.body) != end - start:
        raise NoAnswer(f"{len(answer.body)} bytes came of a file instead of {end - start}")
    return answer.body


def whole_records(data: bytes) -> int:
    """Bytes up to the end of the last whole record: a line's end within quotes is none."""
    end = data.rfind(b"\n")
    while end >= 0 and data.count(b'"', 0, end) % 2:
        end = data.rfind(b"\n", 0, end)
    return end + 1


def _text(us: int) -> str:
    return from_us(us).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
