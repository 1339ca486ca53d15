"""What sources post: every request as it came, until it is unpacked, and every event of it."""

from django.db import models

from treaty.moments import MomentField
from treaty.truth.models import Source


class Parcel(models.Model):
    """What one request brought, packed, from its acknowledgement until the worker unpacks it in order of id.

    events: how many. rows: see `parcels`. problem: why it cannot be unpacked; it is kept, and the next ones go on.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    received_at = MomentField()
    events = models.PositiveIntegerField()
    rows = models.BinaryField()
    problem = models.CharField(max_length=300, blank=True)


class Event(models.Model):
    """One acknowledged event, raw. (source, message_id) is unique for ever; the worker absorbs it in order of id."""

    class State(models.TextChoices):
        WAITING = "waiting"
        STORED = "stored"
        QUARANTINED = "quarantined"

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=200)
    type = models.CharField(max_length=10)
    occurred_at = MomentField()
    sent_at = MomentField(null=True)
    received_at = MomentField()
    body = models.TextField()
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="event_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="events_waiting"),
            models.Index(fields=["id"], condition=models.Q(state="quarantined"), name="events_quarantined"),
        ]
