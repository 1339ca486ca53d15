"""The leased queue, and how far each reaction has read the journal."""

from django.db import models
from django.db.models import Q

from treaty.moments import MomentField


class Job(models.Model):
    """Work to be done at or after `run_at`. A lease that ran out makes it runnable again; a poisoned job is parked."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        PARKED = "parked"

    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    run_at = MomentField()
    lease_until = MomentField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    dedup_key = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    problem = models.TextField(blank=True)
    result = models.JSONField(null=True)
    made_at = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "dedup_key"], condition=~Q(dedup_key="") & Q(state__in=["waiting", "running"]), name="job_once"
            )
        ]
        indexes = [models.Index(fields=["state", "run_at"])]


class Cursor(models.Model):
    """The last journal entry a reaction has handled. A reaction may run twice, never skip."""

    reaction = models.CharField(max_length=60, unique=True)
    seq = models.BigIntegerField(default=0)


class Beat(models.Model):
    """The worker's last sign of life and how far it lags; intake answers 429 when the lag is over two seconds."""

    name = models.CharField(max_length=30, unique=True)
    pid = models.IntegerField()
    at = MomentField()
    lag_ms = models.IntegerField(default=0)
    done = models.BigIntegerField(default=0)
