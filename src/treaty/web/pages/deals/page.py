"""One opportunity: its whole path, who buys, every stage and amount it had, and what its owner may do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.attribution.queries import said_by
from treaty.feedback.desk import may_decide_for
from treaty.team.models import Member, Role
from treaty.truth.actions.members import named
from treaty.truth.buying import ROLES
from treaty.truth.groups import Group, group_of
from treaty.truth.models import Opportunity, OpportunityChange, Person
from treaty.truth.queries import Step, leads, opportunities, path
from treaty.web import formats
from treaty.web.context import who
from treaty.web.figures import words
from treaty.web.here import Here, extra
from treaty.web.pages.deals import credit, group
from treaty.web.pages.deals.forms import Amount, Lost, Stage, Won
from treaty.web.pages.deals.forms import Role as RoleForm
from treaty.web.pages.deals.lists import money
from treaty.web.pages.leads import known
from treaty.web.pages.leads.forms import Act, Named
from treaty.web.pieces import BriefPart, BriefRow, Column, Faint, Link, Piece, Row, Table

Outcome = Opportunity.Outcome
CREDIT = {
    Outcome.WON: "What each touch earned",
    Outcome.OPEN: "What each touch would earn if it were won now",
    Outcome.LOST: "What share each touch had of it",
}
_FIELDS = {"close_on": "Expected to close"}


def deal_of(here: Here, key: str) -> Opportunity:
    """An opportunity this member may see; for everybody else there is none."""
    found = opportunities(here.member).filter(key=key).first()
    if found is None:
        raise Http404
    return found


def show(here: Here, deal: Opportunity, bound: Named | None = None) -> HttpResponse:
    """The page; bound: a form that was refused, shown with what was typed and why not."""
    steps = _linked(path(deal), deal, here)
    until, everything = deal.closed_at or here.at, here.request.GET.get("all") == "1"
    title, buyers = _finding(steps, deal), group_of(deal, roles_of(here, deal), here.at)
    context = {
        "title": str(deal),
        "crumbs": [Link("Opportunities", "/opportunities/"), Link(str(deal), "")],
        "lede": _lede(deal, here),
        "drawing": known.way(steps, until, _end(deal), title, here),
        "timeline": known.timeline(steps[::-1], here, None if everything else known.SHOWN),
        "timeline_title": "From first touch to now" if deal.outcome == Outcome.OPEN else "From first touch to close",
        "path_note": _path_note(len(steps), deal, everything),
        "parts": [part for part in (_facts(deal, here), _lead(deal)) if part],
        "table": _history(deal, here),
        "table_title": "Every stage and amount it had",
        "credit": credit.credit(deal, here),
        "credit_title": CREDIT[Outcome(deal.outcome)],
        "group": group.drawn(buyers, here),
        "acts": acts(here, deal, bound, buyers),
    }
    return render(here.request, "treaty/opportunity.html", extra(here, **context), status=422 if bound else 200)


def _finding(steps: Sequence[Step], deal: Opportunity) -> str:
    """`14 touches with marketing and 6 steps of sales in 42 days`."""
    ours = sum(1 for step in steps if step.party == "marketing")
    theirs = sum(1 for step in steps if step.party == "sales")
    days = (steps[-1].at - steps[0].at).days + 1 if steps else 0
    end = {Outcome.WON: "to a deal", Outcome.LOST: "to a loss"}.get(Outcome(deal.outcome), "so far")
    both = f"{formats.count(ours, 'touch', 'touches')} with marketing and {formats.count(theirs, 'step')} of sales"
    return f"{both} {end}, in {formats.count(days, 'day')}"


def _path_note(n: int, deal: Opportunity, everything: bool) -> Piece:
    if n <= known.SHOWN or everything:
        return formats.count(n, "entry", "entries")
    return (f"The last {known.SHOWN} of ", Link(f"{n} entries", f"/opportunities/{deal.key}/?all=1#path"))


def _lede(deal: Opportunity, here: Here) -> Piece:
    parts: list[Piece] = [money(deal, here), ", "]
    if deal.outcome == Outcome.OPEN:
        parts.append(f"open in {words(deal.stage) or 'no stage'}")
        if deal.close_on:
            parts.append(
                f", expected to close {formats.day(deal.close_on, here.at.astimezone(here.viewer.zone).date(), here.viewer.manner)}"
            )
    else:
        parts.append(deal.outcome)
        if deal.closed_at:
            parts.append(f" {formats.short(deal.closed_at, here.viewer, here.at)}")
        if reason := deal.lost_reason or deal.won_reason:
            parts.append(f": {words(reason)}")
    return (*parts, ". ", who(deal.owner) if deal.owner else Faint("Nobody owns it"))


def _end(deal: Opportunity) -> Any:
    return deal.outcome


def _linked(steps: Sequence[Step], deal: Opportunity, here: Here) -> list[Step]:
    """Each step with the way to its person's lead, at its moment, where this member may see it; amounts in full."""
    keys = {step.person_key for step in steps if step.person_key}
    seen = leads(here.member).select_related(None).filter(person__key__in=keys).order_by("number").values_list("person__key", "key")
    places = {str(person): str(lead) for person, lead in seen}
    return [replace(step, href=_place(step, places), says=_says(step, deal, here)) for step in steps]


def _place(step: Step, places: Mapping[str, str]) -> str:
    return f"/leads/{places[step.person_key]}/?all=1#{known.anchor(step.at)}" if step.person_key in places else ""


def _says(step: Step, deal: Opportunity, here: Here) -> str:
    if step.kind != "amount":
        return step.says
    try:
        return f"Amount: {formats.money(Decimal(step.says.removeprefix('Amount: ')), deal.currency, here.viewer.manner)}"
    except (ArithmeticError, ValueError):
        return step.says


def _facts(deal: Opportunity, here: Here) -> BriefPart:
    today = here.at.astimezone(here.viewer.zone).date()
    rows = [
        ("Amount", money(deal, here)),
        ("Stage", words(deal.stage)),
        ("Outcome", deal.outcome),
        ("Reason", words(deal.lost_reason or deal.won_reason)),
        ("Product", deal.product),
        ("Expected to close", formats.day(deal.close_on, today, here.viewer.manner) if deal.close_on else ""),
        ("Opened", formats.short(deal.opened_at, here.viewer, here.at) if deal.opened_at else ""),
        ("Closed", formats.short(deal.closed_at, here.viewer, here.at) if deal.closed_at else ""),
    ]
    return BriefPart(title="The deal", kind="people", rows=[BriefRow(name, value) for name, value in rows if value])


def _lead(deal: Opportunity) -> BriefPart | None:
    rows: list[BriefRow] = []
    if deal.lead:
        rows.append(BriefRow(Link(str(deal.lead.person), f"/leads/{deal.lead.key}/"), words(deal.lead.stage)))
    if deal.account:
        rows.append(BriefRow(Link(f"All leads at {deal.account}", f"/leads/?account={deal.account.key}")))
    rows += _heard(deal)
    return BriefPart(title="Where it came from", kind="people", rows=rows) if rows else None


def _heard(deal: Opportunity) -> list[BriefRow]:
    """What the people there say of how they heard of us, beside what the model says; the lead's own person first."""
    there = Person.objects.filter(account__isnull=False, account=deal.account_id, merged_into=None)
    people = {person.pk: person for person in [*([deal.lead.person] if deal.lead else []), *there]}
    said = said_by(people)
    return [BriefRow("Heard of us by", f"“{said[pk].text}”, says {person}") for pk, person in people.items() if pk in said]


def _history(deal: Opportunity, here: Here) -> Table:
    """Stage, amount, close date, outcome and owner, each from when on and by whom."""
    rows = []
    changes = list(OpportunityChange.objects.filter(opportunity=deal).select_related("by").order_by("-at", "-id"))
    owners = named(change.value for change in changes if change.field == "owner")
    for change in changes:
        value = _became(change, deal, here, owners)
        by: Piece = who(change.by) if change.by else Faint("imported")
        rows.append(
            Row(
                (formats.short(change.at, here.viewer, here.at), _FIELDS.get(change.field, formats.capital(words(change.field))), value, by)
            )
        )
    columns = [Column("From", is_short=True), Column("What"), Column("Became"), Column("By")]
    return Table(columns=columns, rows=rows, caption="Every stage and amount it had")


def _became(change: OpportunityChange, deal: Opportunity, here: Here, owners: Mapping[str, Member]) -> str:
    """A value as the page writes it; one that cannot be read stands as it was stored. owners: by address, those who are members"""
    if change.field == "owner":
        return owners[change.value].name if change.value in owners else change.value
    try:
        if change.field == "amount":
            return formats.money(Decimal(change.value), deal.currency, here.viewer.manner)
        if change.field == "close_on":
            return formats.day(date.fromisoformat(change.value), here.at.astimezone(here.viewer.zone).date(), here.viewer.manner)
    except (ArithmeticError, ValueError):
        return change.value
    return words(change.value)


def may_work(here: Here, deal: Opportunity) -> bool:
    if deal.owner is None:
        return here.member.role in (Role.SALES_MANAGER, Role.REVOPS)
    return deal.owner_id == here.member.pk or may_decide_for(here.member, deal.owner)


def terms_of(here: Here, deal: Opportunity) -> Terms | None:
    """The agreement the deal's lead is under; for one without a lead the one in force."""
    if deal.lead:
        return signed_of(deal.lead.version).terms
    current = in_force(here.at)
    return signed_of(current.version).terms if current else None


def roles_of(here: Here, deal: Opportunity) -> Sequence[str]:
    """The roles the deal's agreement tells apart; all there are where it names none."""
    terms = terms_of(here, deal)
    return (terms.profile.buying_roles if terms else []) or ROLES


def acts(here: Here, deal: Opportunity, bound: Named | None, buyers: Group) -> list[Act]:
    """What this member may do with an open deal; nothing for those who only look, nothing once it is closed."""
    if deal.outcome != Outcome.OPEN or not may_work(here, deal):
        return []
    at, terms = f"/opportunities/{deal.key}/", terms_of(here, deal)
    won, lost = (terms.reasons.won, terms.reasons.lost) if terms else ([], [])
    follows = "Its lead becomes a customer." if deal.lead else ""
    back = "Its lead goes back to marketing's care." if deal.lead else ""
    found = [
        Act(
            "role",
            "Say who has which part",
            f"{at}role/",
            RoleForm(buyers.offered, roles_of(here, deal)),
            "Declare it",
            "What you declare stands, whatever systems tell.",
        ),
        Act("stage", "Move it to another stage", f"{at}stage/", Stage(deal), "Move it"),
        Act("amount", "Change the amount", f"{at}amount/", Amount(deal), "Change it"),
        Act("won", "It is won", f"{at}won/", Won(won, is_asked=bool(won)), "Close it as won", follows),
        Act("lost", "It is lost", f"{at}lost/", Lost(lost, is_asked=True), "Close it as lost", back),
    ]
    return [replace(act, form=bound, is_open=True) if bound and act.anchor == bound.anchor else act for act in found]
