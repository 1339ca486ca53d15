"""What is due of one system is written there: its record is read first, and only what differs is written.

Each row of the outbox is one lead. What is written is what is true when it is written, so of several changes the last one
counts. The value before is put down before the call: when no answer came, the record says next time whether it was
carried out, and the receipt is whole all the same. A note is looked for by its mark first, when it may be there already.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from treaty.connectors.calling import Caller
from treaty.connectors.connections import Clock, caller_of
from treaty.connectors.models import Connection, Written
from treaty.connectors.pulling import count_calls
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, Trouble
from treaty.connectors.vendors.writer import Writer, mark_of
from treaty.connectors.writes.allowed import DOOR, allowed_of, writer_of
from treaty.connectors.writes.receipts import confirm, forget_unmade, intend
from treaty.connectors.writes.rules import Allowed, Change, Left, difference, is_same, note_text
from treaty.connectors.writes.state import Subject, subjects
from treaty.crash import crash_here
from treaty.handoff.models import Handoff
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.outward import NoAnswer, NotReachable, Outward
from treaty.truth.models import Lead

TOGETHER = 100
"""Rows taken at once; a call that comes to nothing ends the round."""
FAILED = (Trouble, NoAnswer, NotReachable)
REST = timedelta(seconds=30)
"""How long the rest of a round waits after a call that came to nothing."""


@dataclass(slots=True)
class Job:
    """One row, and the record it is about. left: what is true here and could not be written, and why"""

    row: Outgoing
    subject: Subject
    changes: Sequence[Change] = ()
    left: Sequence[Left] = ()


@dataclass
class Round:
    """One turn: the rows that were taken, and whom they are written to."""

    connection: Connection
    writer: Writer
    caller: Caller
    clock: Clock
    allowed: Allowed
    earlier: set[int] = field(default_factory=set)
    """Leads after which the same person had another: what is true of the last one is written."""
    stopped: Exception | None = None
    """The system is busy or does not answer: the rest of the round waits a little."""

    def carry(self, rows: Sequence[Outgoing]) -> None:
        found = self._subjects(rows)
        fields: dict[str, list[Job]] = defaultdict(list)
        seen: set[str] = set()
        for row in rows:
            subject = found.get(row.body.get("lead", ""))
            if self.stopped is not None:
                outbox.later(row, str(self.stopped), at=self.clock(), in_doubt=False, after=REST)
            elif "undo" in row.body:
                self._undo(row)
            elif subject is None:
                self._nothing(row, "no record of this person is there")
            elif "handoff" not in row.body and subject.lead.pk in self.earlier:
                self._nothing(row, "a later pass of this person is written instead")
            elif not self.allowed.is_on:
                self._nothing(row, "writing is switched off")
            elif "handoff" in row.body:
                self._note(Job(row, subject))
            elif subject.external_id in seen:
                outbox.later(row, "", at=self.clock(), in_doubt=False, after=timedelta(0))
            else:
                seen.add(subject.external_id)
                fields[subject.target].append(Job(row, subject))
        for target, jobs in fields.items():
            self._fields(target, jobs)

    def _subjects(self, rows: Iterable[Outgoing]) -> dict[str, Subject]:
        keys = {row.body["lead"] for row in rows if "lead" in row.body}
        leads = Lead.objects.filter(key__in=keys).select_related("person", "owner", "version")
        later = Lead.objects.filter(person=OuterRef("person"), joined_to=None, pk__gt=OuterRef("pk"))
        self.earlier = set(leads.filter(Exists(later)).values_list("pk", flat=True))
        return {one.lead.key: one for one in subjects(leads, self.connection, self.writer).values()}

    # fields

    def _fields(self, target: str, jobs: Sequence[Job]) -> None:
        """Read what stands there, put down what will be written, write it."""
        names = sorted(self.allowed.fields_of(target).values())
        if self.stopped is not None:
            self._failed([job.row for job in jobs], self.stopped, is_read=True)
            return
        if not names:
            for job in jobs:
                self._nothing(job.row, "no field of this kind of record may be written")
            return
        try:
            there = self.caller.run(self.writer.read(target, [job.subject.external_id for job in jobs], names), is_read=False)
        except FAILED as fault:
            self._failed([job.row for job in jobs], fault, is_read=True)
            return
        writing = [job for job in jobs if self._has_changes(job, there)]
        for start in range(0, len(writing), self.writer.together):
            some = writing[start : start + self.writer.together]
            if self.stopped is not None:
                self._failed([job.row for job in some], self.stopped, is_read=True)
            else:
                self._write(target, some)

    def _has_changes(self, job: Job, there: Mapping[str, Mapping[str, str]]) -> bool:
        """Whether anything is to be written; a row that needs nothing ends here."""
        subject, at = job.subject, self.clock()
        if subject.external_id not in there:
            outbox.dead(job.row, f"{self.connection.source.name} has no record {subject.external_id} any more: leave it", at=at)
            return False
        found = there[subject.external_id]
        job.changes, job.left = difference(subject.wanted, found, subject.target, self.allowed, self.connection.known)
        if not job.changes:
            forget_unmade(job.row, found)
            self._sent(job)
        return bool(job.changes)

    def _write(self, target: str, writing: Sequence[Job]) -> None:
        at = self.clock()
        for job in writing:
            intend(job.row, self.connection, job.subject, job.changes, at)
        crash_here("write-put-down-before-call")
        values = {job.subject.external_id: {change.field: change.ours for change in job.changes} for job in writing}
        try:
            troubles = self.caller.run(self.writer.update(target, values, self.connection.known), is_read=False, goes_on=True)
        except FAILED as fault:
            self._failed([job.row for job in writing], fault)
            return
        crash_here("written-before-receipt")
        for job in writing:
            if (trouble := troubles.get(job.subject.external_id)) is not None:
                self._failed([job.row], trouble)
            else:
                self._sent(job)

    # notes

    def _note(self, job: Job) -> None:
        row, subject = job.row, job.subject
        handoff = Handoff.objects.select_related("owner", "version", "lead__person").filter(key=row.body["handoff"]).first()
        notes = self.writer.notes
        if handoff is None or notes is None or not self.allowed.brief:
            self._nothing(row, "the brief is not to be left there")
            return
        mark, at = mark_of(row.key), self.clock()
        change = Change("brief", "note", "", "")
        try:
            number = ""
            if row.in_doubt:
                number = self.caller.run(notes.find(subject.target, subject.external_id, mark), is_read=False)
            if not number:
                intend(row, self.connection, subject, [change], at)
                crash_here("write-put-down-before-call")
                text = note_text(handoff.brief, _head(handoff), mark)
                number = self.caller.run(notes.add(subject.target, subject.external_id, text, at), is_read=False)
                crash_here("written-before-receipt")
        except FAILED as fault:
            self._failed([row], fault)
            return
        Written.objects.filter(outgoing=row).update(after=number)
        self._sent(job)

    # undoing

    def _undo(self, row: Outgoing) -> None:
        """Write back what stood there, if what we wrote still does."""
        written = Written.objects.select_related("lead").get(pk=row.body["undo"])
        if written.lead is None:
            self._nothing(row, "the lead is not kept here any more")
            return
        one, name, at = written.external_id, written.field, self.clock()
        subject = Subject(written.lead, written.target, one, {})
        try:
            there = self.caller.run(self.writer.read(written.target, [one], [name]), is_read=False).get(one, {}).get(name, "")
            if not is_same(there, written.before):
                if not is_same(there, written.after):
                    outbox.dead(row, f"{name} says {there!r} by now, which is not what was written: it is left as it is", at=at)
                    return
                change = Change(written.kind, name, written.after, written.before)
                intend(row, self.connection, subject, [change], at)
                values = {one: {name: written.before}}
                update = self.writer.update(written.target, values, self.connection.known)
                troubles = self.caller.run(update, is_read=False, goes_on=True)
                if one in troubles:
                    raise troubles[one]
        except FAILED as fault:
            self._failed([row], fault)
            return
        Written.objects.filter(pk=written.pk).update(undone_at=self.clock())
        self._sent(Job(row, subject))

    # ends

    def _nothing(self, row: Outgoing, why: str) -> None:
        outbox.sent(row, {"nothing": why}, at=self.clock())

    def _sent(self, job: Job) -> None:
        """It stands there. The receipt names the fields; the values beside it are kept once, in `Written`."""
        written = confirm(job.row, self.clock())
        receipt: dict[str, Any] = {"fields": [one.field for one in written]} if written else {"nothing": "it says the same already"}
        if job.left:
            receipt["left"] = [one.why for one in job.left]
        outbox.sent(job.row, receipt, at=self.clock())

    def _failed(self, rows: Sequence[Outgoing], fault: Exception, *, is_read: bool = False) -> None:
        """What the vendor's rules are against, or its rights, a person must see to; everything else is tried again."""
        at, says = self.clock(), str(fault)
        after = timedelta(seconds=fault.after) if isinstance(fault, Busy) and fault.after is not None else None
        if after is not None:
            self.caller.hold(after.total_seconds())
        if not isinstance(fault, Declined | Forbidden):
            self.stopped = fault
        if is_read and after is None:  # nothing was tried of any of them
            after = REST
        for row in rows:
            if isinstance(fault, Declined | Forbidden):
                outbox.dead(row, f"{self.caller.vendor.label} says: {says}", at=at)
            else:
                outbox.later(row, says, at=at, in_doubt=not is_read, after=after)


def carry(connection: Connection, *, clock: Clock, outward: Outward | None = None) -> int:
    """Write what is due of a system; how many rows were taken. One carrier of a system runs at a time: the caller sees to it."""
    writer = writer_of(connection)
    if writer is None or not outbox.due(DOOR, clock(), connection.key).exists():
        return 0
    caller = caller_of(connection, clock, outward)
    rows = outbox.take(DOOR, connection.key, at=clock(), most=TOGETHER)
    try:
        Round(connection, writer, caller, clock, allowed_of(connection)).carry(rows)
    finally:
        count_calls(connection, caller, clock())
    return len(rows)


def _head(handoff: Handoff) -> str:
    made = _day(handoff.made_at)
    return f"Brief for {handoff.owner.name}, handed over on {made} under agreement version {handoff.version.number}."


def _day(at: datetime) -> str:
    return f"{at:%-d %B %Y}"
