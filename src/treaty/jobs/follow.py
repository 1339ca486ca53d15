"""What follows from what happened: the journal's entries carried into the rooms that do not know each other.

Each may run twice: every action here looks first whether it is done.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from django.db.models import Max, OuterRef, Subquery

from treaty.feedback.told import follow_told
from treaty.handoff.actions import Ready, Timing, hand_over_all
from treaty.handoff.models import Handoff
from treaty.journal.models import Entry
from treaty.qualification.asking import route_rules_holding
from treaty.sla import actions as sla
from treaty.truth.models import Activity, Fact, Lead, Opportunity, StageMove, Touch

Keyed = TypeVar("Keyed", Activity, Handoff)
Dated = Sequence[tuple[Entry, datetime]]
"""Entries in order, each with the moment at which it is carried on."""
Follow = Callable[[Dated], None]


def follow(entries: Dated) -> None:
    """Carry entries on, in order; neighbours that are followed by the same go together. Most are followed by nothing."""
    for reaction, run in groupby(entries, key=lambda one: FOLLOWS.get(one[0].verb)):
        if reaction is not None:
            reaction(list(run))


def _after_moves(entries: Dated) -> None:
    """Leads that came into sales' care, or began there, are handed to their owners, with the brief.

    One that has moved on in the meantime is left out: that move has its own entry.
    """
    told = [(entry, at) for entry, at in entries if entry.codes.get("hands_over")]
    leads = {lead.key: lead for lead in Lead.objects.filter(key__in=[e.subject_key for e, _ in told]).select_related("version")}
    moves = _last_moves(leads.values())
    moments: dict[int, datetime] = {}
    going: list[Lead] = []  # as it was told: who came first has the first turn
    for entry, at in told:
        lead = leads[entry.subject_key]
        to_stage = entry.codes["stage" if entry.verb == "lead.opened" else "to"]
        if lead.stage == to_stage and (lead.pk, lead.stage) in moves and lead.pk not in moments:
            moments[lead.pk] = at
            going.append(lead)
    timing = _timing([moves[lead.pk, lead.stage] for lead in going])
    holds = _rules_holding(going, moments)
    hand_over_all([Ready(lead.pk, moments[lead.pk], timing[lead.pk], holds[lead.pk]) for lead in going])


def _last_moves(leads: Iterable[Lead]) -> dict[tuple[int, str], StageMove]:
    """By lead and stage, the move that led there last."""
    rows = StageMove.objects.filter(lead__in=[lead.pk for lead in leads], withdrawn_at=None).order_by("id")
    return {(move.lead_id, move.to_stage): move for move in rows}


def _rules_holding(leads: Iterable[Lead], moments: dict[int, datetime]) -> dict[int, frozenset[int]]:
    by_moment: dict[datetime, list[Lead]] = defaultdict(list)
    for lead in leads:
        by_moment[moments[lead.pk]].append(lead)
    return {pk: holds for at, some in by_moment.items() for pk, holds in route_rules_holding(some, at=at).items()}


def _timing(moves: Sequence[StageMove]) -> dict[int, Timing]:
    """By lead, when it became ready, and when the deciding fact reached us.

    That is the newest of what was told of the person by then; a boundary of time reached us as it passed.
    """
    by_then = {"received_at__lte": OuterRef("received_at")}
    touches = Touch.objects.filter(person=OuterRef("lead__person"), **by_then).order_by().values("person")
    facts = Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id=OuterRef("lead__person"), **by_then).order_by().values("subject_id")
    newest = {name: Subquery(rows.annotate(top=Max("received_at")).values("top")) for name, rows in (("touch", touches), ("fact", facts))}
    told = StageMove.objects.filter(pk__in=[move.pk for move in moves]).values_list("lead", "at", "received_at").annotate(**newest)
    return {
        lead: Timing(at, min(max(at, *(found for found in (touch, fact) if found)), received_at) if touch or fact else received_at)
        for lead, at, received_at, touch, fact in told
    }


def _after_handoffs(entries: Dated) -> None:
    sla.start_all(_handoffs(entries))


def _after_answers(entries: Dated) -> None:
    handoffs = {handoff.key: handoff for handoff in _handoffs(entries)}
    sla.refresh_all(list(handoffs.values()))
    for entry, _ in entries:
        lead = handoffs[entry.subject_key].lead
        if entry.verb in ("handoff.rejected", "handoff.recycled") and lead.stage == "recycled":
            sla.start_nurture(lead, at=entry.at)


def _after_contacts(entries: Dated) -> None:
    """The clocks of the handoff each contact belongs to, and of leads that are marketing's again."""
    keys = {entry.subject_key for entry, _ in entries}
    found = _all_of(keys, list(Activity.objects.filter(key__in=keys).select_related("lead")))
    activities = [activity for activity in found if activity.lead is not None]
    handoffs: dict[int, list[Handoff]] = defaultdict(list)
    for handoff in Handoff.objects.filter(lead__in={a.lead_id for a in activities}).order_by("-made_at"):
        handoffs[handoff.lead_id].append(handoff)
    latest = [next((h for h in handoffs[a.lead_id or 0] if h.made_at <= a.occurred_at), None) for a in activities]
    sla.refresh_all(list({handoff.pk: handoff for handoff in latest if handoff is not None}.values()))
    sla.nurtured_all({a.lead.pk for a in activities if a.lead is not None and a.lead.stage == "recycled"})


def _after_deals(entries: Dated) -> None:
    for entry, at in entries:
        follow_told(Opportunity.objects.get(key=entry.subject_key), at=at)


def _handoffs(entries: Dated) -> list[Handoff]:
    keys = {entry.subject_key for entry, _ in entries}
    return _all_of(keys, list(Handoff.objects.filter(key__in=keys).select_related("lead__version", "owner", "version").order_by("pk")))


def _all_of(keys: AbstractSet[str], rows: list[Keyed]) -> list[Keyed]:
    """The rows, if each key has its own. Raises LookupError: what the journal speaks of is never passed over in silence."""
    if missing := keys - {row.key for row in rows}:
        raise LookupError(f"the journal speaks of {', '.join(sorted(missing))}, which is not there")
    return rows


FOLLOWS: dict[str, Follow] = {
    "lead.opened": _after_moves,
    "lead.moved": _after_moves,
    "handoff.made": _after_handoffs,
    "handoff.taken_over": _after_handoffs,
    "handoff.accepted": _after_answers,
    "handoff.rejected": _after_answers,
    "handoff.recycled": _after_answers,
    "handoff.reopened": _after_answers,
    "opportunity.told": _after_deals,
    "contact.logged": _after_contacts,
    "contact.withdrawn": _after_contacts,
}
