"""Campaigns, content, what was spent, and what one currency was worth in another."""

from django.db import models

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.truth.models.sources import Source


class Campaign(models.Model):
    key = KeyField()
    slug = models.CharField(max_length=120, unique=True)
    """How touches name it, lower case."""
    name = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    budget = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    made_at = MomentField()

    def __str__(self) -> str:
        return self.name or self.slug


class Content(models.Model):
    key = KeyField()
    slug = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=300, blank=True)
    journey_stage = models.CharField(max_length=40, blank=True)
    persona = models.CharField(max_length=64, blank=True)
    objection = models.CharField(max_length=100, blank=True)
    made_at = MomentField()

    def __str__(self) -> str:
        return self.title or self.slug


class Spend(models.Model):
    """What one channel or campaign cost on one day."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=250)
    channel = models.CharField(max_length=60)
    campaign = models.CharField(max_length=120, blank=True)
    on = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    impressions = models.BigIntegerField(null=True)
    clicks = models.BigIntegerField(null=True)
    received_at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="spend_once")]


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in another on a day. Never updated: a correction is a row of its own, the last counts."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    to = models.CharField(max_length=3)
    on = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=10)
    said = models.PositiveIntegerField()
    """How many times a rate of that day has been stated, this one included."""
    received_at = MomentField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "to", "on", "said"], name="rate_said_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_above_nothing"),
        ]
