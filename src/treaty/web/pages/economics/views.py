"""The page of unit economics: the chain in sentences, each origin in a table, what each stage costs."""

from dataclasses import replace
from decimal import Decimal

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.vocabulary import MODELS
from treaty.attribution import versions
from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.frame import Frame
from treaty.funnel.way import whole_way
from treaty.web import formats, listing
from treaty.web.figures import here_frame, nothing_yet, period_words, records, words
from treaty.web.here import Here, extra, page
from treaty.web.pages.chosen import chosen, when_of
from treaty.web.pages.economics import chain as sentences
from treaty.web.pages.economics import table
from treaty.web.pages.economics.chain import TERMS, Chain
from treaty.web.pieces import Column, Empty, Faint, Figure, Link, Piece, Row, Table


@require_GET
@page
def economics(here: Here) -> HttpResponseBase:
    """`?by=campaign&when=last_quarter`; both teams see the same."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    by, when = chosen(here, "by", table.BY, "channel"), when_of(here, frame)
    period = when.period
    rows, kind = table.lines(frame, by, period), table.kind(frame, by, when)
    wanted = listing.asked(here, kind)
    if wanted.format:
        return listing.show(here, kind, rows, title="")
    one = sentences.chain(frame, period, here.viewer)
    shown = replace(listing.table_of(here, kind, wanted, rows), foot=table.foot(rows, frame, here.viewer) if rows else None)
    context = extra(
        here,
        title=_title(one),
        lede=sentences.business(one),
        answers=sentences.answers(one),
        table=shown,
        table_note=_credit_words(frame, period),
        drawing=table.drawing(rows, frame, period, by),
        stages=_stages(one),
        stages_note=f"What was spent in {period_words(period, frame)} for each lead that first reached a stage in it",
    )
    return render(here.request, "treaty/economics.html", context)


def _title(one: Chain) -> str:
    when = period_words(one.period, one.frame)
    if one.cac.figure is None:
        return (
            f"No new customer yet in {when}"
            if not one.cac.n and one.cac.parts["cost"]
            else f"What a customer costs in {when} cannot be said yet"
        )
    cost = one.whole(one.cac.figure)
    if one.ratio.figure is None:
        return f"A new customer cost {cost} in {when}"
    return f"A new customer cost {cost} in {when} and is worth {formats.decimal(one.ratio.figure, 1, one.viewer.manner)} times that"


def _credit_words(frame: Frame, period: Period) -> Piece:
    models = list(dict.fromkeys(MODELS[part.agreed.model] for part in versions.parts(frame.held, period.us) if part.agreed))
    if not models:
        return ("No model of credit is agreed, so no touch earns anything. ", Link("Agree on one", "/agreement/draft/"), ".")
    by = f"the agreed model, {models[0]}" if len(models) == 1 else f"the model agreed when each deal closed: {', then '.join(models)}"
    said = f"Customers and revenue by {by}; spend alone, without salaries and tools. "
    return (said, Link("What is agreed on cost", TERMS))


def _stages(one: Chain) -> Table:
    """Each stage of the way with how many first reached it, and what that comes to for each."""
    found = {number.part: number for number in catalogue.ask(one.frame, "cost_per_stage", one.period)}
    rows = [_stage(one, name, found[name].n, found[name].figure) for name in whole_way(one.frame.terms) if name in found and found[name].n]
    columns = [Column("Stage"), Column("Leads", is_number=True), Column("Spend for each", is_number=True)]
    empty = Empty(title="No lead reached a stage in this time", words="Leads appear here when they first reach a stage.")
    return Table(columns=columns, rows=rows, caption="Cost per stage", empty=empty)


def _stage(one: Chain, name: str, n: int, figure: Decimal | None) -> Row:
    leads = Figure(formats.number(n, one.viewer.manner), records("qualified", one.period, stage=name))
    return Row([formats.capital(words(name)), leads, one.whole(figure) if figure is not None else Faint("no spend")])
