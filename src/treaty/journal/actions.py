"""Writing the journal. Called last in an action: it takes the place at the end of the line until commit."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from treaty.journal.canonical import canonical
from treaty.journal.chain import entry_hash
from treaty.journal.models import Entry, Head, Words
from treaty.moments import to_us
from treaty.team.models import Member


class Subject(Protocol):
    """Anything with a public key can be the subject of an entry."""

    @property
    def key(self) -> Any: ...


@transaction.atomic
def record(
    verb: str,
    subject: Subject,
    *,
    at: datetime,
    by: Member | None = None,
    agreement: str = "",
    codes: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
) -> Entry:
    """Append one entry to the chain.

    codes: ids, names from the agreement's vocabulary, counts: nothing a person wrote. words: what a person
    wrote; it is kept beside the entry under a salted hash, so it can be erased and the chain still verifies.
    """
    head = Head.objects.select_for_update(of=("self",)).get_or_create(pk=1)[0]
    salt = secrets.token_hex(16) if words else ""
    fields = {
        "seq": head.seq + 1,
        "verb": verb,
        "subject_kind": subject.__class__.__name__.lower(),
        "subject_key": str(subject.key),
        "actor": by.key if by else "",
        "at_us": to_us(at),
        "agreement": agreement,
        "codes": dict(codes or {}),
        "text_hash": words_hash(salt, words) if words else "",
        "prev": head.hash,
    }
    entry = Entry.objects.create(
        seq=fields["seq"],
        verb=verb,
        subject_kind=fields["subject_kind"],
        subject_key=fields["subject_key"],
        actor=by,
        actor_key=fields["actor"],
        at=at,
        agreement=agreement,
        codes=fields["codes"],
        text_hash=fields["text_hash"],
        prev=head.hash,
        hash=entry_hash(fields),
    )
    if words:
        Words.objects.create(entry=entry, salt=salt, text=dict(words))
    Head.objects.filter(pk=1).update(seq=entry.seq, hash=entry.hash)
    return entry


def words_hash(salt: str, words: Mapping[str, str]) -> str:
    """SHA-256 over salt and words: without the salt a short text could be guessed from its hash."""
    return hashlib.sha256(salt.encode() + canonical(dict(words))).hexdigest()
