"""Reads of records, always on behalf of a member: what they may not see does not exist for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Literal

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from treaty.agreement.words_base import words
from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth.models import (
    Account,
    Activity,
    Assignment,
    BuyingRole,
    Campaign,
    Content,
    Lead,
    Objection,
    Opportunity,
    OpportunityChange,
    Person,
    StageMove,
    Touch,
)
from treaty.truth.origins import slug


def leads(member: Member) -> QuerySet[Lead]:
    """Leads this member may see: all, or for a rep those they own, owned, or whose account is theirs."""
    rows = Lead.objects.select_related("person__account", "owner", "version")
    if sees_every_lead(member):
        return rows
    owned = Q(pk__in=Assignment.objects.filter(owner=member).values("lead"))
    at_account = Q(person__in=Person.objects.filter(account__owner=member).values("pk"))
    with_deal = Q(pk__in=Opportunity.objects.filter(owner=member, lead__isnull=False, gone_at=None).values("lead"))
    return rows.filter(Q(owner=member) | owned | at_account | with_deal)


def opportunities(member: Member, *, also_gone: bool = False) -> QuerySet[Opportunity]:
    """Deals this member may see, by the same rule. also_gone: those too that are in no number any more."""
    rows = Opportunity.objects.select_related("account", "owner", "lead__person", "lead__version")
    rows = rows if also_gone else rows.filter(gone_at=None)
    if sees_every_lead(member):
        return rows
    return rows.filter(Q(owner=member) | Q(lead__owner=member) | Q(lead__assignments__owner=member) | Q(account__owner=member)).distinct()


def people(member: Member) -> QuerySet[Person]:
    rows = Person.objects.filter(merged_into=None).select_related("account")
    if sees_every_lead(member):
        return rows
    return rows.filter(Q(leads__in=leads(member)) | Q(account__owner=member)).distinct()


def accounts(member: Member) -> QuerySet[Account]:
    rows = Account.objects.select_related("owner")
    return rows if sees_every_lead(member) else rows.filter(Q(owner=member) | Q(people__leads__in=leads(member))).distinct()


Party = Literal["marketing", "sales", "both"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened on the way, of either side. `party` marks whose it was."""

    at: datetime
    party: Party
    kind: str
    says: str
    person: str = ""
    detail: str = ""
    href: str = ""
    person_key: str = ""
    """Who it happened to, for a page that links to them; `person` is who did it."""


MOST = 500


def timeline(lead: Lead) -> list[Step]:
    """Everything known of a lead, newest first: touches, moves, activities, objections. Five queries."""
    touches = _latest_touches([lead.person_id])
    steps = [
        *_touch_steps(touches, names_of(touches)),
        *_moves([lead.pk])[lead.pk],
        *_activities(Activity.objects.filter(person=lead.person_id)),
        *(Step(o.at, "sales", "objection", o.text, detail=o.theme) for o in Objection.objects.filter(lead=lead)),
    ]
    return sorted(steps, key=lambda step: step.at, reverse=True)[:MOST]


def path(deal: Opportunity) -> list[Step]:
    """The whole path of the whole buying group, first touch to close, oldest first (R35). Touches after the close
    are left out; people are those with a role and everyone touched at the account."""
    return paths([deal])[deal.pk]


def paths(deals: Sequence[Opportunity]) -> dict[int, list[Step]]:
    """`path` of several deals, by their number. Two queries a deal, and six for all."""
    groups = _groups(deals)
    touches = {deal.pk: _latest_touches(groups[deal.pk]) for deal in deals}
    names = names_of(chain.from_iterable(touches.values()))
    moves = _moves({deal.lead_id for deal in deals if deal.lead_id is not None})
    prefetch_related_objects(list(deals), CHANGES)
    found = {}
    for deal in deals:
        activities = _activities(Activity.objects.filter(Q(person__in=groups[deal.pk]) | Q(opportunity=deal)))
        steps = [*_touch_steps(touches[deal.pk], names), *activities, *_changes(deal), *moves.get(deal.lead_id, ())]
        until = deal.closed_at
        found[deal.pk] = sorted((s for s in steps if until is None or s.at <= until), key=lambda step: step.at)[-MOST:]
    return found


def _groups(deals: Sequence[Opportunity]) -> dict[int, set[int]]:
    """Whose touches are on the way of each deal: the people with a role, and everyone at the account. Two queries."""
    found: dict[int, set[int]] = {deal.pk: set() for deal in deals}
    for deal, person in BuyingRole.objects.filter(opportunity__in=found, person__isnull=False).values_list("opportunity", "person"):
        found[deal].add(person)
    accounts = {deal.account_id for deal in deals if deal.account_id is not None}
    there: dict[int | None, set[int]] = defaultdict(set)
    for account, person in Person.objects.filter(account__in=accounts, merged_into=None).values_list("account", "pk"):
        there[account].add(person)
    return {deal.pk: found[deal.pk] | there.get(deal.account_id, set()) for deal in deals}


def _latest_touches(person_ids: Collection[int]) -> list[Touch]:
    return list(Touch.objects.filter(person__in=person_ids).select_related("person").order_by("-occurred_at")[:MOST])


def _touch_steps(touches: Iterable[Touch], names: Mapping[str, str]) -> list[Step]:
    return [
        Step(t.occurred_at, "marketing", t.kind, touch_words(t, names), str(t.person), detail_of(t, names), person_key=t.person.key)
        for t in touches
    ]


def names_of(touches: Iterable[Touch]) -> dict[str, str]:
    """What the contents and campaigns that touches name are called, by slug; a content before a campaign. One query for each."""
    told = list(touches)
    contents, campaigns = (
        {slug(touch.content) for touch in told if touch.content},
        {slug(touch.campaign) for touch in told if touch.campaign},
    )
    slugs = contents | campaigns
    named = dict(Campaign.objects.filter(slug__in=slugs).exclude(name="").values_list("slug", "name")) if slugs else {}
    titled = dict(Content.objects.filter(slug__in=contents).exclude(title="").values_list("slug", "title")) if contents else {}
    return named | titled


def touch_words(touch: Touch, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """One touch in a few words. titles: what contents and campaigns are called, by slug."""
    verbs = {
        "page_view": "Viewed",
        "content_download": "Downloaded",
        "webinar_attended": "Attended",
        "webinar_registered": "Registered for",
        "email_open": "Opened",
        "email_click": "Clicked in",
        "ad_click": "Clicked an ad",
        "demo_request": "Asked for a demonstration",
        "meeting_request": "Asked for a meeting",
        "event_visit": "Visited us at",
        "unsubscribed": "Unsubscribed",
    }
    verb = verbs.get(touch.kind, touch.kind.replace("_", " ").capitalize())
    title = titles.get(slug(touch.content), "")
    named = f"“{title}”" if title else touch.content or touch.title
    what = named or (touch.path if touch.kind == "page_view" else titles.get(slug(touch.campaign), touch.campaign))
    return verb if touch.kind in ("demo_request", "meeting_request", "unsubscribed") or not what else f"{verb} {what}"


def detail_of(touch: Touch, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Its channel and campaign. names: what campaigns are called, by slug."""
    return " · ".join(word for word in (words(touch.channel), names.get(slug(touch.campaign), touch.campaign)) if word)


def _moves(leads: Collection[int]) -> dict[int | None, list[Step]]:
    """The moves of each lead, in order. One query."""
    rows = StageMove.objects.filter(lead__in=leads, withdrawn_at=None).exclude(how="passed_through")
    found: dict[int | None, list[Step]] = defaultdict(list)
    for m in rows.select_related("by", "lead__person").order_by("at"):
        says, reason = f"Became {m.to_stage.replace('_', ' ')}", m.reason.replace("_", " ")
        found[m.lead_id].append(Step(m.at, _side(m), "stage", says, str(m.by or ""), reason, person_key=m.lead.person.key))
    return found


def _side(move: StageMove) -> Party:
    """Whose step it was: a rule's is both sides', a person's is their side's, an answer or a deal is sales'."""
    if move.how in ("definition", "passed_through"):
        return "both"
    sides: dict[str, Party] = {"marketing": "marketing", "both": "both"}
    return sides.get(move.by.side, "sales") if move.by and move.how == "person" else "sales"


def _activities(rows: QuerySet[Activity]) -> list[Step]:
    found = rows.filter(withdrawn_at=None).select_related("member", "person").order_by("-occurred_at")[:MOST]
    return [
        Step(
            a.occurred_at,
            "sales",
            a.kind,
            f"{a.kind.capitalize()}, {a.outcome.replace('_', ' ')}" if a.outcome else a.kind.capitalize(),
            str(a.member or ""),
            a.text,
            person_key=a.person.key if a.person else "",
        )
        for a in found
    ]


CHANGES = Prefetch("changes", OpportunityChange.objects.select_related("by"))
"""Of several deals at once, for who shows the path of each."""


def _changes(deal: Opportunity) -> list[Step]:
    says = {"outcome": {"open": "Opportunity opened", "won": "Won", "lost": "Lost"}}
    steps = []
    prefetch_related_objects([deal], CHANGES)
    for change in deal.changes.all():
        if change.field == "close_on":
            continue
        said = says.get(change.field, {}).get(change.value) or f"{change.field.capitalize()}: {change.value}"
        steps.append(Step(change.at, "sales", change.field, said, str(change.by or "")))
    return steps
