"""Merging pairs without being asked: off unless a member says from which probability on, and only where that is proven."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.actions.linking import root_of, tree_of
from treaty.truth.actions.searching import MATCH
from treaty.truth.models import Merge, MergeAlone, Proposal
from treaty.truth.proven import SURE, Proof, proofs

Answer = Proposal.Answer


class NotProven(Exception):
    """The precision from this probability on is not proven; the message says how many answers are missing."""


def answers() -> list[tuple[float, bool]]:
    """(probability, were they one person) of every pair that matching proposed and a member, or their own system, answered."""
    rows = Proposal.objects.filter(rule=MATCH, probability__isnull=False).exclude(answer=Answer.OPEN)
    unasked = Q(answer=Answer.MERGED, answered_by=None, merge__evidence__rule=MATCH)
    told = rows.exclude(unasked).select_related("merge").order_by("answered_at", "pk")
    latest = {(row.one_id, row.other_id): (row.probability or 0.0, row.answer == Answer.MERGED) for row in told if _was_put(row)}
    return list(latest.values())


def _was_put(proposal: Proposal) -> bool:
    """Whether this pair is what was answered, not one that two others' being one answered along with it."""
    if proposal.answer != Answer.MERGED or proposal.answered_by_id is None or proposal.merge is None:
        return True
    put = proposal.merge.evidence.get("proposals")
    return put is None or proposal.key in put


def in_force() -> Proof | None:
    """From which probability on pairs are to be merged, with its proof as of today; None where that is off."""
    row = MergeAlone.objects.order_by("-at", "-pk").first()
    return proofs(answers(), [row.probability])[0] if row and row.probability is not None else None


@transaction.atomic
def set_from(probability: float | None, *, by: Member, at: datetime) -> None:
    """From now on; None: never. Raises NotProven."""
    proof = proofs(answers(), [probability])[0] if probability is not None else None
    if proof and not proof.is_proven:
        said = f"from {proof.probability:.1%} on {proof.right} of {proof.right + proof.wrong} answers were “one person”"
        raise NotProven(f"{said}: {proof.missing} more in a row prove that {SURE:.0%} are")
    right, wrong = (proof.right, proof.wrong) if proof else (0, 0)
    MergeAlone.objects.create(probability=probability, right=right, wrong=wrong, by=by, at=at)
    record("person.merge_alone_set", by, by=by, at=at, codes={"probability": str(probability or ""), "right": right, "wrong": wrong})


def sure_of(proposed: Sequence[Proposal]) -> list[Proposal]:
    """Of these the pairs that are merged unasked now: as probable as was set, while that is proven, and never parted by anybody."""
    proof = in_force()
    if proof is None or not proof.is_proven:
        return []
    return [p for p in proposed if p.probability is not None and p.probability >= proof.probability and not _was_answered(p)]


def is_sure(proposal: Proposal) -> bool:
    """Asked again right before the merge, in its transaction: still proven, open, not put off, and nobody said otherwise of theirs."""
    held = Proposal.objects.select_for_update().filter(pk=proposal.pk, answer=Answer.OPEN, put_off_at=None)
    return bool(sure_of(list(held)))


def _was_answered(proposal: Proposal) -> bool:
    """Somebody said that a record of the one and a record of the other are two people, or parted them."""
    ones, others = (tree_of(root_of(number)) for number in (proposal.one_id, proposal.other_id))
    between = Q(kept__in=ones, gone__in=others) | Q(kept__in=others, gone__in=ones)
    asked = Q(one__in=ones, other__in=others) | Q(one__in=others, other__in=ones)
    parted = Merge.objects.filter(between, undone_at__isnull=False)
    return Proposal.objects.filter(asked, answer=Answer.DIFFERENT).exists() or parted.exists()
