"""The queue as a whole: the list, one brief beside it, and what may be answered now."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.vocabulary import PAUSES
from treaty.feedback.desk import may_decide_for
from treaty.handoff.models import Handoff
from treaty.sla import queries
from treaty.sla.queries import queued
from treaty.team.models import Member, Role
from treaty.team.queries import reps
from treaty.web import clocks, formats
from treaty.web.here import Here, extra
from treaty.web.pages.queue import access, answers, rows
from treaty.web.pages.queue import brief as parts
from treaty.web.pages.queue.state import State, state_of
from treaty.web.pieces import Brief, BriefPart, Choice, Empty, Figure, Link, Manage, Option

UNANSWERED = frozenset({"accept", "contacted", "meeting", "reject", "recycle"})
WORKED = frozenset({"contacted", "meeting", "recycle"})


def context(here: Here, owner: Member, opened: Handoff | None, trouble: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All the queue page draws. opened: whose brief is beside the list, the first lead's if None."""
    search, page = searched(here), _page(here)
    total = queued(here.member, owner=owner, search=search).count()
    waited = rows.waited(here.member, here.at, owner, search, page)
    handoff = opened or (waited[0].waiting.handoff if waited else None)
    query = rows.query_of(owner, here.member, search)
    shown = brief(here, handoff, query, worth_of(handoff, waited)) if handoff else None
    if shown and trouble:
        shown = with_trouble(shown, trouble)
    return extra(
        here,
        title=_title(total, here.member, owner, search),
        note=f"By clock, then expected value. {formats.weekday_clock(here.at, here.viewer)}." if waited else "",
        groups=rows.groups(waited, here.viewer, here.at, handoff.key if handoff else "", query),
        more=_more(total - page * rows.PAGE, page, query),
        brief=shown,
        empty=_empty(here.member, owner, search),
        owners=_owners(here.member, owner),
        search=search,
        bulk_href=f"/queue/answers/{query}" if waited else "",
        bulk_reasons=_reasons(waited[0].waiting.handoff, 0) if waited else (),
    )


def searched(here: Here) -> str:
    """What is looked for in the queue."""
    return here.request.GET.get("q", "").strip()[:100]


def _page(here: Here) -> int:
    page = here.request.GET.get("page", "1")
    return max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 6 else 1


def _more(left: int, page: int, query: str) -> Link | None:
    """The way to those whose clocks run out later."""
    if left <= 0:
        return None
    return Link(f"{formats.number(left)} more, later by the clock", f"/queue/{query}{'&' if query else '?'}page={page + 1}")


def _title(n: int, member: Member, owner: Member, search: str) -> str:
    if search:
        return f"{formats.capital(formats.spell(n, 'lead'))} for “{search}”"
    if not n:
        return "Your queue" if owner == member else f"The queue of {owner.name}"
    whose = "yours" if owner == member else f"with {owner.name}"
    return f"{formats.capital(formats.spell(n, 'lead'))} {'is' if n == 1 else 'are'} {whose}"


def _empty(member: Member, owner: Member, search: str) -> Empty:
    if search:
        return Empty(title="No lead of this queue fits", steps=[Link("Show the whole queue", "/queue/", is_go=True)])
    if owner != member:
        return Empty(title=f"Nothing waits for {owner.name}", words="A lead appears here the moment it qualifies and is routed to them.")
    if member.role in (Role.SALES_REP, Role.SALES_MANAGER):
        words = "A lead appears here the moment it qualifies and is routed to you, with its brief and its clock."
        return Empty(title="Nothing waits for you", words=words, steps=[Link("Your leads", "/leads/", is_go=True)])
    words = "Queues belong to those who take leads. Every lead, with its brief and its clocks, is in the list of leads."
    steps = [Link("All leads", "/leads/", is_go=True), Link("What waits for you", "/"), Link("Who takes the next lead", "/fairness/")]
    return Empty(title="You take no leads", words=words, steps=steps)


def _owners(member: Member, owner: Member) -> list[Option]:
    """Whose queue a manager may look at."""
    if member.role not in (Role.SALES_MANAGER, Role.REVOPS):
        return []
    everyone = {member.pk: member, **{rep.pk: rep for rep in reps()}, owner.pk: owner}
    return [Option(one.key, "Your own" if one == member else one.name, one == owner) for one in everyone.values()]


def brief(here: Here, handoff: Handoff, query: str = "", worth: Decimal | None = None) -> Brief:
    """A handoff's brief as it stands beside the list."""
    state = state_of(handoff, here.at)
    shown = drawn(here, state, worth_of(handoff) if worth is None else worth)
    trail = parts.trail(handoff.lead.person, here)
    return replace(
        shown,
        back=Link("Queue", f"/queue/{query}"),
        main=[trail] if trail else [],
        why_href=f"/leads/{handoff.lead.key}/why/",
        **acts(here, state, query),
    )


def worth_of(handoff: Handoff, waited: Iterable[rows.Waited] = ()) -> Decimal | None:
    """What the lead may be worth: as the queue has it, else asked."""
    there = next((row for row in waited if row.key == handoff.key), None)
    if there is not None:
        return there.waiting.worth
    return queries.worth_of(handoff)


def drawn(here: Here, state: State, worth: Decimal | None, captured: Mapping[str, str] | None = None) -> Brief:
    """What a handoff's brief says, with its clock, for whoever reads it."""
    handoff, lead, person = state.handoff, state.handoff.lead, state.handoff.lead.person
    opening, next_step = parts.opening(handoff.brief)
    side: list[BriefPart | None] = [
        *parts.side(handoff.brief, person),
        parts.answered(parts.captured(person) if captured is None else captured),
        parts.why_you(handoff),
        parts.delays(handoff, state.first_contact_at, here.at),
    ]
    shown = rows.worth_words(handoff, worth, here.viewer)
    reading = state.reading
    return Brief(
        key=handoff.key,
        name=str(person),
        title=parts.title(person),
        reach=parts.reach(person),
        answer_href="",
        answers=frozenset(),
        worth=Figure(shown, "/opportunities/?outcome=won") if shown else None,
        clock=clocks.brief_clock(reading, here.viewer, here.at) if reading else None,
        gist=parts.gist(handoff.brief),
        gist_source=("From what they did and said. Nothing here is guessed. ", Link("The whole lead", f"/leads/{lead.key}/")),
        opening=opening,
        next_step=f"Next: {next_step}" if next_step else "",
        side=[part for part in side if part],
    )


def acts(here: Here, state: State, query: str = "") -> dict[str, Any]:
    """What may be done now, as fields of a brief: nothing for those who only look, nor once it has ended."""
    handoff, may = state.handoff, access.may_answer(here.member, state.handoff)
    undo = f"/handoffs/{handoff.key}/undo/{query}" if may and state.can_undo(here.member, here.at) else ""
    if handoff.ended_at is not None or not may:
        return {"undo_href": undo}
    terms, accepted = signed_of(handoff.version).terms, state.is_accepted
    reasons = _reasons(handoff, len(state.tried))
    return {
        "answers": WORKED if accepted else UNANSWERED,
        "answer_href": f"/handoffs/{handoff.key}/answer/{query}",
        "undo_href": undo,
        "reasons": () if accepted else reasons,
        "recycle_reasons": _given_up(reasons, terms) if accepted else [Choice(value=v, words=w, is_chosen=not v) for v, w in answers.RESTS],
        "recycle_title": "Why does it go back?" if accepted else "When is it worth another look?",
        "steps": steps(handoff, terms) if accepted else (),
        "manage": _manage(here, state, terms, query),
    }


def _reasons(handoff: Handoff, made: int) -> list[Choice]:
    found = parts.reasons_words(handoff.lead, made)
    return [Choice(value=value, words=words, returns=returns, asks=asks) for value, words, returns, asks in found]


def _given_up(reasons: Iterable[Choice], terms: Terms) -> list[Choice]:
    """Reasons with which an accepted lead goes back to nurture."""
    kept = {reason.id for reason in terms.reasons.rejected if reason.returns == "recycled"}
    return [choice for choice in reasons if choice.value in kept]


def steps(handoff: Handoff, terms: Terms) -> list[Link]:
    """What comes after accepting: the next stage that its owner moves a lead to."""
    lead = handoff.lead
    ahead = [name for name in terms.stages[lead.stage].moves if terms.stages[name].by == "owner" and terms.stages[name].owner == "sales"]
    if "opportunity" in ahead:
        return [Link("Open opportunity", f"/leads/{lead.key}/#opportunity", is_go=True, key="o")]
    return [Link("Qualify", f"/leads/{lead.key}/#qualify", is_go=True, key="q")] if ahead else []


def _manage(here: Here, state: State, terms: Terms, query: str) -> Manage | None:
    handoff = state.handoff
    if not may_decide_for(here.member, handoff.owner):
        return None
    at = f"/handoffs/{handoff.key}/"
    return Manage(
        give_href=f"{at}owner/{query}",
        members=() if state.is_accepted and handoff.owner.is_active else [Option(rep.key, rep.name) for rep in access.others(handoff)],
        pause_href=f"{at}pause/{query}",
        pauses=[Option(name, PAUSES[name]) for name in terms.promises.pauses] if state.readings and not state.stands else [],
        resume_href=f"{at}resume/{query}" if state.stands else "",
    )


def with_trouble(shown: Brief, form: Mapping[str, str]) -> Brief:
    """The brief with the panel open in which something was refused, everything as it was typed."""
    at, chosen = form.get("answer", ""), form.get("reason", "")
    if shown.manage and _is_offered(shown.manage, at):
        return replace(shown, manage=_managed(shown.manage, at, form))

    def kept(choices: Any) -> list[Choice]:
        return [replace(choice, is_chosen=choice.value == chosen) for choice in choices]

    where = at if at in ("reject", "recycle") and at in shown.answers else ""
    return replace(
        shown,
        trouble=form["trouble"],
        trouble_at=where,
        detail=form.get("detail", ""),
        reasons=kept(shown.reasons) if where == "reject" else shown.reasons,
        recycle_reasons=kept(shown.recycle_reasons) if where == "recycle" else shown.recycle_reasons,
    )


def _is_offered(manage: Manage, at: str) -> bool:
    return bool({"owner": manage.members, "pause": manage.pauses}.get(at))


def _managed(manage: Manage, at: str, form: Mapping[str, str]) -> Manage:
    def kept(options: Iterable[Option], name: str) -> list[Option]:
        return [replace(option, is_chosen=option.value == form.get(name)) for option in options]

    refused = replace(manage, trouble=form["trouble"], trouble_at=at)
    if at == "owner":
        return replace(refused, members=kept(manage.members, "to"), why=form.get("reason", ""))
    return replace(refused, pauses=kept(manage.pauses, "reason"), until=form.get("until", ""))
