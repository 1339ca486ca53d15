"""From a system to the truth: page by page, stored together with the place behind them.

Killed anywhere, a pull goes on behind the last page that was stored; a page that is read again changes nothing. Whatever
a system answers is input like any other: a record that cannot be kept is set aside with its reason, and the others go on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from treaty.connectors import rechosen, statuses
from treaty.connectors.calling import Caller
from treaty.connectors.connections import Clock, caller_of, learn_again, terms_of, vendor_named
from treaty.connectors.fates import Fate, fate_of
from treaty.connectors.files.rows import Refused, storable
from treaty.connectors.files.to_records import Made
from treaty.connectors.models import CallCount, Connection, PulledProblem, StreamPlace, ToldRecord
from treaty.connectors.vendors.talk import Lost, Page, Place, Row, Stream, Terms, Trouble
from treaty.connectors.writes import echoes
from treaty.crash import crash_here
from treaty.moments import to_us
from treaty.outward import NoAnswer, NotReachable, Outward
from treaty.prepared import prepared

PATIENCE = timedelta(minutes=1)
SOME = 50
"""Records read together because a system said they changed: the fewest that any vendor takes at once."""
TOGETHER = 200
"""Records that are stored in one transaction, unless a page has more."""
ITSELF = "what it says of itself"
Progress = Callable[[StreamPlace], None]


@dataclass(slots=True)
class Pulled:
    """What a pull did. problems: streams that could not be read on, and why."""

    read: int
    stored: int
    merged: int
    refused: int
    problems: dict[str, str]


def pull(
    connection: Connection, *, clock: Clock, outward: Outward | None = None, only_due: bool = False, progress: Progress | None = None
) -> Pulled:
    """Read what changed in every stream, or everything the first time; only_due: leave out streams that were read lately.

    A stream that cannot be read on is passed over until the next pull; the others are read. One pull of a connection
    runs at a time: the caller sees to it.
    """
    caller = caller_of(connection, clock, outward)
    total = Pulled(0, 0, 0, 0, {})
    try:
        _learn_again(connection, caller, clock(), total)
        for stream in caller.vendor.streams:
            place, _ = StreamPlace.objects.get_or_create(connection=connection, stream=stream.name)
            if only_due and not _is_stream_due(place, stream, clock()):
                continue
            try:
                _read_round(connection, stream, place, caller, clock, total, progress)
            except (Trouble, NoAnswer, NotReachable) as told:
                total.problems[stream.name] = str(told)[:300]
    finally:
        count_calls(connection, caller, clock())
    _tell(connection, total, clock())
    return total


def is_told(connection: Connection) -> bool:
    """Whether the system said that a record has changed which was not read since."""
    return bool(_first_told(connection.pk))


@prepared
def _first_told(connection: int) -> QuerySet[ToldRecord, int]:
    return ToldRecord.objects.filter(connection=connection).values_list("pk", flat=True)[:1]


def read_told(connection: Connection, *, clock: Clock, outward: Outward | None = None) -> int:
    """Read the records that the system said have changed; how many times it said so. What cannot be read stays to be read.

    What is told while they are read stands behind them and is read next.
    """
    told = list(connection.told.order_by("id")[:SOME])
    if not told:
        return 0
    caller, terms = caller_of(connection, clock, outward), terms_of(connection)
    by_stream: dict[str, list[ToldRecord]] = defaultdict(list)
    for one in told:
        by_stream[one.stream].append(one)
    try:
        for stream in caller.vendor.streams:  # in their order: companies before their people
            if stream.some is not None and (some := by_stream.get(stream.name)):
                rows = caller.run(stream.some(list(dict.fromkeys(one.external_id for one in some)), terms))
                _take_told(connection, stream.name, rows, some, clock())
    except (Trouble, NoAnswer, NotReachable) as fault:
        _tell(connection, Pulled(0, 0, 0, 0, {"webhooks": str(fault)[:300]}), clock())
        return 0
    finally:
        count_calls(connection, caller, clock())
    return len(told)


@transaction.atomic
def _take_told(connection: Connection, stream: str, rows: Sequence[Row], told: Sequence[ToldRecord], at: datetime) -> None:
    """Store the records and forget that they were told, both or neither; one that is not there any more is forgotten too."""
    _stored(connection, stream, rows, at)
    ToldRecord.objects.filter(pk__in=[one.pk for one in told]).delete()


def _learn_again(connection: Connection, caller: Caller, at: datetime, total: Pulled) -> None:
    """A system that does not say what it is now is read by what it said before."""
    try:
        learn_again(connection, caller, at)
    except (Trouble, NoAnswer, NotReachable) as told:
        total.problems[ITSELF] = str(told)[:300]


def is_due(connection: Connection, at: datetime) -> bool:
    """Is a stream of the system to be read? One that failed is tried again after a minute, as a system that is away is."""
    if connection.problem_at is not None and at - connection.problem_at < PATIENCE:
        return False
    places = {place.stream: place for place in connection.places.all()}
    streams = vendor_named(connection.vendor).streams
    return any(stream.name not in places or _is_stream_due(places[stream.name], stream, at) for stream in streams)


def ask_now(connection: Connection) -> None:
    """Let every stream be due at once, and forget the patience after a problem."""
    connection.places.filter(round_at=None).update(ended_at=None)
    Connection.objects.filter(pk=connection.pk).update(problem_at=None)


def _is_stream_due(place: StreamPlace, stream: Stream, at: datetime) -> bool:
    return place.round_at is not None or place.ended_at is None or at - place.ended_at >= timedelta(seconds=stream.every)


def _read_round(
    connection: Connection,
    stream: Stream,
    row: StreamPlace,
    caller: Caller,
    clock: Clock,
    total: Pulled,
    progress: Progress | None,
) -> None:
    """One round of a stream to its end; a place the system has forgotten begins it anew, once.

    Small pages are stored together. What was read before a trouble is stored before it is told.
    """
    if row.round_at is None:
        row.round_at, row.next = clock(), ""
    connection.refresh_from_db(fields=["mapping"])  # what was chosen before the round counts
    seen = rechosen.asked_again(connection, stream.name)
    terms, since = terms_of(connection), row.since or connection.backfill_from
    waiting = Page((), None)
    try:
        for page in _pages(caller, stream, Place(row.round_at, since, row.next), terms):
            waiting = Page([*waiting.rows, *page.rows], page.place)
            if page.place is not None and page.rows and len(waiting.rows) < TOGETHER:
                continue  # a page without rows tells of a place alone, such as a job that was begun there: it is kept at once
            _take(connection, row, waiting, clock(), total, seen)
            crash_here("page-stored")
            waiting = Page((), page.place)
            if progress:
                progress(row)
    except (Trouble, NoAnswer, NotReachable):
        if waiting.rows:
            _take(connection, row, waiting, clock(), total, seen)
        raise


def _pages(caller: Caller, stream: Stream, place: Place, terms: Terms) -> Iterator[Page]:
    """The pages of a round, to its end. While rows are stored the next page is fetched; nothing is, while a place alone is to be kept."""
    other = ThreadPoolExecutor(1)

    def fetched(where: Place) -> Future[Page]:
        return other.submit(caller.run, stream.read(where, terms))

    began_anew, now = False, fetched(place)
    try:
        while True:
            try:
                page = now.result()
            except Lost:
                if began_anew:
                    raise
                began_anew, now = True, fetched(Place(place.began_at))
                continue
            if page.place is None:
                yield page
                return
            if page.rows:
                now = fetched(page.place)
            yield page
            if not page.rows:
                now = fetched(page.place)
    finally:
        other.shutdown(cancel_futures=True)  # its calls are counted


@transaction.atomic
def _take(connection: Connection, row: StreamPlace, page: Page, at: datetime, total: Pulled, seen: int) -> None:
    """Store a page and the place behind it, both or neither."""
    fate = _stored(connection, row.stream, page.rows, at)
    row.next = page.place.next if page.place else ""
    if page.place is None:
        asked = rechosen.asked_again(connection, row.stream)  # a choice meanwhile: what was read first was read by other terms
        is_overtaken = asked != seen or (row.round_at is not None and asked > to_us(row.round_at))
        row.since, row.round_at, row.ended_at = (None, None, None) if is_overtaken else (row.round_at, None, at)
    row.read += len(page.rows)
    row.stored, row.merged, row.refused = row.stored + fate.stored, row.merged + fate.merged, row.refused + len(fate.refused)
    row.save()
    crash_here("page-and-place-before-commit")
    total.read += len(page.rows)
    total.stored, total.merged, total.refused = total.stored + fate.stored, total.merged + fate.merged, total.refused + len(fate.refused)


def _stored(connection: Connection, stream: str, rows: Sequence[Row], at: datetime) -> Fate:
    kinds = next((one.mapped for one in vendor_named(connection.vendor).streams if one.name == stream), ())
    since = rechosen.since_of(connection, kinds)
    news = statuses.heard(connection, echoes.without(connection, rows))
    made: list[Made | Refused] = [
        Refused(place, [row.id, row.shown], row.problem)
        if row.problem
        else Made(place, [row.id, row.shown], (*row.records, *rechosen.restated(row, since)))
        for place, row in enumerate(news)
    ]
    fate = fate_of(made, connection.source, at)
    statuses.tell(connection, news, at)
    _note_problems(connection, stream, rows, fate, at)
    return fate


def _note_problems(connection: Connection, stream: str, rows: Sequence[Row], fate: Fate, at: datetime) -> None:
    """A record that was kept has no problem any more."""
    refused = {one.cells[0]: one for one in fate.refused}
    kept = [row.id for row in rows if row.id not in refused]
    PulledProblem.objects.filter(connection=connection, stream=stream, external_id__among=kept).delete()
    for external_id, one in refused.items():
        shown, problem = storable([one.cells[1], one.problem])
        PulledProblem.objects.update_or_create(
            connection=connection,
            stream=stream,
            external_id=external_id[:200],
            defaults={"shown": shown[:200], "problem": problem[:500], "at": at},
        )


def count_calls(connection: Connection, caller: Caller, at: datetime) -> None:
    """Add the calls of a turn to those of its day."""
    row, _ = CallCount.objects.get_or_create(connection=connection, on=at.astimezone(UTC).date())
    CallCount.objects.filter(pk=row.pk).update(sent=F("sent") + caller.sent, turned_away=F("turned_away") + caller.turned_away)


def _tell(connection: Connection, total: Pulled, at: datetime) -> None:
    problem = "; ".join(f"{stream}: {says}" for stream, says in total.problems.items())[:500]
    Connection.objects.filter(pk=connection.pk).update(problem=problem, problem_at=at if problem else None)
