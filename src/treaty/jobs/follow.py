"""What follows from what happened: the journal's entries carried into the rooms that do not know each other.

Each may run twice: every action here looks first whether it is done.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from django.db.models import Max, OuterRef, QuerySet, Subquery

from treaty.feedback.elsewhere import follow_status
from treaty.feedback.told import follow_told
from treaty.handoff.actions import Ready, Timing, hand_over_all
from treaty.handoff.models import Handoff
from treaty.journal.models import Entry
from treaty.moments import from_us
from treaty.prepared import prepared
from treaty.qualification.asking import route_rules_holding
from treaty.sla import actions as sla
from treaty.truth.models import Activity, Fact, Lead, Opportunity, StageMove, Touch

Keyed = TypeVar("Keyed", Activity, Handoff)
Dated = Sequence[tuple[Entry, datetime]]
"""Entries in order, each with the moment at which it is carried on."""
Follow = Callable[[Dated], None]


def follow(entries: Dated) -> None:
    """Carry entries on, in order; neighbours that are followed by the same go together. Most are followed by nothing."""
    followed = [(reaction, one) for one in entries if (reaction := _followed_by(one[0])) is not None]
    for reaction, run in groupby(followed, key=itemgetter(0)):
        reaction([one for _, one in run])


def _followed_by(entry: Entry) -> Follow | None:
    """What carries an entry on. Of moves only those into sales' care are: they must not part neighbours."""
    reaction = FOLLOWS.get(entry.verb)
    return None if reaction is _after_moves and not entry.codes.get("hands_over") else reaction


def _after_moves(entries: Dated) -> None:
    """Leads that came into sales' care, or began there, are handed to their owners, with the brief.

    One that has moved on in the meantime is left out: that move has its own entry.
    """
    leads = {lead.key: lead for lead in _leads([entry.subject_key for entry, _ in entries])}
    moves = _last_moves(leads.values())
    moments: dict[int, datetime] = {}
    going: list[Lead] = []  # as it was told: who came first has the first turn
    for entry, at in entries:
        lead = leads[entry.subject_key]
        to_stage = entry.codes["stage" if entry.verb == "lead.opened" else "to"]
        if lead.stage == to_stage and (lead.pk, lead.stage) in moves and lead.pk not in moments:
            moments[lead.pk] = at
            going.append(lead)
    timing = _timing([moves[lead.pk, lead.stage] for lead in going])
    holds = _rules_holding(going, moments)
    hand_over_all([Ready(lead.pk, moments[lead.pk], timing[lead.pk], holds[lead.pk]) for lead in going])


@prepared
def _leads(keys: Collection[str]) -> QuerySet[Lead]:
    return Lead.objects.filter(key__among=keys).select_related("version")


def _last_moves(leads: Iterable[Lead]) -> dict[tuple[int, str], StageMove]:
    """By lead and stage, the move that led there last."""
    return {(move.lead_id, move.to_stage): move for move in _moves([lead.pk for lead in leads])}


@prepared
def _moves(leads: Collection[int]) -> QuerySet[StageMove]:
    return StageMove.objects.filter(lead__among=leads, withdrawn_at=None).order_by("id")


def _rules_holding(leads: Iterable[Lead], moments: dict[int, datetime]) -> dict[int, frozenset[int]]:
    by_moment: dict[datetime, list[Lead]] = defaultdict(list)
    for lead in leads:
        by_moment[moments[lead.pk]].append(lead)
    return {pk: holds for at, some in by_moment.items() for pk, holds in route_rules_holding(some, at=at).items()}


def _timing(moves: Sequence[StageMove]) -> dict[int, Timing]:
    """By lead, when it became ready, and when the deciding fact reached us.

    That is the newest of what was told of the person by then; a boundary of time reached us as it passed.
    """
    return {
        lead: Timing(at, min(max(at, *(found for found in (touch, fact) if found)), received_at) if touch or fact else received_at)
        for lead, at, received_at, touch, fact in _told([move.pk for move in moves])
    }


@prepared
def _told(moves: Collection[int]) -> QuerySet[StageMove, tuple[int, datetime, datetime, datetime | None, datetime | None]]:
    """(lead, when it moved, when we learned of that, the newest touch and the newest fact of its person by then)."""
    by_then = {"received_at__lte": OuterRef("received_at")}
    touches = Touch.objects.filter(person=OuterRef("lead__person"), **by_then).order_by().values("person")
    facts = Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id=OuterRef("lead__person"), **by_then).order_by().values("subject_id")
    newest = {name: Subquery(rows.annotate(top=Max("received_at")).values("top")) for name, rows in (("touch", touches), ("fact", facts))}
    return StageMove.objects.filter(pk__among=moves).values_list("lead", "at", "received_at").annotate(**newest)


def _after_handoffs(entries: Dated) -> None:
    sla.start_all(_handoffs([entry for entry, _ in entries]))


def _after_work(entries: Dated) -> None:
    """Sales tried, answered, or took that back: the clocks of the handoffs are judged, and marketing's for leads that came back."""
    answers = [entry for entry, _ in entries if entry.verb in ANSWERS]
    answered = {handoff.key: handoff for handoff in _handoffs(answers)}
    activities = _activities({entry.subject_key for entry, _ in entries if entry.verb not in ANSWERS})
    judged = {handoff.pk: handoff for handoff in [*answered.values(), *_handoffs_of(activities)]}
    sla.refresh_all(list(judged.values()))
    returned = [(answered[entry.subject_key].lead, entry.at) for entry in answers if entry.verb in ENDINGS]
    sla.start_nurture_all([(lead, at) for lead, at in returned if lead.stage == "recycled"])
    sla.nurtured_all({a.lead.pk for a in activities if a.lead is not None and a.lead.stage == "recycled"})


def _activities(keys: AbstractSet[str]) -> list[Activity]:
    """Those about a lead."""
    found = _all_of(keys, _activities_of(keys)) if keys else []
    return [activity for activity in found if activity.lead is not None]


@prepared
def _activities_of(keys: Collection[str]) -> QuerySet[Activity]:
    return Activity.objects.filter(key__among=keys).select_related("lead")


def _handoffs_of(activities: Sequence[Activity]) -> list[Handoff]:
    """The handoff each of them belongs to: the last that was made by then."""
    handoffs: dict[int, list[Handoff]] = defaultdict(list)
    for handoff in _newest_first({a.lead_id or 0 for a in activities}) if activities else ():
        handoffs[handoff.lead_id].append(handoff)
    latest = [next((h for h in handoffs[a.lead_id or 0] if h.made_at <= a.occurred_at), None) for a in activities]
    return [handoff for handoff in latest if handoff is not None]


@prepared
def _newest_first(leads: Collection[int]) -> QuerySet[Handoff]:
    return Handoff.objects.filter(lead__among=leads).order_by("-made_at")


def _after_deals(entries: Dated) -> None:
    for entry, at in entries:
        follow_told(Opportunity.objects.get(key=entry.subject_key), at=at)


def _after_statuses(entries: Dated) -> None:
    """A rep answered in their own system: each is carried out as their answer, in the order it was set there."""
    handoffs = {handoff.key: handoff for handoff in _handoffs([entry for entry, _ in entries])}
    for entry, at in sorted(entries, key=lambda one: int(one[0].codes["at_us"])):
        codes = entry.codes
        handoff = handoffs[entry.subject_key]
        handoff.refresh_from_db(fields=["ended_at", "ended_how"])
        follow_status(handoff, codes["means"], codes["reason"], at=from_us(int(codes["at_us"])), received_at=at)


def _after_reasons(entries: Dated) -> None:
    """A rejection has its reason now: marketing's clock runs for a lead that goes back into its care."""
    leads = {lead.key: lead for lead in _leads([str(entry.codes["lead"]) for entry, _ in entries])}
    returned = [(leads[entry.codes["lead"]], entry.at) for entry, _ in entries]
    sla.start_nurture_all([(lead, at) for lead, at in returned if lead.stage == "recycled"])


def _handoffs(entries: Sequence[Entry]) -> list[Handoff]:
    keys = {entry.subject_key for entry in entries}
    return _all_of(keys, _handoffs_by(keys)) if keys else []


@prepared
def _handoffs_by(keys: Collection[str]) -> QuerySet[Handoff]:
    return Handoff.objects.filter(key__among=keys).select_related("lead__version", "lead__owner", "owner", "version").order_by("pk")


def _all_of(keys: AbstractSet[str], rows: list[Keyed]) -> list[Keyed]:
    """The rows, if each key has its own. Raises LookupError: what the journal speaks of is never passed over in silence."""
    if missing := keys - {row.key for row in rows}:
        raise LookupError(f"the journal speaks of {', '.join(sorted(missing))}, which is not there")
    return rows


ANSWERS = ("handoff.accepted", "handoff.rejected", "handoff.recycled", "handoff.reopened")
ENDINGS = ("handoff.rejected", "handoff.recycled")
FOLLOWS: dict[str, Follow] = {
    "lead.opened": _after_moves,
    "lead.moved": _after_moves,
    "handoff.made": _after_handoffs,
    "handoff.taken_over": _after_handoffs,
    **dict.fromkeys(ANSWERS, _after_work),
    "status.told": _after_statuses,
    "rejection.reason_given": _after_reasons,
    "opportunity.told": _after_deals,
    "contact.logged": _after_work,
    "contact.withdrawn": _after_work,
}
