"""Remarks on clauses, and questions: said, answered, settled, taken back. Nobody signs while a question is open."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from treaty.agreement.document import load
from treaty.agreement.models import Draft, InForce, Remark, Version
from treaty.agreement.places import WHOLE, Place, places
from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.words import contract
from treaty.journal.actions import record
from treaty.journal.models import Head, Words
from treaty.team.models import Member
from treaty.team.queries import may_change_agreement

MOST = 2_000
"""Characters of one remark."""


class NotRemarked(Exception):
    """This cannot be said, settled or taken back by this member now. The message says why and what would help."""


@transaction.atomic
def remark(on: Draft | Version, clause: str, words: str, *, by: Member, at: datetime, is_question: bool = False) -> Remark:
    """Say something about a clause, or ask. clause: its name (`places.Place.name`); empty: about the whole.

    Raises NotRemarked: nothing said, no such clause, a version that is signed or withdrawn, a draft with faults or proposed already,
    a member who neither changes the agreement nor signs it.
    """
    terms = _check_open(on)
    _check_may(by, terms)
    place = WHOLE if not clause else places(contract(terms)).get(clause)
    if place is None:
        raise NotRemarked("this clause is not in the text any more: open it again and choose a clause that is")
    return _said(on, place, words, by=by, at=at, is_question=is_question)


@transaction.atomic
def answer(said: Remark, words: str, *, by: Member, at: datetime) -> Remark:
    """Answer a remark or question; who answers an answer answers what it is about. Raises NotRemarked as `remark` does."""
    said, terms = _again(said)
    _check_may(by, terms)
    return _said(said.on, Place(said.clause, "", said.quoted), words, by=by, at=at, of=said.of or said)


@transaction.atomic
def settle(question: Remark, how: str, *, by: Member, at: datetime) -> Remark:
    """Close a question with the words of how it was settled: they stay with the version.

    Whoever may change the agreement settles it, and who asked. Raises NotRemarked, also for one that is settled already.
    """
    question, _ = _again(question)
    if not question.is_question:
        raise NotRemarked("this is no question: there is nothing to settle")
    if not may_settle(question, by):
        raise NotRemarked(f"{by.name} cannot settle it: {question.by.name}, who asked, can, and whoever may change the agreement")
    if question.settled_at is not None:
        raise NotRemarked(f"it is settled already: {question.settled_how}")
    question.settled_by, question.settled_at, question.settled_how = by, at, _words(how, "say in a sentence how it was settled")
    question.save(update_fields=["settled_by", "settled_at", "settled_how"])
    _record("remark.settled", question, by=by, at=at, words={"how": question.settled_how})
    return question


@transaction.atomic
def take_back(said: Remark, *, by: Member, at: datetime) -> None:
    """Take one's own remark back: its words are erased, here and beside the journal, which keeps that there was one.

    Raises NotRemarked for another's, for one that others have answered, and for a question that is settled.
    """
    said, _ = _again(said)
    if said.by_id != by.pk:
        raise NotRemarked(f"it is {said.by.name}'s: only they can take it back")
    if said.settled_at is not None:
        raise NotRemarked("it is settled, and stays with the version")
    if said.answers.exclude(by=by).exists():
        raise NotRemarked("others have answered it: settle it instead" if said.is_question else "others have answered it, so it stays")
    keys = [said.key, *said.answers.values_list("key", flat=True)]
    Words.objects.filter(entry__subject_kind="remark", entry__subject_key__in=keys).delete()
    _record("remark.taken_back", said, by=by, at=at)
    said.delete()


def follow(version: Version, draft: Draft | None) -> None:
    """What was said of a draft goes on to the version it became; so does what was said of the same words proposed before."""
    before = Q(version__hash=version.hash) & ~Q(version=version)
    Remark.objects.filter(before | Q(draft=draft) if draft is not None else before).update(draft=None, version=version)


# Who may, and when


def may_remark(member: Member, terms: Terms) -> bool:
    """Who may change the agreement, and who signs it."""
    return member.is_active and (may_change_agreement(member) or terms.signatories.side_of(member.email) is not None)


def may_settle(question: Remark, member: Member) -> bool:
    return member.is_active and (may_change_agreement(member) or member.pk == question.by_id)


def is_open(on: Draft | Version) -> bool:
    """Whether something can still be said of it: it is being written, or waits for signatures."""
    if isinstance(on, Draft):
        return on.proposed_at is None
    return on.withdrawn_at is None and not InForce.objects.filter(version=on).exists()


def _check_may(member: Member, terms: Terms) -> None:
    if not may_remark(member, terms):
        raise NotRemarked(f"{member.name} cannot remark on the agreement: who may change it can, and who signs it")


def _check_open(on: Draft | Version) -> Terms:
    """The terms, once nobody can sign meanwhile: the journal's end is taken first, then the version, as signing takes them."""
    Head.objects.select_for_update().filter(pk=1).first()
    if isinstance(on, Draft):
        on = Draft.objects.select_for_update(of=("self",)).get(pk=on.pk)
        if on.proposed_at is not None:
            raise NotRemarked("this draft was proposed: remark on the version it became")
        terms = load(on.text).terms
        if terms is None:
            raise NotRemarked("the draft has faults, so it has no clauses yet: correct them first")
        return terms
    on = Version.objects.select_for_update(of=("self",)).get(pk=on.pk)
    if not is_open(on):
        why = "was withdrawn" if on.withdrawn_at is not None else "is signed by both sides"
        raise NotRemarked(f"{on} {why}: draft an amendment and remark on that")
    return signed_of(on).terms


def _again(said: Remark) -> tuple[Remark, Terms]:
    """The row as it is now, and the terms it is about."""
    terms = _check_open(said.on)
    row = Remark.objects.select_related("by", "of", "draft", "version").filter(pk=said.pk).first()
    if row is None:
        raise NotRemarked("it was taken back meanwhile")
    return row, terms


# What is kept


def _said(
    on: Draft | Version, place: Place, words: str, *, by: Member, at: datetime, is_question: bool = False, of: Remark | None = None
) -> Remark:
    where: dict[str, Any] = {"draft": on} if isinstance(on, Draft) else {"version": on}
    row = Remark.objects.create(
        **where, clause=place.name, quoted=place.words, of=of, words=_words(words, "write something"), is_question=is_question, by=by, at=at
    )
    _record("remark.made", row, by=by, at=at, words={"words": row.words})
    return row


def _words(words: str, way_out: str) -> str:
    kept = words.strip()
    if not kept:
        raise NotRemarked(f"nothing is said: {way_out}")
    if len(kept) > MOST:
        raise NotRemarked(f"it has {len(kept):,} characters, {MOST:,} is the most: say it shorter, or in two remarks")
    return kept


def _record(verb: str, row: Remark, *, by: Member, at: datetime, words: dict[str, str] | None = None) -> None:
    """The clause is not in the journal: its name may hold somebody's address, and the journal is for ever."""
    codes: dict[str, Any] = {"question": row.is_question}
    codes |= {"version": row.version.number} if row.version else {"draft": row.draft.key if row.draft else ""}
    codes |= {"of": row.of.key} if row.of else {}
    record(verb, row, by=by, at=at, agreement=row.version.hash if row.version else "", codes=codes, words=words)
