"""What the rows of a rehearsal would have made known so far: digests of identities, in a file that goes with it."""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import singledispatch
from hashlib import blake2b
from types import TracebackType
from typing import Self

from treaty.connectors.files.to_records import Made
from treaty.truth.actions.money import campaign_slug, spend_id
from treaty.truth.actions.states import account_of
from treaty.truth.identity import Key, account_keys, normal_email, own_keys, person_keys
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    CampaignRecord,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    RateRecord,
    Record,
    SpendRecord,
    TouchRecord,
)

OWN = "own"
"""The space of ids of the one source that is rehearsed."""
NOBODY = 0
CACHE_KB = 16_000
"""The most memory the identities take; the rest lies in the file."""


class Repeats:
    """Identities by a digest of 8 bytes each, with the e-mail of the person they belong to.

    They lie in a private temporary file of SQLite, so a long import takes no more memory than a short one. Two of a
    million identities have the same digest once in thirty million rehearsals; then a row counts as merged. What the
    database knows beside them is not asked: an id that is stored with another e-mail than a later row's may be taken for it.
    """

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.execute(f"pragma cache_size = -{CACHE_KB}")
        self._store.execute("create table known (digest integer primary key, email integer not null) without rowid")
        self._store.execute("begin")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._store.close()

    def again(self, rows: Iterable[Made]) -> set[int]:
        """The lines of those rows whose first record is known, from earlier rows or from one before it among these.

        All that the rows name is known from then on, once it is kept.
        """
        found = set()
        for row in rows:
            if row.records and self._knows(row.records[0]):
                found.add(row.line)
            for record in row.records:
                self._note(record)
        return found

    def keep(self) -> None:
        """What was noted since the last time stays."""
        self._store.execute("commit")
        self._store.execute("begin")

    def forget(self) -> None:
        """What was noted since the last time was never said."""
        self._store.execute("rollback")
        self._store.execute("begin")

    def _knows(self, record: Record) -> bool:
        if isinstance(record, PersonRecord):
            return self._owner(_person_keys(record.ref)) is not None
        return any(self._email_of(key) is not None for key in identities(record))

    def _owner(self, keys: list[Key]) -> int | None:
        """The digest of the e-mail of whom these keys mean, NOBODY where they have none, None for somebody new. See `People._choose`."""
        known = [(key, owner) for key in keys if (owner := self._email_of(key)) is not None]
        if not known:
            return None
        own = next((owner for key, owner in known if key[0] == "id"), NOBODY)
        if own != NOBODY:
            return own
        first, owner = known[0]
        return None if keys[0][0] == "email" and first != keys[0] and owner not in (NOBODY, _digest(keys[0])) else owner

    def _email_of(self, key: Key) -> int | None:
        """The digest of the e-mail of whom an identity belongs to, NOBODY for none; None when it is not known."""
        row = self._store.execute("select email from known where digest = ?", (_digest(key),)).fetchone()
        return None if row is None else int(row[0])

    def _note(self, record: Record) -> None:
        for ref in people_in(record):
            self._note_person(_person_keys(ref))
        keys = [key for ref in accounts_in(record) for key in own_keys(ref, OWN)]
        self._write((_digest(key), NOBODY) for key in [*keys, *identities(record)])

    def _note_person(self, keys: list[Key]) -> None:
        email = self._owner(keys) or (_digest(keys[0]) if keys and keys[0][0] == "email" else NOBODY)
        self._write((_digest(key), email) for key in keys if not self._email_of(key))

    def _write(self, rows: Iterable[tuple[int, int]]) -> None:
        self._store.executemany("insert or replace into known values (?, ?)", list(rows))


def _digest(key: Key) -> int:
    return int.from_bytes(blake2b("\x1f".join(key).encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def _person_keys(ref: PersonRef) -> list[Key]:
    """None for a reference with an impossible e-mail: its row is refused."""
    try:
        return person_keys(ref, OWN)
    except ValueError:
        return []


@singledispatch
def identities(record: Record) -> list[Key]:
    """By what a record is recognised again, one that matches is enough; a person's are asked about apart."""
    raise NotImplementedError(type(record).__name__)


@identities.register
def _of_account(record: AccountRecord) -> list[Key]:
    return account_keys(record.ref, OWN)


@identities.register
def _of_person(_: PersonRecord) -> list[Key]:
    return []


@identities.register
def _of_touch(record: TouchRecord) -> list[Key]:
    return [("touch", OWN, record.message_id[:200])]


@identities.register
def _of_deal(record: OpportunityRecord) -> list[Key]:
    return [("deal", OWN, record.external_id[:200])]


@identities.register
def _of_activity(record: ActivityRecord) -> list[Key]:
    return [("activity", OWN, record.external_id[:200])]


@identities.register
def _of_member(record: MemberRecord) -> list[Key]:
    try:
        return [("member", "", normal_email(record.email))]
    except ValueError:
        return []


@identities.register
def _of_campaign(record: CampaignRecord) -> list[Key]:
    return [("campaign", "", campaign_slug(record))]


@identities.register
def _of_spend(record: SpendRecord) -> list[Key]:
    return [("spend", OWN, spend_id(record))]


@identities.register
def _of_rate(record: RateRecord) -> list[Key]:
    return [("rate", "", f"{record.currency}|{record.to}|{record.on.isoformat()}|{record.rate.normalize()}".upper())]


@identities.register
def _of_gone(record: GoneRecord) -> list[Key]:
    return [("gone", OWN, f"{record.kind}|{record.external_id[:200]}")]


def people_in(record: Record) -> Iterator[PersonRef]:
    """Everybody a record names."""
    if isinstance(record, PersonRecord | TouchRecord | ActivityRecord):
        yield record.ref
    elif isinstance(record, OpportunityRecord):
        yield from (ref for ref, _ in record.people)


def accounts_in(record: Record) -> Iterator[AccountRef]:
    """Every account a record makes known beside its own."""
    if isinstance(record, PersonRecord):
        yield account_of(record)
    elif isinstance(record, AccountRecord):
        yield record.parent
    elif isinstance(record, OpportunityRecord):
        yield record.account
