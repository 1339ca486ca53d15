from django.db import models
from django.db.models import Q

from treaty.moments import MomentField
from treaty.truth.models.people import Person
from treaty.truth.models.sources import Source


class Touch(models.Model):
    """One thing a person did or received. (source, message_id) is unique for ever.

    `seen_as` never changes; `person` follows merges. Text fields are flattened for the evaluator.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, related_name="touches")
    seen_as = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=64)
    occurred_at = MomentField()
    known_at = MomentField()
    received_at = MomentField()
    path = models.CharField(max_length=500, blank=True)
    host = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    content = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=120, blank=True)
    fields = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="touch_once")]
        indexes = [
            models.Index(fields=["person", "occurred_at"]),
            models.Index(fields=["kind", "person"], condition=Q(kind="unsubscribed") | Q(kind="email_spam"), name="withdrawing_touches"),
        ]
