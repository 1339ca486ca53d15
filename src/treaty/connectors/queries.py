"""What is known of the sources: when they were last heard, what waits, what is set aside."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Max, QuerySet, Sum

from treaty.connectors.connections import terms_of
from treaty.connectors.models import Connection, Event, Import, Parcel, StreamPlace
from treaty.prepared import prepared
from treaty.truth.models import Source, SystemRecord, Touch

OPPORTUNITY = "opportunity"
LATELY = 50_000
"""Rows of the inbox, and of the touches, that are looked through for when a source was last heard: what is older is quiet."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One source. last_at: None if it was not heard lately · waiting, aside: events not absorbed yet, and those in quarantine.

    What waits still packed is counted as it was sent: an event that came before is one more until it is unpacked.
    """

    source: Source
    last_at: datetime | None
    waiting: int
    aside: int


def heard() -> list[Heard]:
    """Every source by name. Nine queries, however many events there are."""
    inbox = _latest(Parcel.objects.all(), "received_at"), _latest(_lately(Event), "received_at")
    last = *inbox, _latest(_lately(Touch), "received_at"), _latest(Import.objects.all(), "started_at"), _pulled()
    packed, waiting, aside = _packed(), _by_source(Event.State.WAITING), _by_source(Event.State.QUARANTINED)
    return [
        Heard(
            source=source,
            last_at=max((found[source.pk] for found in last if source.pk in found), default=None),
            waiting=packed.get(source.pk, 0) + waiting.get(source.pk, 0),
            aside=aside.get(source.pk, 0),
        )
        for source in Source.objects.order_by("name")
    ]


def _lately(model: type[models.Model]) -> QuerySet[models.Model]:
    newest = model._default_manager.aggregate(newest=Max("id"))["newest"] or 0
    return model._default_manager.filter(id__gt=newest - LATELY)


def _latest(rows: QuerySet[models.Model], field: str) -> Mapping[int, datetime]:
    return dict(rows.values_list("source").annotate(last=Max(field)))


def _pulled() -> Mapping[int, datetime]:
    """When each connected system was last read to the end of a stream."""
    ended = StreamPlace.objects.filter(ended_at__isnull=False)
    return dict(ended.values_list("connection__source").annotate(last=Max("ended_at")))


def _by_source(state: str) -> Mapping[int, int]:
    return dict(Event.objects.filter(state=state).values_list("source").annotate(n=Count("id")))


def _packed() -> Mapping[int, int]:
    return dict(Parcel.objects.filter(problem="").values_list("source").annotate(n=Sum("events")))


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A stage or a choice that a system's records stand in and that it does not name among its own. n: how many records."""

    kind: str
    field: str
    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Stood:
    """A stage that a system names, or that its records stand in.

    value: as records have it · label, within: what people there call it, and in which pipelines it is · n: how many records stand
    in it · is_named: the system lists it among its own
    """

    kind: str
    value: str
    label: str
    within: tuple[str, ...]
    n: int
    is_named: bool


def stages_of(connection: Connection) -> list[Stood]:
    """Every stage of its deals and every value of the field that was chosen for the stage of people, in the system's order.

    Stages of one name in several pipelines are one: records say the name. What it does not name comes last, the most frequent first.
    """
    return [*_stood(connection, OPPORTUNITY, _named_stages(connection)), *_stood(connection, "person", _named_choices(connection))]


def _stood(connection: Connection, kind: str, named: Mapping[str, tuple[str, tuple[str, ...]]]) -> list[Stood]:
    counted = dict(records_in(connection, kind).exclude(stage="").values_list("stage").annotate(n=Count("id")))
    known = [Stood(kind, value, label, within, counted.get(value, 0), True) for value, (label, within) in named.items()]
    others = sorted(((n, value) for value, n in counted.items() if value not in named), key=lambda one: (-one[0], one[1]))
    return [*known, *(Stood(kind, value, value, (), n, False) for n, value in others)]


def _named_stages(connection: Connection) -> dict[str, tuple[str, tuple[str, ...]]]:
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for stage in connection.known.get("stages", {}).values():
        label, pipeline = str(stage["label"]), str(stage.get("pipeline") or "")
        _, within = found.get(label, (label, ()))
        found[label] = (label, (*within, pipeline) if pipeline and pipeline not in within else within)
    return found


def _named_choices(connection: Connection) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Of both kinds of people, where a system has two; a record may have a choice by its value or by its label."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for kind, names in terms_of(connection).fields.items():
        theirs = names.get("lifecycle_stage") if kind in ("person", "lead") else None
        for one in connection.known.get("properties", {}).get(kind, ()):
            if theirs and one["name"] == theirs:
                found |= {option["value"]: (option["label"], ()) for option in one["options"]}
    return found


def records_in(connection: Connection, kind: str, stage: str | None = None) -> QuerySet[SystemRecord]:
    """Records of a kind that the system has now; stage: those that stand in it."""
    rows = SystemRecord.objects.filter(source=connection.source, kind=kind, gone_at=None)
    return rows if stage is None else rows.filter(stage=stage)


def unmapped(connection: Connection) -> list[Unmapped]:
    """What nobody can tell the meaning of, the most frequent first: it stands in the records as it is, and is never guessed.

    Counted among what the system has now, so a page that was read twice counts once. A field of a person or an account
    is looked at where the system lists the choices of it.
    """
    found = []
    for kind, known in _choices(connection).items():
        rows = SystemRecord.objects.filter(source=connection.source, kind=kind[0], gone_at=None)
        if kind == (OPPORTUNITY, "stage"):
            counted = dict(rows.exclude(stage="").values_list("stage").annotate(n=Count("id")))
        else:
            said = rows.filter(said__has_key=kind[1]).values_list(f"said__{kind[1]}", flat=True)
            counted = Counter(str(value[0]) for value in said.iterator())
        found += [Unmapped(*kind, value, n) for value, n in counted.items() if value not in known]
    return sorted(found, key=lambda one: (-one.n, one.kind, one.field, one.value))


def _choices(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """What the system names, and the stages of which a person said what they mean, by kind of record and field of ours."""
    known, terms, said = connection.known, terms_of(connection), connection.source.settings.get("stages") or {}
    choices = {(OPPORTUNITY, "stage"): {stage["label"] for stage in known.get("stages", {}).values()} | {*said.get(OPPORTUNITY, ())}}
    for kind in ("person", "account"):
        options = {one["name"]: one["options"] for one in known.get("properties", {}).get(kind, ()) if one["options"]}
        for field, theirs in terms.fields.get(kind, {}).items():
            if theirs in options:
                choices[kind, field] = {text for option in options[theirs] for text in (option["value"], option["label"])}
    return choices


def waits_since() -> datetime | None:
    """When the oldest of what is to be absorbed was received, packed or not; None if nothing waits."""
    return min((moment for read in (_packed_since, _event_since) for moment in read()), default=None)


@prepared
def _packed_since() -> QuerySet[Parcel, datetime]:
    return Parcel.objects.filter(problem="").order_by("id").values_list("received_at", flat=True)[:1]


@prepared
def _event_since() -> QuerySet[Event, datetime]:
    return Event.objects.filter(state=Event.State.WAITING).order_by("id").values_list("received_at", flat=True)[:1]


def imports() -> QuerySet[Import]:
    """Every import with the sums of its files and when it was taken back, the newest first."""
    sums = {f"n_{name}": models.Sum(f"files__{name}") for name in ("total", "read", "stored", "merged", "rejected")}
    undone = {"undo_begun_at": models.F("undoing__at"), "undone_at": models.F("undoing__finished_at")}
    return Import.objects.select_related("source", "by").annotate(n_files=Count("files"), **sums, **undone).order_by("-id")
