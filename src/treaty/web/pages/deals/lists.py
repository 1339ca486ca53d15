"""All opportunities a member may see, as a list to sort, narrow and take away."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from treaty.truth.groups import by_stage, without_buyer
from treaty.truth.models import Opportunity
from treaty.truth.queries import opportunities
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.leads.lists import account_link, moment, owners, segments
from treaty.web.pieces import Column, Empty, Faint, Figure, Link, Piece, Row, Table

GROUPS = (("no_buyer", "No economic buyer known"),)
OUTCOMES = (("open", "Open"), ("won", "Won"), ("lost", "Lost"))


def money(deal: Opportunity, here: Here) -> str:
    """The amount as it stands; a dash while nobody knows it."""
    return formats.money(deal.amount, deal.currency, here.viewer.manner) if deal.amount is not None else "–"


def _day(on: date | None, here: Here) -> Piece:
    return formats.day(on, here.at.astimezone(here.viewer.zone).date(), here.viewer.manner) if on else Faint("–")


def _closed(deal: Opportunity, here: Here) -> Piece:
    """When it closed, or is expected to."""
    return moment(deal.closed_at, here) if deal.closed_at else _day(deal.close_on, here)


def _reason(deal: Opportunity) -> str:
    return words(deal.lost_reason or deal.won_reason)


def _owner(deal: Opportunity, here: Here) -> Piece:
    return who(deal.owner) if deal.owner else Faint("nobody")


def _closing(deal: Opportunity) -> datetime | date | None:
    return deal.closed_at or deal.close_on


def _amount(deal: Opportunity) -> Decimal | None:
    return deal.amount


DEALS: Kind[Opportunity] = Kind(
    name="opportunities",
    path="/opportunities/",
    sort="-opened",
    href=lambda deal: f"/opportunities/{deal.key}/",
    fields=(
        Field(words="Opportunity", key="name", order=("name",), value=str),
        Field(
            words="Account",
            key="account",
            order=("account__name",),
            value=lambda deal: str(deal.account or ""),
            show=lambda deal, _: account_link(deal.account),
        ),
        Field(words="Stage", key="stage", order=("stage",), value=lambda deal: deal.stage, show=lambda deal, _: words(deal.stage)),
        Field(words="Outcome", key="outcome", order=("outcome",), value=lambda deal: deal.outcome),
        Field(words="Amount", key="amount", order=("amount",), is_number=True, value=_amount, show=money),
        Field(words="Currency", value=lambda deal: deal.currency, in_page=False),
        Field(words="Owner", key="owner", order=("owner__name",), value=lambda deal: deal.owner.name if deal.owner else "", show=_owner),
        Field(words="Product", key="product", order=("product",), value=lambda deal: deal.product),
        Field(words="Reason", key="reason", order=("lost_reason", "won_reason"), value=_reason),
        Field(
            words="Opened",
            key="opened",
            order=("opened_at",),
            is_short=True,
            value=lambda deal: deal.opened_at,
            show=lambda deal, here: moment(deal.opened_at, here),
        ),
        Field(words="Closed, or expected", key="closed", order=("closed_at", "close_on"), is_short=True, value=_closing, show=_closed),
    ),
    picks=(
        Pick(
            key="q",
            words="Find",
            placeholder="Name or account",
            narrow=lambda rows, text: rows.filter(Q(name__icontains=text) | Q(account__name__icontains=text) | Q(key=text)),
        ),
        Pick(key="outcome", words="Outcome", options=lambda _: OUTCOMES, narrow=lambda rows, value: rows.filter(outcome=value)),
        Pick(key="owner", words="Owner", options=owners, narrow=lambda rows, key: rows.filter(owner__key=key)),
        Pick(key="segment", words="Segment", options=segments, narrow=lambda rows, name: rows.filter(lead__segment=name)),
        Pick(key="group", words="Buying group", options=lambda _: GROUPS, narrow=lambda rows, _: without_buyer(rows)),
    ),
    empty=Empty(
        title="No opportunities yet",
        words="One opens from a lead that is sales qualified, or comes with an import.",
        steps=[Link("Leads that are sales qualified", "/leads/?stage=sales_qualified", is_go=True), Link("Import a file", "/sources/")],
    ),
    nothing=Empty(title="No opportunity fits", words="Fewer filters find more.", steps=[Link("Show all", "/opportunities/", is_go=True)]),
)


@require_GET
@page
def list_deals(here: Here) -> HttpResponseBase:
    """Opportunities this member may see."""
    rows = opportunities(here.member).select_related(None).select_related("account", "owner")
    stages = by_stage(opportunities(here.member))
    return listing.show(
        here, _with_stages(stages), rows, title=lambda n: formats.capital(formats.spell(n, "opportunity", "opportunities")),
        template="treaty/opportunities.html", buyers=_buyers(stages) if stages else None,
    )  # fmt: skip


def _with_stages(stages: Sequence[tuple[str, int, int]]) -> Kind[Opportunity]:
    """The list with the stages of open deals to choose from, as deals name them."""
    options = [(stage, formats.capital(words(stage))) for stage in sorted(stage for stage, *_ in stages if stage)]
    pick = Pick(key="stage", words="Stage", options=lambda _: options, narrow=lambda rows, stage: rows.filter(stage=stage))
    *before, group = DEALS.picks
    return replace(DEALS, picks=(*before, pick, group))


def _buyers(stages: Sequence[tuple[str, int, int]]) -> Table:
    """Of open deals, at how many nobody is known to decide over the money; every count opens its deals."""
    whole, lacking = sum(n for _, n, _ in stages), sum(n for *_, n in stages)
    columns = [
        Column("Stage"),
        Column("Open", is_number=True),
        Column("No economic buyer known", is_number=True),
        Column("Share", is_number=True),
    ]
    rows = [
        Row([formats.capital(words(stage)) or "No stage", _count(n, stage, ""), _count(none, stage, "no_buyer"), formats.share(none, n, 0)])
        for stage, n, none in stages
    ]
    foot = Row(["All", _count(whole, "", ""), _count(lacking, "", "no_buyer"), formats.share(lacking, whole, 0)])
    return Table(columns=columns, rows=rows, foot=foot, caption="Open deals without an economic buyer, by stage")


def _count(n: int, stage: str, group: str) -> Piece:
    if not n:
        return Faint("0")
    asked = {name: value for name, value in (("stage", stage), ("group", group)) if value}
    return Figure(formats.number(n), f"/opportunities/?{urlencode({'outcome': 'open', **asked})}")
