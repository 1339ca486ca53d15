"""When a person must be judged again although nothing arrives."""

from django.db import models

from treaty.moments import MomentField
from treaty.truth.models import Person


class NextJudgement(models.Model):
    """The next boundary the definitions themselves announce: a window running out, a midnight, a rest ending."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="next_judgement")
    due_at = MomentField(db_index=True)
