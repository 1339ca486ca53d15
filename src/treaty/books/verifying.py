"""Is a closed period still exactly what both sides signed? Everything is computed once more from the files that were kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from treaty.agreement import signing
from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import Damaged, signed_of
from treaty.books import figures
from treaty.books.document import Closed, NotReadable, closing_bytes, hash_of, read_closing, read_restatement
from treaty.books.figures import NotCountable, counting
from treaty.books.lines import Line, differences, text
from treaty.books.lines import figures as by_key
from treaty.books.measures import versions
from treaty.books.mixing import as_it_is
from treaty.books.models import Adjustment, Closing, Mark
from treaty.books.queries import adjustments_into, as_said, held_of, marks, missing, restatements
from treaty.engine.manifest import LakeDamaged
from treaty.engine.pinned import damaged, reopened
from treaty.journal.models import Entry


@dataclass(frozen=True, slots=True)
class Verified:
    """faults: what does not fit, a sentence each, the first one first; none when all is as it was signed.

    earlier: figures this release counts by another version of their formula than the one they were signed with, and comes to
    others: no fault, and not computed once more. The release that closed the period computes them.
    """

    faults: Sequence[str]
    earlier: Sequence[str] = ()


def faults(closing: Closing, place: Path) -> Sequence[str]:
    """The faults alone."""
    return verified(closing, place).faults


def verified(closing: Closing, place: Path) -> Verified:
    """place: the folder of the lake. Looked at in this order: the bytes, the files, the figures computed anew, the signatures, the
    chain of restatements, what the journal says of them."""
    raw = bytes(closing.closed_bytes)
    if hash_of(raw) != closing.hash:
        return Verified([f"the bytes of {closing.period} do not fit their hash: somebody changed them"])
    try:
        closed = read_closing(raw)
    except NotReadable as fault:
        return Verified([str(fault)])
    if said := damaged(closed.inputs, place):
        return Verified([said])
    found = _figures(closed, raw, place)
    return replace(found, faults=[*found.faults, *_signatures(closing), *_chain(closing), *_journal(closing)])


def _figures(closed: Closed, raw: bytes, place: Path) -> Verified:
    """Compute everything anew from the files and the signed terms, write the bytes anew, compare."""
    try:
        held, pinned = held_of(closed), reopened(closed.inputs, place)
        with counting(closed.name), as_it_is(pinned) as lake:
            frame = figures.frame_of(lake, held, closed.as_of)
            known = versions(frame)
            lines = figures.lines(frame, closed.period, [name for name in closed.measures if name in known])
    except (Damaged, LakeDamaged, NotCountable) as fault:
        return Verified([str(fault)])
    earlier = _earlier(closed, lines, known)
    lines = [line for line in lines if line.key.measure not in earlier]
    lines += [line for line in closed.lines if line.key.measure in earlier]
    return Verified(_differences(closed, raw, lines), list(earlier.values()))


def _earlier(closed: Closed, lines: Sequence[Line], known: Mapping[str, int]) -> dict[str, str]:
    """Measures that come to something else and have another formula now than at the close: what is said of each."""
    moved = {key.measure for key in differences(by_key(closed.lines), by_key(lines))}
    found = {name: version for name, version in closed.measures.items() if name in moved and known.get(name) != version}
    now = {name: f"has version {known[name]}" if name in known else "has none" for name in found}
    return {
        name: f"{name} was counted by an earlier formula (version {version}; this release {now[name]})" for name, version in found.items()
    }


def _differences(closed: Closed, raw: bytes, lines: Sequence[Line]) -> list[str]:
    """The first thing in which the bytes written anew are others."""
    if closing_bytes(replace(closed, lines=lines, adjustments=as_said(adjustments_into(closed.period)))) == raw:
        return []
    for key, by in differences(by_key(closed.lines), by_key(lines)).items():
        return [f"{' '.join(part for part in key if part)} is computed {text(by)} away from what was signed"]
    return [f"the bytes of {closed.name} cannot be written again as they were signed: its adjustments or its inputs were changed"]


def _signatures(closing: Closing) -> Iterator[str]:
    for row, mark in marks(closing):
        if said := _signature(closing, row, mark):
            yield said
    if waiting := missing(closing):
        yield f"{closing.period} is not signed by {' and '.join(waiting)}"


def _signature(closing: Closing, row: Mark, mark: signing.Signature) -> str:
    said = mark.statement
    name = f"the signature of {row.member.email}"
    if (said.get("hash"), said.get("period"), said.get("side")) != (closing.hash, closing.period, row.side):
        return f"{name} stands under something else than {closing.period}"
    try:
        signing.verify(mark)
    except signing.BadSignature as fault:
        return str(fault)
    version = Version.objects.filter(hash=said.get("agreement"), withdrawn_at=None).first()
    try:
        side = signed_of(version).terms.signatories.side_of(str(said.get("person"))) if version else None
    except Damaged as fault:
        return str(fault)
    if side != row.side or not _held(version, str(said.get("at"))):
        return f"{name} is not that of a signatory of the version then in force"
    return ""


def _held(version: Version | None, at: str) -> bool:
    moment = datetime.fromisoformat(at)
    rows = InForce.objects.filter(version=version, starts_at__lte=moment)
    return any(row.ends_at is None or moment < row.ends_at for row in rows)


def _chain(closing: Closing) -> Iterator[str]:
    """Restatements follow each other from the closing on, none changed, none left out."""
    previous = closing.hash
    for number, row in enumerate(restatements(closing), 1):
        name, raw = f"restatement {number} of {closing.period}", bytes(row.restated_bytes)
        if row.number != number:
            yield f"{name} is missing"
            return
        try:
            said = read_restatement(raw)
        except NotReadable as fault:
            yield f"{name}: {fault}"
            return
        if hash_of(raw) != row.hash:
            yield f"{name} was changed: its bytes do not fit their hash"
            return
        if (said.previous, row.previous, said.closing, said.number) != (previous, previous, closing.hash, number):
            yield f"{name} does not continue what came before it"
            return
        previous = row.hash


def _journal(closing: Closing) -> Iterator[str]:
    """The journal, whose head both sides have on their receipts, names the closing, its signatures and its restatements."""
    entries = list(Entry.objects.filter(subject_kind="closing", subject_key=closing.hash))
    if not any(entry.verb == "books.made" for entry in entries):
        yield f"the journal does not hold the making of {closing.period}: it was written beside Treaty"
    noted = {entry.codes.get("signature") for entry in entries if entry.verb == "books.signed"}
    for row, mark in marks(closing):
        if mark.hash not in noted:
            yield f"the journal does not hold the signature of {row.member.email} under {closing.period}"
    told = Entry.objects.filter(verb="books.restated", subject_kind="restatement")
    there = {entry.subject_key for entry in told if entry.codes.get("closing") == closing.hash}
    for missing_one in sorted(there - {row.hash for row in restatements(closing)}):
        yield f"restatement {missing_one[:12]} of {closing.period} is in the journal and not in the books"
    yield from _adjustments(closing)


def _adjustments(closing: Closing) -> Iterator[str]:
    """What pay makes good is what the journal says, line for line."""
    hashes = [row.hash for row in restatements(closing)]
    told = list(Entry.objects.filter(verb="books.adjusted", subject_kind="restatement", subject_key__in=hashes))
    rows = {
        (row.restatement.hash, row.measure, row.unit): row
        for row in Adjustment.objects.filter(restatement__closing=closing).select_related("restatement")
    }
    noted = {(entry.subject_key, str(entry.codes["measure"]), str(entry.codes["unit"])): entry.codes for entry in told}
    if len(told) != len(rows) or noted.keys() != rows.keys() or not all(_is_noted(rows[key], codes) for key, codes in noted.items()):
        yield f"the adjustments of {closing.period} are not those the journal holds"


def _is_noted(row: Adjustment, codes: Mapping[str, object]) -> bool:
    """Entries of before say what the period was called, and not its first day."""
    first = row.into_on.isoformat()
    return (codes["amount"], codes["into"], codes.get("into_on", first)) == (text(row.amount), row.into, first)
