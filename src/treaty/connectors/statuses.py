"""A rep who works in their own system only: what a status there means here. Told by what is pulled, carried out by the journal.

A status counts from the handoff on, once each time it is set, at the moment the system says. What it means is chosen for each
connected system, with the vendor's usual statuses to begin with.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from treaty.agreement.queries import all_in_force, signed_of
from treaty.connectors import rechosen
from treaty.connectors.fates import fate_of
from treaty.connectors.files.to_records import Made
from treaty.connectors.models import Connection
from treaty.connectors.vendors.talk import Row
from treaty.connectors.writes.allowed import hold
from treaty.feedback.elsewhere import CONTACTED, OUTCOMES
from treaty.handoff.models import Handoff
from treaty.journal.actions import Said, record, record_all
from treaty.moments import to_us
from treaty.team.models import Member
from treaty.truth.models import Fact, SystemRecord
from treaty.truth.records import ActivityRecord, PersonRecord, PersonRef, Record

FIELDS = {"lead_status": "Lead status", "lifecycle_stage": "Lifecycle stage"}
"""Fields of a person whose values may be a rep's answer, in words."""
USUAL: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "hubspot": {
        "lead_status": {
            "ATTEMPTED_TO_CONTACT": "contacted", "CONNECTED": "contacted", "IN_PROGRESS": "accepted", "OPEN_DEAL": "accepted",
            "UNQUALIFIED": "rejected", "BAD_TIMING": "recycled",
        },
    },
    "salesforce": {
        "lead_status": {"Working - Contacted": "contacted", "Closed - Converted": "accepted", "Closed - Not Converted": "rejected"},
    },
}  # fmt: skip
"""What the vendors' own statuses mean, until somebody chooses. A company's own mean nothing until they are chosen."""
ACTIVITY, NOTHING = "activity", "nothing"
"""How the meanings call kinds of activities; one that means nothing is kept as a note, which reaches nobody and stops no clock."""
ANSWERS = "answers"
"""Where `Connection.mapping` keeps it: by field and value, a meaning, or `rejected:` and a reason of the agreement."""


class NoMeaning(ValueError):
    """A meaning that is none; the message names it and those there are."""


class Meaning(NamedTuple):
    """What a status says: contacted, accepted, rejected or recycled; reason: of the agreement, for a rejection that says it."""

    means: str
    reason: str = ""


def meanings_of(connection: Connection) -> Mapping[str, Mapping[str, str]]:
    chosen: Mapping[str, Mapping[str, str]] | None = connection.mapping.get(ANSWERS)
    return USUAL.get(connection.vendor, {}) if chosen is None else chosen


def meaning(text: str) -> Meaning:
    means, _, reason = text.partition(":")
    return Meaning(means, reason)


@transaction.atomic
def choose(connection: Connection, chosen: Mapping[str, Mapping[str, str]], *, at: datetime, by: Member | None) -> None:
    """Keep what each status means from now on; values that mean nothing are left out. Raises NoMeaning."""
    reasons = {reason.id for held in all_in_force(at) for reason in signed_of(held.version).terms.reasons.rejected}
    if any(text != NOTHING for text in chosen.get(ACTIVITY, {}).values()):
        raise NoMeaning(f"a kind of activity is a contact or means {NOTHING}")
    for text in (text for field, values in chosen.items() if field != ACTIVITY for text in values.values()):
        means, reason = meaning(text)
        if means not in (CONTACTED, *OUTCOMES) or (reason and (means != "rejected" or reason not in reasons)):
            raise NoMeaning(
                f"{text[:80]!r} is nothing a status can mean: use {CONTACTED}, {', '.join(OUTCOMES)}, or rejected with a reason"
            )
    hold(connection)
    connection.mapping = {**connection.mapping, ANSWERS: {field: dict(values) for field, values in chosen.items()}}
    connection.save(update_fields=["mapping"])
    n = sum(len(values) for values in chosen.values())
    record("source.statuses_changed", connection.source, by=by, at=at, codes={"n": n})


def heard(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """The rows with kinds of activities that mean nothing as notes."""
    silent = {kind for kind, means in meanings_of(connection).get(ACTIVITY, {}).items() if means == NOTHING}
    if not silent:
        return list(rows)
    return [replace(row, records=[_as_note(record, silent) for record in row.records]) for row in rows]


def _as_note(record: Record, silent: Collection[str]) -> Record:
    return replace(record, kind="note") if isinstance(record, ActivityRecord) and record.kind in silent else record


def tell(connection: Connection, rows: Sequence[Row], at: datetime) -> None:
    """Tell what statuses that came with these rows say, in the transaction that stored them. Echoes are not among them."""
    meanings = {field: values for field, values in meanings_of(connection).items() if field in FIELDS}
    ids = [row.id for row in rows if any(_states(record, meanings) for record in row.records)]
    if not ids:
        return
    records = SystemRecord.objects.filter(source=connection.source_id, kind=SystemRecord.Kind.PERSON, external_id__in=ids)
    people = {row.person_id or 0: row.external_id for row in records}
    facts = Fact.objects.filter(
        subject=Fact.Subject.PERSON, subject_id__in=people, field__in=list(meanings), source=connection.source_id, received_at=at
    ).order_by("occurred_at", "id")
    chosen = rechosen.moments(connection)  # what another field says at the moment it was chosen is nobody's answer
    heard = [fact for fact in facts if fact.occurred_at not in chosen.get(fact.field, ())]
    told = [(fact, meaning(meanings[fact.field][fact.text])) for fact in heard if fact.text and fact.text in meanings[fact.field]]
    handoffs = _handoffs({fact.subject_id for fact, _ in told})
    _tell_contacts(connection, [(fact, people[fact.subject_id], handoffs) for fact, said in told if said.means == CONTACTED], at)
    record_all([said for fact, means in told if means.means != CONTACTED for said in _said(connection, fact, means, handoffs, at)])


def _states(record: object, meanings: Mapping[str, object]) -> bool:
    return isinstance(record, PersonRecord) and not meanings.keys().isdisjoint(record.fields)


Handoffs = Mapping[int, Sequence[Handoff]]


def _handoffs(people: Iterable[int]) -> Handoffs:
    """By person, the newest first."""
    found: dict[int, list[Handoff]] = {}
    rows = Handoff.objects.filter(lead__person__in=list(people)).select_related("lead", "owner", "version").order_by("-made_at", "-id")
    for row in rows:
        found.setdefault(row.lead.person_id, []).append(row)
    return found


def _at(fact: Fact, handoffs: Handoffs) -> Handoff | None:
    """The handoff a status is about: the last one made by then."""
    return next((one for one in handoffs.get(fact.subject_id, ()) if one.made_at <= fact.occurred_at), None)


def _tell_contacts(connection: Connection, contacts: Sequence[tuple[Fact, str, Handoffs]], at: datetime) -> None:
    """A status that says somebody was contacted is a contact by the owner, at that moment."""
    rows = []
    for place, (fact, external_id, handoffs) in enumerate(contacts):
        handoff = _at(fact, handoffs)
        if handoff is not None:
            made = ActivityRecord(
                external_id=f"status:{fact.pk}", kind="contact", occurred_at=fact.occurred_at, ref=PersonRef(external_id=external_id),
                member_email=handoff.owner.email, text=fact.text or "", known_at=fact.known_at,
            )  # fmt: skip
            rows.append(Made(place, [], (made,)))
    if rows:
        fate_of(list(rows), connection.source, at)


def _said(connection: Connection, fact: Fact, says: Meaning, handoffs: Handoffs, at: datetime) -> list[Said]:
    handoff = _at(fact, handoffs)
    if handoff is None:
        return []
    codes = {
        "lead": handoff.lead.key, "means": says.means, "reason": says.reason, "at_us": to_us(fact.occurred_at), "source": connection.key,
    }  # fmt: skip
    return [Said("status.told", handoff, at, agreement=handoff.version.hash, codes=codes)]
