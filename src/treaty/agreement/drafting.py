"""Drafts are kept: who writes after somebody else loses nobody's words, and every saving can be gone back to."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from treaty.agreement.models import Draft, DraftSave
from treaty.agreement.queries import latest
from treaty.agreement.rewriting import put
from treaty.agreement.yamltree import Path, parse
from treaty.team.models import Member
from treaty.team.queries import may_change_agreement


class MayNotChange(Exception):
    """This member's role does not draft, propose or withdraw; the message says whose does."""


def check_may_change(member: Member) -> None:
    """Raises MayNotChange."""
    if not member.is_active or not may_change_agreement(member):
        raise MayNotChange(f"{member.name} cannot change the agreement: marketing, sales managers and RevOps draft and propose it")


KEPT_SAVES = 200
"""Of one draft; the oldest go first."""


@transaction.atomic
def save_draft(
    text: str, *, by: Member, at: datetime, draft: Draft | None = None, seen_at: datetime | None = None, says: str = "the text"
) -> Draft:
    """Keep a document being written; it may still have faults.

    seen_at: when the draft was last saved as its writer saw it. If somebody has saved it since, this text becomes a
    draft of its own, so neither is lost. So does the text of a draft that was proposed meanwhile. says: what was written, for its history.
    """
    check_may_change(by)
    if draft is not None:
        draft = _locked(draft)
        if draft.proposed_at is None and seen_at in (None, draft.at):
            return _keep(draft, text, by, at, says)
    made = Draft.objects.create(text=text, amends=latest(), by=by, at=at)
    DraftSave.objects.create(draft=made, text=text, says="the beginning", by=by, at=at)
    return made


class Overtaken(Exception):
    """Somebody else has saved the same part of a draft since its writer opened it; `by` is who, `at` when."""

    def __init__(self, by: Member, at: datetime) -> None:
        self.by, self.at = by, at
        super().__init__(f"{by.name} saved this part while you were writing it: yours is not saved yet")


@transaction.atomic
def save_part(
    draft: Draft, written: Callable[[Mapping[str, Any]], Mapping[Path, Any]], *, is_as_seen: Callable[[Mapping[str, Any]], bool],
    says: str, by: Member, at: datetime,
) -> Draft:  # fmt: skip
    """Write a part of a draft as it is now, whatever else somebody has saved of it meanwhile.

    written: what to put where, for the document's data (`rewriting.put`); nothing leaves the draft as it is. is_as_seen: whether this
    part still says what its writer saw. says: the part, for the history. Raises Overtaken when it does not, MayNotChange, and
    Unreadable when the text cannot be read any more; a draft that was proposed meanwhile goes on as a draft of its own.
    """
    check_may_change(by)
    draft = _locked(draft)
    data = parse(draft.text).data
    if not is_as_seen(data):
        last = draft.saves.select_related("by").last()
        raise Overtaken(last.by if last else draft.by, draft.at)
    changes = written(data)
    if not changes:
        return draft
    text = put(draft.text, changes)
    return save_draft(text, by=by, at=at, says=says) if draft.proposed_at else _keep(draft, text, by, at, says)


def _locked(draft: Draft) -> Draft:
    return Draft.objects.select_for_update(of=("self",)).select_related("by").get(pk=draft.pk)


def _keep(draft: Draft, text: str, by: Member, at: datetime, says: str) -> Draft:
    if text == draft.text and draft.saves.exists():
        return draft
    if not draft.saves.exists():  # a draft of before drafts had a history
        DraftSave.objects.create(draft=draft, text=draft.text, says="the beginning", by=draft.by, at=draft.at)
    draft.text, draft.by, draft.at = text, by, at
    draft.save(update_fields=["text", "by", "at"])
    DraftSave.objects.create(draft=draft, text=text, says=says, by=by, at=at)
    oldest = draft.saves.order_by("-pk").values_list("pk", flat=True)[KEPT_SAVES : KEPT_SAVES + 1]
    DraftSave.objects.filter(draft=draft, pk__lte=next(iter(oldest), 0)).delete()
    return draft
