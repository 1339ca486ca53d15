"""Closings with their signatures, restatements beside them, adjustments that follow. Nothing here is ever changed, only added."""

from typing import cast

from django.db import models
from django.db.models import Q

from treaty.agreement.models import SigningKey
from treaty.engine.periods import Per, Period
from treaty.moments import MomentField
from treaty.team.models import Member


class Closing(models.Model):
    """The figures of a period, made once. `closed_bytes` are never derived again; both sides sign their hash."""

    period = models.CharField(max_length=8)
    per = models.CharField(max_length=8)
    first_on = models.DateField()
    end_on = models.DateField()
    zone = models.CharField(max_length=60)
    closed_bytes = models.BinaryField()
    hash = models.CharField(max_length=64)
    as_of = MomentField()
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    at = MomentField()
    closed_at = MomentField(null=True)
    withdrawn_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first_on", "end_on"], condition=Q(withdrawn_at=None), name="closed_once")]

    def __str__(self) -> str:
        return self.period

    @property
    def days(self) -> Period:
        """Its days, whatever it was called: another fiscal year gives names to other days."""
        return Period(cast(Per, self.per), self.first_on, self.end_on, self.zone)

    @property
    def key(self) -> str:
        """The journal names a closing by its hash, which nobody can give to another."""
        return self.hash


class Mark(models.Model):
    """One side's signature under the exact bytes of a closing."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="marks")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    side = models.CharField(max_length=10)
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+")
    statement = models.JSONField()
    signature = models.CharField(max_length=128)
    at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["closing", "side"], name="side_signs_once")]


class Restatement(models.Model):
    """What a closed period would say by later data, number n in its chain; `previous` is the hash it follows on."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="restatements")
    number = models.PositiveIntegerField()
    restated_bytes = models.BinaryField()
    hash = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    as_of = MomentField()
    at = MomentField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closing", "number"], name="restatement_number_once"),
            models.UniqueConstraint(fields=["closing", "previous"], name="restatements_never_fork"),
        ]

    @property
    def key(self) -> str:
        return self.hash


class Adjustment(models.Model):
    """What pay makes good of a restatement, in a later period: one line per figure that pay rests on, once. into: what that period
    was called then, into_on: its first day, by which it is found."""

    restatement = models.ForeignKey(Restatement, models.PROTECT, related_name="adjustments")
    measure = models.CharField(max_length=60)
    unit = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    into = models.CharField(max_length=8)
    into_on = models.DateField()
    at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["restatement", "measure", "unit"], name="adjusted_once")]
        indexes = [models.Index(fields=["into_on"])]
