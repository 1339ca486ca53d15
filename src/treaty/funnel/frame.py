"""Under what the figures of a page are asked: one lake, the versions in force, one moment, the agreement's own calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from treaty.agreement.models import InForce
from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.engine.measuring import Fetching
from treaty.engine.periods import Per, Period, containing, local_date
from treaty.moments import from_us, to_us

WORKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Frame:
    """lake: one snapshot, so that all figures fit together. held: versions for everyone, oldest first. at: the moment asked."""

    lake: Fetching
    held: Sequence[InForce]
    at: datetime

    @cached_property
    def terms(self) -> Terms:
        """Those in force at the moment asked, or the last that were."""
        return self.terms_at(self.at) or signed_of(self.held[-1].version).terms

    def terms_at(self, moment: datetime) -> Terms | None:
        """Those in force at a moment; None before the first agreement."""
        found = [row for row in self.held if row.starts_at <= moment and (row.ends_at is None or moment < row.ends_at)]
        return signed_of(found[-1].version).terms if found else None

    @property
    def began_at(self) -> datetime:
        """When the first agreement took effect."""
        first: datetime = self.held[0].starts_at
        return first

    @property
    def began_on(self) -> date:
        """The local date of that."""
        return local_date(self.began_at, self.zone)

    @property
    def at_us(self) -> int:
        return to_us(self.at)

    @property
    def zone(self) -> str:
        return self.terms.time_zone

    @property
    def known_us(self) -> int:
        """Up to when anything is known: the moment asked, or that of the lake where it is older."""
        return min(self.at_us, to_us(self.lake.as_of))

    @property
    def known_on(self) -> date:
        """The local date of that: what a running period has spent is counted up to it."""
        return local_date(from_us(self.known_us), self.zone)

    @cached_property
    def today(self) -> date:
        """The date at the moment asked, in the agreement's zone."""
        return local_date(self.at, self.zone)

    @cached_property
    def weekdays(self) -> tuple[int, ...]:
        """Days of the week on which work is done, Monday is 0: those of the default calendar."""
        calendar = self.terms.calendars.get("default")
        return tuple(sorted(calendar.week)) if calendar and calendar.week else WORKDAYS

    @cached_property
    def fiscal_start(self) -> tuple[int, int]:
        """(month, day) on which the fiscal year begins."""
        month, on = self.terms.fiscal_year.starts.split("-")
        return int(month), int(on)

    def containing(self, day: date, per: Per) -> Period:
        return containing(day, per, self.zone, self.fiscal_start)

    def period(self, per: Per) -> Period:
        """The one that is running."""
        return self.containing(self.today, per)

    def before(self, period: Period) -> Period:
        """The one just before another."""
        return self.containing(date.fromordinal(period.first_on.toordinal() - 1), period.per)

    def last(self, per: Per, count: int) -> list[Period]:
        """The running period and those before it, oldest first."""
        found = [self.period(per)]
        while len(found) < count:
            found.insert(0, self.before(found[0]))
        return found

    def is_over(self, period: Period) -> bool:
        return period.ends_at <= self.at

    def is_under_agreement(self, period: Period) -> bool:
        """Whether any of it lies after the first agreement took effect."""
        return period.ends_at > self.began_at


def frame_of(lake: Fetching, at: datetime) -> Frame | None:
    """The frame of a moment; None while no agreement has taken effect. One query."""
    rows = InForce.objects.filter(applies_to="everyone", starts_at__lte=at).select_related("version").order_by("starts_at", "id")
    held = [row for row in rows if row.ends_at is None or row.ends_at > row.starts_at]
    return Frame(lake, held, at) if held else None
