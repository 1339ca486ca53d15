"""All leads a member may see, as a list to sort, narrow and take away."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.team.models import Member
from treaty.truth import employers
from treaty.truth.models import Account, Campaign, Lead
from treaty.truth.queries import accounts, leads
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pieces import Empty, Faint, Link, Piece

MOST_OPTIONS = 300


def terms_now(here: Here) -> Terms | None:
    current = in_force(here.at)
    return signed_of(current.version).terms if current else None


def _stages(here: Here) -> Iterable[tuple[str, str]]:
    terms = terms_now(here)
    return [(name, formats.capital(words(name))) for name in terms.stages] if terms else []


def segments(here: Here) -> Iterable[tuple[str, str]]:
    terms = terms_now(here)
    return [(name, formats.capital(words(name))) for name in terms.segment_order] if terms else []


def owners(here: Here) -> Iterable[tuple[str, str]]:
    """Everyone who may own a lead."""
    found = Member.objects.exclude(role="executive").order_by("name").values_list("key", "name")
    return [(str(key), str(name)) for key, name in found[:MOST_OPTIONS]]


def _campaigns(here: Here) -> Iterable[tuple[str, str]]:
    return [(row.slug, str(row)) for row in Campaign.objects.order_by("name", "slug")[:MOST_OPTIONS]]


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    meant = Q(person__name__icontains=text) | Q(person__email__icontains=text) | Q(person__account__name__icontains=text)
    return rows.filter(meant | Q(key=text))


def moment(at: Any, here: Here) -> Piece:
    return formats.short(at, here.viewer, here.at) if at else Faint("–")


def _grade(lead: Lead) -> str:
    """Letter and number of the grid, then the points of fit and engagement."""
    points = f"{lead.fit} / {lead.engagement}" if lead.fit or lead.engagement else ""
    return " ".join(word for word in (lead.grade, points) if word)


def _owner(lead: Lead, here: Here) -> Piece:
    return who(lead.owner)


def account_link(account: Account | None) -> Piece:
    """With the way to everyone of that account."""
    return Link(str(account), f"/leads/?account={account.key}") if account else Faint("–")


def _campaign(lead: Lead, here: Here) -> Piece:
    return str(getattr(lead, "campaign_name", "") or lead.campaign)


LEADS: Kind[Lead] = Kind(
    name="leads",
    path="/leads/",
    sort="-since",
    href=lambda lead: f"/leads/{lead.key}/",
    fields=(
        Field(words="Person", key="person", order=("person__name", "person__email"), value=lambda one: str(one.person)),
        Field(
            words="Account",
            key="account",
            order=("person__account__name",),
            value=lambda one: str(one.person.account or ""),
            show=lambda one, _: account_link(one.person.account),
        ),
        Field(
            words="Stage", key="stage", order=("stage", "stage_since"), value=lambda one: one.stage, show=lambda one, _: words(one.stage)
        ),
        Field(
            words="Since",
            key="since",
            order=("stage_since",),
            is_short=True,
            value=lambda one: one.stage_since,
            show=lambda one, here: moment(one.stage_since, here),
        ),
        Field(words="Owner", key="owner", order=("owner__name",), value=lambda one: one.owner.name, show=_owner),
        Field(
            words="Segment",
            key="segment",
            order=("segment",),
            value=lambda one: one.segment,
            show=lambda one, _: formats.capital(words(one.segment)),
        ),
        Field(
            words="Grade",
            key="grade",
            order=("grade", "fit", "engagement"),
            is_short=True,
            value=_grade,
            show=lambda one, _: _grade(one) or Faint("–"),
        ),
        Field(words="Source", key="source", order=("source",), value=lambda one: one.source, show=lambda one, _: words(one.source)),
        Field(words="Campaign", key="campaign", order=("campaign",), value=lambda one: one.campaign, show=_campaign),
        Field(
            words="Opened",
            key="opened",
            order=("opened_at",),
            is_short=True,
            value=lambda one: one.opened_at,
            show=lambda one, here: moment(one.opened_at, here),
        ),
    ),
    picks=(
        Pick(key="q", words="Find", placeholder="Name, e-mail or account", narrow=_search),
        Pick(key="stage", words="Stage", options=_stages, narrow=lambda rows, stage: rows.filter(stage=stage)),
        Pick(key="owner", words="Owner", options=owners, narrow=lambda rows, key: rows.filter(owner__key=key)),
        Pick(key="segment", words="Segment", options=segments, narrow=lambda rows, name: rows.filter(segment=name)),
        Pick(key="campaign", words="Campaign", options=_campaigns, narrow=lambda rows, slug: rows.filter(campaign=slug)),
    ),
    empty=Empty(
        title="No leads yet",
        words="A lead appears with the first thing a known person does that the agreement counts, or with the first import.",
        steps=[Link("Import a file", "/sources/", is_go=True), Link("Add a lead by hand", "/leads/new/")],
    ),
    nothing=Empty(title="No lead fits", words="Fewer filters find more.", steps=[Link("Show all leads", "/leads/", is_go=True)]),
)


@require_GET
@page
def list_leads(here: Here) -> HttpResponseBase:
    """Leads this member may see; `?account=` those of one account."""
    rows = leads(here.member).select_related(None).select_related("person__account", "owner")
    named = Campaign.objects.filter(slug=OuterRef("campaign")).values("name")
    rows = rows.annotate(campaign_name=Subquery(named[:1]))
    account = _asked_account(here)
    if account is not None:
        rows = rows.filter(person__account=account)
    return listing.show(
        here,
        LEADS,
        rows,
        lede=_family(here, account) if account else "",
        title=lambda n: f"{formats.capital(formats.spell(n, 'lead'))}{f' at {account}' if account else ''}",
        steps=[
            Link("Add a lead by hand", "/leads/new/", key="n"),
            Link("Who may be one person", "/doubles/"),
            Link("Would be judged otherwise", "/leads/otherwise/"),
        ],
    )


def _family(here: Here, account: Account) -> Piece:
    """Of which account it is a part, and which are parts of it, as systems say; of those this member may see."""
    seen = accounts(here.member)
    parents, parts = employers.above(account), employers.below(account)
    keys = set(seen.filter(pk__in=[one.pk for one in (*parents, *parts)]).values_list("key", flat=True)) if parents or parts else set()
    said: list[Piece] = []
    for words_, found in (("Part of ", parents), ("Its parts: ", parts)):
        shown = [one for one in found if one.key in keys]
        if shown:
            said += [words_, *(piece for at, one in enumerate(shown) for piece in (", " if at else "", account_link(one))), ". "]
    return (*said, Link("What it is recognised by", f"/accounts/{account.key}/"), ".")


def _asked_account(here: Here) -> Account | None:
    key = here.request.GET.get("account", "")
    return accounts(here.member).filter(key=key).first() if key else None
