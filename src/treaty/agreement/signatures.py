"""Signing: keys, marks under the stored bytes, and what follows from the last of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from treaty.agreement import signing
from treaty.agreement.models import InForce, Remark, Signature, SigningKey, Version
from treaty.agreement.places import WHOLE, places
from treaty.agreement.queries import Damaged, latest, missing, open_questions, receipt_of, signed_by, signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.tries import counted
from treaty.agreement.words import contract
from treaty.journal.actions import record
from treaty.journal.models import Head
from treaty.team.models import Member


class NotSignable(Exception):
    """This person cannot sign this version now; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What signing gave: the mark, the receipt for both sides, and the term if it was the last signature."""

    signature: Signature
    receipt: dict[str, Any]
    in_force: InForce | None


def make_key(member: Member, passphrase: str, *, at: datetime) -> SigningKey:
    """A signing key under a passphrase only its owner knows; an earlier key is retired, its signatures stay valid.

    Raises signing.WeakPassphrase. The door makes sure first that it is the member who asks.
    """
    sealed = signing.seal_key(passphrase)
    with transaction.atomic():
        SigningKey.objects.filter(member=member, retired_at=None).update(retired_at=at)
        key = SigningKey.objects.create(member=member, public_key=sealed.public_key, sealed=sealed.model_dump(), made_at=at)
        record("key.made", member, by=member, at=at, codes={"key": sealed.public_key})
    return key


def key_of(member: Member) -> SigningKey | None:
    """The key a member signs with now."""
    return SigningKey.objects.filter(member=member, retired_at=None).first()


def sign(version: Version, *, by: Member, passphrase: str, at: datetime) -> Signed:
    """Put a signatory's mark under the stored bytes. With the last mark the version takes effect on its date.

    Raises NotSignable (not a signatory, already signed, withdrawn, overtaken, bytes changed, a question open), signing.WrongPassphrase,
    and tries.TooManyTries. The passphrase is tried outside of the transaction, so that a wrong one is counted.
    """
    version = Version.objects.get(pk=version.pk)
    terms = check_may_sign(version, by)
    key, side = key_of(by), terms.signatories.side_of(by.email)
    if key is None or side is None:
        raise NotSignable(f"{by.email} has no signing key yet: choose a passphrase first")
    statement = signing.Statement(
        agreement=terms.agreement, version=version.number, hash=version.hash, person=by.email, side=side, at=at, reason=version.reason
    )
    with counted(by, at=at):
        mark = signing.sign(signing.SealedKey.model_validate(key.sealed), passphrase, statement)
    return _put(version, by, key, mark, at)


@transaction.atomic
def _put(version: Version, by: Member, key: SigningKey, mark: signing.Signature, at: datetime) -> Signed:
    """Store a mark. The version is locked, so of two last signatures one completes it; all is checked again under the lock."""
    Head.objects.select_for_update().filter(pk=1).first()
    version = Version.objects.select_for_update(of=("self",)).get(pk=version.pk)
    terms = check_may_sign(version, by)
    row = Signature.objects.create(
        version=version, member=by, side=mark.statement["side"], key=key, statement=mark.statement, signature=mark.signature, at=at
    )
    record("agreement.signed", version, by=by, at=at, agreement=version.hash, codes=mark.codes)
    in_force = _take_effect(version, terms, at) if not missing(version) else None
    return Signed(row, receipt_of(version), in_force)


def check_may_sign(version: Version, member: Member) -> Terms:
    """The terms this member may sign now. Raises NotSignable."""
    try:
        terms = signed_of(version).terms
    except Damaged as damage:
        raise NotSignable(f"{damage}, or propose it again") from None
    name = f"version {version.number}"
    if not member.is_active or terms.signatories.side_of(member.email) is None:
        raise NotSignable(f"{member.email} is not a signatory of {name}: {', '.join(terms.signatories.everyone)} sign it")
    if version.withdrawn_at is not None:
        raise NotSignable(f"{name} was withdrawn: propose it again")
    if member.email.lower() in signed_by(version):
        raise NotSignable(f"{member.email} has already signed {name}")
    if len(signed_by(version)) != version.signatures.count():
        raise NotSignable(f"{name} is not what the other side signed: somebody changed it beside Treaty; propose it again")
    base = latest(version.applies_to)
    if base is not None and base.pk != version.amends_id:
        raise NotSignable(
            f"{name} was written before version {base.number} was signed and would undo it: propose it again on top of that one"
        )
    if asked := open_questions(version):
        raise NotSignable(_still_asked(name, terms, asked))
    return terms


def _still_asked(name: str, terms: Terms, asked: list[Remark]) -> str:
    """The first open question by its clause, and how it is settled."""
    first, more = asked[0], f" (and {len(asked) - 1} more)" if len(asked) > 1 else ""
    place = WHOLE if not first.clause else places(contract(terms)).get(first.clause)
    where = place.label if place else "a clause that is gone"
    return (
        f"{name} has an open question of {first.by.name} about {where}{more}: {first.by.name}, or whoever may change the agreement, "
        "says on its page how it is settled; then it can be signed"
    )


def is_complete(version: Version, terms: Terms) -> bool:
    """True when everyone named on both sides has signed exactly this version."""
    return {email.lower() for email in terms.signatories.everyone} <= signed_by(version)


def _take_effect(version: Version, terms: Terms, at: datetime) -> InForce:
    """In force from its date, never earlier than the last signature; what held then ends, what was to follow never begins."""
    dated = datetime.combine(terms.effective, time.min, tzinfo=ZoneInfo(terms.time_zone)).astimezone(UTC)
    starts_at = max(dated, at)
    others = InForce.objects.filter(applies_to=version.applies_to)
    others.filter(starts_at__gte=starts_at).update(ends_at=F("starts_at"))
    others.filter(Q(ends_at=None) | Q(ends_at__gt=starts_at), starts_at__lt=starts_at).update(ends_at=starts_at)
    in_force = InForce.objects.create(version=version, applies_to=version.applies_to, starts_at=starts_at)
    record(
        "agreement.in_force", version, at=at, agreement=version.hash,
        codes={"version": version.number, "starts_at": starts_at.isoformat()},
    )  # fmt: skip
    return in_force
