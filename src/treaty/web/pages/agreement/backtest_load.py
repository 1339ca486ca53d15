"""What a back-test says of the work it would be: by segment, for each rep, and for the promises of sales."""

from collections.abc import Iterator
from dataclasses import dataclass

from treaty.pilot import said
from treaty.pilot.found import Backtest, Found
from treaty.pilot.load import RepLoad
from treaty.pilot.shares import Became
from treaty.web import formats
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.pages.agreement.backtest_cells import in_cell
from treaty.web.pieces import Empty, Faint, Piece
from treaty.web.sections import Section


@dataclass(frozen=True, slots=True)
class OfSegment:
    """One segment under one document."""

    segment: str
    by: str
    became: Became | None


def segments(here: Here, found: Backtest) -> Iterator[Section]:
    """Nothing where no document names a segment."""
    names = said.segments(found)
    if not names:
        return
    rows = [OfSegment(name, one.name, one.segments.get(name)) for name in names for one in said.documents(found)]

    def shown(what: str) -> Field[OfSegment]:
        def show(row: OfSegment, here: Here) -> Piece:
            return in_cell(getattr(row.became, what), here) if row.became else Faint("–")

        words = "Accepted, of those answered" if what == "accepted" else "Won, of those closed"
        return Field(words=words, value=lambda row: getattr(row.became, what).share if row.became else None, show=show)

    yield Section(
        id="segments",
        title="By segment",
        note="In the segment they were in when they would have qualified",
        says=list(said.hurt(found)),
        rows=rows,
        kind=Kind(
            name="outcomes by segment",
            path=here.request.path,
            fields=(
                Field(words="Segment", value=lambda row: row.segment, show=lambda row, _: formats.capital(said.segment_words(row.segment))),
                Field(words="Under", value=lambda row: row.by, show=lambda row, _: formats.capital(row.by)),
                Field(words="People found", value=lambda row: row.became.people if row.became else 0, is_number=True),
                shown("accepted"),
                shown("won"),
            ),
        ),
    )


def sections(here: Here, found: Backtest) -> Iterator[Section]:
    yield _load(here, found)
    if promised := _promises(here, found):
        yield promised


@dataclass(frozen=True, slots=True)
class OfRep:
    """What one rep would have got under each document; None where they take no leads."""

    name: str
    had: int
    most_open: int | None
    loads: tuple[RepLoad | None, ...]


def _load(here: Here, found: Backtest) -> Section:
    loads = [(one, {rep.email: rep for rep in one.load.reps}) for one in said.documents(found) if one.load]
    reps = {email: rep for _, by in loads for email, rep in by.items()}
    rows = [OfRep(rep.name, rep.had, rep.most_open, tuple(by.get(email) for _, by in loads)) for email, rep in reps.items()]
    first = loads[0][0].load if loads else None
    when = f"{formats.day_words(first.first_on, here.at.date())} until {formats.day_words(first.end_on, here.at.date())}" if first else ""
    return Section(
        id="load",
        title="Leads for each rep in a day of work",
        note=f"From {when}" if when else "",
        says=[said.LOAD] if first else [],
        rows=rows,
        kind=Kind(
            name="leads for each rep",
            path=here.request.path,
            fields=(
                Field(words="Rep", value=lambda row: row.name),
                *(field for place, (one, _) in enumerate(loads) for field in _load_fields(place, one)),
                Field(words="Really had", value=lambda row: row.had, is_number=True),
                Field(words="Open leads at most", value=lambda row: row.most_open,
                      show=lambda row, _: Faint("no limit") if row.most_open is None else str(row.most_open), is_number=True),
            ),
            empty=Empty(
                title="No leads were routed again",
                words="It takes a whole week of history, and no more leads in the last 13 weeks than can be routed one after the other.",
            ),
        ),
    )  # fmt: skip


def _load_fields(place: int, one: Found) -> list[Field[OfRep]]:
    name = formats.capital(one.name)

    def show(row: OfRep, here: Here) -> Piece:
        rep = row.loads[place]
        if rep is None:
            return Faint("takes none")
        if rep.per_day is None:
            return f"{rep.leads} leads, no day of work"
        per_day = formats.decimal(rep.per_day, 2, here.viewer.manner)
        return (per_day, " ", Faint(f"{formats.number(rep.leads)} in {rep.days} days, at most {rep.busiest} on one"))

    def leads(row: OfRep) -> int | None:
        rep = row.loads[place]
        return rep.leads if rep else None

    def per_day(row: OfRep) -> float | None:
        rep = row.loads[place]
        return rep.per_day if rep else None

    return [Field(words=f"{name}, a day", value=per_day, show=show), Field(words=f"{name}, leads", value=leads, in_page=False)]


def _promises(here: Here, found: Backtest) -> Section | None:
    rows = list(said.promises(found))
    if not rows:
        return None

    def cell(place: int) -> Field[tuple[str, list[str]]]:
        return Field(
            words=formats.capital(said.documents(found)[place].name), value=lambda row: row[1][place],
            show=lambda row, _: row[1][place] or Faint("not promised"),
        )  # fmt: skip

    return Section(
        id="promises",
        title="What sales promises, on the leads it had",
        says=[said.BEHAVED],
        rows=rows,
        kind=Kind(
            name="promises replayed",
            path=here.request.path,
            fields=(
                Field(words="Duty", value=lambda row: row[0], show=lambda row, _: formats.capital(row[0])),
                *(cell(place) for place in range(len(said.documents(found)))),
            ),
        ),
    )
