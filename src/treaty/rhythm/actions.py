"""Hold a meeting; decide; take on an action; get it done."""

from datetime import date, datetime

from django.db import transaction

from treaty.journal.actions import record
from treaty.rhythm.models import Meeting, Resolution
from treaty.team.models import Member


class NothingSaid(ValueError):
    """A decision or action needs words."""


@transaction.atomic
def open_meeting(name: str, on: date, *, by: Member, at: datetime) -> Meeting:
    """The holding of a meeting on a date; opening it twice gives the same one."""
    meeting, is_new = Meeting.objects.get_or_create(name=name, on=on, defaults={"opened_by": by, "opened_at": at})
    if is_new:
        record("meeting.opened", meeting, by=by, at=at, codes={"name": name, "on": on.isoformat()})
    return meeting


@transaction.atomic
def resolve(
    kind: str, text: str, *, owner: Member, by: Member, at: datetime, due_on: date | None = None, meeting: Meeting | None = None
) -> Resolution:
    """Write down a decision or an action. An action has a date. Raises NothingSaid."""
    if not text.strip():
        raise NothingSaid("say in a sentence what was decided")
    if kind == Resolution.Kind.ACTION and due_on is None:
        raise NothingSaid("an action needs a date: by when is it done?")
    row = Resolution.objects.create(kind=kind, text=text.strip()[:500], owner=owner, due_on=due_on, meeting=meeting, by=by, at=at)
    record("resolution.made", row, by=by, at=at, codes={"kind": kind, "owner": owner.key}, words={"text": row.text})
    return row


@transaction.atomic
def finish(row: Resolution, *, by: Member, at: datetime) -> None:
    """Done. Saying it twice keeps the first moment."""
    if Resolution.objects.filter(pk=row.pk, done_at=None, dropped_at=None).update(done_at=at):
        record("resolution.done", row, by=by, at=at)


@transaction.atomic
def drop(row: Resolution, *, by: Member, at: datetime) -> None:
    """No longer wanted; it stays in the record."""
    if Resolution.objects.filter(pk=row.pk, done_at=None, dropped_at=None).update(dropped_at=at):
        record("resolution.dropped", row, by=by, at=at)
