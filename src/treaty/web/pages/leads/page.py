"""One lead: the brief, its way so far, why it is where it is, and what its owner may do."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from treaty.agreement.queries import signed_of
from treaty.attribution.queries import said_by
from treaty.feedback.models import Disposition
from treaty.handoff.brief import write
from treaty.handoff.material import gather
from treaty.team.models import Role
from treaty.truth.doubles import open_about
from treaty.truth.models import Lead
from treaty.truth.queries import Step, leads, timeline
from treaty.web import formats
from treaty.web.here import Here, extra
from treaty.web.pages.leads import known
from treaty.web.pages.leads.doable import Opened, acts, opened
from treaty.web.pages.leads.forms import Dispute, Named
from treaty.web.pages.queue import brief as parts
from treaty.web.pages.queue import page as queue
from treaty.web.pages.queue.access import may_answer
from treaty.web.pieces import Brief, BriefPart, BriefRow, Link, Option
from treaty.web.plain import plain
from treaty.web.replies import warn


def lead_of(here: Here, key: str) -> Lead:
    """A lead this member may see; for everybody else there is none."""
    found = leads(here.member).select_related("person__account", "owner__manager", "version").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def show(here: Here, lead: Lead, bound: Named | None = None) -> HttpResponse:
    """The page; bound: a form that was refused, shown with what was typed and why not."""
    one = opened(here, lead)
    steps = timeline(lead)
    everything = here.request.GET.get("all") == "1"
    answers = known.given(lead)
    disputed = next((row for row in answers if _may_dispute(here, row)), None)
    doable = acts(here, one, bound)
    if bound and not isinstance(bound, Dispute) and bound.anchor not in [act.anchor for act in doable]:
        warn(here, " ".join(str(said) for said in bound.non_field_errors()) or "This cannot be done with the lead as it stands.")
    context = {
        "crumbs": [Link("Leads", "/leads/"), Link(str(lead.person), "")],
        "brief": brief(here, one),
        "drawing": known.way(steps, lead.closed_at or here.at, _end(lead), _way_title(steps), here),
        "timeline": known.timeline(steps, here, None if everything else known.SHOWN, but=str(lead.person)),
        "timeline_note": _timeline_note(len(steps), lead, everything),
        "walk": known.walk(lead, here),
        "ledger": known.ledger(lead, here),
        "promises": known.promises(lead, here),
        "answers": [(known.answer_words(row), row, row == disputed) for row in answers],
        "reasons": _reasons_missing(here, answers),
        "lead_key": lead.key,
        "dispute": bound if isinstance(bound, Dispute) else Dispute(),
        "acts": doable,
    }
    return render(here.request, "treaty/lead.html", extra(here, **context), status=422 if bound else 200)


def _reasons_missing(here: Here, answers: Sequence[Disposition]) -> list[Option]:
    """The agreement's reasons, where a rejection told elsewhere says none and this member may give it."""
    row = next((row for row in answers if row.lacks_reason), None)
    if row is None or not may_answer(here.member, row.handoff):
        return []
    found = signed_of(row.version).terms.reasons.rejected
    return [Option(one.id, f"{plain(one.id).capitalize()}{f' ({one.asks}?)' if one.asks else ''}") for one in found]


def brief(here: Here, one: Opened) -> Brief:
    """The brief as it was handed over; before a handoff, as it would be written now. Who may see a lead may read it."""
    if one.state is None:
        drawn = _unread(here, one)
    else:
        is_open = one.state.handoff.ended_at is None
        drawn = queue.drawn(here, one.state, queue.worth_of(one.state.handoff) if is_open else None, one.captured)
        drawn = replace(drawn, **{**queue.acts(here, one.state), "steps": ()})
    stands = BriefPart(
        title="Where it stands",
        rows=[_stage_row(here, one.lead), *_grade_rows(one.lead), *_heard_rows(here, one.lead), _records_row(one.lead)],
    )
    asked = (
        known.gate(one.lead, one.terms, one.captured),
        known.wanted_by_house(one.lead, one.terms) if one.lead.closed_at is None else None,
    )
    found = [part for part in (stands, *asked, known.deals(one.lead, here)) if part]
    return replace(drawn, main=found, gist_source="From what they did and said. Nothing here is guessed.")


def _stage_row(here: Here, lead: Lead) -> BriefRow:
    since = formats.short(lead.stage_since, here.viewer, here.at)
    rests = (
        f" It rests until {formats.short(lead.rests_until, here.viewer, here.at)}."
        if lead.rests_until and lead.rests_until > here.at
        else ""
    )
    said = f"{plain(lead.stage).capitalize()} since {since}, with {lead.owner.name}.{rests}"
    return BriefRow(said, f"Pass {lead.number}" if lead.number > 1 else "")


def _grade_rows(lead: Lead) -> list[BriefRow]:
    """As kept when the lead was last judged; `why` counts anew."""
    return [BriefRow(f"Grade {lead.grade}", f"fit {lead.fit}, engagement {lead.engagement}")] if lead.grade else []


def _heard_rows(here: Here, lead: Lead) -> list[BriefRow]:
    """How they say they heard of us, in their own words: beside what the touches tell, never instead."""
    said = said_by([lead.person_id]).get(lead.person_id)
    return [BriefRow(f"Heard of us by: “{said.text}”", f"they said so {formats.short(said.at, here.viewer, here.at)}")] if said else []


def _records_row(lead: Lead) -> BriefRow:
    """The way to all records of the person, and whether somebody else may be they."""
    n = open_about(lead.person)
    return BriefRow(Link("The records of this person", f"/people/{lead.person.key}/"), f"{n} may be theirs too" if n else "")


def _unread(here: Here, one: Opened) -> Brief:
    person = one.lead.person
    written, _ = write(gather([(one.lead, here.at)])[one.lead.pk], one.terms)
    opening, next_step = parts.opening(written)
    side = [*parts.side(written, person), parts.answered(one.captured)]
    return Brief(
        key=one.lead.key,
        name=str(person),
        title=parts.title(person),
        reach=parts.reach(person),
        answer_href="",
        answers=frozenset(),
        gist=parts.gist(written),
        opening=opening,
        next_step=f"Next: {next_step}" if next_step else "",
        side=[part for part in side if part],
    )


def _end(lead: Lead) -> Any:
    return "open" if lead.closed_at is None else "won" if lead.stage == "customer" else "lost"


def _way_title(steps: Sequence[Step]) -> str:
    ours = sum(1 for step in steps if step.party == "marketing")
    theirs = sum(1 for step in steps if step.party == "sales")
    sales = f"{formats.count(theirs, 'step')} of sales" if theirs else "none with sales yet"
    return f"{formats.count(ours, 'touch', 'touches')} with marketing, {sales}"


def _timeline_note(n: int, lead: Lead, everything: bool) -> Any:
    if n <= known.SHOWN or everything:
        return formats.count(n, "entry", "entries")
    return (f"The last {known.SHOWN} of ", Link(f"{n} entries", f"/leads/{lead.key}/?all=1#timeline"))


def _may_dispute(here: Here, row: Disposition) -> bool:
    is_open = row.outcome == "rejected" and row.withdrawn_at is None and not hasattr(row, "dispute")
    return is_open and may_dispute(here)


def may_dispute(here: Here) -> bool:
    return here.member.role in (Role.MARKETING, Role.REVOPS)
