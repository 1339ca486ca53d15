"""Leads, their walk through the stages, and the ledger of who owned them."""

from django.db import models
from django.db.models import F, Q

from treaty.agreement.models import Version
from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models.people import Person
from treaty.truth.models.touches import Touch


class Lead(models.Model):
    """One person's pass through the lifecycle, from `engaged` on, always with exactly one owner.

    `stage`, `owner` and the scores are the latest of StageMove, Assignment and the evaluator. A lead ends
    when it is disqualified or becomes a customer; a later return is a new pass.
    """

    key = KeyField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="leads")
    seen_as = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField(default=1)
    stage = models.CharField(max_length=64)
    stage_since = MomentField()
    owner = models.ForeignKey(Member, models.PROTECT, related_name="leads")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    segment = models.CharField(max_length=64, blank=True)
    opened_at = MomentField()
    closed_at = MomentField(null=True)
    joined_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="joined")
    """The lead in which it goes on since its person was found to be another's: it ended by no step, and opens again if they are parted."""
    rests_until = MomentField(null=True)
    """A returned lead is left alone until then; only a new request for sales wakes it earlier."""
    evidence_from = MomentField(null=True)
    """After a return, touches before this moment no longer qualify the lead again."""
    fit = models.IntegerField(default=0)
    engagement = models.IntegerField(default=0)
    """The points of the scores of these names when the lead was last judged; they may have shrunk since, within their band."""
    grade = models.TextField(blank=True)
    """Its bands in the grid of the version that judges it: `A1`. It is judged again when this turns, so it is never behind."""
    source = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=60, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    made_by_touch = models.ForeignKey(Touch, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(closed_at=None), name="one_open_lead_per_person"),
            models.UniqueConstraint(fields=["person", "number"], condition=Q(seen_as=None), name="lead_pass_once"),
        ]
        indexes = [
            models.Index(fields=["owner", "stage"], condition=Q(closed_at=None), name="open_leads_of_owner"),
            models.Index(fields=["version"], condition=Q(closed_at=None), name="open_leads_of_version"),
        ]


class StageMove(models.Model):
    """One step of a lead's walk. A withdrawn step stays as a row and no longer counts."""

    class How(models.TextChoices):
        DEFINITION = "definition"
        PASSED = "passed_through"
        PERSON = "person"
        ANSWER = "answer"
        OUTCOME = "outcome"
        IMPORTED = "imported"

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="moves")
    from_stage = models.CharField(max_length=64, blank=True)
    to_stage = models.CharField(max_length=64)
    at = MomentField()
    received_at = MomentField()
    how = models.CharField(max_length=15, choices=How)
    reason = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    because = models.JSONField(default=list)
    by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    withdrawn_at = MomentField(null=True)

    class Meta:
        indexes = [models.Index(fields=["lead", "at"]), models.Index(fields=["to_stage", "at"])]


class Assignment(models.Model):
    """A row of the ownership ledger: who owns a lead from when to when, by which rule, and why.

    `ledger` holds all that decided the turn (candidates, weights, turns so far, who was away), so anyone can
    recompute who was next. Intervals of one lead touch without gap or overlap.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="assignments")
    owner = models.ForeignKey(Member, models.PROTECT, related_name="assignments")
    starts_at = MomentField()
    ends_at = MomentField(null=True)
    rule = models.CharField(max_length=64)
    pool = models.CharField(max_length=64, blank=True)
    turn = models.BigIntegerField(null=True)
    """Number of this turn in its pool; None when no turn was taken."""
    reasons = models.JSONField(default=list)
    ledger = models.JSONField(default=dict)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(ends_at=None), name="one_owner_per_lead"),
            models.UniqueConstraint(fields=["pool", "turn"], condition=Q(turn__isnull=False), name="one_turn_each"),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="assignment_forward"),
        ]
        indexes = [models.Index(fields=["owner", "starts_at"])]
