"""Handoffs from marketing to sales, each with the brief as it was handed over."""

from django.db import models
from django.db.models import Q

from treaty.agreement.models import Version
from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models import Assignment, Lead


class Handoff(models.Model):
    """A lead given to one rep. `brief` is kept as read, so nobody argues later about what was known.

    qualified_at, received_at, made_at keep source, system and human delay apart (R25): the moment the
    definition first held, the moment we received the deciding fact, the moment the owner was told.
    """

    key = KeyField()
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="handoffs")
    owner = models.ForeignKey(Member, models.PROTECT, related_name="handoffs")
    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="handoff")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    from_stage = models.CharField(max_length=64, blank=True)
    brief = models.JSONField(default=dict)
    completeness = models.FloatField(default=0)
    qualified_at = MomentField()
    received_at = MomentField()
    made_at = MomentField()
    ended_at = MomentField(null=True)
    """When it was decided, re-routed or taken back; None while it waits for an answer or is being worked."""
    ended_how = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead"], condition=Q(ended_at=None), name="one_open_handoff_per_lead")]
        indexes = [
            models.Index(fields=["owner", "made_at"]),
            models.Index(fields=["owner"], condition=Q(ended_at=None), name="open_handoffs_of_owner"),
        ]


class Seat(models.Model):
    """A member's place in a pool: turns taken, with what they were given when they joined or came back."""

    pool = models.CharField(max_length=64)
    member = models.ForeignKey(Member, models.CASCADE, related_name="seats")
    taken = models.PositiveIntegerField(default=0)
    was_away = models.BooleanField(default=False)
    joined_at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pool", "member"], name="one_seat_per_pool")]
