"""Open leads and move them: the one way a stage changes, whatever the door."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, QuerySet

from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.bulk import insert, update
from treaty.journal.actions import Said, record, record_all
from treaty.moments import to_us
from treaty.prepared import prepared
from treaty.qualification import lifecycle
from treaty.qualification.points import NOTHING, Scored
from treaty.team.models import Member
from treaty.truth.models import Assignment, Fact, Lead, Person, StageMove, Touch

How = StageMove.How
NO_STAGE = ""


class AlreadyOpen(Exception):
    """This person has an open lead; the message names it."""


class Unowned(Exception):
    """The agreement gives leads to an e-mail that is no member's any more; the message names it and the way out."""


@dataclass(frozen=True, slots=True)
class Why:
    """The ground of a move: a code of the agreement, a person's words, and the records that caused it."""

    how: StageMove.How
    reason: str = ""
    note: str = ""
    because: Sequence[dict[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Opening:
    """A pass that begins: whose, at which stage, when, why; received_at: when we learned of it; scored: what they score."""

    person: Person
    stage: str
    at: datetime
    why: Why
    segment: str = ""
    by: Member | None = None
    received_at: datetime | None = None
    scored: Scored | None = None


class Made(NamedTuple):
    """The touch that made a lead: its row, and what the lead keeps of it."""

    touch: int | None = None
    channel: str = ""
    campaign: str = ""


def open_lead(opening: Opening, version: Version) -> Lead:
    """Begin one person's next pass. Raises AlreadyOpen."""
    opened = open_leads([opening], version)
    if not opened:
        raise AlreadyOpen(f"{opening.person} already has an open lead")
    return opened[0]


@transaction.atomic
def open_leads(openings: Sequence[Opening], version: Version) -> list[Lead]:
    """Begin the next pass of several people, in a fixed number of queries; those with an open lead are left out.

    Until the handoff the marketing member the agreement names owns them. Two writers at once get one lead each
    person, by constraint (IntegrityError for the second). Raises Unowned.
    """
    owner = _first_owner(version)
    ids = [opening.person.pk for opening in openings]
    is_open = set(_with_open_lead(ids))
    passes = dict(_passes(ids))
    firsts = _creating_touches(openings)
    wanted = [opening for opening in openings if opening.person.pk not in is_open]
    leads = insert([_lead(o, version, owner, passes.get(o.person.pk, 0) + 1, firsts.get(o.person.pk, Made())) for o in wanted])
    insert(
        Assignment(
            lead=lead,
            owner=owner,
            starts_at=lead.opened_at,
            rule="before_handoff",
            reasons=["owns leads before the handoff"],
            version=version,
        )
        for lead in leads
    )
    pairs = list(zip(leads, wanted, strict=True))
    insert(_row(lead, NO_STAGE, o.stage, o.at, o.received_at or o.at, o.why, o.by) for lead, o in pairs)
    record_all([Said("lead.opened", lead, o.at, o.by, version.hash, _opened_codes(lead, o, version)) for lead, o in pairs])
    return leads


@prepared
def _with_open_lead(people: Collection[int]) -> QuerySet[Lead, int]:
    return Lead.objects.filter(person__among=people, closed_at=None).values_list("person_id", flat=True)


@prepared
def _passes(people: Collection[int]) -> QuerySet[Lead, tuple[int, int]]:
    """By person, the number of their last pass."""
    return Lead.objects.filter(person__among=people).values_list("person_id").annotate(top=Max("number"))


def _first_owner(version: Version) -> Member:
    email = signed_of(version).terms.owner_before_handoff
    owner = Member.objects.filter(email=email).first()
    if owner is None:
        says = f"version {version.number} gives leads before the handoff to {email}, who is no member"
        raise Unowned(f"{says}: add them with `treaty member add {email}`")
    return owner


def _opened_codes(lead: Lead, opening: Opening, version: Version) -> dict[str, Any]:
    """A pass may begin in sales' care: then a handoff follows from its opening, as it does from a move."""
    hands_over = _hands_over(signed_of(version).terms, NO_STAGE, opening.stage)
    return {"stage": opening.stage, "how": str(opening.why.how), "pass": lead.number, "hands_over": hands_over}


def _lead(opening: Opening, version: Version, owner: Member, number: int, made: Made) -> Lead:
    return Lead(
        person=opening.person,
        number=number,
        stage=opening.stage,
        stage_since=opening.at,
        owner=owner,
        version=version,
        segment=opening.segment,
        opened_at=opening.at,
        source=opening.person.lead_source,
        channel=made.channel,
        campaign=made.campaign,
        made_by_touch_id=made.touch,
        **(opening.scored or NOTHING).kept,
    )


def _creating_touches(openings: Sequence[Opening]) -> dict[int, Made]:
    """By person, the last touch known by then."""
    by_then = {opening.person.pk: to_us(opening.at) for opening in openings}
    rows = _touches.bare(list(by_then))
    return {person: Made(*told) for person, known_us, *told in rows if known_us <= by_then[person]}


@prepared
def _touches(people: Collection[int]) -> QuerySet[Touch, Any]:
    told = Touch.objects.filter(person__among=people).order_by("occurred_at", "id")
    return told.values_list("person_id", "known_at", "id", "channel", "campaign")


@prepared
def _held(leads: Collection[int]) -> QuerySet[Lead]:
    return Lead.objects.select_for_update(of=("self",)).select_related("version").filter(pk__among=leads).order_by("pk")


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
    return found


def _walk(lead: Lead, one: Moving, captured: Collection[str]) -> list[StageMove]:
    """The rows of all steps. captured: the answers noted by then. Raises lifecycle.NotAllowed."""
    terms, stage, rows = signed_of(lead.version).terms, lead.stage, []
    for to_stage, why in one.steps:
        lifecycle.check_move(terms, stage, to_stage)
        lifecycle.check_answers(terms, to_stage, captured)
        rows.append(_row(lead, stage, to_stage, one.at, one.received_at or one.at, why, one.by))
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
        "hands_over": _hands_over(signed_of(lead.version).terms, row.from_stage, row.to_stage),
    }
    return Said("lead.moved", lead, one.at, one.by, lead.version.hash, codes, {"note": row.note} if row.note else None)


def _hands_over(terms: Terms, from_stage: str, to_stage: str) -> bool:
    return lifecycle.hands_over(terms, from_stage, to_stage)


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


def _row(lead: Lead, from_stage: str, to_stage: str, at: datetime, received_at: datetime, why: Why, by: Member | None) -> StageMove:
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


@dataclass(frozen=True, slots=True)
class Resting:
    """A returned lead that is left alone until then; touches before `evidence_from` no longer qualify it."""

    lead: Lead
    until: datetime | None
    evidence_from: datetime | None


def rest(lead: Lead, *, until: datetime | None, evidence_from: datetime | None) -> None:
    """`rest_all` for one lead."""
    rest_all([Resting(lead, until, evidence_from)])


def rest_all(resting: Sequence[Resting]) -> None:
    for one in resting:
        one.lead.rests_until, one.lead.evidence_from = one.until, one.evidence_from
    update([one.lead for one in resting], ["rests_until", "evidence_from"])
