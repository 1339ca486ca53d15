"""When a meeting is held, which days it looks at, and how its minutes are shared. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from treaty.agreement.terms_parties import Side
from treaty.agreement.terms_rhythm import Meeting
from treaty.engine.periods import Period

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sync:
    """One holding of the weekly meeting. period: the seven days before it; before: the seven before those."""

    name: str
    on: date
    minutes: int
    zone: str
    at: time | None = None
    chair: Side | None = None

    @property
    def period(self) -> Period:
        return Period("week", self.on - WEEK, self.on, self.zone)

    @property
    def before(self) -> Period:
        return Period("week", self.on - 2 * WEEK, self.on - WEEK, self.zone)

    @property
    def starts_at(self) -> datetime | None:
        """When it begins, in its zone; None where no hour is agreed."""
        return datetime.combine(self.on, self.at, tzinfo=ZoneInfo(self.zone)) if self.at else None


def sync(meeting: Meeting | None, day: date, zone: str) -> Sync:
    """The weekly meeting on a date or the next one after it; without one agreed, weeks are looked at on Mondays.

    The chair alternates where the agreement says so: marketing in even weeks of the ISO calendar, sales in odd ones.
    """
    weekday = WEEKDAYS.index(meeting.day) if meeting and meeting.day else 0
    on = day + timedelta(days=(weekday - day.weekday()) % 7)
    if meeting is None:
        return Sync("Week", on, 30, zone)
    at = time.fromisoformat(meeting.time) if meeting.time and meeting.time != "24:00" else None
    chair: Side | None = None
    if meeting.chair == "alternates":
        chair = "marketing" if on.isocalendar().week % 2 == 0 else "sales"
    return Sync(meeting.meeting, on, meeting.minutes, zone, at, chair)


SECTIONS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "changes": (5, ("lead", "number", "quality", "quantity")),
    "promises": (5, ("promise", "sla")),
    "rejected": (6, ("dispute", "reject")),
    "campaigns": (3, ("campaign", "upcoming")),
    "buyers": (3, ("buyer", "competitor", "objection", "lost")),
    "wins": (3, ("win", "won")),
    "decisions": (5, ("decision", "action")),
}
"""The parts of the page: their share of the minutes, and the words by which the agreement's agenda names them."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A point of the agenda. section: the part of the page that prepares it, empty where there is none."""

    words: str
    section: str
    starts_after: int
    minutes: int


def agenda(points: Sequence[str], minutes: int) -> list[Slot]:
    """Share a meeting's minutes among its points, whole minutes that add up; without points, among the page's parts."""
    named = [(point, section_of(point)) for point in points] or [("", name) for name in SECTIONS]
    weights = [SECTIONS[section][0] if section else 5 for _, section in named]
    slots, passed = [], 0
    for place, ((words, section), _) in enumerate(zip(named, weights, strict=True)):
        until = round(minutes * sum(weights[: place + 1]) / sum(weights))
        slots.append(Slot(words, section, passed, until - passed))
        passed = until
    return slots


def section_of(point: str) -> str:
    """The part of the page a point of the agenda is about, by its words; empty if none is."""
    said = point.lower()
    return next((name for name, (_, words) in SECTIONS.items() if any(word in said for word in words)), "")
