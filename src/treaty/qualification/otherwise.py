"""Decisions that stand although the same definition would decide otherwise by what is known today.

What was decided is not taken back: touches that were told late, a value that was corrected, records made one or parted change what a
definition says of the past, and sales was told already. Here is said of which steps that is so.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from treaty.agreement.models import InForce, Version
from treaty.moments import from_us, to_us
from treaty.qualification import asking
from treaty.qualification.live import Turn, verdict
from treaty.qualification.panel import Name, panel_of
from treaty.qualification.settled import AtAccounts
from treaty.truth.models import Lead, StageMove

AT_ONCE = 500
"""Leads asked about in one statement."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One step by a definition that stands. held_at: when it would be taken by what is known today, earlier than it was; None: not then."""

    lead: Lead
    stage: str
    at: datetime
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """The steps found among some leads. looked: how many leads that was; judged: those of them that were judged again; last: the
    lead it ended with when there are more behind it, else None."""

    found: Sequence[Otherwise]
    looked: int
    judged: int
    last: Lead | None


def look(leads: QuerySet[Lead], *, since: datetime, at: datetime, most: int, after: Lead | None = None) -> Look:
    """Judge again those that a definition moved since then, the latest first, of the next `most` leads that moved. Raises TookTooLong.

    after: the lead the look before ended with; a lead that moves between two looks may be in both or in none
    """
    rows = leads.filter(stage_since__gte=since)
    if after is not None:
        rows = rows.filter(Q(stage_since__lt=after.stage_since) | Q(stage_since=after.stage_since, pk__gt=after.pk))
    some = list(rows.select_related(None).order_by("-stage_since", "pk").only("pk", "key", "stage_since")[: most + 1])
    has_more, some = len(some) > most, some[:most]
    moved = StageMove.objects.filter(lead=OuterRef("pk"), how=StageMove.How.DEFINITION, withdrawn_at=None, at__gte=since)
    later = Lead.objects.filter(person=OuterRef("person"), number__gt=OuterRef("number"), joined_to=None)
    asked = list(leads.filter(Exists(moved), ~Exists(later), pk__in=[one.pk for one in some]))
    return Look(otherwise(asked, at=at), len(some), len(asked), some[-1] if has_more else None)


def otherwise(leads: Sequence[Lead], *, at: datetime) -> list[Otherwise]:
    """Of the last passes of these people the steps that would be judged otherwise, the latest first. Raises TookTooLong.

    leads: with their versions; of a person the last is asked about. Steps before a return are left out: what counted for them
    does no longer.
    """
    last = {lead.person_id: lead for lead in sorted(leads, key=lambda one: one.number) if lead.joined_to_id is None}
    by_version: dict[Version, list[Lead]] = defaultdict(list)
    for lead in last.values():
        by_version[lead.version].append(lead)
    found = []
    for version, some in by_version.items():
        for start in range(0, len(some), AT_ONCE):
            found += _of(version, some[start : start + AT_ONCE], at)
    return sorted(found, key=lambda one: (one.at, one.lead.pk), reverse=True)


Turns = Mapping[Name, Mapping[int, list[Turn]]]


def _of(version: Version, leads: Sequence[Lead], at: datetime) -> list[Otherwise]:
    people = {lead.person_id: lead for lead in leads}
    before = _over(people)
    again = {pk: people[pk] for pk in before}
    turns = _turns(version, people, {}, at)
    opening = {**dict.fromkeys(people, turns), **(dict.fromkeys(again, _turns(version, again, before, at)) if again else {})}
    starts_at = InForce.objects.filter(version=version).order_by("starts_at").values_list("starts_at", flat=True).first()
    steps: dict[int, list[StageMove]] = defaultdict(list)
    for move in StageMove.objects.filter(lead__in=leads, withdrawn_at=None).order_by("at", "id"):
        steps[move.lead_id].append(move)
    return [one for lead in leads for one in _steps(lead, steps[lead.pk], opening[lead.person_id], turns, starts_at)]


def _turns(version: Version, people: Mapping[int, Lead], over: Mapping[int, datetime], at: datetime) -> Turns:
    panel = panel_of(version)
    asked = asking.read(panel, people, people, over, AtAccounts(at))
    return panel.judge.turns(asked.touches, asked.facts, to_us(at), asked.turns)


def _over(people: Mapping[int, Lead]) -> dict[int, datetime]:
    """By person, when the pass before this one ended: what they did until then opens no new one, and counts again in it."""
    rows = Lead.objects.filter(person__in=people, closed_at__isnull=False, joined_to=None).order_by("closed_at")
    return {one.person_id: one.closed_at for one in rows if one.number < people[one.person_id].number and one.closed_at is not None}


def _steps(lead: Lead, steps: Sequence[StageMove], opening: Turns, turns: Turns, starts_at: datetime | None) -> list[Otherwise]:
    """opening: by which the pass was opened, and what it passed in the same decision; turns: all other steps."""
    found = []
    floors = [moment for moment in (starts_at, lead.evidence_from) if moment is not None]
    judged = opening
    for step in steps:
        ways = [(str(one["stage"]), str(one["way"])) for one in step.because if "stage" in one and "way" in one]
        counts = lead.evidence_from is None or step.at >= lead.evidence_from
        if step.how == StageMove.How.DEFINITION and counts and (known := [judged[way] for way in ways if way in judged]):
            held_at = _held_at([of.get(lead.person_id, []) for of in known], step.at)
            floored = max([held_at, *floors]) if held_at is not None else None
            if floored is None or floored < step.at:
                found.append(Otherwise(lead, step.to_stage, step.at, floored))
        if step.how != StageMove.How.PASSED:  # what is passed on the way is of the same decision
            floors, judged = [*floors, step.at], turns
    return found


def _held_at(turns: Sequence[list[Turn]], at: datetime) -> datetime | None:
    """Since when any of the ways holds that holds at a moment; None where none does."""
    verdicts = [verdict(0, of, to_us(at)) for of in turns]
    since = [one.since_us for one in verdicts if one.holds and one.since_us is not None]
    return from_us(min(since)) if since else None
