"""The list behind a figure, sorted and taken away like every other."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel.queries import total
from treaty.web import formats, listing
from treaty.web.figures import FOUND, campaign_names, here_frame, nothing_yet, uncounted, words
from treaty.web.formats import Viewer
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.measured import seen_owners
from treaty.web.pages.figures.asked import Asked
from treaty.web.pages.figures.behind import Behind
from treaty.web.pages.figures.people import FIELDS, PersonLine, person_lines
from treaty.web.pages.figures.rows import DealLine, LeadLine, SpendLine, deal_lines, lead_lines, spend_lines
from treaty.web.pages.figures.sources import source
from treaty.web.pieces import Empty, Faint, Link, Piece

BY = {"marketing": "marketing", "sales_helped": "sales, marketing helped", "sales": "sales alone"}
NOTHING = Empty(
    title="Nothing was counted", words="No record fits this figure; the figure is zero.", steps=[Link("Go to Home", "/", is_go=True)]
)


def _moment(line: LeadLine | DealLine | PersonLine, here: Here) -> Piece:
    return formats.short(line.at, here.viewer, here.at) if line.at else Faint("–")


def _amount(line: DealLine | SpendLine, here: Here) -> Piece:
    return Faint("no amount") if line.amount is None else formats.money(line.amount, line.currency, here.viewer.manner)


def _kind(name: str, counted: str, records: str, fields: Sequence[Field[Any]]) -> Kind[Any]:
    """counted: what one line is, as its column is called; records: what they are called in the name of a file."""
    first: tuple[Field[Any], ...] = (
        Field(words=counted, key="name", value=lambda line: line.name),
        Field(words="Account", key="account", value=lambda line: line.account),
        Field(words="When", key="at", value=lambda line: line.at, show=_moment, is_short=True),
    )
    return Kind(
        name=f"{records} {words(name)}",
        path=f"/figures/{name}/",
        sort="-at",
        href=lambda line: line.href,
        fields=(*first, *fields),
        empty=NOTHING,
    )


def _lead_kind(name: str) -> Kind[LeadLine]:
    return _kind(
        name,
        "Lead",
        "leads",
        (
            Field(words="What counts", key="says", value=lambda line: line.says),
            Field(
                words="Segment", key="segment", value=lambda line: line.segment, show=lambda line, _: formats.capital(words(line.segment))
            ),
            Field(words="Came by", key="origin", value=lambda line: line.origin),
        ),
    )


def _deal_kind(name: str) -> Kind[DealLine]:
    return _kind(
        name,
        "Opportunity",
        "opportunities",
        (
            Field(words="Found by", key="sourced", value=lambda line: BY.get(line.sourced, line.sourced)),
            Field(words="Now", key="outcome", value=lambda line: line.outcome),
            Field(words="Amount", key="amount", value=lambda line: line.amount, show=_amount, is_number=True),
            Field(words="Currency", value=lambda line: line.currency, show=lambda line, _: Faint(line.currency)),
        ),
    )


def _spend_kind(name: str) -> Kind[SpendLine]:
    return Kind(
        name=words(name),
        path=f"/figures/{name}/",
        sort="-on",
        fields=(
            Field(words="Day", key="on", value=lambda line: line.spent_on, show=_day, is_short=True),
            Field(words="Channel", key="channel", value=lambda line: line.channel),
            Field(words="Campaign", key="campaign", value=lambda line: line.campaign),
            Field(words="Source", key="source", value=lambda line: line.source),
            Field(words="Amount", key="amount", value=lambda line: line.amount, show=_amount, is_number=True),
            Field(words="Currency", value=lambda line: line.currency, show=lambda line, _: Faint(line.currency)),
        ),
        empty=NOTHING,
    )


def _day(line: SpendLine, here: Here) -> Piece:
    return formats.day(line.spent_on, here.at.astimezone(here.viewer.zone).date(), here.viewer.manner)


@require_GET
@page
def behind(here: Here, name: str) -> HttpResponseBase:
    """The records a figure counts: as many as it says, adding up to it."""
    lists = source(name)
    if lists is None:
        raise Http404
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    asked = Asked(frame, here.request.GET)
    if asked.query.get("owner", "") not in ("", *seen_owners(here)):
        raise Http404  # one person's figures are for that person and their manager
    found = lists(asked)
    context: dict[str, Any] = {
        "eyebrow": _when(asked, found),
        "lede": _lede(asked, found, here.viewer),
        "crumbs": [Link("Home", "/"), Link("Records", "")],
    }
    if found.kind == "deals":
        lines = deal_lines(here.member, found.rows)
        title = _title(len(lines), ("opportunity", "opportunities"), found.says)
        return listing.show(here, _deal_kind(name), lines, title=title, **context)
    if found.kind == "people":
        reached = person_lines(here.member, found.rows)
        title = _title(len(reached), ("person", "people"), found.says)
        return listing.show(here, _kind(name, "Person", "people", FIELDS), reached, title=title, **context)
    if found.kind == "spend":
        spent = spend_lines(found.rows)
        return listing.show(here, _spend_kind(name), spent, title=_title(len(spent), ("line", "lines"), found.says), **context)
    rows = lead_lines(here.member, found.rows)
    return listing.show(here, _lead_kind(name), rows, title=_title(len(rows), ("lead", "leads"), found.says), **context)


def _title(n: int, counted: tuple[str, str], says: str) -> str:
    """`Three leads were rejected`, `One lead was rejected`."""
    verb, _, rest = says.partition(" ")
    said = f"{ONE.get(verb, verb)} {rest}" if n == 1 else says
    return f"{formats.capital(formats.spell(n, *counted))} {said}".strip()


ONE = {"were": "was", "are": "is"}


def _when(asked: Asked, found: Behind) -> str:
    parts = [formats.span_of_days(asked.first_on, asked.last_on, asked.frame.today)] if asked.has_days else []
    chosen = asked.only("sourced", "segment", "campaign", "content", "channel", "source")
    return ", ".join([*parts, *(_chosen(name, value) for name, value in chosen.items())])


def _chosen(name: str, value: str) -> str:
    """A filter as people say it: a campaign by what it is called, an empty value as `without a channel`."""
    called = campaign_names([value]) if name == "campaign" else FOUND
    return called.get(value) or words(value) or f"without a {name}"


def _lede(asked: Asked, found: Behind, viewer: Viewer) -> Piece:
    """What they add up to, and how they were counted."""
    as_of = f"As of {formats.short(asked.frame.lake.as_of, viewer, asked.frame.at)}."
    if found.kind not in ("deals", "spend"):
        return " ".join(part for part in (found.note, as_of) if part)
    counted = "counted" if found.kind == "spend" else "amount"
    added = total([(row["currency"], row[counted]) for row in found.rows], asked.frame.terms.currency)
    parts = [f"{formats.money(added.amount, asked.frame.terms.currency, viewer.manner)} in all."]
    parts += uncounted(added.others, viewer, without=added.without, unnamed=added.unnamed)
    return " ".join([*parts, found.note, as_of])
