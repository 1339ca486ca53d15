"""The inbox: every request and event as it came, every file as it was read, every system that is pulled.

Nothing acknowledged is ever thrown away.
"""

from django.db import models

from treaty.journal.models import Outgoing
from treaty.keys import KeyField
from treaty.moments import MomentField
from treaty.team.models import Member
from treaty.truth.models import Lead, Person, Source


class Parcel(models.Model):
    """What one request brought, packed, from its acknowledgement until the worker unpacks it in order of id.

    events: how many. rows: see `parcels`. problem: why it cannot be unpacked; it is kept, and the next ones go on.
    """

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    received_at = MomentField()
    events = models.PositiveIntegerField()
    rows = models.BinaryField()
    problem = models.CharField(max_length=300, blank=True)


class Event(models.Model):
    """One acknowledged event, raw. (source, message_id) is unique for ever; the worker absorbs it in order of id."""

    class State(models.TextChoices):
        WAITING = "waiting"
        STORED = "stored"
        QUARANTINED = "quarantined"

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=200)
    type = models.CharField(max_length=10)
    occurred_at = MomentField()
    sent_at = MomentField(null=True)
    received_at = MomentField()
    body = models.TextField()
    state = models.CharField(max_length=11, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="event_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="events_waiting"),
            models.Index(fields=["id"], condition=models.Q(state="quarantined"), name="events_quarantined"),
        ]


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


class Enricher(models.Model):
    """An outside service that is asked about people, see `connectors/enriching`. fields: ours, and where its answer has them.

    secrets: sealed, the header that is sent with each call · daily: calls a day of UTC at most · keep_days: nobody is asked
    about again before · problem: why it stands still, for the person who can mend it · failed: calls of `failed_on`, a day of UTC,
    that came to nothing
    """

    source = models.OneToOneField(Source, models.PROTECT, related_name="enricher")
    address = models.CharField(max_length=500)
    secrets = models.TextField(blank=True)
    fields = models.JSONField(default=dict)
    daily = models.PositiveIntegerField(default=100)
    keep_days = models.PositiveSmallIntegerField(default=90)
    problem = models.CharField(max_length=500, blank=True)
    problem_at = MomentField(null=True)
    failed = models.PositiveIntegerField(default=0)
    failed_on = models.DateField(null=True)
    idle_at = MomentField(null=True)
    """When nobody was found whom it could be asked about."""


class Enriched(models.Model):
    """Somebody a service was asked about, the last time. found: the fields it knew; problem: why they could not be kept."""

    enricher = models.ForeignKey(Enricher, models.CASCADE, related_name="asked")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = MomentField()
    found = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enricher", "person"], name="enriched_once")]
        indexes = [models.Index(fields=["enricher", "at"])]
