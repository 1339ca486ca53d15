"""Meetings held, what was decided there, and who does what by when."""

from django.db import models

from treaty.agreement.models import Draft, Version
from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.rhythm.watching import Share
from treaty.team.models import Member


class Meeting(models.Model):
    """One holding of a meeting of the agreement's cadence; `on` is its local date."""

    key = KeyField()
    name = models.CharField(max_length=80)
    on = models.DateField()
    opened_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    opened_at = MomentField()
    closed_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "on"], name="meeting_once")]


class Resolution(models.Model):
    """A decision or an action: what, who, by when. It is carried into the next pack until it is done."""

    class Kind(models.TextChoices):
        DECISION = "decision"
        ACTION = "action"

    key = KeyField()
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(Member, models.PROTECT, related_name="resolutions")
    due_on = models.DateField(null=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="resolutions")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
    done_at = MomentField(null=True)
    dropped_at = MomentField(null=True)


class Amending(models.Model):
    """A reason that recurred beyond the agreed share, and the amendment drafted for it. tells: what its leads have in common, counted."""

    key = KeyField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=64)
    how = models.CharField(max_length=8)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="amending")
    count = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    tells = models.JSONField(default=dict)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "reason", "how"], name="amendment_drafted_once")]


class Drift(models.Model):
    """A share that moved from what was signed for, as it stood when that was found. from_on: where the window begins."""

    key = KeyField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    measure = models.CharField(max_length=64)
    from_on = models.DateField()
    signed_k = models.PositiveIntegerField()
    signed_n = models.PositiveIntegerField()
    since_k = models.PositiveIntegerField()
    since_n = models.PositiveIntegerField()
    at = MomentField()

    @property
    def signed(self) -> Share:
        return Share(self.signed_k, self.signed_n)

    @property
    def since(self) -> Share:
        return Share(self.since_k, self.since_n)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "measure", "from_on"], name="drift_once_a_window")]
