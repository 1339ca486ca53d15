"""What sales did: calls, e-mails, meetings, tied to the person, their open lead and the deal."""

from treaty import trail
from treaty.team.models import Member
from treaty.truth.actions import sameness
from treaty.truth.actions.joining import lead_at
from treaty.truth.actions.people import People
from treaty.truth.actions.work import Batch
from treaty.truth.models import Activity
from treaty.truth.records import ActivityRecord


def member_of(email: str) -> Member | None:
    return Member.objects.filter(email=email.strip().lower()).first() if email else None


def save(numbered: list[tuple[int, ActivityRecord]], people: People, batch: Batch) -> None:
    """What sales did, tied to the person, their open lead and the deal."""
    for number, record in numbered:
        if not record.external_id:
            batch.done.refused.append((number, "an activity without an id could not be recognised again: add one"))
            continue
        try:
            person = people.find(record.ref) if not record.ref.is_empty else None
        except ValueError as problem:
            batch.done.refused.append((number, str(problem)))
            continue
        people.save()
        who = person.pk if person else None
        _save_activity(record, who, people.seen_as(record.ref) or who, batch)


def _save_activity(record: ActivityRecord, person_id: int | None, seen_as_id: int | None, batch: Batch) -> None:
    deal = sameness.by_id([record.opportunity_id] if record.opportunity_id else [], batch).get(record.opportunity_id)
    known = min(record.known_at or batch.received_at, batch.received_at)
    activity, is_new = Activity.objects.get_or_create(
        source=batch.source,
        external_id=record.external_id[:200],
        defaults={
            "person_id": person_id,
            "seen_as_id": seen_as_id,
            "lead": lead_at(person_id, record.occurred_at),
            "opportunity": deal,
            "member": member_of(record.member_email),
            "kind": record.kind[:30],
            "direction": record.direction,
            "outcome": record.outcome[:40],
            "text": record.text,
            "occurred_at": record.occurred_at,
            "known_at": max(known, record.occurred_at),
            "received_at": batch.received_at,
        },
    )
    batch.done.count(is_new=is_new)
    (trail.made if is_new else trail.met)(Activity, [activity.pk])
    batch.done.activity_ids.add(activity.pk)
