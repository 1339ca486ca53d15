"""What a campaign is measured by, said before it began: plans, and their seals."""

from django.db import models

from treaty.agreement.models import Version
from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member


class MeasurementPlan(models.Model):
    """What a campaign is for and what is expected of it. Never changed: a new plan is a new row that says what it replaces.

    `raw` are its canonical bytes, made once when it is proposed; `hash` is their SHA-256. The other columns say the same.
    """

    key = KeyField()
    campaign = models.CharField(max_length=120, db_index=True)
    """The slug of the campaign, lower case: it need not be named yet."""
    goal = models.CharField(max_length=500)
    audience = models.CharField(max_length=500)
    metric = models.CharField(max_length=64)
    expected = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3, blank=True)
    credit = models.JSONField()
    """How credit is shared for it: model, weights, look-back, edges, as the terms of an agreement say it."""
    starts_on = models.DateField()
    ends_on = models.DateField()
    """The first and last day on which what it brings counts, in the agreement's zone."""
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    raw = models.BinaryField()
    hash = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()

    def __str__(self) -> str:
        return f"the plan of {self.campaign}"


class Seal(models.Model):
    """A plan that stands. The last of its campaign is the one in force.

    began_at: when the campaign had already begun, if it had: then the plan is sealed late, and every page says so.
    """

    plan = models.OneToOneField(MeasurementPlan, models.PROTECT, related_name="seal")
    campaign = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    """Counts the sealed plans of a campaign from 1."""
    began_at = MomentField(null=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_sealed_plan_after_another")]
