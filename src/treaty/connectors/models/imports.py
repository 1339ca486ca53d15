"""Readings of files: what became of each row, what they wrote, and what becomes of it when they are taken back."""

from django.db import models

from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models import Source


class Import(models.Model):
    """One reading of a set of files: read = stored + merged + rejected, to the row. problem: why it could not be ended.

    foreseen: what would become of what it wrote if it were taken back, where that takes too long to be worked out while one waits
    """

    key = KeyField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="imports")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    mapping = models.JSONField(default=dict)
    started_at = MomentField()
    finished_at = MomentField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    foreseen = models.JSONField(null=True)


class ImportPart(models.Model):
    """What some rows of an import wrote, so that it can be taken back.

    trail: see `treaty.trail`; emptied when it was taken back · at: when the rows were received
    """

    run = models.ForeignKey(Import, models.CASCADE, related_name="parts")
    at = MomentField()
    trail = models.BinaryField()
    undone_at = MomentField(null=True)

    class Meta:
        indexes = [models.Index(fields=["run", "id"], condition=models.Q(undone_at=None), name="parts_standing")]


class Undoing(models.Model):
    """An import that is or was taken back: who, why, and what became of what it wrote, see `undoing`.

    goes, falls: numbers of rows by kind · problem: why it could not be ended
    """

    run = models.OneToOneField(Import, models.CASCADE, related_name="undoing")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    why = models.CharField(max_length=300)
    at = MomentField()
    goes = models.JSONField(default=dict)
    falls = models.JSONField(default=dict)
    finished_at = MomentField(null=True)
    problem = models.CharField(max_length=500, blank=True)


class Stayed(models.Model):
    """Something an import wrote that stays though the import was taken back, and why. model, number: the row."""

    undoing = models.ForeignKey(Undoing, models.CASCADE, related_name="stayed")
    model = models.CharField(max_length=60)
    number = models.BigIntegerField()
    why = models.CharField(max_length=120)


class SavedMapping(models.Model):
    """What was said about files once, under a name, for the next ones of their kind. source: the name of the system they came from."""

    key = KeyField()
    name = models.CharField(max_length=60, unique=True)
    source = models.CharField(max_length=80, blank=True)
    mapping = models.JSONField(default=dict)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = MomentField()


class ImportFile(models.Model):
    """What became of one file (or sheet) of an import; refused rows are kept to be downloaded and fixed.

    read: rows dealt with so far, of `total`; an import that was interrupted goes on behind them. problem: why nothing of
    the file was kept, or nothing after a place in it. columns: (header, meaning) in the order of the file.
    """

    run = models.ForeignKey(Import, models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=30, blank=True)
    columns = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    ended_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="import_file_once")]


class RefusedRow(models.Model):
    """A row that was not kept: the line it stands in, its cells as they came, and why."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="refused")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    problem = models.CharField(max_length=500)
