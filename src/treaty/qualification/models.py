"""When a person must be judged again although nothing arrives, and who waits to be let in."""

from django.db import models

from treaty.agreement.models import Version
from treaty.moments import MomentField
from treaty.truth.models import Person


class NextJudgement(models.Model):
    """The next boundary the definitions themselves announce: a window running out, a midnight, a rest ending."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="next_judgement")
    due_at = MomentField(db_index=True)


class Waiting(models.Model):
    """Someone who already qualified when a version took effect; they are let in as its `on_start` says."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    stage = models.CharField(max_length=64)
    since_at = MomentField()
    admitted_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="waits_once")]
