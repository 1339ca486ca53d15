"""Outside services that are asked about people, and who was asked about."""

from django.db import models

from treaty.moments import MomentField
from treaty.truth.models import Person, Source


class Enricher(models.Model):
    """An outside service that is asked about people, see `connectors/enriching`. fields: ours, and where its answer has them.

    secrets: sealed, the header that is sent with each call · daily: calls a day of UTC at most · keep_days: nobody is asked
    about again before · problem: why it stands still, for the person who can mend it · failed: calls of `failed_on`, a day of UTC,
    that came to nothing
    """

    source = models.OneToOneField(Source, models.PROTECT, related_name="enricher")
    address = models.CharField(max_length=500)
    secrets = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    daily = models.PositiveIntegerField(default=100)
    keep_days = models.PositiveSmallIntegerField(default=90)
    problem = models.CharField(max_length=500, blank=True)
    problem_at = MomentField(null=True)
    failed = models.PositiveIntegerField(default=0)
    failed_on = models.DateField(null=True)
    idle_at = MomentField(null=True)
    """When nobody was found whom it could be asked about."""


class Enriched(models.Model):
    """Somebody a service was asked about, the last time. found: the fields it knew; problem: why they could not be kept."""

    enricher = models.ForeignKey(Enricher, models.CASCADE, related_name="asked")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = MomentField()
    found = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enricher", "person"], name="enriched_once")]
        indexes = [models.Index(fields=["enricher", "at"])]
