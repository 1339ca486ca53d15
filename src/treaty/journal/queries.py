"""Reading the journal."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db.models import QuerySet

from treaty.journal.models import Entry, Head
from treaty.moments import to_us
from treaty.prepared import Read, prepared


def head() -> Head:
    """Where the chain ends now."""
    return Head.objects.get_or_create(pk=1)[0]


def after(seq: int, limit: int = 500) -> list[Entry]:
    """Entries after a number, in order: what a reaction has not seen yet."""
    return _after(limit)(seq)


@cache
def _after(limit: int) -> Read[[int], Entry]:
    @prepared
    def after(seq: int) -> QuerySet[Entry]:
        return Entry.objects.filter(seq__gt=seq).order_by("seq")[:limit]

    return after


def as_fields(entry: Entry) -> dict[str, Any]:
    """The hashed form of an entry, as the verifier reads it."""
    return {
        "seq": entry.seq,
        "verb": entry.verb,
        "subject_kind": entry.subject_kind,
        "subject_key": entry.subject_key,
        "actor": entry.actor_key,
        "at_us": to_us(entry.at),
        "agreement": entry.agreement,
        "codes": entry.codes,
        "text_hash": entry.text_hash,
        "prev": entry.prev,
        "hash": entry.hash,
    }


def all_fields() -> Iterator[dict[str, Any]]:
    """The whole chain in order, streamed."""
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=2000):
        yield as_fields(entry)
