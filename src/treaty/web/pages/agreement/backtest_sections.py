"""What a back-test found, as the parts of its page: figures beside each other, who differs, weeks, deals, and what cannot be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import urlencode

from treaty.agreement.terms import Terms
from treaty.pilot import said
from treaty.pilot.found import Backtest, Found, Named, Week
from treaty.pilot.said import Line, Value
from treaty.pilot.shares import Lift, Share
from treaty.web import charts, formats
from treaty.web.downloads import Value as Written
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.pages.agreement import backtest_deals, backtest_load
from treaty.web.pages.agreement.backtest_cells import in_cell
from treaty.web.pages.agreement.backtest_names import Names
from treaty.web.pieces import Empty, Faint, Figure, Link, Piece
from treaty.web.sections import Section

DRAWN, LISTED = 53, 8
"""Weeks: as many are drawn, as many listed; the file has all."""


@dataclass(frozen=True, slots=True)
class Told:
    title: str
    eyebrow: Piece
    lede: Piece
    sections: Sequence[Section]
    below: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class View:
    """Who looks at what. at: the page; query: what its address says of the comparison."""

    here: Here
    found: Backtest
    at: str
    query: Mapping[str, str]
    names: Names

    def people(self, who: str) -> str:
        """The address of everybody a figure counts."""
        return f"{self.at}people/?{urlencode({'who': who, **self.query})}"


def parts_of(here: Here, found: Backtest, terms: Terms, names: Names, at: str, query: Mapping[str, str]) -> Told:
    """terms: of the document that is replayed; found: as this member may see it."""
    view = View(here, found, at, query, names)
    since, as_of = formats.full(found.since, here.viewer).partition(",")[0], formats.full(found.as_of, here.viewer)
    sections = [_beside(view, terms), *_overlap(view), _weeks(view), *backtest_load.segments(here, found)]
    sections += [*backtest_deals.sections(here, found, view.names), *backtest_load.sections(here, found), _cannot_tell(found)]
    return Told(
        said.headline(found).rstrip("."),
        f"Who would have become {said.subject(found)}, from {since} to {as_of}",
        " ".join(said.leads(found)),
        sections,
        [("All of it as data: ", Link("JSON", f"{at}?{urlencode({**query, 'format': 'json'})}"), ".")],
    )


# The figures beside each other


def _beside(view: View, terms: Terms) -> Section:
    return Section(
        id="figures",
        title="What became of whom each finds",
        says=[said.day_one(view.found, terms), (next(said.cannot_tell(view.found)), " ", Link("What else history cannot tell", "#limits"))],
        note="In grey: how many of how many, and where the true share lies, 95 of 100 times",
        kind=Kind(
            name="figures",
            path=view.at,
            fields=(
                Field(words="Figure", value=lambda line: line.says.strip(), show=lambda line, _: _said(line)),
                *(field for place, one in enumerate(said.documents(view.found)) for field in _columns(view, place, one)),
            ),
        ),
        rows=list(said.figures(view.found)),
    )


def _said(line: Line) -> Piece:
    return Faint(formats.capital(line.says.strip())) if line.says.startswith(" ") else formats.capital(line.says)


def _columns(view: View, place: int, one: Found) -> list[Field[Line]]:
    name = formats.capital(one.name)
    who = "old" if place else "new"

    def show(line: Line, here: Here) -> Piece:
        cell = in_cell(line.values[place], here, view.found.currency if _is_amount(line) else "")
        if line.says != said.FIGURES[0][0]:
            return cell
        return Figure(formats.number(one.all.people, here.viewer.manner), view.people(who))

    parts: tuple[tuple[str, Callable[[Value], Written]], ...] = (
        ("of", lambda value: value.n if isinstance(value, Share) else None),
        ("from", lambda value: None if isinstance(value, int) else value.low),
        ("to", lambda value: None if isinstance(value, int) else value.high),
    )

    def part(read: Callable[[Value], Written]) -> Callable[[Line], Written]:
        return lambda line: read(line.values[place])

    hidden = [Field(words=f"{name}, {words}", value=part(read), in_page=False) for words, read in parts]
    return [Field(words=name, value=part(_plain), show=show), *hidden]


def _is_amount(line: Line) -> bool:
    return line.says in {says for says, _ in said.AMOUNTS}


def _plain(value: Value) -> Written:
    return value if isinstance(value, int) else value.lift if isinstance(value, Lift) else value.k


# Whom only one of them finds


Only = tuple[Named | None, ...]
"""Whom each document alone finds, the latest first, side by side."""


def _overlap(view: View) -> list[Section]:
    found, overlap = view.found, view.found.overlap
    if overlap is None or found.old is None:
        return []
    counts = (
        ("both", overlap.both, "both find"),
        ("only_new", overlap.only_new, f"only {found.new.name} finds"),
        ("only_old", overlap.only_old, f"only {found.old.name} finds"),
    )
    listed: list[Piece] = []
    for who, n, words in counts:
        listed += [", " if listed else "", Figure(formats.number(n, view.here.viewer.manner), view.people(who) if n else ""), f" {words}"]
    fields = [field for place, one in enumerate(said.documents(found)) for field in _only(view, place, one)]
    empty = Empty(title="They find the same people", words="Nobody is found by one of them alone.")
    return [
        Section(
            id="only",
            title="Whom only one of them finds",
            note="The latest of each, and when they would have qualified",
            says=[(*listed, ".")],
            rows=list(zip_longest(found.new.only, found.old.only)),
            kind=Kind(name="only one finds", path=view.at, fields=fields, empty=empty),
        )
    ]


def _only(view: View, place: int, one: Found) -> list[Field[Only]]:
    def show(row: Only, here: Here) -> Piece:
        person = row[place]
        if person is None:
            return ""
        return (view.names.person(person.key, person.name), " ", Faint(formats.short(person.at, here.viewer, here.at)))

    def name(row: Only) -> Written:
        person = row[place]
        return person.name if person else None

    def at(row: Only) -> Written:
        person = row[place]
        return person.at if person else None

    return [
        Field(words=f"Only {one.name}", value=name, show=show),
        Field(words=f"Only {one.name}, would have qualified", value=at, in_page=False),
    ]


# Week by week


def _weeks(view: View) -> Section:
    found = view.found
    return Section(
        id="weeks",
        title="Week by week",
        note=f"The last {min(LISTED, len(found.weeks))} in the table, all in the file",
        drawings={"weeks": _drawing(view)},
        rows=found.weeks[::-1],
        most=LISTED,
        kind=Kind(
            name="weeks",
            path=view.at,
            fields=(
                Field(words="Week of", value=lambda week: week.starts_on, show=lambda week, _: _week(week)),
                Field(words=formats.capital(found.new.name), value=lambda week: week.new, is_number=True),
                *([_of_old(found.old)] if found.old else []),
                Field(
                    words="Whole week", value=lambda week: week.is_whole, show=lambda week, _: "" if week.is_whole else Faint("not whole")
                ),
            ),
        ),
    )


def _of_old(one: Found) -> Field[Week]:
    return Field(words=formats.capital(one.name), value=lambda week: week.old, is_number=True)


def _week(week: Week) -> str:
    return f"{week.starts_on.day} {formats.month(week.starts_on)} {week.starts_on.year}"


def _drawing(view: View) -> charts.Drawing:
    found, manner = view.found, view.here.viewer.manner
    weeks = found.weeks[-DRAWN:]
    note = f"Leads a week, {'the last year' if len(found.weeks) > DRAWN else 'since the first touch'}; a ring is a week that is not whole"
    rows = [
        charts.Beside(
            name=f"{week.starts_on.day} {formats.month(week.starts_on)[:3]}",
            first=week.new,
            second=week.old,
            words=_beside_words(found, week),
            is_whole=week.is_whole,
        )
        for week in weeks
    ]
    given = charts.Besides(
        rows=rows, first_words=formats.capital(found.new.name), second_words=formats.capital(found.old.name) if found.old else "",
        say=lambda value: formats.number(round(value), manner) if value == round(value) else formats.decimal(value, 1, manner),
    )  # fmt: skip
    return charts.beside_lines(given, charts.Caption(title=_finding(found), note=note))


def _beside_words(found: Backtest, week: Week) -> str:
    told = f"{week.new} under {found.new.name}"
    return f"{told}, {week.old} under {found.old.name}" if found.old and week.old is not None else told


def _finding(found: Backtest) -> str:
    return (said.average(found) or said.headline(found)).rstrip(".")


def _cannot_tell(found: Backtest) -> Section:
    return Section(id="limits", title="What history cannot tell", says=list(said.cannot_tell(found)))
