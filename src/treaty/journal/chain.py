"""The chain: each entry carries the hash of the one before, so none can be changed, left out or put between.

The hash of an entry is SHA-256 over the canonical JSON of its fields without `hash`. A chain proves nothing against
somebody who rewrites all of it; for that both sides hold receipts of the head (`agreement.signing.Receipt`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from treaty.journal.canonical import NotCanonical, canonical

FIELDS = ("seq", "verb", "subject_kind", "subject_key", "actor", "at_us", "agreement", "codes", "text_hash", "prev")
"""What an entry says; `hash` stands beside it."""
BEGINNING = "0" * 64
"""`prev` of the very first entry."""


class BrokenChain(ValueError):
    """The first entry that does not fit. The message names its number and what is wrong."""


def entry_hash(fields: Mapping[str, Any]) -> str:
    """Hex SHA-256 of an entry; a `hash` among the fields is left out. Raises NotCanonical for fractions."""
    return hashlib.sha256(canonical({name: value for name, value in fields.items() if name != "hash"})).hexdigest()


def verify_chain(entries: Iterable[Mapping[str, Any]], *, after: tuple[int, str] | None = None) -> tuple[int, str]:
    """Follow a chain and return its head (number, hash). Raises BrokenChain at the first entry that does not fit.

    entries: in order, each with FIELDS and `hash` · after: the head it continues. Without it the chain may begin
    anywhere, as an excerpt does; a chain that begins with number 1 must begin with `BEGINNING`.
    """
    head = after
    for entry in entries:
        _check_entry(entry, head)
        head = (entry["seq"], entry["hash"])
    if head is None:
        raise BrokenChain("the chain has no entry")
    return head


def _check_entry(entry: Mapping[str, Any], head: tuple[int, str] | None) -> None:
    if set(entry) != {*FIELDS, "hash"}:
        raise BrokenChain(f"entry {entry.get('seq')!r} has not exactly the fields {', '.join(FIELDS)}, hash")
    seq, prev = entry["seq"], entry["prev"]
    if head is not None and seq != head[0] + 1:
        raise BrokenChain(f"entry {head[0] + 1} is missing: {seq} follows {head[0]}")
    if prev != (head[1] if head else BEGINNING if seq == 1 else prev):
        raise BrokenChain(f"entry {seq} does not continue the entry before it")
    try:
        right = entry_hash(entry) == entry["hash"]
    except NotCanonical as error:
        raise BrokenChain(f"entry {seq}: {error}") from None
    if not right:
        raise BrokenChain(f"entry {seq} was changed: its hash does not match")
