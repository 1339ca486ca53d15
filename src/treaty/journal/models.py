"""The one append-only stream and the erasable words beside it."""

from django.db import models

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
