"""What becomes of rows: absorbed together, refused alone, and whom it concerns noted in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError, transaction

from treaty import trail
from treaty.connectors.files.rows import Refused
from treaty.connectors.files.to_records import Made
from treaty.handoff.models import Handoff
from treaty.journal.actions import Said, record_all
from treaty.journal.models import Entry
from treaty.qualification.marks import mark_told
from treaty.truth.actions import Absorbed, absorb
from treaty.truth.models import Activity, Opportunity, Source
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, Record


@dataclass(slots=True)
class Fate:
    """What became of some rows: stored + merged + refused = rows."""

    stored: int = 0
    merged: int = 0
    refused: list[Refused] = field(default_factory=list)


class _Unfit(Exception):
    """A row whose records cannot be kept together."""


def fate_of(rows: list[Made | Refused], source: Source, at: datetime) -> Fate:
    """Absorb the rows that made records, note whom to judge, and say what became of each row.

    A row is stored when its first record was new, merged when that was known or says nothing. A row that breaks what is
    to store it is refused alone, with the reason.
    """
    fate = Fate(refused=[row for row in rows if isinstance(row, Refused)])
    made = [row for row in rows if isinstance(row, Made)]
    try:
        with transaction.atomic(), trail.whole():
            _keep(made, source, at, fate)
    except OperationalError:
        raise
    except Exception:
        for row in made:
            _keep_alone(row, source, at, fate)
    return fate


def _keep_alone(row: Made, source: Source, at: datetime, fate: Fate) -> None:
    try:
        with transaction.atomic(), trail.whole():
            _keep([row], source, at, fate)
    except OperationalError:
        raise
    except _Unfit as why:
        fate.refused.append(Refused(row.line, row.cells, str(why)))
    except Exception as fault:
        problem = f"it could not be stored ({type(fault).__name__}): correct the row, or read it again after the next update"
        fate.refused.append(Refused(row.line, row.cells, problem))


def _keep(made: list[Made], source: Source, at: datetime, fate: Fate) -> None:
    """The first record of each row decides what the row counts as; the others follow where that one was kept."""
    speaking = [row for row in made if row.records]
    first, rest = _at_once(speaking, source, at) or _one_after_another(speaking, source, at)
    if rest.refused:
        raise _Unfit(rest.refused[0][1])
    _follow(first, at)
    _follow(rest, at)
    fate.stored += first.stored
    fate.merged += len(made) - first.stored - len(first.refused)
    fate.refused += [Refused(speaking[place].line, speaking[place].cells, problem) for place, problem in sorted(first.refused)]


def _at_once(rows: Sequence[Made], source: Source, at: datetime) -> tuple[Absorbed, Absorbed] | None:
    """The first records together with all that rows say of the same one besides, such as their history; then the others. None: one
    was refused, and nothing is kept."""
    together, others = [row.records[0] for row in rows], list[Record]()
    for row in rows:
        for record in row.records[1:]:
            (together if _says_more(record, row.records[0]) else others).append(record)
    try:
        with transaction.atomic(), trail.whole():
            first = absorb(together, source=source, received_at=at)
            if first.refused:
                raise _Unfit(first.refused[0][1])
            return first, absorb(others, source=source, received_at=at) if others else Absorbed()
    except _Unfit:
        return None


def _says_more(record: Record, first: Record) -> bool:
    """It makes no row of its own, so what the first makes is all that is counted: it names the same one by the same id alone."""
    if isinstance(record, PersonRecord) and isinstance(first, PersonRecord):
        return record.ref == PersonRef(external_id=first.ref.external_id) and not record.ref.is_empty
    if isinstance(record, AccountRecord) and isinstance(first, AccountRecord):
        return record.ref == AccountRef(external_id=first.ref.external_id) and not record.ref.is_empty
    return False


def _one_after_another(rows: Sequence[Made], source: Source, at: datetime) -> tuple[Absorbed, Absorbed]:
    """The first records, then the others of rows whose first was not refused."""
    first = absorb([row.records[0] for row in rows], source=source, received_at=at)
    gone = dict(first.refused)
    others = [record for place, row in enumerate(rows) if place not in gone for record in row.records[1:]]
    return first, absorb(others, source=source, received_at=at)


def _follow(done: Absorbed, at: datetime) -> None:
    """In the same transaction, so that it cannot be forgotten: whom to judge, contacts that stop clocks, deals that move leads."""
    mark_told(done, at=at)
    if done.activity_ids:
        _tell_contacts(done.activity_ids, at)
    if done.opportunity_ids:
        _tell_deals(done.opportunity_ids, at)


def _tell_contacts(ids: set[int], at: datetime) -> None:
    """What sales did elsewhere is evidence like any other: the journal tells those who keep the clocks."""
    new = Activity.objects.filter(pk__in=ids, received_at=at, lead__in=Handoff.objects.values("lead")).select_related("lead__version")
    record_all(
        [
            Said("contact.logged", row, at, agreement=row.lead.version.hash, codes={"lead": row.lead.key})
            for row in new
            if row.lead is not None
        ]
    )


def _tell_deals(ids: set[int], at: datetime) -> None:
    """Each outcome of a deal is told once of a lead, so that a file read again carries nothing back."""
    deals = list(
        Opportunity.objects.filter(pk__in=ids, lead__isnull=False, lead__closed_at=None, gone_at=None).select_related("lead__version")
    )
    said = Entry.objects.filter(verb="opportunity.told", subject_kind="opportunity", subject_key__in=[deal.key for deal in deals])
    told = {(entry.subject_key, entry.codes["lead"], entry.codes["outcome"]) for entry in said}
    record_all(
        [
            Said("opportunity.told", deal, at, agreement=deal.lead.version.hash, codes={"lead": deal.lead.key, "outcome": deal.outcome})
            for deal in deals
            if deal.lead is not None and (deal.key, deal.lead.key, deal.outcome) not in told
        ]
    )
