"""Deals with their whole history, who buys, what sales did, and what was said."""

from django.db import models

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models.leads import Lead
from treaty.truth.models.people import Account, Person
from treaty.truth.models.sources import Source


class Opportunity(models.Model):
    """A possible deal. Amounts are in `currency`; stage, amount and close date have their history beside."""

    class Outcome(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    key = KeyField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    external_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="opportunities")
    account_seen_as = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    """At which account it was, where that was found to be another."""
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, related_name="opportunities")
    lead_since = MomentField(null=True)
    """When it was given its lead, where that was after it came."""
    owner = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="opportunities")
    stage = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=4, choices=Outcome, default=Outcome.OPEN)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    product = models.CharField(max_length=120, blank=True)
    lost_reason = models.CharField(max_length=64, blank=True)
    won_reason = models.CharField(max_length=64, blank=True)
    close_on = models.DateField(null=True)
    opened_at = MomentField(null=True)
    closed_at = MomentField(null=True)
    received_at = MomentField()
    gone_at = MomentField(null=True)
    """Since when its system has it no more: it is in no number from then on, and stays with its history."""
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="merged")
    one_with = models.ForeignKey("self", models.SET_NULL, null=True, related_name="ones")
    """The deal of another system that a member said it is: it is counted there, and in no number itself (`gone_at`)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], condition=~models.Q(external_id=""), name="opportunity_once")
        ]

    def __str__(self) -> str:
        return self.name or self.external_id or self.key


class OpportunityIdentity(models.Model):
    """The id of a deal in a system (`space`) other than the one it came from first. Its own id there is the deal's `external_id`."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="identities")
    space = models.CharField(max_length=40)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "value"], name="opportunity_identity_once")]


class OpportunityChange(models.Model):
    """From `at` on, a field of the deal had this value: stage, amount, close_on, outcome, owner."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="changes")
    field = models.CharField(max_length=20)
    value = models.CharField(max_length=200, blank=True)
    at = MomentField()
    known_at = MomentField()
    received_at = MomentField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opportunity", "field", "at", "value"], name="opportunity_change_once")]


class BuyingRole(models.Model):
    """A person's part in a deal: one of the agreement's buying roles, or none stated.

    Of two records of one person at a deal one row counts; in the other `person` is None and `seen_as` says whose it is.
    """

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="roles")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="buying_roles")
    seen_as = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=40, blank=True)
    at = MomentField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    """Who declared it here; None: a system told it. What a member declared stands, whatever systems tell."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opportunity", "person"], name="buying_role_once")]


class Activity(models.Model):
    """What sales did or received: call, email, meeting, note. (source, external_id) is unique."""

    key = KeyField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="activities")
    seen_as = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, related_name="activities")
    opportunity = models.ForeignKey(Opportunity, models.SET_NULL, null=True, related_name="activities")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="activities")
    kind = models.CharField(max_length=30)
    direction = models.CharField(max_length=3, default="out")
    outcome = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    occurred_at = MomentField()
    known_at = MomentField()
    received_at = MomentField()
    withdrawn_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="activity_once")]
        indexes = [models.Index(fields=["person", "occurred_at"]), models.Index(fields=["lead", "occurred_at"])]


class Objection(models.Model):
    """What a buyer said against buying, in a few words, under a theme the teams share."""

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="objections")
    seen_as = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, related_name="objections")
    opportunity = models.ForeignKey(Opportunity, models.SET_NULL, null=True, related_name="objections")
    theme = models.CharField(max_length=64, blank=True)
    text = models.TextField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = MomentField()
