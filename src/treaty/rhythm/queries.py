"""What is still to be done, and what was."""

from datetime import datetime

from django.db.models import Q, QuerySet

from treaty.rhythm.models import Resolution


def carried(at: datetime, since: datetime) -> QuerySet[Resolution]:
    """What the pack shows: everything open, and what was made or done since the last meeting."""
    open_ = Q(done_at=None, dropped_at=None)
    recent = Q(done_at__gte=since) | Q(at__gte=since)
    return Resolution.objects.filter(open_ | recent, at__lte=at).select_related("owner", "meeting").order_by("done_at", "due_on", "at")
