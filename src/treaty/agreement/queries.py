"""Which version holds, for whom, when; its terms, read once from the signed bytes; its papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from treaty.agreement import signing
from treaty.agreement.bundle import PROPOSED, SIGNED, NotBundled, write_bundle
from treaty.agreement.canonical import Signed, read
from treaty.agreement.models import Draft, InForce, Remark, Version
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import SIDES, Side
from treaty.journal.models import Entry
from treaty.journal.queries import as_fields
from treaty.prepared import prepared

IN_FORCE = "agreement.in_force"


class Damaged(Exception):
    """A version is not what was proposed: somebody changed it beside Treaty. The message says which, and the way out."""


class State(StrEnum):
    """proposed: to be signed. overtaken: another version took effect first. upcoming: signed, its day is still to come.

    ended: another is in force now. never: signed, and replaced before its day came.
    """

    PROPOSED = "proposed"
    OVERTAKEN = "overtaken"
    WITHDRAWN = "withdrawn"
    UPCOMING = "upcoming"
    IN_FORCE = "in force"
    ENDED = "ended"
    NEVER = "never in force"


@lru_cache(maxsize=32)
def _read(raw: bytes) -> Signed:
    return read(raw)


def signed_of(version: Version) -> Signed:
    """Terms and bound lists of a version, kept in memory. Raises Damaged unless they are the bytes of its hash.

    So nothing is decided, shown as agreed or signed under words that nobody has agreed on.
    """
    try:
        signed = _read(bytes(version.signed_bytes))
    except ValueError:
        signed = None
    if signed is None or signed.hash != version.hash:
        raise Damaged(
            f"the stored bytes of version {version.number} do not fit their hash: somebody changed them beside Treaty; "
            "restore them from a backup or from the bundle both sides have"
        )
    return signed


def in_force(at: datetime, applies_to: str = "everyone") -> InForce | None:
    """The version in force at a moment, or None before the first takes effect."""
    return next(iter(_in_force(at, applies_to)), None)


@prepared
def _in_force(at: datetime, applies_to: str) -> QuerySet[InForce]:
    holds = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    return InForce.objects.filter(holds, applies_to=applies_to).select_related("version").order_by("pk")[:1]


def agreed_zone(at: datetime) -> str:
    """The time zone of the version in force for everyone; empty before there is one."""
    current = in_force(at)
    return signed_of(current.version).terms.time_zone if current else ""


def terms_at(at: datetime) -> Terms | None:
    """The terms in force for everyone at a moment; None before there are any."""
    current = in_force(at)
    return signed_of(current.version).terms if current else None


def agreed_currency(at: datetime) -> str:
    """The currency of the version in force for everyone; empty before there is one."""
    current = in_force(at)
    return signed_of(current.version).terms.currency if current else ""


def all_in_force(at: datetime) -> list[InForce]:
    """One version per segment, those for a segment before the one for everyone."""
    holds = Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))
    rows = InForce.objects.filter(holds).select_related("version").order_by("starts_at")
    return sorted(rows, key=lambda row: row.applies_to == "everyone")


def open_proposals() -> list[Version]:
    """Proposed and neither withdrawn nor in force yet."""
    return list(Version.objects.filter(withdrawn_at=None, in_force=None).order_by("number"))


def latest(applies_to: str = "everyone") -> Version | None:
    """The version that both sides signed last, in force or still to come; an amendment amends it."""
    last = InForce.objects.filter(applies_to=applies_to).order_by("-pk").select_related("version").first()
    return last.version if last else None


@dataclass(frozen=True, slots=True)
class Life:
    """A version, where it stands, and from when until when it holds or held, if it came so far."""

    version: Version
    state: State
    held: InForce | None


def state_of(version: Version, *, at: datetime) -> State:
    """Where a version stands in its life."""
    return life_of(version, at=at).state


def life_of(version: Version, *, at: datetime) -> Life:
    """One version's life; `lives` for all."""
    held = InForce.objects.filter(version=version).first()
    return Life(version, _state(version, held, latest(version.applies_to), at), held)


def lives(*, at: datetime) -> list[Life]:
    """Every version ever proposed, by number. Two queries, however many there are."""
    rows = {row.version_id: row for row in InForce.objects.order_by("pk")}
    versions = list(Version.objects.order_by("number").select_related("amends", "proposed_by"))
    last = {row.applies_to: pk for pk, row in rows.items()}
    by_pk = {version.pk: version for version in versions}
    return [Life(v, _state(v, rows.get(v.pk), by_pk.get(last.get(v.applies_to, 0)), at), rows.get(v.pk)) for v in versions]


def _state(version: Version, held: InForce | None, base: Version | None, at: datetime) -> State:
    if held is not None:
        return _state_of_signed(held, at)
    if version.withdrawn_at is not None:
        return State.WITHDRAWN
    return State.PROPOSED if version.amends_id == (base.pk if base else None) else State.OVERTAKEN


def _state_of_signed(held: InForce, at: datetime) -> State:
    if held.starts_at == held.ends_at:
        return State.NEVER
    if held.starts_at > at:
        return State.UPCOMING
    return State.IN_FORCE if held.ends_at is None or held.ends_at > at else State.ENDED


def drafts() -> list[Draft]:
    """Documents being written that were not proposed yet, the newest first."""
    return list(Draft.objects.filter(proposed_at=None).select_related("by", "amends").order_by("-at", "-pk"))


# Remarks


def remarks_on(on: Draft | Version) -> list[Remark]:
    """All that is said of a text, answers among them, oldest first."""
    return list(on.remarks.select_related("by", "settled_by", "of").order_by("at", "pk"))


def open_questions(version: Version) -> list[Remark]:
    """What has to be settled before anybody signs, oldest first."""
    return list(version.remarks.filter(is_question=True, settled_at=None).select_related("by").order_by("at", "pk"))


def all_open_questions(*, with_drafts: bool) -> list[Remark]:
    """Those of every version that waits for signatures, and of every draft for who may read drafts; oldest first."""
    on_versions = Q(version__isnull=False, version__withdrawn_at=None, version__in_force=None)
    on_drafts = Q(draft__isnull=False, draft__proposed_at=None)
    rows = Remark.objects.filter(on_versions | on_drafts if with_drafts else on_versions, is_question=True, settled_at=None)
    return list(rows.select_related("by", "version", "draft").order_by("at", "pk"))


# Signatures


def marks(version: Version) -> list[signing.Signature]:
    """The signatures as they travel, in order of signing."""
    rows = version.signatures.select_related("key").order_by("at", "id")
    return [signing.Signature(row.statement, row.key.public_key, row.signature) for row in rows]


def fits(mark: signing.Signature, version: Version) -> bool:
    """Whether a signature stands under exactly this version: its hash, its number, and every word of the statement."""
    said = mark.statement
    if (said.get("hash"), said.get("version")) != (version.hash, version.number):
        return False
    try:
        signing.verify(mark)
    except signing.BadSignature:
        return False
    return True


def signed_by(version: Version) -> frozenset[str]:
    """The e-mails of those whose signature fits."""
    return frozenset(str(mark.statement["person"]).lower() for mark in marks(version) if fits(mark, version))


def missing(version: Version) -> list[tuple[Side, str]]:
    """Who has still to sign, by side."""
    signatories, there = signed_of(version).terms.signatories, signed_by(version)
    return [(side, email) for side in SIDES for email in getattr(signatories, side) if email.lower() not in there]


def sides_signed(version: Version) -> tuple[bool, bool]:
    """Whether all of marketing, and all of sales, have signed: the two halves of the seal."""
    open_sides = {side for side, _ in missing(version)}
    return "marketing" not in open_sides, "sales" not in open_sides


# Papers and history


def story(version: Version) -> list[Entry]:
    """What happened to this version, oldest first: proposed, signed, withdrawn, in force."""
    entries = Entry.objects.filter(subject_kind="version", agreement=version.hash).select_related("actor", "words").order_by("seq")
    return [entry for entry in entries if entry.codes.get("version") == version.number]


def receipt_of(version: Version) -> dict[str, Any]:
    """What each side keeps at home: hash, keys, signatures so far, and the journal as it stood at the last of them.

    Raises NotBundled before anybody has signed.
    """
    ends = _end_of(version)
    return signing.receipt(marks(version), head=(ends.seq, ends.hash))


def bundle_of(version: Version) -> bytes:
    """The zip `verify.py` reads. Raises NotBundled until everyone has signed, BrokenChain for a damaged journal."""
    if version.withdrawn_at is not None:
        raise NotBundled(f"version {version.number} was withdrawn: it has no bundle")
    if waiting := missing(version):
        raise NotBundled(f"version {version.number} is not signed by everyone yet: {_listed(waiting)} is missing")
    first = next((entry for entry in story(version) if entry.verb == PROPOSED), None)
    if first is None:
        raise NotBundled(f"the journal does not hold the proposal of version {version.number}: it was made beside Treaty")
    stretch = Entry.objects.filter(seq__gte=first.seq, seq__lte=_end_of(version).seq).order_by("seq")
    return write_bundle(bytes(version.signed_bytes), marks(version), [as_fields(entry) for entry in stretch.iterator()])


def _end_of(version: Version) -> Entry:
    """The last entry that made this version what it is: every receipt names one up to here."""
    found = [entry for entry in story(version) if entry.verb in (SIGNED, IN_FORCE)]
    if not found:
        raise NotBundled(f"nobody has signed version {version.number} yet: there is nothing to keep")
    return found[-1]


def _listed(waiting: Sequence[tuple[Side, str]]) -> str:
    return ", ".join(f"{email} for {side}" for side, email in waiting)


def damaged() -> list[str]:
    """Everything in the tables of the agreement that does not fit, a sentence each; empty when all is well."""
    from treaty.agreement.soundness import faults

    versions = Version.objects.order_by("number").select_related("in_force", "amends")
    return [fault for version in versions for fault in faults(version)]
