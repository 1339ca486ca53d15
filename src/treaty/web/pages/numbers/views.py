"""`/numbers/` and `/numbers/NAME/?by=channel&when=last_quarter&part=…`."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel import catalogue, changes
from treaty.funnel.catalogue import CATALOGUE, Composed, Measure, Number
from treaty.funnel.changes import Change
from treaty.web import formats, listing, sections
from treaty.web.figures import here_frame, nothing_yet, uncounted, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.measured import CALLED, DIMENSIONS, said, sentence, title_of
from treaty.web.pages.chosen import chosen
from treaty.web.pages.funnel.view import (
    Line,
    View,
    choices,
    count_field,
    figure_field,
    lines,
    past_fields,
    value_field,
    viewed,
    whose,
)
from treaty.web.pages.numbers.trends import trend_of
from treaty.web.pieces import Empty, Faint, Link, Piece
from treaty.web.sections import Choice, Section


def _counted(number: Measure | Composed) -> str:
    """`cohort, each followed for 30 days`."""
    if number.counts == "cohort":
        days = number.days if isinstance(number, Measure) else 0
        return f"cohort, each followed for {days} days" if days else "cohort"
    return "now" if number.counts == "now" else "period, by the moment it happened"


def _formula(number: Measure | Composed) -> Piece:
    return formats.capital(number.formula)


KIND: Kind[Measure | Composed] = Kind(
    name="numbers",
    path="/numbers/",
    sort="",
    page=200,
    fields=(
        Field(words="Number", key="name", value=lambda one: title_of(one.name)),
        Field(words="What it says", value=lambda one: one.says),
        Field(words="Formula", value=lambda one: one.formula, show=lambda one, _: _formula(one)),
        Field(words="Unit", key="unit", value=lambda one: one.unit),
        Field(words="Counted", key="counts", value=_counted),
        Field(words="Above the line", value=lambda one: one.over, in_page=False),
        Field(words="Below the line", value=lambda one: one.under, in_page=False),
        Field(words="Told apart by", value=lambda one: ", ".join(catalogue.dimensions_of(one)), in_page=False),
        Field(words="Name", value=lambda one: one.name, in_page=False),
        Field(words="Formula version", value=lambda one: one.version, in_page=False),
    ),
    href=lambda one: f"/numbers/{one.name}/",
)


@require_GET
@page
def numbers(here: Here) -> HttpResponseBase:
    """The catalogue: one definition each, the same on pages, in files and on the command line."""
    lede = "The same on every page, in every file and in `treaty numbers`. Open one to ask it: its address is the question."
    return listing.show(
        here, KIND, list(CATALOGUE.values()), title=f"{formats.number(len(CATALOGUE))} numbers, each defined once", lede=lede
    )


@require_GET
@page
def number(here: Here, name: str) -> HttpResponseBase:
    """One number: what it is, over time, by a dimension, beside its past."""
    if name not in CATALOGUE:
        raise Http404
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    one = CATALOGUE[name]
    view = viewed(here, frame, [name], "last_month" if one.counts == "period" else "quarter")
    found = view.looked(name)[name]
    parts = _parts(view, one)
    part = chosen(here, "part", parts, "") if parts else ""
    shown = [each for each in found if (not part or each.now.part == part) and (each.now.n or each.usual)]
    wanted = [Choice("part", formats.capital(one.of), {"": "All"} | parts, part)] if parts and isinstance(one, Measure) else []
    return sections.show(
        here,
        frame.lake.as_of,
        [_table(view, one, shown, part), _about(view, one)],
        [*choices(view, [one.name]), *wanted],
        title=_title(view, one, found, part or next(iter(parts), "")),
        name=words(name),
        lede=one.says,
        crumbs=[Link("Numbers", "/numbers/"), Link(title_of(name), "")],
        below=[*_beside(view, one), CALLED, *whose(view)],
    )


def _parts(view: View, one: Measure | Composed) -> dict[str, str]:
    """What the number always tells apart."""
    if not isinstance(one, Measure) or not one.of:
        return {}
    return {each.part: formats.capital(words(each.part)) for each in catalogue.ask(view.frame, one.name, view.period)}


def _title(view: View, one: Measure | Composed, found: Sequence[Change], part: str) -> str:
    called = changes.flagged([found])
    if called:
        each = called[0]
        apart = [words(each.now.part), lines(view, [each])[0].name if view.by else ""]
        return sentence(each, ", ".join([title_of(one.name), *(word for word in apart if word)]), view.frame, view.here.viewer)
    all_ = next((each for each in catalogue.ask(view.frame, one.name, view.period) if not part or each.part == part), Number(None))
    figure = said(all_.figure, one, view.frame, view.here.viewer) if all_.figure is not None else "nothing was measured"
    of = f", {words(part)}" if part else ""
    is_over = one.counts == "now" or (all_.is_mature and view.frame.is_over(view.period))
    so_far = "" if is_over or all_.figure is None else ", so far"
    when = "now" if one.counts == "now" else f"in {view.said}"
    return f"{title_of(one.name)}{of}: {figure} {when}{so_far}"


def _table(view: View, one: Measure | Composed, shown: Sequence[Change], part: str) -> Section:
    drawn = trend_of(view, one.name, part or next(iter(_parts(view, one)), ""))
    of = one.of if isinstance(one, Measure) else ""

    def href(each: Number) -> str:
        return view.records(one.name, each, **({"part": each.part} if each.part else {})) if isinstance(one, Measure) else ""

    rows = lines(view, shown, lambda each: formats.capital(words(each.part)), href)
    first: list[Field[Line]] = [Field(words=formats.capital(of), value=lambda line: line.part)] if of else []
    if not of and not view.by:
        first = [Field(words="Number", value=lambda _: title_of(one.name))]
    kind: Kind[Line] = Kind(
        name=words(one.name),
        path=f"/numbers/{one.name}/",
        fields=(*first, *value_field(view), figure_field(view), count_field(), *_made_of(shown), *past_fields(view)),
        empty=Empty(title="Nothing was counted", words="Choose another time, or tell it apart by something else."),
    )
    when = "now" if one.counts == "now" else f"in {view.said}"
    by = f" by {DIMENSIONS[view.by].lower()}" if view.by else ""
    return Section(
        id="figures", title=f"{title_of(one.name)}{by}, {when}", drawings={"trend": drawn} if drawn else {}, kind=kind, rows=rows
    )


def _made_of(shown: Sequence[Change]) -> list[Field[Line]]:
    """What the figures are made of, for the files."""
    names = dict.fromkeys(key for each in shown for key, value in each.now.parts.items() if not isinstance(value, dict | list))

    def field(key: str) -> Field[Line]:
        return Field(words=formats.capital(words(key)), value=lambda line: line.now.parts.get(key), in_page=False)

    return [field(key) for key in names]


def _beside(view: View, one: Measure | Composed) -> list[str]:
    """What is not in a sum."""
    if not isinstance(one, Measure) or not one.in_money or one.of:
        return []
    all_ = catalogue.one(view.frame, one.name, view.period)
    return uncounted(all_.others, view.here.viewer, without=all_.parts.get("without", 0), unnamed=all_.parts.get("unnamed", 0))


def _about(view: View, one: Measure | Composed) -> Section:
    told: list[tuple[str, Any]] = [
        ("Formula", formats.capital(one.formula)),
        ("Above the line", one.over),
        ("Below the line", one.under),
        ("Unit", one.unit),
        ("Counted", _counted(one)),
        ("Made of", ", ".join(title_of(name) for name in one.made_of) if isinstance(one, Composed) else ""),
        ("On the command line", f"treaty numbers {one.name}{f' --by {view.by}' if view.by else ''}"),
        ("Formula version", str(one.version)),
    ]
    kind: Kind[tuple[str, Any]] = Kind(
        name=f"about {words(one.name)}",
        path=f"/numbers/{one.name}/",
        fields=(
            Field(words="Part", value=lambda pair: pair[0]),
            Field(words="In words", value=lambda pair: pair[1], show=lambda pair, _: pair[1] or Faint("–")),
        ),
    )
    return Section(id="about", title="What it is", kind=kind, rows=[pair for pair in told if pair[1]])
