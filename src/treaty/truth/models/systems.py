from django.db import models

from treaty.moments import MomentField
from treaty.truth.models.opportunities import Opportunity
from treaty.truth.models.people import Account, Person
from treaty.truth.models.sources import Source


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
