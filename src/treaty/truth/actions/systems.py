"""What each system has in its own records, kept beside the one truth: what two systems disagree on can be named."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from treaty import trail
from treaty.bulk import insert_values, update
from treaty.moments import from_us, to_us
from treaty.prepared import prepared
from treaty.truth.actions import gone, sameness
from treaty.truth.actions.accounts import Accounts
from treaty.truth.actions.people import People
from treaty.truth.actions.work import Batch
from treaty.truth.models import Identity, Person, Source, SystemRecord
from treaty.truth.records import AccountRecord, GoneRecord, OpportunityRecord, PersonRecord, Record

NAMES = (
    "person_id",
    "account_id",
    "stage",
    "outcome",
    "amount",
    "currency",
    "owner",
    "at",
    "said",
    "changed_at",
    "seen_at",
    "gone_at",
    "gone_into",
)
PERSON, ACCOUNT, OPPORTUNITY = "person", "account", "opportunity"
Name = tuple[str, str]
"""(kind, the system's id)."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What one record says of one record of its system."""

    kind: str
    external_id: str
    values: Mapping[str, Any]
    known_at: datetime
    subject: Mapping[str, int | None]


def save(records: Sequence[Record], people: People, accounts: Accounts, batch: Batch) -> None:
    """Keep what the records say of themselves; of a field the value known last stands, in whichever order they come."""
    if not batch.is_of_a_system:
        return
    said = list(_said(records, people, accounts, batch))
    rows = _rows(dict.fromkeys((one.kind, one.external_id) for one in said), batch)
    deals = _deals([one.external_id for one in said if one.kind == OPPORTUNITY], batch)
    before = {name: _columns(row) for name, row in rows.items() if isinstance(row, SystemRecord)}
    for one in said:
        row = rows[one.kind, one.external_id]
        email = _email_of(row)
        _state(row, one, batch)
        if email and row.person_id and _email_of(row) != email:
            _readdress(row.person_id, _email_of(row))
        if one.kind == OPPORTUNITY:
            row.opportunity_id = deals.get(one.external_id)
    for row in rows.values():
        _fill(row)
    _write(rows.values(), [rows[name] for name, columns in before.items() if _columns(rows[name]) != columns], batch)


def _email_of(row: "_Row") -> str:
    return str(row.said.get("email", ("",))[0])


def _readdress(person: int, email: str) -> None:
    """A system gave its record another address: the person is reached there, unless it is somebody else's."""
    if Identity.objects.filter(Q(seen_as=person) | Q(seen_as=None, person=person), kind="email", value=email).exists():
        trail.update(Person.objects.filter(pk=person), email=email)


@transaction.atomic
def note(records: Sequence[Record], *, source: Source, received_at: datetime) -> None:
    """Keep what a system says of its own records, and nothing else: of people and deals that are known, nobody is made or changed."""
    batch = Batch(source, received_at)
    deals = [record for record in records if isinstance(record, OpportunityRecord)]
    known = sameness.known(deals, batch)
    sameness.save([(deal, known[deal.external_id[:200]]) for deal in deals if deal.external_id[:200] in known], batch)
    people = People(batch, [record.ref for record in records if isinstance(record, PersonRecord)])
    accounts = Accounts(batch, [record.ref for record in records if isinstance(record, AccountRecord)])
    save(records, people, accounts, batch)
    save_gone([(number, record) for number, record in enumerate(records) if isinstance(record, GoneRecord)], batch)


def wrote(row: SystemRecord, name: str, value: str, at: datetime) -> None:
    """A system has a value of ours in its record now: that is what it says of that field."""
    row.said = {**row.said, name: [value, to_us(at)]}
    _fill(row)
    row.save()


def _said(records: Sequence[Record], people: People, accounts: Accounts, batch: Batch) -> Iterator[_Said]:
    for record in records:
        if isinstance(record, PersonRecord) and record.ref.external_id.strip():
            person = people.known(record.ref)
            if person is not None:
                values = {"email": record.ref.email.strip().lower(), **record.fields}
                yield _of(PERSON, record.ref.external_id, values, record, batch, person_id=people.seen_as(record.ref) or person.pk)
        elif isinstance(record, AccountRecord) and record.ref.external_id.strip():
            account = accounts.find(record.ref)
            values = {"name": record.ref.name, "domain": record.ref.domain, "owner": record.owner_email, **record.fields}
            yield _of(
                ACCOUNT,
                record.ref.external_id,
                values,
                record,
                batch,
                account_id=accounts.seen_as(record.ref) or (account.pk if account else None),
            )
        elif isinstance(record, OpportunityRecord) and record.external_id:
            yield _of(OPPORTUNITY, record.external_id, _of_deal(record), record, batch)


def _of_deal(record: OpportunityRecord) -> dict[str, Any]:
    names = ("name", "stage", "outcome", "amount", "currency", "lost_reason", "opened_at", "close_on", "closed_at")
    return {**{name: getattr(record, name) for name in names}, "owner": record.owner_email}


def _of(kind: str, external_id: str, values: Mapping[str, Any], record: Any, batch: Batch, **subject: int | None) -> _Said:
    stated = {name: _plain(value) for name, value in values.items() if value not in (None, "")}
    known_at = min(record.known_at or batch.received_at, batch.received_at)
    return _Said(kind, external_id.strip()[:200], stated, known_at, subject)


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, datetime):
        return to_us(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@dataclass(slots=True)
class _New:
    """A row to be: what a model's instance has, at a tenth of its price."""

    kind: str
    external_id: str
    seen_at: datetime
    person_id: int | None = None
    account_id: int | None = None
    opportunity_id: int | None = None
    stage: str = ""
    outcome: str = ""
    amount: Decimal | None = None
    currency: str = ""
    owner: str = ""
    at: datetime | None = None
    said: dict[str, Any] = field(default_factory=dict)
    changed_at: datetime | None = None
    gone_at: datetime | None = None
    gone_into: str = ""


_Row = SystemRecord | _New


def _rows(names: Iterable[Name], batch: Batch) -> dict[Name, _Row]:
    """The rows of these names, those not there yet as they are to be."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for kind, external_id in names:
        wanted[kind].append(external_id)
    rows: dict[Name, _Row] = {}
    for kind, ids in wanted.items():
        for row in _told_before(batch.source.pk, kind, ids):
            rows[kind, row.external_id] = row
        for external_id in ids:
            if (kind, external_id) not in rows:
                rows[kind, external_id] = _New(kind, external_id, batch.received_at)
    return rows


@prepared
def _told_before(source: int, kind: str, ids: Collection[str]) -> QuerySet[SystemRecord]:
    return SystemRecord.objects.filter(source=source, kind=kind, external_id__among=ids)


def _write(rows: Iterable[_Row], changed: Sequence[_Row], batch: Batch) -> None:
    names = ("kind", "external_id", "opportunity_id", *NAMES)
    new = [(batch.source.pk, *(getattr(row, name) for name in names)) for row in rows if isinstance(row, _New)]
    insert_values(SystemRecord, ("source_id", *names), new)
    update([row for row in changed if isinstance(row, SystemRecord)], ("opportunity_id", *NAMES))


def _deals(ids: Sequence[str], batch: Batch) -> dict[str, int]:
    return {name: deal.pk for name, deal in sameness.by_id(ids, batch).items()}


def _columns(row: _Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("opportunity_id", *NAMES) if name != "said"} | {"said": dict(row.said)}


def _state(row: _Row, one: _Said, batch: Batch) -> None:
    known_us, said = to_us(one.known_at), row.said
    for name, value in one.values.items():
        if name not in said or said[name][1] <= known_us:
            said[name] = [value, known_us]
    if row.changed_at is None or row.changed_at < one.known_at:
        row.changed_at = one.known_at
    row.seen_at = batch.received_at
    if row.gone_at is not None and not row.gone_into and one.known_at > row.gone_at:
        row.gone_at = None  # it was brought back
    for name, number in one.subject.items():
        setattr(row, name, number)


def _fill(row: _Row) -> None:
    """The columns, as the fields say."""
    told = {name: value for name, (value, _) in row.said.items()}
    row.stage = str(told.get("stage") or told.get("lifecycle_stage") or "")[:100]
    row.outcome, row.currency = str(told.get("outcome", ""))[:4], str(told.get("currency", "")).upper()[:3]
    row.amount = Decimal(told["amount"]) if told.get("amount") is not None else None
    row.owner = str(told.get("owner") or told.get("crm_owner") or "").lower()[:254]
    row.at = from_us(told["closed_at"]) if told.get("closed_at") else _midnight(told.get("close_on"))


def _midnight(on: str | None) -> datetime | None:
    return datetime.combine(date.fromisoformat(on), time(), UTC) if on else None


def save_gone(numbered: Sequence[tuple[int, GoneRecord]], batch: Batch) -> None:
    """Note what a system has no more. A record nobody ever had from there is noted all the same: it may still come, late."""
    rows = _rows({(record.kind, record.external_id[:200]) for _, record in numbered}, batch)
    for _, record in numbered:
        row = rows[record.kind, record.external_id[:200]]
        batch.done.count(is_new=row.gone_at is None)
        row.gone_at = row.gone_at or record.at or batch.received_at
        row.gone_into = record.into[:200] or row.gone_into
    _write(rows.values(), list(rows.values()), batch)
    gone.lead_on((record for _, record in numbered), batch)
