"""Merge two known people and take it back: by a member, or because a system of record did."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.actions import linking
from treaty.truth.actions.linking import AlreadyOne, Overtaken, root_of, tree_of
from treaty.truth.actions.work import Absorbed
from treaty.truth.models import Merge, Person, Proposal

ATTEMPTS = 4


class AlreadyUndone(Exception):
    """This merge was taken back before; the message says when."""


def merge(kept: Person, gone: Person, *, evidence: dict[str, Any], by: Member | None, at: datetime) -> tuple[Merge, Absorbed]:
    """Two known people are one from now on, known as `kept`. Raises AlreadyOne.

    evidence: what speaks for it; `rule` goes into the journal. Returns the merge, and who is to be judged again: the caller
    marks them in the same transaction (`qualification.merging`). Where `gone` is somebody else already, that one follows.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _merge(kept, gone, evidence, by, at)
        except Overtaken:
            continue
    return _merge(kept, gone, evidence, by, at)


@transaction.atomic
def _merge(kept: Person, gone: Person, evidence: dict[str, Any], by: Member | None, at: datetime) -> tuple[Merge, Absorbed]:
    done = Absorbed()
    root = root_of(gone.pk)
    made = linking.link(root, kept.pk, evidence=evidence, by=by, at=at, done=done)
    _concern(root, root_of(kept.pk), done, at)
    _answer(root_of(kept.pk), made, by, at)
    record("person.merged", kept, by=by, at=at, codes={"gone": gone.key, "rule": str(evidence.get("rule", "")), "merge": made.pk})
    return made, done


@transaction.atomic
def unmerge(merge: Merge, *, by: Member | None, at: datetime) -> Absorbed:
    """Take a merge back: each has what was theirs, and what came through their identities since. Raises AlreadyUndone.

    What was answered by it is answered by its end: they are two people. Returns who is to be judged again, as `merge` does.
    """
    held = Merge.objects.select_for_update(of=("self",)).select_related("kept", "gone").get(pk=merge.pk)
    if held.undone_at is not None:
        raise AlreadyUndone(f"{held.gone} and {held.kept} were parted on {held.undone_at:%d %B %Y}")
    done = Absorbed()
    linking.part(held, by=by, at=at, done=done)
    held.proposals.update(answer=Proposal.Answer.DIFFERENT, answered_at=at, answered_by=by)
    record("person.parted", held.kept, by=by, at=at, codes={"gone": held.gone.key, "merge": held.pk})
    return done


def first_known(one: Person, other: Person) -> tuple[Person, Person]:
    """(who is kept, who goes) where nobody says which: the one known first, whichever is named first."""
    kept, gone = sorted((one, other), key=lambda person: (person.first_known_at or person.made_at, person.pk))
    return kept, gone


def _concern(gone: int, root: int, done: Absorbed, at: datetime) -> None:
    """Everything of two known people may count anew, also where they belong."""
    for person in (gone, root):
        done.counts_from(person, at)
        done.moved.add(person)
    done.person_ids.add(root)


def _answer(root: int, made: Merge, by: Member | None, at: datetime) -> None:
    """What was asked of two who are one now is answered."""
    records = tree_of(root)
    asked = Proposal.objects.filter(Q(one__in=records, other__in=records), answer=Proposal.Answer.OPEN)
    asked.update(answer=Proposal.Answer.MERGED, answered_at=at, answered_by=by, merge=made)


__all__ = ["AlreadyOne", "AlreadyUndone", "first_known", "merge", "unmerge"]
