"""Make two records one person and take them apart again: the rows of the one are the other's (`following`).

The order of merges does not matter, and without a merge all is as if it had never been, with what arrived meanwhile.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from treaty import trail
from treaty.prepared import prepared
from treaty.team.models import Member
from treaty.truth.actions import believed, following, joining, roles
from treaty.truth.actions.following import OF_PEOPLE, STATED
from treaty.truth.actions.work import Absorbed
from treaty.truth.models import BuyingRole, Identity, Merge, Person, Touch


class AlreadyOne(Exception):
    """Both are one person by now."""


class Overtaken(IntegrityError):
    """Another writer made one of them another's meanwhile: start again, and it is known."""


@transaction.atomic
def link(gone: int, kept: int, *, evidence: dict[str, Any], by: Member | None, at: datetime, done: Absorbed) -> Merge:
    """From now on what is `gone`'s is that person's whom `kept` is known as. Raises AlreadyOne, Overtaken.

    gone: somebody who is nobody else yet; what a visitor claimed of themselves is no known person's, and stays behind. Who is
    to be judged again is added to `done`.
    """
    root = root_of(kept)
    if root == gone:
        raise AlreadyOne("these two are one person already: somebody made them one meanwhile")
    is_known = not _hold(gone, root).is_visitor
    joining.join(root, gone, by=by, at=at)
    merge = Merge.objects.create(kept_id=kept, gone_id=gone, evidence=evidence, by=by, at=at)
    trail.made(Merge, [merge.pk])
    Person.objects.filter(pk=gone).update(merged_into=kept)
    _note(root, gone, done)
    _follow(gone, root)
    if is_known and STATED["person"].follow(gone, root):
        done.moved.add(root)
        believed.refresh([root])
    if BuyingRole.objects.filter(person=gone).exists():
        roles.settle(root, tree_of(root))
    _borrow_email(root)
    return merge


@transaction.atomic
def part(merge: Merge, *, by: Member | None, at: datetime, done: Absorbed) -> None:
    """Take a merge back: what was seen as the one that went, or as one of those who had become it, is its own again."""
    gone, root = merge.gone_id, root_of(merge.kept_id)
    list(Person.objects.select_for_update().filter(pk__in=(gone, root)).order_by("pk"))
    theirs = tree_of(gone)
    Person.objects.filter(pk=gone).update(merged_into=None)
    Merge.objects.filter(pk=merge.pk).update(undone_at=at, undone_by=by)
    _return(root, gone, theirs)
    roles.settle(gone, theirs)
    roles.settle(root, tree_of(root))
    joining.part(root, gone, since=merge.at, by=by, at=at)
    believed.refresh([root, gone], is_whole=True)
    _give_back_email(root)
    for person in (root, gone):
        done.person_ids.add(person)
        done.counts_from(person, at)
        done.moved.add(person)


def root_of(person: int) -> int:
    """Whom this record is known as today."""
    return following.root_of(Person, person)


def tree_of(person: int) -> list[int]:
    """This record and all that were found to be it."""
    return following.tree_of(Person, person)


def _hold(gone: int, root: int) -> Person:
    """Nobody else makes either of them another's before we are done. Returns who goes. Raises Overtaken."""
    held = {person.pk: person for person in Person.objects.select_for_update().filter(pk__in=(gone, root)).order_by("pk")}
    if any(person.merged_into_id is not None for person in held.values()):
        raise Overtaken(f"person {gone} or person {root} was made one with another meanwhile")
    return held[gone]


def _follow(gone: int, root: int) -> None:
    for rows in OF_PEOPLE:
        rows.follow(gone, root)
    Touch.objects.filter(person=gone).update(person=root)


def _return(root: int, gone: int, theirs: Collection[int]) -> None:
    for rows in (*OF_PEOPLE, STATED["person"]):
        rows.give_back(root, gone, theirs)
    Touch.objects.filter(person=root, seen_as__in=theirs).update(person=gone)


def _note(root: int, gone: int, done: Absorbed) -> None:
    """Touches that somebody else did count for this person now, from when the first of them was known."""
    done.person_ids.add(root)
    for known_at in _first_known(gone):
        done.counts_from(root, known_at)
        done.counts_from(gone, known_at)
        done.moved.add(gone)


@prepared
def _first_known(person: int) -> QuerySet[Touch, datetime]:
    return Touch.objects.filter(person=person).order_by("known_at").values_list("known_at", flat=True)[:1]


def _borrow_email(root: int) -> None:
    """Who has no address of their own is reached at one of those they were found to be."""
    if Person.objects.filter(pk=root, email="").exists() and (email := _first_email(root)):
        Person.objects.filter(pk=root).update(email=email)


def _give_back_email(root: int) -> None:
    email = Person.objects.values_list("email", flat=True).get(pk=root)
    if email and not Identity.objects.filter(person=root, kind="email", value=email).exists():
        Person.objects.filter(pk=root).update(email=_first_email(root))


def _first_email(person: int) -> str:
    found = Identity.objects.filter(person=person, kind="email").order_by("pk").values_list("value", flat=True)
    return found.first() or ""
