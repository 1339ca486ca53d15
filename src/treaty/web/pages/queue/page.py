"""The queue as a whole: the list, one brief beside it, and what may be answered now."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.vocabulary import PAUSES
from treaty.feedback.actions import attempts, may_decide_for
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla.models import SlaClock
from treaty.sla.queries import expected_worth, next_clock
from treaty.team.models import Member, Role
from treaty.team.queries import reps
from treaty.truth.models import Activity
from treaty.web import clocks, formats
from treaty.web.here import Here, extra
from treaty.web.pages.queue import access, answers, rows
from treaty.web.pages.queue import brief as parts
from treaty.web.pieces import Brief, BriefPart, Choice, Empty, Figure, Link, Manage, Option

OPEN_UNTIL = frozenset({"accept", "contacted", "meeting", "reject", "recycle"})
WORKED = frozenset({"contacted", "meeting", "recycle"})


def context(here: Here, owner: Member, opened: Handoff | None, trouble: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All the queue page draws. opened: whose brief is beside the list, the first lead's if None."""
    search = here.request.GET.get("q", "").strip()[:100]
    waited = rows.waited(here.member, here.at, owner, search)
    handoff = opened or (waited[0].waiting.handoff if waited else None)
    query = rows.query_of(owner, here.member, search)
    shown = brief(here, handoff, query, worth_of(handoff, waited)) if handoff else None
    if shown and trouble:
        shown = with_trouble(shown, trouble)
    return extra(
        here,
        title=_title(len(waited), here.member, owner, search),
        note=f"By clock, then expected value. {formats.weekday_clock(here.at, here.viewer)}.",
        groups=rows.groups(waited, here.viewer, here.at, handoff.key if handoff else "", query),
        brief=shown,
        empty=_empty(here.member, owner, search),
        owners=_owners(here.member, owner),
        search=search,
        bulk_href=f"/queue/answers/{query}" if waited else "",
        bulk_reasons=_reasons(waited[0].waiting.handoff, 0) if waited else (),
    )


def _title(n: int, member: Member, owner: Member, search: str) -> str:
    if search:
        return f"{formats.capital(formats.spell(n, 'lead'))} for “{search}”"
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
    return Empty(title="You take no leads", words=words, steps=[Link("All leads", "/leads/", is_go=True)])


def _owners(member: Member, owner: Member) -> list[Option]:
    """Whose queue a manager may look at."""
    if member.role not in (Role.SALES_MANAGER, Role.REVOPS):
        return []
    everyone = {member.pk: member, **{rep.pk: rep for rep in reps()}, owner.pk: owner}
    return [Option(one.key, "Your own" if one == member else one.name, one == owner) for one in everyone.values()]


def brief(here: Here, handoff: Handoff, query: str = "", worth: Decimal | None = None) -> Brief:
    """A handoff's brief with its clock, and the answers this member may give now."""
    lead, person = handoff.lead, handoff.lead.person
    contacts = _contacts(handoff)
    opening, next_step = parts.opening(handoff.brief)
    main = [part for part in (parts.trail(person, here, lead),) if part]
    side: list[BriefPart | None] = [
        *parts.side(handoff.brief, person),
        parts.answers(person),
        parts.why_you(handoff),
        parts.delays(handoff, contacts[0] if contacts else None, here.at),
    ]
    shown = rows.worth_words(handoff, worth_of(handoff) if worth is None else worth, here.viewer)
    return Brief(
        key=handoff.key,
        name=str(person),
        title=parts.title(person),
        reach=parts.reach(person),
        back=Link("Queue", f"/queue/{query}"),
        answer_href=f"/handoffs/{handoff.key}/answer/{query}",
        worth=Figure(shown, "/opportunities/?outcome=won") if shown else None,
        clock=_clock(handoff, here),
        gist=parts.gist(handoff.brief),
        gist_source=("From what they did and said. Nothing here is guessed. ", Link("The whole lead", f"/leads/{lead.key}/")),
        opening=opening,
        next_step=f"Next: {next_step}" if next_step else "",
        main=main,
        side=[part for part in side if part],
        **_acts(here, handoff, query),
    )


def worth_of(handoff: Handoff, waited: Iterable[rows.Waited] = ()) -> Decimal | None:
    """What the lead may be worth: as the queue has it, else asked."""
    there = next((row for row in waited if row.key == handoff.key), None)
    if there is not None:
        return there.waiting.worth
    found = expected_worth()
    return found.get(handoff.lead.segment) or found.get("")


def _contacts(handoff: Handoff) -> list[datetime]:
    found = Activity.objects.filter(person=handoff.lead.person_id, direction="out", withdrawn_at=None, occurred_at__gte=handoff.made_at)
    return list(found.exclude(kind="note").order_by("occurred_at").values_list("occurred_at", flat=True)[:1])


def _clock(handoff: Handoff, here: Here) -> Any:
    """The clock that runs out first; None when nothing is running."""
    running = list(SlaClock.objects.filter(handoff=handoff, ended="").select_related("owner", "version"))
    clock = next_clock(running)
    if clock is None:
        return None
    return clocks.brief_clock(clocks.read(clock, here.at, clocks.pauses_of([clock]).get(clock.pk, ())), here.viewer, here.at)


def _acts(here: Here, handoff: Handoff, query: str) -> dict[str, Any]:
    """What may be done now: nothing for those who only look, nor once it has ended."""
    undo = f"/handoffs/{handoff.key}/undo/{query}" if answers.can_undo(handoff, here.member, here.at) else ""
    if handoff.ended_at is not None or not access.may_answer(here.member, handoff):
        return {"answers": frozenset(), "undo_href": undo if access.may_answer(here.member, handoff) else ""}
    accepted = Disposition.objects.filter(handoff=handoff, withdrawn_at=None, outcome="accepted").exists()
    terms = signed_of(handoff.version).terms
    return {
        "answers": WORKED if accepted else OPEN_UNTIL,
        "undo_href": undo,
        "reasons": () if accepted else _reasons(handoff, attempts(handoff)),
        "recycle_reasons": _given_up(handoff, terms) if accepted else [Choice(value=v, words=w, is_chosen=not v) for v, w in answers.RESTS],
        "recycle_title": "Why does it go back?" if accepted else "When is it worth another look?",
        "steps": steps(handoff, terms) if accepted else (),
        "manage": _manage(here, handoff, terms, query),
    }


def _reasons(handoff: Handoff, made: int) -> list[Choice]:
    found = parts.reasons_words(handoff.lead, made)
    return [Choice(value=value, words=words, returns=returns, asks=asks) for value, words, returns, asks in found]


def _given_up(handoff: Handoff, terms: Terms) -> list[Choice]:
    """Reasons with which an accepted lead goes back to nurture."""
    kept = {reason.id for reason in terms.reasons.rejected if reason.returns == "recycled"}
    return [choice for choice in _reasons(handoff, attempts(handoff)) if choice.value in kept]


def steps(handoff: Handoff, terms: Terms) -> list[Link]:
    """What comes after accepting: the next stage that its owner moves a lead to."""
    lead = handoff.lead
    ahead = [name for name in terms.stages[lead.stage].moves if terms.stages[name].by == "owner" and terms.stages[name].owner == "sales"]
    if "opportunity" in ahead:
        return [Link("Open opportunity", f"/leads/{lead.key}/#opportunity", is_go=True, key="o")]
    return [Link("Qualify", f"/leads/{lead.key}/#qualify", is_go=True, key="q")] if ahead else []


def _manage(here: Here, handoff: Handoff, terms: Terms, query: str) -> Manage | None:
    if not may_decide_for(here.member, handoff.owner):
        return None
    at = f"/handoffs/{handoff.key}/"
    stands = SlaClock.objects.filter(handoff=handoff, ended="", due_at=None).exists()
    is_open = not answers.is_accepted(handoff)
    return Manage(
        give_href=f"{at}owner/{query}",
        members=[(rep.key, rep.name) for rep in access.others(handoff)] if is_open else (),
        pause_href=f"{at}pause/{query}",
        pauses=[] if stands else [(name, PAUSES[name]) for name in terms.promises.pauses],
        resume_href=f"{at}resume/{query}" if stands else "",
    )


def with_trouble(shown: Brief, form: Mapping[str, str]) -> Brief:
    """The brief with the panel open in which an answer was refused, everything as it was typed."""
    at, chosen = form.get("answer", ""), form.get("reason", "")

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
