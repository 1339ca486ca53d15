from django.db import models

from treaty.moments import MomentField
from treaty.truth.models.opportunities import Opportunity
from treaty.truth.models.people import Account, Person
from treaty.truth.models.sources import Source


class Difference(models.Model):
    """How many records of two systems differed on a day by a measure, by cause. there: None for Treaty itself."""

    on = models.DateField()
    here = models.ForeignKey(Source, models.CASCADE, related_name="+")
    there = models.ForeignKey(Source, models.CASCADE, null=True, related_name="+")
    what = models.CharField(max_length=20)
    causes = models.JSONField(default=dict)
    pairs = models.IntegerField()
    """All that were compared, alike or not."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["on", "here", "there", "what"], name="difference_once"),
            models.UniqueConstraint(fields=["on", "here", "what"], condition=models.Q(there=None), name="difference_from_treaty_once"),
        ]


class TakenOut(models.Model):
    """Rows were taken out of a table that otherwise only grows, once for each time: the lake exports it afresh. source: its name in
    the database."""

    source = models.CharField(max_length=40, db_index=True)
    at = MomentField()


class SystemRecord(models.Model):
    """One record as a system has it, and whom or what it is of here. Two systems are compared by these.

    said: what it last said of each field, with the moment the system knew it, {"field": [value, microseconds]}. The columns
    beside are taken from it. at: when a deal closed or is to close. gone_at: since when the system has it no more;
    gone_into: the id of the record it was merged into, if it was.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        ACCOUNT = "account"
        OPPORTUNITY = "opportunity"
        ACTIVITY = "activity"

    source = models.ForeignKey(Source, models.PROTECT, related_name="records")
    kind = models.CharField(max_length=11, choices=Kind)
    external_id = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="system_records")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="system_records")
    opportunity = models.ForeignKey(Opportunity, models.SET_NULL, null=True, related_name="system_records")
    stage = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=4, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    owner = models.CharField(max_length=254, blank=True)
    at = MomentField(null=True)
    said = models.JSONField(default=dict)
    changed_at = MomentField(null=True)
    seen_at = MomentField()
    gone_at = MomentField(null=True)
    gone_into = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "external_id"], name="system_record_once")]
        indexes = [models.Index(fields=["source", "gone_into"], condition=~models.Q(gone_into=""), name="gone_into_record")]
