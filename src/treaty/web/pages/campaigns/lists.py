"""All campaigns, and all contents: cost, reach, leads, rejections, what each is credited with beside all it touched, the plan."""

from collections.abc import Sequence
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.engine.periods import Period
from treaty.funnel import campaigns as figures
from treaty.funnel.frame import Frame
from treaty.funnel.told import Origin
from treaty.funnel.touched import Dimension
from treaty.web import formats, listing
from treaty.web.figures import here_frame, left_words, nothing_yet, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.campaigns import said
from treaty.web.pages.campaigns.columns import Columns
from treaty.web.pages.campaigns.said import WHEN
from treaty.web.pages.chosen import chosen
from treaty.web.pieces import Empty, Link, Piece
from treaty.web.rights import TARGETING

NAMES: dict[Dimension, tuple[str, str]] = {"campaign": ("Campaign", "campaigns"), "content": ("Content", "contents")}


@require_GET
@page
def campaigns(here: Here) -> HttpResponseBase:
    """`?when=all&channel=webinar`; both teams see the same."""
    return _listed(here, "campaign")


@require_GET
@page
def contents(here: Here) -> HttpResponseBase:
    return _listed(here, "content")


def _listed(here: Here, dimension: Dimension) -> HttpResponseBase:
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    when = chosen(here, "when", WHEN, "quarter")
    period = said.period(frame, when)
    every = figures.origins(frame, dimension, period)
    rows = [one for one in every if not one.is_still or _is_running(one, period)]
    kind = _kind(frame, dimension, period, rows)
    hidden = len(every) - len(rows)
    return listing.show(
        here, kind, rows, title=_title(frame, dimension, rows, said.when_words(when, period, frame)),
        lede=_lede(here, frame, dimension, rows, hidden),
        steps=[Link("Files for advertising", "/audiences/")] if here.member.role in TARGETING else [],
    )  # fmt: skip


def _is_running(one: Origin, period: Period) -> bool:
    """Planned to run in the period, or measured in it, though nothing came of it yet."""
    spans = [(one.starts_on, one.ends_on)] + ([(one.promised.plan.starts_on, one.promised.plan.ends_on)] if one.promised else [])
    return any(start and start < period.end_on and (end or start) >= period.first_on for start, end in spans)


def _title(frame: Frame, dimension: Dimension, rows: Sequence[Origin], when: str) -> str:
    """What earned most; in a time in which nothing was won, what brought most pipeline; else how many there are."""
    counted = formats.plural(len(rows), f"{NAMES[dimension][1][:-1]}")
    for what, says in (("revenue", "of what was won"), ("pipeline", "of the pipeline opened")):
        best = max(rows, key=lambda one: getattr(one, what).credited, default=None)
        if best is not None and getattr(best, what).credited:
            amount = formats.money(getattr(best, what).credited, frame.terms.currency)
            most = f", the most of {len(rows)} {counted}" if len(rows) > 1 else ""
            return f"{said.name(best)} earned {amount} {says} {when}{most}"
    return f"{formats.capital(formats.spell(len(rows), NAMES[dimension][1][:-1]))} {when}" if rows else f"Nothing ran {when}"


def _lede(here: Here, frame: Frame, dimension: Dimension, rows: Sequence[Origin], hidden: int) -> Piece:
    parts: list[Piece] = [
        "Credited is its share by the agreed model; touched is every deal it had a part in, whole: a deal counts with each of them."
    ]
    if dimension == "campaign":
        sealed = [one.promised for one in rows if one.promised]
        have = formats.plural(len(sealed), "has", "have")
        parts.append(f" {formats.capital(formats.spell(len(sealed), 'campaign'))} of {len(rows)} {have} a sealed plan.")
        agreed = frame.terms.attribution
        if agreed and agreed.campaigns.sealed_plan == "required" and len(sealed) < len(rows):
            parts.append((" ", Link("The agreement asks for one each", "/agreement/#credit"), "."))
    parts += [f" {sentence}" for sentence in left_words(said.left(rows), here.viewer)]
    if hidden:
        parts.append(
            (f" {formats.capital(formats.spell(hidden, 'other'))} with nothing in this time: ", Link("all time", "?when=all"), ".")
        )
    return tuple(parts)


def _kind(frame: Frame, dimension: Dimension, period: Period, rows: Sequence[Origin]) -> Kind[Origin]:
    columns = Columns(frame, dimension, period)
    head, called = NAMES[dimension]
    channels = sorted({one.channel for one in rows if one.channel})
    whens = [pair for pair in WHEN.items() if pair[0] != "quarter"]
    picks = [Pick(key="when", words="When", narrow=_as_it_is, options=lambda _: whens, every="This quarter")]
    if dimension == "campaign":
        options = [(channel, formats.capital(words(channel))) for channel in channels]
        picks.append(Pick(key="channel", words="Channel", narrow=_of_channel, options=lambda _: options))
    return Kind(
        name=called,
        path=said.PLACES[dimension],
        sort="-revenue",
        href=lambda one: said.href(dimension, one.slug),
        fields=[Field(words=head, key="name", value=said.name, show=columns.name), *columns.all()],
        picks=picks,
        empty=_nothing(dimension),
        nothing=_nothing(dimension),
    )


def _nothing(dimension: Dimension) -> Empty:
    named = "A campaign appears when a touch, a cost or an import names it."
    return Empty(
        title=f"No {NAMES[dimension][1]} in this time",
        words=named if dimension == "campaign" else "A content appears when a touch names it.",
        steps=[Link("Look at all time", f"{said.PLACES[dimension]}?when=all", is_go=True), Link("Import a file", "/sources/")],
    )


def _as_it_is(rows: Any, value: str) -> Any:
    return rows


def _of_channel(rows: Sequence[Origin], value: str) -> list[Origin]:
    return [one for one in rows if one.channel == value]
