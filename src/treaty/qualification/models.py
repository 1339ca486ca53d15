"""When a person must be judged again although nothing arrives, where nobody else must, and who waits to be let in."""

from django.db import models

from treaty.agreement.models import Version
from treaty.moments import MomentField
from treaty.truth.models import Account, Person


class NextJudgement(models.Model):
    """The next boundary the definitions themselves announce: a window running out, a midnight, a rest ending."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="next_judgement")
    due_at = MomentField(db_index=True)


class Settled(models.Model):
    """A clause on everybody's touches holds at an account, and everybody there was judged by it: who does something next may
    be judged alone. turns: when it begins and ceases to hold, as it was counted; the last time from `since_at` to `until_at`
    or longer. version: that which was in force. is_seen: false while they are still being judged.
    See docs/decisions/an-account-settled.md.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    clause = models.CharField(max_length=64)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    since_at = MomentField()
    until_at = MomentField(db_index=True)
    turns = models.JSONField()
    is_seen = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "clause"], name="settled_once")]


class Waiting(models.Model):
    """Someone who already qualified when a version took effect; they are let in as its `on_start` says."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    stage = models.CharField(max_length=64)
    since_at = MomentField()
    admitted_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="waits_once")]
