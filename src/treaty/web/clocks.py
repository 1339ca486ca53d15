"""A clock as its owner's day sees it: working time left, and the line on which nights are folded away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.agreement.terms_promises import Promise
from treaty.agreement.words import contract
from treaty.sla.models import ClockPause, SlaClock
from treaty.sla.rules import Standing, standing
from treaty.sla.whose import history_of
from treaty.sla.worktime import Span, elapsed, working
from treaty.web import charts, formats
from treaty.web.figures import short_words
from treaty.web.formats import Viewer
from treaty.web.pieces import BriefClock, Link

DUTY = {"first_contact": "the first contact", "disposition": "your answer", "contact_attempts": "the attempts"}
GROUPS = {"first_contact": "First contact", "disposition": "Accept or reject", "contact_attempts": "Keep trying"}
LONG_LATE = timedelta(hours=8)
"""A working day late: from then on the day says more than the hours."""
_WEEK = timedelta(days=7)
"""What runs late is counted for a week: after that the day alone is told, and months of hours need no counting."""
_DAY = timedelta(days=1)
_BREAK = timedelta(hours=4)
_MANY_NIGHTS = 4

Pauses = Sequence[tuple[datetime, datetime | None]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at a moment. left: working time, negative when late, None while it stands; total: the whole promise."""

    clock: SlaClock
    promise: Promise
    standing: Standing
    left: timedelta | None
    total: timedelta
    pauses: Pauses

    @property
    def share_left(self) -> float:
        return 1.0 if self.left is None or not self.total else self.left / self.total

    @property
    def is_late(self) -> bool:
        return self.standing == Standing.BREACHED

    @property
    def is_soon(self) -> bool:
        """It asks for action now: warned, out of time, or in its last hour."""
        near = self.left is not None and self.left <= timedelta(hours=1)
        return near or self.standing in (Standing.SOON, Standing.BREACHED)


def pauses_of(clocks: Iterable[SlaClock]) -> dict[int, Pauses]:
    """The pauses of several clocks, in one query."""
    found: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for pause in ClockPause.objects.filter(clock__in=[clock.pk for clock in clocks]):
        found.setdefault(pause.clock_id, []).append((pause.starts_at, pause.ends_at))
    return {pk: tuple(pauses) for pk, pauses in found.items()}


def read(clock: SlaClock, at: datetime, pauses: Pauses = ()) -> Reading:
    """Read a clock in its owner's hours, at a moment or, when it has stopped, at that one."""
    promise = signed_of(clock.version).terms.promise(clock.promise)
    until = clock.stopped_at or at
    state = standing(clock.due_at, clock.stopped_at, at=at, warn_at=clock.warn_at)
    if clock.due_at is None or promise.within is None:
        return Reading(clock, promise, state, None, timedelta(), pauses)
    total = _between(clock, promise, clock.starts_at, clock.due_at, pauses)
    if until <= clock.due_at:
        return Reading(clock, promise, state, _between(clock, promise, until, clock.due_at, pauses), total, pauses)
    far = until if clock.stopped_at else min(until, clock.due_at + _WEEK)
    return Reading(clock, promise, state, -_between(clock, promise, clock.due_at, far, pauses), total, pauses)


def _between(clock: SlaClock, promise: Promise, start: datetime, end: datetime, pauses: Pauses) -> timedelta:
    if promise.needs_calendar:
        return elapsed(start, end, history_of(clock.owner, signed_of(clock.version), promise.calendar), pauses)
    return max(end - start, timedelta())


def group_words(promise: Promise) -> str:
    """`First contact, within 4 working hours`; `Keep trying, 5 attempts in 10 working days`."""
    name = GROUPS.get(promise.do or "", short_words(promise))
    if promise.do == "contact_attempts" and promise.at_least is not None:
        return f"{name}, {promise.at_least.number} attempts in {promise.within}"
    return f"{name}, within {promise.within}" if promise.within else name


def row_words(reading: Reading, viewer: Viewer, at: datetime) -> str:
    """What stands at the right of a row: time left, or by when, or how many attempts of how many."""
    clock = reading.clock
    if reading.left is None or clock.due_at is None:
        return "paused"
    if reading.promise.do == "contact_attempts":
        done = f"{clock.done} of {clock.needed}"
        return f"{done}, {'late' if reading.is_late else formats.due(clock.due_at, viewer, at)}"
    if reading.is_late and -reading.left > LONG_LATE:
        return f"late since {_day(clock.due_at, viewer, at)}"
    if reading.is_late or reading.is_soon or reading.promise.do == "first_contact":
        return formats.standing_words(reading.left)
    return formats.due(clock.due_at, viewer, at)


def _day(moment: datetime, viewer: Viewer, at: datetime) -> str:
    """`2 Sep`, `yesterday`: a weekday long gone says nothing."""
    said = formats.day(moment.astimezone(viewer.zone).date(), at.astimezone(viewer.zone).date(), viewer.manner)
    return said.partition(" ")[2] or said


def brief_clock(reading: Reading, viewer: Viewer, at: datetime) -> BriefClock:
    """The clock of a brief: a sentence, the promise with its article, and the line."""
    said = left_words(reading, viewer, at)
    return BriefClock(left=said, promise=promise_words(reading), drawing=line(reading, viewer, at, said))


def left_words(reading: Reading, viewer: Viewer, at: datetime) -> str:
    """`34 minutes left for the first contact`, `Late by 26 minutes for the first contact`, `Late since 2 Sep for ...`."""
    duty = DUTY.get(reading.promise.do or "", short_words(reading.promise).lower())
    if reading.promise.do == "contact_attempts":
        duty = f"the attempts, {reading.clock.done} of {reading.clock.needed} made"
    if reading.left is None:
        return "The clock stands: the prospect has asked to wait"
    if reading.is_late and -reading.left > LONG_LATE and reading.clock.due_at is not None:
        return f"Late since {_day(reading.clock.due_at, viewer, at)} for {duty}"
    length = formats.duration_words(reading.left)
    if reading.is_late:
        return f"Late by {length} for {duty}"
    return f"{formats.capital(length)} left for {duty}"


def promise_words(reading: Reading) -> tuple[str | Link, ...]:
    promise, version = reading.promise, reading.clock.version
    within = f"promised within {promise.within}, " if promise.within else "promised, "
    words, href = article_of(version, promise.id)
    return (within, Link(words, href)) if words else (within.rstrip(", "),)


@lru_cache(maxsize=256)
def article_of(version: Version, promise_id: str) -> tuple[str, str]:
    """Where the signed contract says a promise: its words (`article 4 (c)`) and its address."""
    for article in contract(signed_of(version).terms).articles:
        for place, clause in enumerate(article.clauses):
            if clause.key == f"promises.{promise_id}":
                letter = chr(ord("a") + place) if place < 26 else str(place + 1)
                return f"article {article.number} ({letter})", f"/agreement/versions/{version.number}/#promise-{promise_id}"
    return "", ""


def line(reading: Reading, viewer: Viewer, at: datetime, label: str) -> charts.Drawing:
    """The promise as one line of working time."""
    clock, total = reading.clock, reading.total
    if clock.due_at is None or not total or reading.left is None:
        return charts.clock_line(
            charts.Clock(used=0, start=formats.weekday_clock(clock.starts_at, viewer), due=""), charts.Caption(label=label)
        )
    warned = _between(clock, reading.promise, clock.starts_at, clock.warn_at, reading.pauses) / total if clock.warn_at else None
    shown = charts.Clock(
        used=1 - reading.left / total,
        start=formats.short(clock.starts_at, viewer, at),
        due=formats.short(clock.due_at, viewer, at),
        warned_at=warned,
        folds=_folds(reading),
        is_over=clock.stopped_at is not None,
    )
    return charts.clock_line(shown, charts.Caption(label=label))


def _folds(reading: Reading) -> list[charts.Fold]:
    """Where the clock stood for a night or longer; of many nights only the weekends are shown."""
    clock, promise = reading.clock, reading.promise
    if clock.due_at is None or not promise.needs_calendar:
        return []
    history = history_of(clock.owner, signed_of(clock.version), promise.calendar)
    spans = list(working(clock.starts_at, clock.due_at, history, reading.pauses))
    gone, folds = timedelta(), []
    for before, after in pairwise(spans):
        gone += before.closes_at - before.opens_at
        if after.opens_at - before.closes_at > _BREAK:
            folds.append(charts.Fold(gone / reading.total, _fold_words(before, after, reading.pauses)))
    nights = [fold for fold in folds if fold.words == "night"]
    return [fold for fold in folds if fold.words != "night"] if len(nights) > _MANY_NIGHTS else folds


def _fold_words(before: Span, after: Span, pauses: Pauses) -> str:
    if any(start < after.opens_at and (end is None or end > before.closes_at) for start, end in pauses):
        return "paused"
    if after.opens_at - before.closes_at < _DAY:
        return "night"
    return "weekend" if before.closes_at.weekday() <= 4 and after.opens_at.weekday() in (0, 1) else "days off"
