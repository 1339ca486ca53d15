"""The life of a version: drafted, proposed, signed by both sides, in force, amended. There is no action that changes one."""

from datetime import datetime

from django.db import models, transaction

from treaty.agreement import canonical, later
from treaty.agreement.document import Loaded, Problem
from treaty.agreement.drafting import MayNotChange, Overtaken, check_may_change, save_draft, save_part
from treaty.agreement.models import Draft, InForce, Version
from treaty.agreement.named import examine_here
from treaty.agreement.queries import Damaged, latest, marks, signed_of
from treaty.agreement.remarks import follow
from treaty.agreement.signatures import NotSignable, Signed, is_complete, key_of, make_key, sign
from treaty.agreement.terms import Terms
from treaty.journal.actions import record
from treaty.journal.models import Head
from treaty.team.models import Member

__all__ = [
    "MayNotChange", "NotProposable", "NotSignable", "Overtaken", "Signed", "is_complete", "key_of", "latest", "make_key", "marks",
    "propose", "save_draft", "save_part", "sign", "withdraw",
]  # fmt: skip


class NotProposable(Exception):
    """The document has faults; `problems` names each with its line and the way out."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems[:3]))


def propose(
    text: str, *, by: Member, at: datetime, reason: str = "", given: canonical.Bindings | None = None, draft: Draft | None = None
) -> Version:
    """Make the signed bytes, once and for ever. Proposing the same again while it is open gives the same version. What was said of the
    draft goes with it; a question may still be open, but nobody signs before it is settled.

    Raises MayNotChange, and NotProposable: for faults, for leads given to who is no member, for an amendment without a
    reason, for lists or files that are named but not given, for exactly the terms of a version that was in force already.
    """
    check_may_change(by)
    loaded = examine_here(text)
    terms = _sound(loaded)
    try:
        raw = canonical.signed_bytes(terms, given)
    except canonical.Unbound as unbound:
        raise _not_proposable(str(unbound)) from None
    with transaction.atomic():
        version = _store(loaded.text, terms, raw, reason.strip(), by, at)
        follow(version, draft)
        if draft is not None:
            Draft.objects.filter(pk=draft.pk, proposed_at=None).update(proposed_at=at)
    return version


def _sound(loaded: Loaded) -> Terms:
    if loaded.terms is None or loaded.errors:
        raise NotProposable(loaded.errors)
    if refused := later.refused(loaded.terms):
        field, says, way_out = refused
        raise NotProposable((Problem(*loaded.place((field,)), (field,), says, way_out),))
    return loaded.terms


def _not_proposable(says: str, way_out: str = "") -> NotProposable:
    """A problem of the whole document, of no line."""
    return NotProposable((Problem(1, 1, (), says, way_out),))


def _store(text: str, terms: Terms, raw: bytes, reason: str, by: Member, at: datetime) -> Version:
    Head.objects.select_for_update().filter(pk=1).first()  # one at a time: the next number and what is amended stay true
    amends = latest(terms.applies_to)
    if amends is not None and not reason:
        raise _not_proposable("an amendment needs a reason", "say in a sentence why it is made")
    same = Version.objects.filter(hash=canonical.hash_of(raw), withdrawn_at=None).first()
    if same is not None and InForce.objects.filter(version=same).exists():
        raise _not_proposable(f"these are exactly the terms of version {same.number}, signed by both sides", "set a new day in `effective`")
    if same is not None and same.amends == amends:
        return same
    if same is not None:
        _take_back(same, by, at)  # it amends what is no longer in force; nobody can sign it any more
    version = Version.objects.create(
        number=(Version.objects.aggregate(top=models.Max("number"))["top"] or 0) + 1,
        text=text, signed_bytes=raw, hash=canonical.hash_of(raw), applies_to=terms.applies_to,
        amends=amends, reason=reason, proposed_by=by, proposed_at=at,
    )  # fmt: skip
    codes, words = {"version": version.number}, {"reason": reason} if reason else None
    record("agreement.proposed", version, by=by, at=at, agreement=version.hash, codes=codes, words=words)
    return version


@transaction.atomic
def withdraw(version: Version, *, by: Member, at: datetime) -> None:
    """Take a proposal back before it is fully signed; withdrawing twice changes nothing more.

    Raises MayNotChange for anybody but its proposer and its steward, NotSignable for one that both sides have signed.
    """
    Head.objects.select_for_update().filter(pk=1).first()  # first the journal's end, then the version, as signing takes them
    version = Version.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=version.pk)
    if not may_withdraw(version, by):
        raise MayNotChange(f"{by.name} cannot withdraw version {version.number}: {version.proposed_by.name} can, and the steward")
    if InForce.objects.filter(version=version).exists():
        raise NotSignable(f"version {version.number} is signed by both sides: only an amendment changes it")
    if version.withdrawn_at is None:
        _take_back(version, by, at)


def may_withdraw(version: Version, member: Member) -> bool:
    """The proposer, and the steward the document names. A damaged version can be withdrawn by its proposer alone."""
    if member.pk == version.proposed_by_id:
        return True
    try:
        return member.email == signed_of(version).terms.steward
    except Damaged:
        return False


def _take_back(version: Version, by: Member, at: datetime) -> None:
    Version.objects.filter(pk=version.pk, withdrawn_at=None).update(withdrawn_at=at)
    record("agreement.withdrawn", version, by=by, at=at, agreement=version.hash, codes={"version": version.number})
