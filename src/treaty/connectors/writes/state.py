"""What is true of leads now, as it is written elsewhere, and which record of a system each is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from treaty.connectors.models import Connection
from treaty.connectors.vendors.writer import Writer
from treaty.feedback.models import Disposition
from treaty.truth.models import Lead, SystemRecord


@dataclass(frozen=True, slots=True)
class Subject:
    """A lead, the record it is in a system, and what is true of it here by kind of value (`rules.KINDS`)."""

    lead: Lead
    target: str
    external_id: str
    wanted: Mapping[str, str]


def subjects(leads: Iterable[Lead], connection: Connection, writer: Writer) -> dict[int, Subject]:
    """By row of the lead; one whose person has no record there is left out. Three queries.

    leads: with person, owner and version. Of several records of a person the preferred kind counts, of those the newest.
    """
    listed = list(leads)
    records = _records([lead.person_id for lead in listed], connection, writer)
    answers = _answers([lead.pk for lead in listed])
    return {
        lead.pk: Subject(lead, *records[lead.person_id], wanted(lead, answers.get(lead.pk))) for lead in listed if lead.person_id in records
    }


def wanted(lead: Lead, answer: Disposition | None) -> dict[str, str]:
    """What is true of a lead now. Of an answer the last one that was not taken back; a score of nothing is 0."""
    return {
        "stage": lead.stage,
        "grade": lead.grade,
        "fit": str(lead.fit),
        "engagement": str(lead.engagement),
        "owner": lead.owner.email,
        "disposition": answer.outcome if answer else "",
        "reason": answer.reason if answer else "",
    }


def _records(people: Sequence[int], connection: Connection, writer: Writer) -> dict[int, tuple[str, str]]:
    """By person, (target, id) of the record to write into."""
    order = {target: place for place, target in enumerate(writer.targets)}
    found: dict[int, list[tuple[int, float, str]]] = defaultdict(list)
    rows = SystemRecord.objects.filter(source=connection.source_id, kind=SystemRecord.Kind.PERSON, person__in=people, gone_at=None)
    for row in rows:
        place = order.get(writer.target_of(row.external_id), len(order))
        newest = -(row.changed_at or row.seen_at).timestamp()
        found[row.person_id or 0].append((place, newest, row.external_id))
    best = {person: min(some)[2] for person, some in found.items()}
    return {person: (writer.target_of(one), one) for person, one in best.items()}


def _answers(leads: Sequence[int]) -> dict[int, Disposition]:
    """By lead, sales' last answer."""
    rows = Disposition.objects.filter(handoff__lead__in=leads, withdrawn_at=None).select_related("handoff").order_by("at", "id")
    return {row.handoff.lead_id: row for row in rows}
