from django.db import models

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member


class HouseRule(models.Model):
    """What this house decided beside the agreement. The newest row of a name is in force; the others are its history."""

    key = KeyField()
    name = models.CharField(max_length=40)
    value = models.JSONField()
    by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    at = MomentField()

    class Meta:
        indexes = [models.Index(fields=["name", "at"])]
