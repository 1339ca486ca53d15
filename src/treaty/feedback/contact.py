"""What a rep does with a lead: tries, talks, meets, learns. Each is one key in the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from treaty.agreement.queries import signed_of
from treaty.bulk import insert
from treaty.handoff.actions import lock
from treaty.journal.actions import Said, record, record_all
from treaty.keys import new_key
from treaty.prepared import prepared
from treaty.qualification import moves
from treaty.qualification.marks import mark
from treaty.qualification.moves import How, Why
from treaty.team.models import Member
from treaty.truth.models import Activity, Fact, Lead, Objection, Person, Source, StageMove

ANSWERED = ("connected", "held", "booked", "replied")
"""Outcomes that mean the person was reached."""


class NotContact(Exception):
    """This cannot be logged; the message says why."""


def by_hand() -> Source:
    """Where things entered in Treaty itself come from."""
    return (
        next(iter(_ours()), None)
        or Source.objects.get_or_create(
            name="Treaty", defaults={"kind": Source.Kind.MANUAL, "made_at": datetime.fromisoformat("2000-01-01T00:00:00+00:00")}
        )[0]
    )


@prepared
def _ours() -> QuerySet[Source]:
    return Source.objects.filter(name="Treaty")


OUTCOMES = ("", "no_answer", "voicemail", "connected", "replied", "sent", "booked", "held")
"""How a contact ended: names, for the journal keeps them for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One thing done about a lead. kind: call, email, meeting, note, …; at: when it was done."""

    lead: Lead
    kind: str
    by: Member
    at: datetime
    outcome: str = ""
    text: str = ""
    received_at: datetime | None = None


def log_contact(
    lead: Lead, kind: str, *, by: Member, at: datetime, outcome: str = "", text: str = "", received_at: datetime | None = None
) -> Activity:
    """A call, e-mail or message sent to the person. Raises NotContact for a note: it reaches nobody."""
    if kind == "note":
        raise NotContact("a note reaches nobody: log a call, an e-mail or a message")
    return log_all([Logged(lead=lead, kind=kind, by=by, at=at, outcome=outcome, text=text, received_at=received_at)])[0]


def book_meeting(lead: Lead, *, by: Member, at: datetime, meets_at: datetime | None = None, text: str = "") -> Activity:
    """A meeting agreed with the person; it counts as reaching them."""
    return log_all([booked(lead, by=by, at=at, meets_at=meets_at, text=text)])[0]


def booked(lead: Lead, *, by: Member, at: datetime, meets_at: datetime | None = None, text: str = "") -> Logged:
    """What is logged of it."""
    said = f"{meets_at.isoformat()} {text}".strip() if meets_at else text
    return Logged(lead=lead, kind="meeting", by=by, at=at, outcome="booked", text=said)


def note(lead: Lead, text: str, *, by: Member, at: datetime) -> Activity:
    """Something worth remembering; it reaches nobody and stops no clock."""
    return log_all([Logged(lead=lead, kind="note", by=by, at=at, text=text)])[0]


@transaction.atomic
def log_all(logged: Sequence[Logged]) -> list[Activity]:
    """Keep what was done about several leads, in a fixed number of queries. Raises NotContact for an outcome that is none."""
    for one in logged:
        if one.outcome not in OUTCOMES:
            raise NotContact(f"{one.outcome!r} is not how a contact ends: use one of {', '.join(filter(None, OUTCOMES))}")
    if not logged:
        return []
    source = by_hand()
    rows = insert(_activity(one, source) for one in logged)
    record_all([_said(row, one) for row, one in zip(rows, logged, strict=True)])
    return rows


def _activity(one: Logged, source: Source) -> Activity:
    return Activity(
        source=source,
        external_id=new_key(),
        person=one.lead.person,
        lead=one.lead,
        member=one.by,
        kind=one.kind,
        outcome=one.outcome,
        text=one.text,
        occurred_at=one.at,
        known_at=one.received_at or one.at,
        received_at=one.received_at or one.at,
    )


def _said(row: Activity, one: Logged) -> Said:
    codes = {"lead": one.lead.key, "kind": one.kind, "outcome": one.outcome}
    return Said("contact.logged", row, one.at, one.by, one.lead.version.hash, codes, {"text": one.text} if one.text else None)


@transaction.atomic
def unlog(activity: Activity, *, by: Member, at: datetime) -> None:
    """Take a logged contact back; clocks it stopped run again."""
    if Activity.objects.filter(pk=activity.pk, withdrawn_at=None).update(withdrawn_at=at):
        codes = {"lead": activity.lead.key if activity.lead else ""}
        record("contact.withdrawn", activity, by=by, at=at, codes=codes)


@transaction.atomic
def answer(person: Person, answers: Mapping[str, str], *, by: Member, at: datetime) -> None:
    """Keep what the person answered (budget, timeline, ...), so that nobody asks twice; they are judged by it next."""
    source = by_hand()
    insert(
        Fact(
            subject=Fact.Subject.PERSON,
            subject_id=person.pk,
            field=f"answer.{name}"[:60],
            text=value[:500],
            occurred_at=at,
            known_at=at,
            received_at=at,
            source=source,
        )
        for name, value in answers.items()
        if value.strip()
    )
    record("answer.noted", person, by=by, at=at, codes={"answers": sorted(answers)})
    mark([person.pk], at=at)


@transaction.atomic
def qualify(lead: Lead, *, by: Member, at: datetime, answers: Mapping[str, str] | None = None) -> StageMove:
    """Sales has met the need: the lead becomes sales qualified. Raises lifecycle.NotAllowed naming missing answers."""
    lock(lead.pk)
    if answers:
        answer(lead.person, answers, by=by, at=at)
    terms = signed_of(lead.version).terms
    stage = "sales_qualified" if "sales_qualified" in terms.stages else terms.stages[lead.stage].moves[0]
    return moves.move(lead, stage, at=at, why=Why(How.PERSON), by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An objection in the buyer's words, under a theme the teams share."""

    lead: Lead
    text: str
    by: Member
    at: datetime
    theme: str = ""


def hear(lead: Lead, text: str, *, by: Member, at: datetime, theme: str = "") -> Objection:
    """`hear_all` for one objection."""
    return hear_all([Heard(lead=lead, text=text, by=by, at=at, theme=theme)])[0]


@transaction.atomic
def hear_all(heard: Sequence[Heard]) -> list[Objection]:
    """Keep objections; the next brief has them."""
    rows = insert(
        Objection(person=one.lead.person, lead=one.lead, theme=one.theme[:64], text=one.text, by=one.by, at=one.at) for one in heard
    )
    said = [(one, {"theme": one.theme[:64], "text": one.text}) for one in heard]
    record_all([Said("objection.heard", one.lead, one.at, one.by, words=words) for one, words in said])
    return rows
