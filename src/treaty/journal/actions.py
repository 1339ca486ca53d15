"""Writing the journal. Called last in an action: it takes the place at the end of the line until commit."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from treaty.bulk import change, insert
from treaty.journal.canonical import canonical
from treaty.journal.chain import entry_hash
from treaty.journal.models import Entry, Head, Words
from treaty.moments import to_us
from treaty.prepared import prepared
from treaty.team.models import Member


class Subject(Protocol):
    """Anything with a public key can be the subject of an entry."""

    @property
    def key(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Said:
    """One entry to be written.

    codes: ids, names from the agreement's vocabulary, counts: nothing a person wrote. words: what a person
    wrote; it is kept beside the entry under a salted hash, so it can be erased and the chain still verifies.
    """

    verb: str
    subject: Subject
    at: datetime
    by: Member | None = None
    agreement: str = ""
    codes: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] | None = None


def record(
    verb: str,
    subject: Subject,
    *,
    at: datetime,
    by: Member | None = None,
    agreement: str = "",
    codes: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
) -> None:
    """Append one entry to the chain; see `Said` for what belongs where."""
    record_all([Said(verb, subject, at, by, agreement, codes or {}, words)])


_until_later: ContextVar[list[Said] | None] = ContextVar("_until_later", default=None)


@contextmanager
def in_order_of_moments() -> Iterator[None]:
    """What is recorded within is written at its end, in order of the moments; if something is raised, not at all.

    For the work of many hours that is done in one go, in one transaction: the journal tells it as it happened. Nothing
    within may read the journal.
    """
    said: list[Said] = []
    before = _until_later.set(said)
    try:
        yield
    finally:
        _until_later.reset(before)
    record_all(sorted(said, key=attrgetter("at")))


def record_all(said: Sequence[Said]) -> None:
    """Append entries to the chain, in the order given."""
    later = _until_later.get()
    if later is not None:
        later += said
    elif said:
        _append(said)


@transaction.atomic(savepoint=False)
def _append(said: Sequence[Said]) -> None:
    head = next(iter(_head()), None) or Head.objects.get_or_create(pk=1)[0]
    entries: list[Entry] = []
    spoken: list[tuple[Entry, str, Mapping[str, str]]] = []
    seq, end = head.seq, head.hash
    for one in said:
        seq += 1
        salt = secrets.token_hex(16) if one.words else ""
        entry = _entry(one, seq, end, salt)
        end = entry.hash
        entries.append(entry)
        if one.words:
            spoken.append((entry, salt, one.words))
    insert(entries)
    insert(Words(entry=entry, salt=salt, text=dict(words)) for entry, salt, words in spoken)
    change(Head, "id", [1], seq=seq, hash=end)


@prepared
def _head() -> QuerySet[Head]:
    """The end of the chain, and our place in the line of those who write on."""
    return Head.objects.select_for_update().filter(pk=1)


def _entry(one: Said, seq: int, prev: str, salt: str) -> Entry:
    fields: dict[str, Any] = {
        "seq": seq,
        "verb": one.verb,
        "subject_kind": one.subject.__class__.__name__.lower(),
        "subject_key": str(one.subject.key),
        "actor": one.by.key if one.by else "",
        "at_us": to_us(one.at),
        "agreement": one.agreement,
        "codes": dict(one.codes),
        "text_hash": words_hash(salt, one.words) if one.words else "",
        "prev": prev,
    }
    kept = {name: value for name, value in fields.items() if name not in ("actor", "at_us")}
    return Entry(**kept, actor=one.by, actor_key=fields["actor"], at=one.at, hash=entry_hash(fields))


def words_hash(salt: str, words: Mapping[str, str]) -> str:
    """SHA-256 over salt and words: without the salt a short text could be guessed from its hash."""
    return hashlib.sha256(salt.encode() + canonical(dict(words))).hexdigest()
