"""Move leads and take moves back: the one way a stage changes, whatever the door."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from treaty.agreement.queries import signed_of
from treaty.bulk import insert, update
from treaty.journal.actions import Said, record, record_all
from treaty.prepared import prepared
from treaty.qualification import lifecycle
from treaty.qualification.marks import mark
from treaty.team.models import Member
from treaty.truth.models import Fact, Lead, StageMove

How = StageMove.How
NO_STAGE = ""


@dataclass(frozen=True, slots=True)
class Why:
    """The ground of a move: a code of the agreement, a person's words, and the records that caused it."""

    how: StageMove.How
    reason: str = ""
    note: str = ""
    because: Sequence[dict[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Moving:
    """A lead that takes steps through the agreed graph at one moment, each with its ground.

    at: when it happened; received_at: when we learned of it (default: the same).
    """

    lead: Lead
    steps: Sequence[tuple[str, Why]]
    at: datetime
    received_at: datetime | None = None
    by: Member | None = None


def move(lead: Lead, to_stage: str, *, at: datetime, why: Why, by: Member | None = None, received_at: datetime | None = None) -> StageMove:
    """Take a lead one step through the agreed graph. Raises lifecycle.NotAllowed.

    Backward moves are ordinary and kept; a move never rewrites an earlier one. at, received_at: as in `Moving`.
    """
    made = move_all([Moving(lead, [(to_stage, why)], at, received_at, by)])[lead.pk]
    if isinstance(made, lifecycle.NotAllowed):
        raise made
    return made[0]


@transaction.atomic
def move_all(moving: Sequence[Moving]) -> dict[int, list[StageMove] | lifecycle.NotAllowed]:
    """Take several leads through their steps, in the order given: by lead, the moves, or why it takes none of them.

    Each lead comes once. What another writer did meanwhile counts: a lead goes from where it is now.
    """
    pks = [one.lead.pk for one in moving]
    leads = {lead.pk: lead for lead in _held(pks)}
    captured = _captured(moving, leads)
    found: dict[int, list[StageMove] | lifecycle.NotAllowed] = {}
    for one in moving:
        try:
            found[one.lead.pk] = _walk(leads[one.lead.pk], one, captured[leads[one.lead.pk].person_id])
        except lifecycle.NotAllowed as refused:
            found[one.lead.pk] = refused
    made = [(one, rows) for one in moving if isinstance(rows := found[one.lead.pk], list)]
    insert([row for _, rows in made for row in rows])
    update([_arrived(leads[one.lead.pk], one, rows) for one, rows in made], ["stage", "stage_since", "closed_at"])
    record_all([_said(leads[one.lead.pk], row, one) for one, rows in made for row in rows])
    _mark_moved([(leads[one.lead.pk].person_id, rows[-1]) for one, rows in made])
    return found


def _mark_moved(moved: Sequence[tuple[int, StageMove]]) -> None:
    """Who is where no definition took them is judged from there: what leads on may hold already, and a rest ends by itself."""
    by_hand = {person: row.received_at for person, row in moved if row.how not in (How.DEFINITION, How.PASSED)}
    if by_hand:
        mark(by_hand, at=min(by_hand.values()))


@prepared
def _held(leads: Collection[int]) -> QuerySet[Lead]:
    return Lead.objects.select_for_update(of=("self",)).select_related("version").filter(pk__among=leads).order_by("pk")


def _walk(lead: Lead, one: Moving, captured: Collection[str]) -> list[StageMove]:
    """The rows of all steps. captured: the answers noted by then. Raises lifecycle.NotAllowed."""
    terms, stage, rows = signed_of(lead.version).terms, lead.stage, []
    for to_stage, why in one.steps:
        lifecycle.check_move(terms, stage, to_stage)
        lifecycle.check_answers(terms, to_stage, captured)
        rows.append(step_row(lead, stage, to_stage, one.at, one.received_at or one.at, why, one.by))
        stage = to_stage
    return rows


def _arrived(lead: Lead, one: Moving, rows: Sequence[StageMove]) -> Lead:
    lead.stage, lead.stage_since = rows[-1].to_stage, one.at
    lead.closed_at = one.at if lifecycle.ends(signed_of(lead.version).terms, lead.stage) else None
    return lead


def _said(lead: Lead, row: StageMove, one: Moving) -> Said:
    codes = {
        "from": row.from_stage,
        "to": row.to_stage,
        "how": row.how,
        "reason": row.reason,
        "hands_over": lifecycle.hands_over(signed_of(lead.version).terms, row.from_stage, row.to_stage),
    }
    return Said("lead.moved", lead, one.at, one.by, lead.version.hash, codes, {"note": row.note} if row.note else None)


def _captured(moving: Sequence[Moving], leads: Mapping[int, Lead]) -> dict[int, set[str]]:
    """By person, the answers noted of those whose lead goes where the agreement asks for some."""
    found: dict[int, set[str]] = defaultdict(set)
    people = {leads[one.lead.pk].person_id for one in moving if _is_asked(leads[one.lead.pk], one)}
    noted = Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id__in=people, field__startswith="answer.")
    for person, name in noted.values_list("subject_id", "field") if people else ():
        found[person].add(name.removeprefix("answer."))
    return found


def _is_asked(lead: Lead, one: Moving) -> bool:
    stages = signed_of(lead.version).terms.stages
    return any(stages[to_stage].captured for to_stage, _ in one.steps if to_stage in stages)


def step_row(lead: Lead, from_stage: str, to_stage: str, at: datetime, received_at: datetime, why: Why, by: Member | None) -> StageMove:
    return StageMove(
        lead=lead,
        from_stage=from_stage,
        to_stage=to_stage,
        at=at,
        received_at=received_at,
        how=why.how,
        reason=why.reason,
        note=why.note,
        because=list(why.because),
        by=by,
        version=lead.version,
    )


@transaction.atomic
def withdraw(row: StageMove, *, by: Member, at: datetime) -> None:
    """Take a move back: the row stays, marked, and the lead stands where the last move that counts left it."""
    StageMove.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=at)
    lead = Lead.objects.select_for_update(of=("self",)).get(pk=row.lead_id)
    last = lead.moves.filter(withdrawn_at=None).order_by("-at", "-id").first()
    if last is None:
        raise lifecycle.NotAllowed(f"lead {lead.key} began with this move: it cannot be taken back")
    lead.stage, lead.stage_since, lead.closed_at = last.to_stage, last.at, None
    lead.save(update_fields=["stage", "stage_since", "closed_at"])
    record("move.withdrawn", lead, by=by, at=at, agreement=lead.version.hash, codes={"from": row.to_stage, "to": last.to_stage})
    mark([lead.person_id], at=at)
