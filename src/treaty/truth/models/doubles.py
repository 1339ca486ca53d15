"""Who may be one person: what was proposed and answered, the searches for doubles, and from when on pairs are merged unasked."""

from django.db import models
from django.db.models import F, Q

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models.opportunities import Opportunity
from treaty.truth.models.people import Merge, Person
from treaty.truth.models.sources import Source


class Asked(models.Model):
    """Two records that may be one: what speaks for it, to be decided by a member. `one` is the lower row of the two.

    about: by which the same evidence is known again: the address, the number, or what agrees. What was answered is asked
    again only where something else speaks for it.
    """

    class Answer(models.TextChoices):
        OPEN = "open"
        MERGED = "merged"
        DIFFERENT = "different"

    key = KeyField()
    rule = models.CharField(max_length=20)
    about = models.CharField(max_length=254, blank=True)
    evidence = models.JSONField(default=dict)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    made_at = MomentField()
    put_off_at = MomentField(null=True)
    """Somebody left it for later: it comes after all others."""
    answer = models.CharField(max_length=9, choices=Answer, default=Answer.OPEN)
    answered_at = MomentField(null=True)
    answered_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


class Proposal(Asked):
    """Two known people who may be one.

    probability: by matching; None where two records share a thing and nothing more is known. merge: the one that answered it.
    """

    one = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    probability = models.FloatField(null=True)
    merge = models.ForeignKey(Merge, models.SET_NULL, null=True, related_name="proposals")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other", "rule", "about"], name="pair_proposed_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="proposal_in_order"),
        ]
        indexes = [models.Index(fields=["made_at"], condition=Q(answer="open"), name="open_proposals")]


class DealProposal(Asked):
    """Deals of two systems that may be one. Where that was answered, one of the two is `Opportunity.one_with` the other."""

    one = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")
    other = models.ForeignKey(Opportunity, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other", "rule", "about"], name="deals_proposed_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="deals_in_order"),
        ]


class Search(models.Model):
    """One search for doubles among all known people.

    number: the place in the row of searches; two who ask at once get the same. read, total: people compared, of how many;
    each is read once in every order the search goes through. found: pairs as likely as asked; proposed: new to the members.
    """

    number = models.PositiveIntegerField(unique=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    asked_at = MomentField()
    ended_at = MomentField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)


class MergeAlone(models.Model):
    """From `at` on pairs at least so probable are merged without being asked; the latest row is in force, None means none are.

    right, wrong: the answers by which that was proven on the day it was set.
    """

    probability = models.FloatField(null=True)
    right = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
