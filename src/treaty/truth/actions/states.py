"""Turn what a record says of a person or an account into stated values, once their rows exist."""

from collections.abc import Callable, Mapping
from datetime import datetime

from treaty.agreement.built_in import FREE_MAIL
from treaty.moments import to_us
from treaty.team.models import Member
from treaty.truth.actions.accounts import Accounts
from treaty.truth.actions.columns import ACCOUNT, PERSON, put
from treaty.truth.actions.facts import Stated
from treaty.truth.actions.people import People
from treaty.truth.actions.proposing import Phone
from treaty.truth.actions.work import Batch
from treaty.truth.identity import domain_of, normal_domain, normal_phone, work_domain
from treaty.truth.models import Account, Person
from treaty.truth.records import NO_ACCOUNT, AccountRecord, AccountRef, PersonRecord, Value
from treaty.truth.seniority import seniority_of

FREE_MAIL_DOMAINS = frozenset(FREE_MAIL)
Owners = Mapping[str, Member]
"""Members by e-mail."""
Later = Callable[[], list[Stated]]
"""Values are stated after the rows are written, when the subject has its number."""


def times(occurred_at: datetime | None, known_at: datetime | None, received_at: datetime) -> tuple[datetime, datetime, bool]:
    """(occurred, known, assumed). A value without a date of its own is assumed to hold from now on."""
    known = min(known_at or received_at, received_at)
    if occurred_at is None:
        return known, known, known_at is None
    return occurred_at, max(known, occurred_at) if known_at else known, False


def said_of_account(record: AccountRecord, accounts: Accounts, owners: Owners, batch: Batch) -> Later:
    """Finds or makes the account and the one it is a part of now; states its fields later."""
    account, parent = accounts.find_stated(record.ref), accounts.find(record.parent)
    batch.count(account)
    fields = {name: value for name, value in record.fields.items() if name != "owner"} | _owner(record.owner_email, owners)
    if record.ref.name:
        fields.setdefault("name", record.ref.name)
    if record.ref.domain:
        fields.setdefault("domain", normal_domain(record.ref.domain))
    _put_if_new(account, fields)
    received = record.received_at or batch.received_at
    occurred, known, assumed = times(record.occurred_at, record.known_at, received)
    when = (to_us(occurred), to_us(known), to_us(received))

    def stated() -> list[Stated]:
        seen, above, number = accounts.seen_as(record.ref), accounts.seen_as(record.parent), account.pk
        said: list[tuple[str, Value, int | None]] = [(field, value, None) for field, value in fields.items()]
        if parent is not None and (parent, above) != (account, seen):
            said.append(("parent", parent.pk, above))
        return [Stated(account, ACCOUNT, number, field, value, *when, assumed, seen, named) for field, value, named in said]

    return stated


def _owner(email: str, owners: Owners) -> dict[str, Value]:
    """The member by number; nothing for somebody who is no member, so that whoever owned it before still does."""
    member = owners.get(email.strip().lower())
    return {} if member is None else {"owner": member.pk}


def said_of_person(record: PersonRecord, people: People, accounts: Accounts, owners: Owners, batch: Batch) -> Later:
    """Finds or makes the person and their account now; states their fields and the account's owner later. Raises ValueError."""
    person = people.find(record.ref)
    people.named_by_record(person, record.ref)
    batch.count(person)
    if number := normal_phone(str(record.fields.get("phone") or ""), str(record.fields.get("country") or "")):
        people.phones.append(Phone(person, number, people.seen_as(record.ref)))
    account = accounts.find(of := account_of(record))
    fields = _fields(record)
    _put_if_new(person, fields)
    if account is not None and person.pk is None:
        people.placed.append((person, account))
    received = record.received_at or batch.received_at
    occurred, known, assumed = times(record.occurred_at or record.created_at, record.known_at, received)
    when = (to_us(occurred), to_us(known), to_us(received))
    owned = _owner(record.account_owner_email, owners)

    def stated() -> list[Stated]:
        seen, at, number = people.seen_as(record.ref), accounts.seen_as(of), person.pk
        if email := record.ref.email.strip().lower() or person.email:
            fields["email_domain"] = domain_of(email)
        if account is not None:
            fields["account"] = account.pk
        said = [
            Stated(person, PERSON, number, field, value, *when, assumed, seen, at if field == "account" else None)
            for field, value in fields.items()
        ]
        if account is not None:
            said += [Stated(account, ACCOUNT, account.pk, field, value, *when, assumed, at) for field, value in owned.items()]
        return said

    return stated


def _put_if_new(row: Person | Account, fields: Mapping[str, Value]) -> None:
    """A new row is written with its columns filled, so it need not be written twice."""
    if row.pk is None:
        for name, value in fields.items():
            put(row, name, value)


def account_of(record: PersonRecord) -> AccountRef:
    """The account a person record states, or the one its work e-mail speaks of."""
    if not record.account.is_empty:
        return record.account
    domain = work_domain(record.ref.email.strip().lower(), FREE_MAIL_DOMAINS)
    return AccountRef(domain=domain, is_of_address=True) if domain else NO_ACCOUNT


def _fields(record: PersonRecord) -> dict[str, Value]:
    """What is stated, and the seniority that a title says."""
    fields: dict[str, Value] = {name: value for name, value in record.fields.items() if value not in (None, "")}
    if fields.get("title") and not fields.get("seniority"):
        found = seniority_of(str(fields["title"]))
        if found:
            fields["seniority"] = found
    return fields
