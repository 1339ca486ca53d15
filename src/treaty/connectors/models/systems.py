"""Outside systems that are pulled: how far they were read, what was written into them, and how often they were called."""

from django.db import models

from treaty.journal.models import Outgoing
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models import Lead, Source


class Connection(models.Model):
    """An outside system that records are pulled from. Its source says whose ids they are.

    secrets: sealed, see `treaty.sealed`. address: where it is called, empty for the vendor's own. known: what the system
    last said of itself; mapping: which of its fields was chosen for which of ours, and the currency (`Terms`), see
    `mapping`. backfill_from: nothing that changed before it is asked for. problem: why it stands still, for the person who
    can mend it.
    """

    source = models.OneToOneField(Source, models.PROTECT, related_name="connection")
    vendor = models.CharField(max_length=20)
    address = models.CharField(max_length=300, blank=True)
    secrets = models.TextField(blank=True)
    hook_secrets = models.TextField(blank=True)
    """Sealed: those that its webhooks are signed with, the newest first, at most two."""
    known = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    backfill_from = MomentField(null=True)
    made_at = MomentField()
    problem = models.CharField(max_length=500, blank=True)
    problem_at = MomentField(null=True)

    @property
    def key(self) -> str:
        return str(self.source.key)


class Mapped(models.Model):
    """What was chosen of a connection's fields and stages, and whom to believe: the latest row stands, see `mapping.Chosen`.

    by: None for what stood before anybody chose.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="mapped")
    chosen = models.JSONField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = MomentField()


class StreamPlace(models.Model):
    """How far one kind of record was read, moved in the transaction that stores what was read.

    next: the vendor's own word for where to go on, while a round is under way. round_at: when that round began, None between
    two rounds. since: changes from then on are wanted; None until the first round came to its end.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="places")
    stream = models.CharField(max_length=60)
    next = models.TextField(blank=True)
    since = MomentField(null=True)
    round_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    read = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "stream"], name="stream_place_once")]


class ToldRecord(models.Model):
    """A record that a system said has changed, until it was read. Told twice it stands here twice, and is read once."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="told")
    stream = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    at = MomentField()


class PulledProblem(models.Model):
    """A record of a system that could not be kept, and why: kept until it can, or is gone there."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="problems")
    stream = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    shown = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=500)
    at = MomentField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "stream", "external_id"], name="pulled_problem_once")]


class Written(models.Model):
    """One value written into one record of a system: what stood there, what was written, for what reason. The receipt.

    Put down before the call, so that an answer that never came, and our own value coming back, are known for what they are.
    field: the system's own name; `note` for a note, `after` is its id then · entry: the number of the journal's entry that was
    its reason · confirmed_at: when the system said so · overtaken_at: another value was seen there since · undone_at: the
    value before was written back.
    """

    outgoing = models.ForeignKey(Outgoing, models.PROTECT, related_name="written")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="written")
    lead = models.ForeignKey(Lead, models.SET_NULL, null=True, related_name="+")
    target = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    field = models.CharField(max_length=120)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    entry = models.BigIntegerField(null=True)
    at = MomentField()
    confirmed_at = MomentField(null=True)
    overtaken_at = MomentField(null=True)
    undone_at = MomentField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outgoing", "field"], name="written_once")]
        indexes = [models.Index(fields=["connection", "external_id"], name="written_in_record")]


class CallCount(models.Model):
    """How many calls a system was sent on a day of UTC, and how many it turned away for haste."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="calls")
    on = models.DateField()
    sent = models.PositiveIntegerField(default=0)
    turned_away = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "on"], name="call_count_once")]
