"""Two systems side by side: what each counts, why they differ, and every record that does."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel.frame import Frame
from treaty.truth import reconciling
from treaty.truth.comparing import CAUSES, WHATS, What
from treaty.truth.masters import GROUPS, is_master
from treaty.truth.models import Difference
from treaty.truth.reconciled_records import MOST, Named, Told, records
from treaty.truth.reconciled_words import CAUSE_MEANS, WHAT_WORDS, cause_words, sentence
from treaty.truth.reconciling import Compared, NothingToCompare, Part, System
from treaty.web import charts, formats, sections
from treaty.web.figures import here_frame, nothing_yet, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.pages.chosen import chosen
from treaty.web.pages.sources import deal_pairs
from treaty.web.pieces import Empty, Faint, Link, Piece, Strong
from treaty.web.rights import brings_data, is_steward
from treaty.web.sections import Choice, Section

PATH = "/sources/reconciliation/"
GROUP_WORDS = {"stage": "the stage", "amount": "the amount", "close_on": "the day of the close", "owner": "the owner", "name": "the name"}


@require_GET
@page
def reconciliation(here: Here) -> HttpResponseBase:
    """`?pair=KEY.KEY&what=leads&cause=stage`; both teams see the same sums, and of the records those they may see."""
    frame = here_frame(here)
    if frame is None:
        return _empty(here, nothing_yet(here))
    try:
        both = {f"{one.key}.{other.key}": (one, other) for one, other in reconciling.pairs(here.at)}
    except NothingToCompare:
        return _empty(here, _next_step(here))
    pair = chosen(here, "pair", dict.fromkeys(both, ""), next(iter(both)))
    known: dict[str, str] = dict(WHAT_WORDS)
    what: What = next(one for one in WHATS if one == chosen(here, "what", known, "people"))
    compared = reconciling.compare(frame.lake, *both[pair], what)
    cause = chosen(here, "cause", dict.fromkeys(compared.pairs, ""), "") if here.request.GET.get("cause") else ""
    names = {key: f"{one.name} and {other.name}" for key, (one, other) in both.items()}
    causes = {"": "Every cause"} | {one: formats.capital(cause_words(compared, one)) for one in CAUSES if compared.pairs.get(one)}
    choices = [
        Choice("pair", "Systems", names, pair, otherwise=next(iter(both))),
        Choice("what", "What", {key: formats.capital(said) for key, said in known.items()}, what, otherwise="people"),
        Choice("cause", "Cause", causes, cause),
    ]
    return sections.show(
        here, frame.lake.as_of, [*_parts_of(here, frame, compared, pair, cause)], choices,
        title=_title(compared), lede=_lede(compared), name="reconciliation",
        crumbs=[Link("Sources", "/sources/"), Link("Reconciliation", "")],
    )  # fmt: skip


def _parts_of(here: Here, frame: Frame, compared: Compared, pair: str, cause: str) -> Iterator[Section]:
    yield _sums(here, compared, pair)
    yield _records(here, frame, compared, cause)
    yield from deal_pairs.section(here, compared)
    yield _days(here, compared)


def _empty(here: Here, empty: Empty) -> HttpResponseBase:
    return render(here.request, "treaty/nothing_yet.html", extra(here, empty=empty))


def _next_step(here: Here) -> Empty:
    """What to do before anything can be compared, by who may do it."""
    steps = [Link("Connect a system", "/sources/connect/", is_go=True)] if is_steward(here.member) else []
    steps += [Link("Import files", "/imports/new/", is_go=not steps)] if brings_data(here.member) else []
    return Empty(
        title="There is nothing to compare yet",
        words="Two systems are compared by their own records. Connect your CRM and your marketing system, or import what they export.",
        steps=[*steps, Link("Open the sources", "/sources/")],
    )


def _title(compared: Compared) -> str:
    if not compared.differing:
        return f"{compared.here.name} and {compared.there.name} say the same"
    return f"{compared.here.name} and {compared.there.name} differ on {compared.differing:,} of {sum(compared.pairs.values()):,}"


def _lede(compared: Compared) -> str:
    return f"{formats.capital(WHAT_WORDS[compared.what])}: {sentence(compared)}"


def _sums(here: Here, compared: Compared, pair: str) -> Section:
    drawing = _drawing(compared, pair)
    return Section(
        id="sums",
        title="What each counts, and why they differ",
        note=f"as of {formats.short(compared.as_of, here.viewer, here.at)}",
        says=[*_fresh(compared), *_believed(compared)],
        drawings={"causes": drawing} if drawing else {},
        kind=_kind_of_sums(compared),
        rows=compared.over("cell", "currency"),
    )


def _fresh(compared: Compared) -> list[Piece]:
    """How old the data of each may be, and whether the agreement says so."""
    return [
        f"Data of {one.name} may be {_length(one.limit)} old"
        + (", as agreed." if one.is_agreed else ": the agreement names no limit for it, so an hour is taken.")
        for one in (compared.here, compared.there)
        if one.source is not None
    ]


def _length(limit: timedelta) -> str:
    minutes = limit // timedelta(minutes=1)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 and minutes >= size:
            return f"{minutes // size} {name}{'' if minutes == size else 's'}"
    return f"{limit.total_seconds():.0f} seconds"


def _believed(compared: Compared) -> list[Piece]:
    """Who is believed in what, where both are systems."""
    one, other = compared.here.source, compared.there.source
    if one is None or other is None:
        return []
    by: dict[str, list[str]] = {one.name: [], other.name: []}
    for group in GROUPS:
        by[one.name if is_master(group, one, other) else other.name].append(GROUP_WORDS[group])
    said = [f"{name} is believed in {', '.join(groups)}" for name, groups in by.items() if groups]
    return [f"{'; '.join(said)}. What the other says is shown here and overwrites nothing."]


def _drawing(compared: Compared, pair: str) -> charts.Drawing | None:
    counts = sorted(((count, cause) for cause, count in compared.pairs.items() if cause), reverse=True)
    if not counts:
        return None
    falls = [
        charts.Fall(
            name=formats.capital(cause_words(compared, cause)), amount=count, words=f"{count:,}",
            href=f"{PATH}?pair={pair}&what={compared.what}&cause={cause}#records",
        )
        for count, cause in counts
    ]  # fmt: skip
    total = charts.Fall(name="All that differ", amount=compared.differing, words=f"{compared.differing:,}", is_total=True)
    most, cause = counts[0]
    title = f"{most:,} of {compared.differing:,} differences: {cause_words(compared, cause)}"
    note = f"Records of {compared.here.name} and {compared.there.name} that differ, by cause: {WHAT_WORDS[compared.what]}."
    return charts.waterfall_bars(charts.Waterfall(falls=[*falls, total]), charts.Caption(title=title, note=note))


def _kind_of_sums(compared: Compared) -> Kind[Part]:
    causes: dict[tuple[str, str], list[Part]] = {}
    for part in compared.over("cell", "currency", "cause"):
        if part.cause:
            causes.setdefault((part.cell, part.currency), []).append(part)

    def why(part: Part) -> str:
        return ", ".join(f"{cause_words(compared, one.cause)} {_signed(one)}" for one in causes.get((part.cell, part.currency), ()))

    is_amount = compared.what.startswith("amounts")
    heads = {"leads": "Stage", "amounts_by_stage": "Stage", "amounts_by_month": "Month of close"}
    cell: Field[Part] = Field(words=heads.get(compared.what, "What"), value=lambda part: _cell(part.cell, compared.what))
    return Kind(
        name="sums of two systems",
        path=PATH,
        fields=(
            cell,
            *((Field(words="Currency", value=lambda part: part.currency),) if is_amount else ()),
            _figure(compared.here.name, lambda part: part.here),
            _figure(compared.there.name, lambda part: part.there),
            _figure("Difference", lambda part: part.difference),
            Field(words="Why", value=why),
        ),
    )


def _figure(title: str, get: Callable[[Part], Decimal]) -> Field[Part]:
    def show(part: Part, here: Here) -> Piece:
        return _amount(get(part), part.currency, here)

    return Field(words=title, value=get, show=show, is_number=True)


def _amount(value: Decimal, currency: str, here: Here) -> str:
    return formats.money(value, currency, here.viewer.manner) if currency else formats.number(int(value), here.viewer.manner)


def _signed(part: Part) -> str:
    """What a cause explains of a difference, exactly: records, or an amount in the currency of its row."""
    value = part.difference
    said = f"{value:+,.0f}" if value == value.to_integral_value() else f"{value:+,f}".rstrip("0")
    return said.replace("-", "−")


def _cell(cell: str, what: What) -> str:
    if not cell:
        return "All" if what in ("people", "accounts", "opportunities") else "none said"
    return cell if what == "amounts_by_month" else formats.capital(words(cell))


def _records(here: Here, frame: Frame, compared: Compared, cause: str) -> Section:
    rows, others = records(frame.lake, compared, here.member, cause)
    says: list[Piece] = [CAUSE_MEANS[cause]] if cause else []
    if others:
        says.append(f"{others:,} more differ that are not yours to see by name, or are beyond the first {MOST:,}.")
    title = formats.capital(cause_words(compared, cause)) if cause else "Every record that differs"
    return Section(id="records", title=title, says=says, kind=_kind_of_records(compared), rows=rows)


def _kind_of_records(compared: Compared) -> Kind[Named]:
    return Kind(
        name="records that differ",
        path=PATH,
        href=lambda row: row.href,
        fields=(
            Field(words="Name", value=lambda row: row.name),
            Field(words="Cause", value=lambda row: formats.capital(cause_words(compared, row.cause))),
            *_side(compared.here, compared.what, lambda row: row.here),
            *_side(compared.there, compared.what, lambda row: row.there),
            Field(
                words="Believed", value=lambda row: row.believed, show=lambda row, _: Strong(row.believed) if row.believed else Faint("–")
            ),
        ),
        empty=Empty(title="Nothing differs", words="Both say the same of every record."),
    )


def _side(system: System, what: What, get: Callable[[Named], Told | None]) -> Sequence[Field[Named]]:
    """What one system says of a record: in the page in one cell, in files column by column."""

    def show(row: Named, here: Here) -> Piece:
        told = get(row)
        return _told(told, what, here) if told is not None else Faint("not there")

    def of(name: str) -> Callable[[Named], Any]:
        return lambda row: getattr(get(row), name, None)

    columns = {"Stage": "stage", "Amount": "amount", "Currency": "currency", "Changed": "changed_at"}
    return (
        Field(words=f"{system.name}", value=of("external_id"), show=show),
        *(Field(words=f"{system.name}: {title.lower()}", value=of(name), in_page=False) for title, name in columns.items()),
    )


def _told(told: Told, what: What, here: Here) -> str:
    amount = (
        [] if told.amount is None else [formats.money(told.amount, told.currency, here.viewer.manner) if told.currency else "no amount"]
    )
    month = [told.cell] if what == "amounts_by_month" else []
    stage = formats.capital(words(told.stage)) if told.stage else ""
    return " · ".join(word for word in (stage, *amount, *month, told.external_id) if word)


def _days(here: Here, compared: Compared) -> Section:
    """How many differed on each day that was kept."""
    rows = reconciling.trend(compared.here, compared.there, compared.what)
    says = [] if rows else ["The worker keeps a number a day, from tomorrow on: it will stand here whether they become more or less."]
    drawings = {"days": _trend(rows)} if len(rows) > 1 else {}
    kind: Kind[Difference] = Kind(
        name="differences per day",
        path=PATH,
        fields=(
            Field(words="Day", value=lambda row: row.on, show=lambda row, here: formats.day_words(row.on, here.at.date())),
            Field(words="Differ", value=lambda row: sum(row.causes.values()), is_number=True),
            Field(words="Compared", value=lambda row: row.pairs, is_number=True),
        ),
    )
    return Section(id="days", title="Day by day", says=says, drawings=drawings, kind=kind if rows else None, rows=rows[::-1])


def _trend(rows: Sequence[Difference]) -> charts.Drawing:
    counts = [sum(row.causes.values()) for row in rows]
    points = [charts.Point(name=f"{row.on:%-d %b}", value=count, words=f"{count:,}") for row, count in zip(rows, counts, strict=True)]
    change = counts[-1] - counts[0]
    title = f"{abs(change):,} {'more' if change > 0 else 'fewer'} differ than at first" if change else "As many differ as at first"
    return charts.trend_line(
        charts.Trend(points=points[-12:], say=lambda value: f"{value:,.0f}"), charts.Caption(title=title, note="By day.")
    )
