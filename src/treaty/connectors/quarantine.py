"""What was set aside: events nobody could use yet, and putting them back into the line."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from treaty.connectors.absorbing import release
from treaty.connectors.models import Event
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.models import Source

AT_ONCE = 1_000


def set_aside(source: Source) -> QuerySet[Event]:
    """The newest first."""
    return Event.objects.filter(source=source, state=Event.State.QUARANTINED).order_by("-id")


@transaction.atomic
def put_back(source: Source, *, by: Member, at: datetime, message_id: str = "") -> int:
    """Let the worker read an event again, or up to a thousand when none is named. Returns how many."""
    rows = set_aside(source)
    chosen = list((rows.filter(message_id=message_id) if message_id else rows)[:AT_ONCE])
    for event in chosen:
        release(event)
    if chosen:
        record("events.released", source, by=by, at=at, codes={"events": len(chosen)})
    return len(chosen)
