"""What the address of a page chooses: one of a few names, and a stretch of time of the agreement's calendar.

`?when=last_quarter` is one of the names a page offers, `?when=2024-Q3`, `?when=2024-11` and `?when=2024` any quarter, month or fiscal year;
links lead to the one before and the one after, so that every period is reached from the one shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from treaty.books.calendar import NoSuchPeriod, name_of, period_named
from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.web.figures import period_words
from treaty.web.here import Here
from treaty.web.listing import Pick
from treaty.web.pieces import Option

WHEN = {"month": "This month", "last_month": "Last month", "quarter": "This quarter", "last_quarter": "Last quarter", "year": "This year"}
YEARS = range(1990, 2200)


def chosen(here: Here, name: str, known: Mapping[str, str], otherwise: str) -> str:
    """What the address says under this name; anything unknown is what is meant when nothing is said."""
    given = here.request.GET.get(name, "")
    return given if given in known else otherwise


def period_of(frame: Frame, when: str) -> Period:
    """One of `WHEN`."""
    if when.startswith("last_"):
        return frame.last("month" if when == "last_month" else "quarter", 2)[0]
    return frame.period("quarter" if when == "quarter" else "year" if when == "year" else "month")


@dataclass(frozen=True, slots=True)
class When:
    """A stretch of time as the address chooses it. key: what the address says · options: what is offered, and what was named ·
    otherwise: what is meant when nothing is said · beside: the period before and the one after, of the same length."""

    key: str
    period: Period
    options: Mapping[str, str]
    otherwise: str
    beside: Sequence[Option] = ()

    @property
    def pick(self) -> Pick:
        return pick("when", "When", self.options, self.otherwise, self.beside)


def when_of(
    here: Here,
    frame: Frame,
    known: Mapping[str, str] = WHEN,
    otherwise: str = "quarter",
    meant: Callable[[Frame, str], Period] = period_of,
) -> When:
    """What `when` says. known: names the page offers, meant: what they mean; anything unknown is `otherwise`."""
    given = here.request.GET.get("when", "")
    named = None if given in known else period_called(frame, given)
    key = given if given in known else _key(frame, named, known, meant) if named else otherwise
    period = named or meant(frame, key)
    options = known if key in known else {**known, key: period_words(period, frame)}
    beside = [
        Option("" if name == otherwise else name, words)
        for name, words in ((_key(frame, one, known, meant), words) for one, words in _beside(frame, period))
    ]
    return When(key, period, options, otherwise, beside)


def period_called(frame: Frame, name: str) -> Period | None:
    """A month, quarter or fiscal year by its name, as the books call them; None for what is none, or has not begun."""
    try:
        is_year = len(name) == 4 and name.isascii() and name.isdigit() and int(name) in YEARS
        found = frame.containing(date(int(name), 12, 31), "year") if is_year else period_named(name, frame.zone, frame.fiscal_start)
    except NoSuchPeriod:
        return None
    return found if found.starts_at <= frame.at else None


def _key(frame: Frame, period: Period, known: Mapping[str, str], meant: Callable[[Frame, str], Period]) -> str:
    """What the page offers it as, or its own name."""
    name = str(period.first_on.year) if period.per == "year" else name_of(period, frame.fiscal_start)
    return next((key for key in known if meant(frame, key) == period), name)


def _beside(frame: Frame, period: Period) -> list[tuple[Period, str]]:
    """(period, words with where it lies); nothing beside a stretch that is no period of the calendar, nor after the one that runs."""
    if period.per not in ("month", "quarter", "year"):
        return []
    before, after = frame.before(period), frame.containing(period.end_on, period.per)
    found = [(before, f"← {period_words(before, frame)}")] if before.first_on.year in YEARS else []
    return [*found, (after, f"{period_words(after, frame)} →")] if frame.is_over(period) else found


def pick(key: str, words: str, known: Mapping[str, str], otherwise: str, beside: Sequence[Option] = ()) -> Pick:
    """A choice of what is asked, not of rows: they come as they were asked for. otherwise: the name meant when nothing is said."""
    options = [pair for pair in known.items() if pair[0] != otherwise]
    return Pick(key=key, words=words, narrow=_as_it_is, options=lambda _: options, every=known[otherwise], beside=beside)


def _as_it_is(rows: Any, value: str) -> Any:
    return rows
