"""Begin the passes of people: each opens one lead, whatever the door."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, QuerySet

from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.bulk import insert
from treaty.journal.actions import Said, record_all
from treaty.moments import to_us
from treaty.prepared import prepared
from treaty.qualification import lifecycle
from treaty.qualification.moves import NO_STAGE, Why, step_row
from treaty.qualification.points import NOTHING, Scored
from treaty.team.models import Member
from treaty.truth.models import Assignment, Lead, Person, Touch


class AlreadyOpen(Exception):
    """This person has an open lead; the message names it."""


class Unowned(Exception):
    """The agreement gives leads to an e-mail that is no member's any more; the message names it and the way out."""


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
    insert(step_row(lead, NO_STAGE, o.stage, o.at, o.received_at or o.at, o.why, o.by) for lead, o in pairs)
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
    hands_over = lifecycle.hands_over(signed_of(version).terms, NO_STAGE, opening.stage)
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
