"""All opportunities a member may see, as a list to sort, narrow and take away."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from treaty.truth.models import Opportunity
from treaty.truth.queries import opportunities
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.leads.lists import account_link, moment, owners, segments
from treaty.web.pieces import Empty, Faint, Link, Piece

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
    return listing.show(here, DEALS, rows, title=lambda n: formats.capital(formats.spell(n, "opportunity", "opportunities")))
