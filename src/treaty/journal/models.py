"""The one append-only stream and the erasable words beside it."""

from django.db import models

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member


class Head(models.Model):
    """Where the chain ends. One row: locking it puts writers in line, so order of number is order of commit."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)


class Entry(models.Model):
    """What happened: verb, subject, actor, moment, agreement, codes; never a person's words."""

    seq = models.BigIntegerField(unique=True)
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject_key = models.CharField(max_length=64)
    actor = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+", db_constraint=False)
    actor_key = models.CharField(max_length=12, blank=True)
    at = MomentField()
    agreement = models.CharField(max_length=64, blank=True)
    codes = models.JSONField(default=dict)
    text_hash = models.CharField(max_length=64, blank=True)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_key"]), models.Index(fields=["verb", "at"])]


class Words(models.Model):
    """What was said, erasable: the entry keeps only a salted hash of it."""

    entry = models.OneToOneField(Entry, models.CASCADE, related_name="words")
    salt = models.CharField(max_length=32)
    text = models.JSONField()


class Outgoing(models.Model):
    """What is to be told or written outside, put down with its reason and carried later. See `journal.outbox`.

    door: what carries it, such as "slack" or "write" · to: whom or where, the key of a channel or a connected system ·
    subject: the record it is about · body: ids and codes, so that what is said is read when it is said and nothing of a
    person stays here · in_doubt: an earlier try may have come through
    · rests: attempts after which the other side said how long to wait · receipt: what the other side said
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        DEAD = "dead"
        CANCELLED = "cancelled"

    key = KeyField()
    door = models.CharField(max_length=20)
    to = models.CharField(max_length=64)
    dedup_key = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_key = models.CharField(max_length=64, blank=True)
    agreement = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+", db_constraint=False)
    body = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    due_at = MomentField()
    lease_until = MomentField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    rests = models.PositiveIntegerField(default=0)
    in_doubt = models.BooleanField(default=False)
    problem = models.CharField(max_length=500, blank=True)
    receipt = models.JSONField(null=True)
    made_at = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["door", "to", "dedup_key"], name="outgoing_once")]
        indexes = [
            models.Index(fields=["door", "to", "due_at"], condition=models.Q(state__in=["waiting", "sending"]), name="outgoing_due"),
            models.Index(fields=["subject_kind", "subject_key"], name="outgoing_subject"),
            models.Index(fields=["door", "to"], condition=models.Q(state="dead"), name="outgoing_dead"),
        ]
