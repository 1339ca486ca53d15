"""Is a version still what was proposed and signed? Whoever runs the machine can change its tables; here it shows."""

from collections.abc import Iterator
from functools import lru_cache

from django.db.models import Q

from treaty.agreement.bundle import PROPOSED, SIGNED
from treaty.agreement.canonical import as_data
from treaty.agreement.document import load
from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import IN_FORCE, Damaged, fits, marks, missing, signed_of, story
from treaty.journal.chain import entry_hash
from treaty.journal.models import Entry
from treaty.journal.queries import as_fields


def faults(version: Version) -> list[str]:
    """What does not fit about one version, a sentence each with the way out; empty when all is well."""
    return list(_faults(version))


def _faults(version: Version) -> Iterator[str]:
    name = f"version {version.number}"
    try:
        signed_of(version)
    except Damaged as damage:
        yield str(damage)
        return
    if not _says_the_same(version.text, bytes(version.signed_bytes)):
        yield f"the document kept beside {name} says something else than the bytes that were signed: only the bytes count"
    entries = story(version)
    yield from _faults_of_journal(version, entries)
    yield from _faults_of_signatures(version, entries)
    yield from _faults_of_force(version, entries)


@lru_cache(maxsize=64)
def _says_the_same(text: str, raw: bytes) -> bool:
    """The document is kept for its comments; nothing is decided by it, but people read it."""
    from treaty.agreement.canonical import read

    terms = load(text).terms
    return terms is not None and as_data(terms) == as_data(read(raw).terms)


def _faults_of_journal(version: Version, entries: list[Entry]) -> Iterator[str]:
    if not any(entry.verb == PROPOSED for entry in entries):
        yield f"the journal does not know that version {version.number} was proposed: it was put there beside Treaty"
    for entry in entries:
        if entry_hash(as_fields(entry)) != entry.hash:
            yield f"journal entry {entry.seq} about version {version.number} was changed: compare with a receipt, restore a backup"


def _faults_of_signatures(version: Version, entries: list[Entry]) -> Iterator[str]:
    noted = [entry.codes.get("signature") for entry in entries if entry.verb == SIGNED]
    for mark in marks(version):
        person = mark.statement.get("person")
        if not fits(mark, version):
            yield f"the signature of {person} does not stand under version {version.number} as it is now: it is void, propose it again"
        elif mark.hash not in noted:
            yield f"the journal does not know the signature of {person} under version {version.number}: it was put there beside Treaty"
    there = {mark.hash for mark in marks(version) if fits(mark, version)}
    if any(one not in there for one in noted):
        yield f"a signature under version {version.number} that the journal knows is gone or was changed: restore it from a backup"


def _faults_of_force(version: Version, entries: list[Entry]) -> Iterator[str]:
    held = InForce.objects.filter(version=version).first()
    name, waiting = f"version {version.number}", ", ".join(email for _, email in missing(version))
    if held is None:
        if version.withdrawn_at is None and not waiting:
            yield f"{name} is signed by everyone but not in force: it was taken out beside Treaty"
        return
    if waiting:
        yield f"{name} counts as in force, but {waiting} has not signed it as it is now"
    told = [entry.codes.get("starts_at") for entry in entries if entry.verb == IN_FORCE]
    if told != [held.starts_at.isoformat()]:
        yield f"{name} counts as in force from {held.starts_at.isoformat()}, the journal says {told[0] if told else 'nothing of it'}"
    holds = InForce.objects.filter(applies_to=held.applies_to).exclude(pk=held.pk)
    if holds.filter(Q(ends_at=None) | Q(ends_at__gt=held.starts_at), starts_at__lt=held.starts_at).exists():
        yield f"{name} took effect while another version was still in force: the end of the one before was changed"
