"""What sales answered, and the answers taken back."""

from django.db import models
from django.db.models import Q

from treaty.agreement.models import Version
from treaty.handoff.models import Handoff
from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member


class Outcome(models.TextChoices):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RECYCLED = "recycled"


class Disposition(models.Model):
    """Sales' answer to one handoff. The reason is one of the agreement's; `detail` is what that reason asks."""

    key = KeyField()
    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="dispositions")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
    received_at = MomentField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    withdrawn_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handoff"], condition=Q(withdrawn_at=None), name="one_disposition_per_handoff")]
        indexes = [models.Index(fields=["outcome", "at"])]

    @property
    def lacks_reason(self) -> bool:
        """Rejected elsewhere without saying why: the reason is asked for."""
        return self.outcome == Outcome.REJECTED and not self.reason and self.withdrawn_at is None


class Dispute(models.Model):
    """Marketing asks for a second look at a rejection; the ruling of the weekly sync is kept, with who ruled and why."""

    disposition = models.OneToOneField(Disposition, models.CASCADE, related_name="dispute")
    says = models.TextField()
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
    ruling = models.CharField(max_length=20, blank=True)
    why = models.CharField(max_length=300, blank=True)
    ruled_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    ruled_at = MomentField(null=True)
