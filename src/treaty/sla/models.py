"""Running cases of the promises."""

from django.db import models
from django.db.models import Q

from treaty.agreement.models import Version
from treaty.handoff.models import Handoff
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models import Lead


class SlaClock(models.Model):
    """One promise running for one handoff (sales) or one lead (marketing). `due_at` is computed once and stored.

    A breach is written once, by the scheduler; what is not stopped by `due_at` stays breached however it ends.
    Reassignment ends this clock (`moved`) and starts a new one: the lead's total is the sum over its clocks.
    """

    class Ended(models.TextChoices):
        MET = "met"
        LATE = "late"
        MOVED = "moved"
        VOID = "void"

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="clocks")
    handoff = models.ForeignKey(Handoff, models.CASCADE, null=True, related_name="clocks")
    owner = models.ForeignKey(Member, models.PROTECT, related_name="clocks")
    side = models.CharField(max_length=10)
    promise = models.CharField(max_length=64)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    starts_at = MomentField()
    warn_at = MomentField(null=True)
    due_at = MomentField(null=True)
    """None while paused with no end known, or when the calendar has no hours in reach."""
    next_at = MomentField(null=True, db_index=True)
    """When the scheduler must look again: the warning, then the due moment; None when nothing is left to do."""
    warned_at = MomentField(null=True)
    breached_at = MomentField(null=True)
    stopped_at = MomentField(null=True)
    ended = models.CharField(max_length=5, choices=Ended, blank=True)
    needed = models.PositiveSmallIntegerField(default=1)
    done = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handoff", "promise"], condition=Q(handoff__isnull=False), name="one_clock_per_promise"),
        ]
        indexes = [
            models.Index(fields=["owner", "due_at"], condition=Q(ended=""), name="running_clocks_of_owner"),
            models.Index(fields=["owner", "breached_at"], condition=Q(breached_at__isnull=False), name="breached_clocks_of_owner"),
        ]


class ClockPause(models.Model):
    """A stretch in which the clock stands still, for a reason the agreement lists."""

    clock = models.ForeignKey(SlaClock, models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=64)
    starts_at = MomentField()
    ends_at = MomentField(null=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
