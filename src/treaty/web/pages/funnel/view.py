"""What the address of a funnel page chooses: the time, the dimension; and what all of them share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from treaty.engine.periods import Period
from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import CATALOGUE, Measure, Number
from treaty.funnel.catalogue.measure import DAY_US
from treaty.funnel.changes import Change, Look
from treaty.funnel.frame import Frame
from treaty.web import formats
from treaty.web.figures import period_words, records
from treaty.web.here import Here
from treaty.web.listing import Field
from treaty.web.measured import DIMENSIONS, names_of, range_words, said, seen_owners, usual, verdict
from treaty.web.pages.chosen import WHEN, When, chosen, period_of, when_of
from treaty.web.pieces import Faint, Figure, Piece
from treaty.web.pieces.bar import Place
from treaty.web.sections import Choice

LATEST, TWELVE = "latest", "twelve"
TIMES = {key: words for key, words in WHEN.items() if key != "year"} | {TWELVE: "Last 12 months"}
AVERAGES = ("average_won",)
"""Numbers that count only what is in the agreement's currency: so do their lists."""
TABS = (("Stages", "/funnel/"), ("Time in stage", "/funnel/time/"), ("Won and lost", "/funnel/won/"), ("Pipeline", "/funnel/pipeline/"))


@dataclass(frozen=True)
class View:
    """One saved view: its period and dimension, and the names of the dimension's values."""

    here: Here
    frame: Frame
    asked: When
    by: str

    @property
    def when(self) -> str:
        return self.asked.key

    @property
    def period(self) -> Period:
        return self.asked.period

    @property
    def said(self) -> str:
        """The period in words: `October`, `the last 12 months`."""
        return "the last 12 months" if self.when == TWELVE else period_words(self.period, self.frame)

    def looked(self, *names: str, where: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[Change]]:
        """Numbers of this view beside their own past, all judged together; without what this member may not see."""
        found = changes.changes(self.frame, [Look(name, self.by_of(name), where or {}) for name in names], self.period)
        seen = seen_owners(self.here) if self.by == "owner" else {}
        return {
            name: [one for one in each if self.by_of(name) != "owner" or one.now.value in seen]
            for name, each in zip(names, found, strict=True)
        }

    def by_of(self, name: str) -> str:
        """The dimension, for a number that has it."""
        return self.by if self.by in catalogue.dimensions_of(CATALOGUE[name]) else ""

    def names(self, numbers: Sequence[Number]) -> Mapping[str, str]:
        return names_of(self.here, self.by, [one.value for one in numbers]) if self.by else {}

    def records(self, name: str, one: Number | None = None, **more: str) -> str:
        """The list behind a figure of this view."""
        where = {self.by: one.value} if one is not None and self.by_of_list(name) else {}
        if name in AVERAGES:
            where["currency"] = self.frame.terms.currency
        return records(name, self.period, **where, **more)

    def by_of_list(self, name: str) -> str:
        return self.by if name not in CATALOGUE or self.by_of(name) else ""


def viewed(here: Here, frame: Frame, names: Sequence[str], otherwise: str = "quarter", times: Mapping[str, str] = TIMES) -> View:
    """What the address asks for, made sound. names: numbers of the page, of whose dimensions one may be chosen."""
    return View(here, frame, when_of(here, frame, times, otherwise, period_when), chosen(here, "by", offered(here, names), ""))


def period_when(frame: Frame, when: str) -> Period:
    if when == TWELVE:
        return twelve_months(frame)
    return latest_mature(frame) if when == LATEST else period_of(frame, when)


def last_periods(view: View, shown: Mapping[str, int]) -> list[Period]:
    """So many as long as the one chosen, up to the running one, or up to the chosen one where that is long ago; months for a stretch
    that is none of these. shown: how many of each length, months among them."""
    per = view.period.per if view.period.per in shown else "month"
    running = view.frame.period(per)
    asked = view.period if view.period.per == per else running
    last = [*changes.earlier(view.frame, running, shown[per] - 1), running]
    return last if asked in last else [*changes.earlier(view.frame, asked, shown[per] - 1), asked]


def twelve_months(frame: Frame) -> Period:
    """The twelve whole months before this one."""
    this = frame.period("month").first_on
    return Period("day", date(this.year - 1, this.month, 1), this, frame.zone)


def latest_mature(frame: Frame, name: str = "stage_conversion") -> Period:
    """The latest month whose leads were all followed to the end of their time."""
    number, found = CATALOGUE[name], frame.period("month")
    days = number.days if isinstance(number, Measure) else 0
    while found.us[1] + days * DAY_US > frame.at_us:
        found = frame.before(found)
    return found


def offered(here: Here, names: Sequence[str]) -> dict[str, str]:
    """The dimensions that some number of the page has. By owner for everyone: each sees their own, a manager their reports'."""
    some = {name for number in names for name in catalogue.dimensions_of(CATALOGUE[number])}
    return {"": "All together"} | {name: words for name, words in DIMENSIONS.items() if name in some}


def choices(view: View, names: Sequence[str]) -> list[Choice]:
    when = view.asked
    time = Choice("when", "When", when.options, when.key, when.otherwise, when.beside)
    return [time, Choice("by", "Told apart by", offered(view.here, names), view.by)]


def tabs(view: View) -> list[Place]:
    """The other pages keep the time and the dimension."""
    query = urlencode({key: value for key, value in (("when", view.when), ("by", view.by)) if value and value != LATEST})
    return [Place(words, f"{href}?{query}" if query else href, is_current=href == view.here.request.path) for words, href in TABS]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: a number beside its past, and how it is called."""

    change: Change
    name: str
    part: str = ""
    href: str = ""

    @property
    def now(self) -> Number:
        return self.change.now


def lines(view: View, found: Sequence[Change], part: Callable[[Number], str] = lambda _: "", href: Any = None) -> list[Line]:
    names = view.names([one.now for one in found])
    return [
        Line(
            one,
            names.get(one.now.value, "") if view.by else "All",
            part(one.now),
            href(one.now) if href else view.records(one.name, one.now),
        )
        for one in found
    ]


def value_field(view: View) -> list[Field[Line]]:
    return [Field(words=DIMENSIONS[view.by], value=lambda line: line.name)] if view.by else []


def figure_field(view: View, words: str = "Figure") -> Field[Line]:
    """The figure, open where it is of a cohort still followed."""

    def show(line: Line, here: Here) -> Piece:
        written = said(line.now.figure, CATALOGUE[line.change.name], view.frame, here.viewer)
        if line.now.figure is None:
            return Faint(written)
        return written if line.now.is_mature else (written, Faint(" so far"))

    return Field(words=words, value=lambda line: exact(line.now.figure), show=show, is_number=True)


def exact(value: Any) -> Any:
    """A share as a file holds it: six digits are more than its range says."""
    return round(value, 6) if value is not None else None


def count_field(words: str = "Cases") -> Field[Line]:
    def show(line: Line, here: Here) -> Piece:
        n = formats.number(line.now.n, here.viewer.manner)
        return Figure(n, line.href) if line.now.n and line.href else n

    return Field(words=words, value=lambda line: line.now.n, show=show, is_number=True)


def past_fields(view: View) -> list[Field[Line]]:
    """Range, what was usual, and whether it changed."""

    def ranged(line: Line, here: Here) -> Piece:
        return range_words(line.now, CATALOGUE[line.change.name], view.frame, here.viewer)

    return [
        Field(words="Range, 95 of 100", value=lambda line: _range(line.now), show=ranged, is_number=True),
        Field(
            words="Usual",
            value=lambda line: exact(line.change.usual),
            show=lambda line, here: usual(line.change, view.frame, here.viewer),
            is_number=True,
        ),
        Field(words="Against before", value=lambda line: plain(verdict(line.change)), show=lambda line, _: verdict(line.change)),
    ]


def _range(one: Number) -> str:
    return "" if one.low is None or one.high is None else f"{one.low:.4f} to {one.high:.4f}"


def plain(piece: Piece) -> str:
    """A piece as a file holds it."""
    return piece if isinstance(piece, str) else getattr(piece, "words", "")


def whose(view: View) -> list[Piece]:
    """What is left out by owner, in words."""
    if view.by != "owner":
        return []
    return ["One person’s figures are seen by that person and their manager: here are yours and those of your reports."]
