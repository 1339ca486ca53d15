"""The goals as lists: amounts with their pace, season and forecast; shares and lengths with their bounds; both by segment."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from treaty.funnel.catalogue import Number
from treaty.funnel.frame import Frame
from treaty.plan.outlook import Outlook
from treaty.plan.season import LEAST
from treaty.web import formats
from treaty.web.figures import records, words
from treaty.web.formats import Viewer
from treaty.web.here import Here
from treaty.web.listing import Field, Kind
from treaty.web.pages.goals.words import whole
from treaty.web.pages.home.goals import LISTS, href, name_of, standing_of, target_of, written
from treaty.web.pieces import Column, Empty, Faint, Figure, Link, Piece, Row, Table

NOTHING = Empty(
    title="No goal is agreed",
    words="Goals are figures both teams sign: what to reach, by when, owned by whom.",
    steps=[Link("Open the agreement", "/agreement/", is_go=True)],
)
OPEN = Faint("–")


def kind(frame: Frame) -> Kind[Outlook]:
    """Goals in an amount; the files hold every goal."""
    by_now, before = "Agreed pace", _shown(frame, lambda one: baseline(one).figure)
    return Kind(
        name="goals",
        path="/goals/",
        fields=(
            Field(words="Goal", value=lambda one: name_of(frame, one.found), show=lambda one, _: name_of(frame, one.found)),
            Field(words="Kind", value=lambda one: one.found.goal.kind, in_page=False),
            Field(words="Owned by", value=lambda one: one.found.goal.owned_by, in_page=False),
            Field(words="From", value=lambda one: one.found.period.first_on, in_page=False),
            Field(words="To", value=lambda one: one.found.period.last_on, in_page=False),
            Field(words="Baseline", value=lambda one: baseline(one).figure, show=before, is_number=True),
            Field(words="Target", value=lambda one: one.found.bound, show=_target(frame), is_number=True),
            Field(words="Now", value=lambda one: one.found.now.figure, show=_now(frame), is_number=True),
            Field(words="Cases", value=lambda one: one.found.now.n, in_page=False),
            Field(words="Progress", value=lambda one: one.progress, in_page=False),
            Field(words=by_now, value=lambda one: one.found.pace.expected if one.found.pace else None, show=_pace(frame), is_number=True),
            Field(words="Usual by now", value=lambda one: one.usual, show=_usual(frame), is_number=True),
            Field(words="Usual by", value=lambda one: one.season.source if one.season else None, in_page=False),
            Field(words="Gap", value=lambda one: one.gap, show=_gap(frame), is_number=True),
            Field(words="Gap in leads", value=lambda one: one.gap_in_leads, in_page=False),
            Field(words="Ends at", value=lambda one: one.forecast.middle if one.forecast else None, in_page=False),
            Field(words="Forecast, 8 in 10", value=_low, show=_forecast(frame), is_number=True),
            Field(words="Forecast up to", value=lambda one: one.forecast.high_80 if one.forecast else None, in_page=False),
            Field(words="Unit", value=lambda one: frame.terms.currency if one.found.unit == "money" else one.found.unit, in_page=False),
            Field(words="Standing", value=lambda one: one.found.standing.value, show=_standing(frame)),
        ),
        empty=NOTHING,
    )  # fmt: skip


def baseline(one: Outlook) -> Number:
    """What the goal grows from, or else the period before."""
    return one.found.baseline[1] if one.found.baseline else one.before


def _shown(frame: Frame, get: Callable[[Outlook], Decimal | None]) -> Callable[[Outlook, Here], Piece]:
    def show(one: Outlook, here: Here) -> Piece:
        figure = get(one)
        if figure is None:
            return OPEN
        return whole(frame, figure, here.viewer) if one.found.unit == "money" else written(frame, one.found, figure, here.viewer)

    return show


def _low(one: Outlook) -> Decimal | None:
    return one.forecast.low_80 if one.forecast else None


def _standing(frame: Frame) -> Callable[[Outlook, Here], Piece]:
    return lambda one, here: standing_of(frame, one.found, here.viewer)


def _target(frame: Frame) -> Callable[[Outlook, Here], Piece]:
    return lambda one, here: target_of(frame, one.found, here.viewer)


def _now(frame: Frame) -> Callable[[Outlook, Here], Piece]:
    def show(one: Outlook, here: Here) -> Piece:
        now = Figure(written(frame, one.found, one.found.now.figure, here.viewer), href(one.found))
        return now if one.progress is None else (now, Faint(f" {formats.percent(one.progress, 0, here.viewer.manner)}"))

    return show


def _pace(frame: Frame) -> Callable[[Outlook, Here], Piece]:
    return _shown(frame, lambda one: one.found.pace.expected if one.found.pace else None)


def _usual(frame: Frame) -> Callable[[Outlook, Here], Piece]:
    def show(one: Outlook, here: Here) -> Piece:
        if one.season is None or one.season.source == "straight":
            return Faint("no season yet")
        return _shown(frame, lambda each: each.usual)(one, here)

    return show


def _gap(frame: Frame) -> Callable[[Outlook, Here], Piece]:
    def show(one: Outlook, here: Here) -> Piece:
        if one.gap is None:
            return OPEN
        return (f"{'+' if one.gap > 0 else ''}{whole(frame, one.gap, here.viewer)}", _leads(one, here))

    return show


def _leads(one: Outlook, here: Here) -> Piece:
    if one.gap is None or one.gap >= 0 or one.gap_in_leads is None:
        return ""
    return Faint(f", {formats.count(one.gap_in_leads, 'lead', manner=here.viewer.manner)}")


def _forecast(frame: Frame) -> Callable[[Outlook, Here], Piece]:
    def show(one: Outlook, here: Here) -> Piece:
        if one.forecast is None:
            return Faint(f"after {LEAST} {one.found.period.per}s")
        ends = (formats.money_short(end, frame.terms.currency, here.viewer.manner) for end in (one.forecast.low_80, one.forecast.high_80))
        return " to ".join(ends)

    return show


def bounds(frame: Frame, rows: Sequence[Outlook], viewer: Viewer) -> Table:
    """Goals in a share or a length: what holds at any time, and what was in the period before."""
    columns = [
        *(Column("Goal"), Column("Before", is_number=True), Column("Target", is_number=True)),
        *(Column("Now", is_number=True), Column("Cases", is_number=True), Column("Standing")),
    ]
    return Table(columns=columns, rows=[_bound(frame, one, viewer) for one in rows], caption="Goals in a share or a length")


def _bound(frame: Frame, one: Outlook, viewer: Viewer) -> Row:
    found = one.found
    before = baseline(one).figure
    now = Figure(written(frame, found, found.now.figure, viewer), href(found))
    return Row(
        [
            name_of(frame, found),
            OPEN if before is None else written(frame, found, before, viewer),
            target_of(frame, found, viewer),
            now,
            formats.number(found.now.n, viewer.manner),
            standing_of(frame, found, viewer),
        ]
    )


def by_segment(frame: Frame, rows: Sequence[Outlook], viewer: Viewer) -> Table | None:
    """Each goal in each segment of the agreement; None without segments."""
    segments = frame.terms.segment_order
    told = [one for one in rows if one.segments]
    if not segments or not told:
        return None
    names = [*segments, *([""] if any(not number.value and number.n for one in told for number in one.segments) else [])]
    columns = [Column("Goal"), *(Column(formats.capital(words(name)) or "No segment", is_number=True) for name in names)]
    return Table(columns=columns, rows=[_segments(frame, one, names, viewer) for one in told], caption="Goals by segment")


def _segments(frame: Frame, one: Outlook, names: Sequence[str], viewer: Viewer) -> Row:
    found = {number.value: number for number in one.segments}
    return Row([name_of(frame, one.found), *(_part(frame, one, found.get(name), name, viewer) for name in names)])


def _part(frame: Frame, one: Outlook, number: Number | None, name: str, viewer: Viewer) -> Piece:
    if number is None or number.figure is None:
        return OPEN
    where = one.found.goal.where
    more = (
        {"side": where.source}
        if where and where.source in ("marketing", "sales")
        else {"channel": where.source}
        if where and where.source
        else {}
    )
    said = written(frame, one.found, number.figure, viewer)
    return Figure(said, records(LISTS.get(one.found.goal.measure, one.found.goal.measure), one.found.period, segment=name, **more))
