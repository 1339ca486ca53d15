"""Open leads and move them: the one way a stage changes, whatever the door."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction

from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.journal.actions import record
from treaty.qualification import lifecycle
from treaty.team.models import Member
from treaty.truth.models import Assignment, Fact, Lead, Person, StageMove, Touch

How = StageMove.How
NO_STAGE = ""


class AlreadyOpen(Exception):
    """This person has an open lead; the message names it."""


@dataclass(frozen=True, slots=True)
class Why:
    """The ground of a move: a code of the agreement, a person's words, and the records that caused it."""

    how: StageMove.How
    reason: str = ""
    note: str = ""
    because: Sequence[dict[str, Any]] = field(default_factory=tuple)


@transaction.atomic
def open_lead(
    person: Person,
    version: Version,
    *,
    stage: str,
    at: datetime,
    why: Why,
    by: Member | None = None,
    segment: str = "",
    received_at: datetime | None = None,
) -> Lead:
    """Begin a person's next pass. Until the handoff the marketing member the agreement names owns it.

    Raises AlreadyOpen; two writers at once get one lead, by constraint (IntegrityError for the second).
    """
    existing = Lead.objects.filter(person=person, closed_at=None).first()
    if existing is not None:
        raise AlreadyOpen(f"{person} already has an open lead, {existing.key}")
    terms = signed_of(version).terms
    owner = Member.objects.get(email=terms.owner_before_handoff)
    first = _creating_touch(person, at)
    number = (Lead.objects.filter(person=person).aggregate(top=models.Max("number"))["top"] or 0) + 1
    lead = Lead.objects.create(
        person=person,
        number=number,
        stage=stage,
        stage_since=at,
        owner=owner,
        version=version,
        segment=segment,
        opened_at=at,
        source=person.lead_source,
        channel=first.channel if first else "",
        campaign=first.campaign if first else "",
        made_by_touch=first,
    )
    Assignment.objects.create(
        lead=lead, owner=owner, starts_at=at, rule="before_handoff", reasons=["owns leads before the handoff"], version=version
    )
    _write(lead, NO_STAGE, stage, at, received_at or at, why, by)
    record("lead.opened", lead, by=by, at=at, agreement=version.hash, codes={"stage": stage, "how": why.how, "pass": number})
    return lead


def _creating_touch(person: Person, at: datetime) -> Touch | None:
    """The touch that made the lead: the last one known by then."""
    return Touch.objects.filter(person=person, known_at__lte=at).order_by("-occurred_at", "-id").first()


@transaction.atomic
def move(lead: Lead, to_stage: str, *, at: datetime, why: Why, by: Member | None = None, received_at: datetime | None = None) -> StageMove:
    """Take a lead one step through the agreed graph. Raises lifecycle.NotAllowed.

    at: when it happened; received_at: when we learned of it (default: the same). Backward moves are ordinary
    and kept; a move never rewrites an earlier one.
    """
    lead = Lead.objects.select_for_update(of=("self",)).select_related("version").get(pk=lead.pk)
    terms = signed_of(lead.version).terms
    lifecycle.check_move(terms, lead.stage, to_stage)
    lifecycle.check_answers(terms, to_stage, _captured(lead, terms, to_stage))
    from_stage = lead.stage
    row = _write(lead, from_stage, to_stage, at, received_at or at, why, by)
    lead.stage, lead.stage_since = to_stage, at
    lead.closed_at = at if lifecycle.ends(terms, to_stage) else None
    lead.save(update_fields=["stage", "stage_since", "closed_at"])
    codes = {
        "from": from_stage,
        "to": to_stage,
        "how": why.how,
        "reason": why.reason,
        "hands_over": _hands_over(terms, from_stage, to_stage),
    }
    words = {"note": why.note} if why.note else None
    record("lead.moved", lead, by=by, at=at, agreement=lead.version.hash, codes=codes, words=words)
    return row


def _hands_over(terms: Terms, from_stage: str, to_stage: str) -> bool:
    return lifecycle.hands_over(terms, from_stage, to_stage)


def _captured(lead: Lead, terms: Terms, to_stage: str) -> set[str]:
    if not terms.stages.get(to_stage) or not terms.stages[to_stage].captured:
        return set()
    fields = Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id=lead.person_id, field__startswith="answer.").values_list(
        "field", flat=True
    )
    return {name.removeprefix("answer.") for name in fields}


def _write(lead: Lead, from_stage: str, to_stage: str, at: datetime, received_at: datetime, why: Why, by: Member | None) -> StageMove:
    return StageMove.objects.create(
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


@transaction.atomic
def rest(lead: Lead, *, until: datetime | None, evidence_from: datetime | None) -> None:
    """Leave a returned lead alone until then; touches before `evidence_from` no longer qualify it."""
    Lead.objects.filter(pk=lead.pk).update(rests_until=until, evidence_from=evidence_from)
