"""One campaign, or one content: every deal it touched, its cost, what came of it, why leads and deals were lost, its plan."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.engine.periods import Period
from treaty.funnel import campaigns as figures
from treaty.funnel import origin as read
from treaty.funnel.frame import Frame
from treaty.funnel.origin import Which
from treaty.funnel.told import Origin
from treaty.funnel.touched import Dimension
from treaty.truth.origins import slug as as_slug
from treaty.web import formats, listing
from treaty.web.figures import here_frame, left_words, nothing_yet, words
from treaty.web.here import Here, extra, page
from treaty.web.pages.campaigns import said, tables
from treaty.web.pages.campaigns.deals import deal_kind, lines
from treaty.web.pages.campaigns.forms import Plan
from treaty.web.pages.campaigns.plan import section
from treaty.web.pages.campaigns.said import WHEN
from treaty.web.pages.chosen import chosen
from treaty.web.pieces import Link, Piece


@require_GET
@page
def campaign(here: Here, slug: str) -> HttpResponseBase:
    """`?when=quarter`; without it everything there ever was."""
    return _asked(here, "campaign", slug)


@require_GET
@page
def content(here: Here, slug: str) -> HttpResponseBase:
    return _asked(here, "content", slug)


def _asked(here: Here, dimension: Dimension, slug: str) -> HttpResponseBase:
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    return show(here, frame, dimension, as_slug(slug))


def found(frame: Frame, dimension: Dimension, slug: str, period: Period | None = None) -> Origin | None:
    """What is known of one by this name; None for one that nothing ever named."""
    every = figures.origins(frame, dimension, period or figures.since_ever(frame))
    return next((one for one in every if one.slug == slug), None)


def show(here: Here, frame: Frame, dimension: Dimension, slug: str, bound: Plan | None = None) -> HttpResponse:
    """The page; bound: a plan that was refused, shown with what was typed and why not."""
    when = chosen(here, "when", WHEN, "all")
    period = said.period(frame, when)
    one = found(frame, dimension, slug, period)
    if one is None:
        raise Http404
    which = Which(dimension, slug)
    touched = read.within(read.deals(frame, which), period) if when != "all" else read.deals(frame, which)
    kind = deal_kind(here, frame, which, period)
    wanted = listing.asked(here, kind)
    if wanted.format:
        return listing.show(here, kind, lines(here, touched), title="")  # type: ignore[return-value]  # a file streams
    deals = listing.table_of(here, kind, wanted, lines(here, touched))
    context: dict[str, Any] = {
        "title": _title(one, frame, here),
        "crumbs": [Link("Campaigns" if dimension == "campaign" else "Content", said.PLACES[dimension]), Link(said.name(one), "")],
        "eyebrow": said.when_words(when, period, frame),
        "lede": _lede(one, frame, here, dimension),
        "figures": tables.figures(one, frame, here, which, period),
        "position": tables.position(one),
        "deals": replace(deals, foot=tables.deals_foot(touched, frame, here)),
        "deals_title": _deals_title(touched),
        "reasons": tables.rejections(one, which, period),
        "lost": tables.lost(touched, frame, here),
        "stages": tables.stages(read.stage_now(frame, which, period), frame),
        "costs": tables.costs(read.cost_by_month(frame, which, period), here) if dimension == "campaign" else None,
        "plan": section(here, frame, one, bound) if dimension == "campaign" else None,
    }
    return render(here.request, "treaty/campaign.html", extra(here, **context), status=422 if bound else 200)


def _title(one: Origin, frame: Frame, here: Here) -> str:
    """`Webinar: quiet bearings earned €14,280 of the €23,800 it touched`; with nothing won, what it brought of pipeline or leads."""
    name, currency, manner = said.name(one), frame.terms.currency, here.viewer.manner
    for earned, says in ((one.revenue, "won"), (one.pipeline, "of pipeline")):
        if earned.deals:
            credited, whole = (formats.money(amount, currency, manner) for amount in (earned.credited, earned.whole))
            return f"{name} earned {credited} of the {whole} {says} that it touched"
    if one.qualified:
        return f"{name} touched {formats.spell(one.qualified, 'lead')} before the handoff, and no deal yet"
    if one.people:
        return f"{name} reached {formats.spell(one.people, 'person', 'people')}; nothing came of it yet"
    return f"{name} has reached nobody yet"


def _lede(one: Origin, frame: Frame, here: Here, dimension: Dimension) -> Piece:
    facts = [formats.capital(words(one.about))]
    if dimension == "campaign":
        facts = [formats.capital(words(one.channel)), said.ran(one, frame, here.viewer)]
    if not one.is_named:
        facts.append("only seen in touches: an import of campaigns would name it")
    known = ", ".join(fact for fact in facts if fact)
    return (
        f"{known}. " if known else "",
        "Credited is its share by the agreed model; touched is the whole of every deal it had a part in.",
        *(f" {sentence}" for sentence in left_words(said.left([one]), here.viewer)),
    )


def _deals_title(touched: list[read.Part]) -> str:
    n = len(touched)
    return f"{formats.capital(formats.spell(n, 'deal'))} it touched" if n else "No deal it touched"
