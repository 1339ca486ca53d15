"""The life of a version: drafted, proposed, signed by both sides, in force, amended."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models, transaction

from treaty.agreement import canonical, signing
from treaty.agreement.check import examine
from treaty.agreement.document import Problem
from treaty.agreement.models import Draft, InForce, Signature, SigningKey, Version
from treaty.agreement.terms import Terms
from treaty.journal.actions import record
from treaty.journal.queries import head
from treaty.team.models import Member


class NotProposable(Exception):
    """The document has faults; `problems` names each with its line and the way out."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems[:3]))


class NotSignable(Exception):
    """This person cannot sign this version now; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What signing gave: the mark, the receipt for both sides, and the term if it was the last signature."""

    signature: Signature
    receipt: dict[str, object]
    in_force: InForce | None


def save_draft(text: str, *, by: Member, at: datetime, draft: Draft | None = None) -> Draft:
    """Keep a document being written; it may still have faults."""
    if draft is None:
        return Draft.objects.create(text=text, amends=latest(), by=by, at=at)
    Draft.objects.filter(pk=draft.pk).update(text=text, at=at)
    draft.text, draft.at = text, at
    return draft


@transaction.atomic
def propose(text: str, *, by: Member, at: datetime, reason: str = "", given: canonical.Bindings | None = None) -> Version:
    """Make the signed bytes, once and for ever. Raises NotProposable, also for an amendment without a reason."""
    loaded = examine(text)
    if loaded.terms is None or loaded.errors:
        raise NotProposable(loaded.errors)
    amends = latest(loaded.terms.applies_to)
    if amends is not None and not reason.strip():
        raise NotProposable((Problem(1, 1, (), "an amendment needs a reason", "say in a sentence why it is made"),))
    try:
        raw = canonical.signed_bytes(loaded.terms, given)
    except canonical.Unbound as missing:
        raise NotProposable((Problem(1, 1, (), str(missing), ""),)) from None
    version, is_new = Version.objects.get_or_create(
        hash=canonical.hash_of(raw),
        defaults={
            "number": (Version.objects.aggregate(top=models.Max("number"))["top"] or 0) + 1,
            "text": loaded.text,
            "signed_bytes": raw,
            "applies_to": loaded.terms.applies_to,
            "amends": amends,
            "reason": reason.strip(),
            "proposed_by": by,
            "proposed_at": at,
        },
    )
    if is_new:
        record(
            "agreement.proposed", version, by=by, at=at, agreement=version.hash, codes={"version": version.number},
            words={"reason": reason} if reason else None,
        )  # fmt: skip
    return version


@transaction.atomic
def make_key(member: Member, passphrase: str, *, at: datetime) -> SigningKey:
    """A signing key under a passphrase only its owner knows; an earlier key is retired, its signatures stay valid."""
    sealed = signing.seal_key(passphrase)
    SigningKey.objects.filter(member=member, retired_at=None).update(retired_at=at)
    key = SigningKey.objects.create(member=member, public_key=sealed.public_key, sealed=sealed.model_dump(), made_at=at)
    record("key.made", member, by=member, at=at, codes={"key": sealed.public_key})
    return key


@transaction.atomic
def sign(version: Version, *, by: Member, passphrase: str, at: datetime) -> Signed:
    """Put a signatory's mark under the stored bytes. With the last mark the version takes effect on its date.

    Raises NotSignable (not a signatory, already signed, withdrawn, bytes changed) and signing.WrongPassphrase.
    """
    terms = canonical.read(bytes(version.signed_bytes)).terms
    side = terms.signatories.side_of(by.email)
    key = SigningKey.objects.filter(member=by, retired_at=None).first()
    if side is None:
        raise NotSignable(f"{by.email} is not a signatory of version {version.number}")
    if key is None:
        raise NotSignable(f"{by.email} has no signing key yet: choose a passphrase first")
    _check_may_sign(version, by)
    statement = signing.Statement(
        agreement=terms.agreement, version=version.number, hash=version.hash, person=by.email, side=side, at=at, reason=version.reason
    )
    mark = signing.sign(signing.SealedKey.model_validate(key.sealed), passphrase, statement)
    row = Signature.objects.create(
        version=version, member=by, side=side, key=key, statement=mark.statement, signature=mark.signature, at=at
    )
    record("agreement.signed", version, by=by, at=at, agreement=version.hash, codes=mark.codes)
    in_force = _take_effect(version, terms, at) if is_complete(version, terms) else None
    end = head()
    receipt = signing.receipt(marks(version), head=(end.seq, end.hash))
    return Signed(row, receipt, in_force)


def _check_may_sign(version: Version, by: Member) -> None:
    if canonical.hash_of(bytes(version.signed_bytes)) != version.hash:
        raise NotSignable(f"the stored bytes of version {version.number} do not fit their hash: they were changed; propose it again")
    if version.withdrawn_at is not None:
        raise NotSignable(f"version {version.number} was withdrawn: propose it again")
    if version.signatures.filter(member=by).exists():
        raise NotSignable(f"{by.email} has already signed version {version.number}")


def is_complete(version: Version, terms: Terms) -> bool:
    """True when everyone named on both sides has signed."""
    signed = set(version.signatures.values_list("member__email", flat=True))
    return {email.lower() for email in terms.signatories.everyone} <= signed


def marks(version: Version) -> list[signing.Signature]:
    """The signatures as they travel, in order of signing."""
    rows = version.signatures.select_related("key").order_by("at", "id")
    return [signing.Signature(row.statement, row.key.public_key, row.signature) for row in rows]


def _take_effect(version: Version, terms: Terms, at: datetime) -> InForce:
    """In force from its date, never earlier than the last signature; the version before ends at that moment."""
    zone = ZoneInfo(terms.time_zone)
    dated = datetime.combine(terms.effective, time.min, tzinfo=zone).astimezone(UTC)
    starts_at = max(dated, at)
    before = InForce.objects.select_for_update(of=("self",)).filter(applies_to=version.applies_to, ends_at=None).first()
    if before is not None:
        starts_at = max(starts_at, before.starts_at + timedelta(microseconds=1))
        InForce.objects.filter(pk=before.pk).update(ends_at=starts_at)
    in_force = InForce.objects.create(version=version, applies_to=version.applies_to, starts_at=starts_at)
    record(
        "agreement.in_force", version, at=at, agreement=version.hash,
        codes={"version": version.number, "starts_at": starts_at.isoformat()},
    )  # fmt: skip
    return in_force


@transaction.atomic
def withdraw(version: Version, *, by: Member, at: datetime) -> None:
    """Take a proposal back before it is fully signed. Raises NotSignable for one that is in force."""
    if InForce.objects.filter(version=version).exists():
        raise NotSignable(f"version {version.number} is signed by both sides: only an amendment changes it")
    if Version.objects.filter(pk=version.pk, withdrawn_at=None).update(withdrawn_at=at):
        record("agreement.withdrawn", version, by=by, at=at, agreement=version.hash, codes={"version": version.number})


def latest(applies_to: str = "everyone") -> Version | None:
    """The version that was last to take effect for a segment; an amendment amends it."""
    last = InForce.objects.filter(applies_to=applies_to).order_by("-starts_at").select_related("version").first()
    return last.version if last else None
