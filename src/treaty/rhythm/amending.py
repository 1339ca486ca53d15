"""A reason that recurs is no exception: which do, by the agreed share, and the amendment that would end it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from treaty.agreement.actions import save_draft
from treaty.agreement.conditions import FIELDS
from treaty.agreement.models import Draft, InForce, Version
from treaty.agreement.quantities import percent
from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.remarks import remark
from treaty.agreement.rewriting import put
from treaty.agreement.terms_reasons import Recurring
from treaty.agreement.words_base import words
from treaty.agreement.yamltree import Path, parse
from treaty.feedback.models import Disposition, Dispute, Outcome
from treaty.journal.actions import record
from treaty.rhythm.models import Amending
from treaty.rhythm.telling import Answered, Telling, telling
from treaty.team.models import Member
from treaty.truth.models import Fact, Person

AGAINST = ("reopen", "amend")
"""Rulings that go against the reason a lead was rejected for."""


@dataclass(frozen=True, slots=True)
class Recurs:
    """A reason beyond the agreed share. how: `given`, of sales' answers, or `ruled` against, of its disputes. draft: once there is one."""

    reason: str
    how: str
    count: int
    of: int
    agreed: Decimal
    within: str
    draft: Draft | None = None

    @property
    def share(self) -> float:
        return self.count / self.of


class NotRecurring(LookupError):
    """The reason is within the agreed share; the message says so."""


def recurring(*, at: datetime) -> list[Recurs]:
    """Reasons given, or ruled against, in the agreed share since the version is in force. Source: agreement, `reasons.recurring`."""
    now = in_force(at)
    agreed = signed_of(now.version).terms.reasons.recurring if now else None
    if now is None or agreed is None:
        return []
    since = _since(agreed, now, at)
    drafts = {(row.reason, row.how): row.draft for row in Amending.objects.filter(version=now.version).select_related("draft")}
    found = [*_given(since, at), *_ruled(since, at)]
    return [
        Recurs(reason, how, count, of, agreed.share, str(agreed.within), drafts.get((reason, how)))
        for reason, how, count, of in found
        if count >= agreed.at_least and Decimal(count) >= agreed.share * of
    ]


def _since(agreed: Recurring, now: InForce, at: datetime) -> datetime:
    """Answers under an earlier version say nothing of this one."""
    begins: datetime = now.starts_at
    return max(at - agreed.within.span, begins)


def _given(since: datetime, at: datetime) -> list[tuple[str, str, int, int]]:
    rows = Disposition.objects.filter(at__gte=since, at__lt=at, withdrawn_at=None, outcome__in=(Outcome.ACCEPTED, Outcome.REJECTED))
    answers = list(rows.values_list("outcome", "reason"))
    counts = Counter(reason for outcome, reason in answers if outcome == Outcome.REJECTED and reason)
    return [(reason, "given", count, len(answers)) for reason, count in counts.most_common()]


def _ruled(since: datetime, at: datetime) -> list[tuple[str, str, int, int]]:
    rows = Dispute.objects.filter(ruled_at__gte=since, ruled_at__lt=at).values_list("disposition__reason", "ruling")
    every, against = Counter(reason for reason, _ in rows), Counter(reason for reason, ruling in rows if ruling in AGAINST)
    return [(reason, "ruled", count, every[reason]) for reason, count in against.most_common() if reason]


@transaction.atomic
def draft_amendment(reason: str, how: str, *, by: Member, at: datetime) -> Draft:
    """The draft that would end a recurring reason; asking twice gives the same one. Raises NotRecurring, MayNotChange.

    Where one clause tells the leads that came back from those that were accepted, the definition excludes it; else whoever
    gives the reason has to say which clause was wrong. What else is to change both sides write.
    """
    now = in_force(at)
    found = next((one for one in recurring(at=at) if (one.reason, one.how) == (reason, how)), None)
    if now is None or found is None:
        raise NotRecurring(f"“{reason}” is within the agreed share now: nothing is to be amended")
    if found.draft is not None and found.draft.proposed_at is None:
        return found.draft
    told = _told(now, reason, at) if how == "given" else None
    text = put(now.version.text, _changes(now.version, reason, told))
    draft = save_draft(text, by=by, at=at, says=f"drafted: {reason} in {found.count} of {found.of}"[:80])
    remark(draft, "", _asks(found, told), by=by, at=at, is_question=True)
    row, _ = Amending.objects.update_or_create(version=now.version, reason=reason, how=how, defaults=_as_row(draft, found, told, by, at))
    record("agreement.drafted", row, by=by, at=at, agreement=now.version.hash, codes={"reason": reason, "how": how, "draft": draft.key})
    return draft


def _asks(found: Recurs, told: Telling | None) -> str:
    """The question both sides settle before they sign: what was counted, and whether this ends it."""
    what = "of sales' answers" if found.how == "given" else "of the rulings on it go against it"
    counted = f"“{words(found.reason)}”: {found.count} of {found.of} {what}, within {found.within}; agreed are {percent(found.agreed)}."
    if told is None:
        return f"{counted} No one clause tells these leads from those that were accepted. What was wrong with them?"
    both = f"{told.came_back} of {told.of_came_back} that came back, {told.accepted} of {told.of_accepted} that were accepted"
    return f"{counted} The draft excludes what holds for {both}. Does that end it, and whom else does it cost?"


def _as_row(draft: Draft, found: Recurs, told: Telling | None, by: Member, at: datetime) -> dict[str, Any]:
    tells = {"condition": told.condition, "came_back": told.came_back, "of_came_back": told.of_came_back, "accepted": told.accepted,
             "of_accepted": told.of_accepted} if told else {}  # fmt: skip
    return {"draft": draft, "count": found.count, "of": found.of, "tells": tells, "by": by, "at": at}


def _changes(version: Version, reason: str, told: Telling | None) -> dict[Path, Any]:
    data = parse(version.text).data
    if told is None:
        return _asked_for(data, reason)
    stage = signed_of(version).terms.handoff_stage
    enter = data["stages"][stage].get("enter")
    if not enter:
        return _asked_for(data, reason)
    return {("stages", stage, "enter", "none"): [*(enter.get("none") or []), told.condition]}


def _asked_for(data: dict[str, Any], reason: str) -> dict[Path, Any]:
    """Without a clause that tells, whoever gives the reason has to say what it was: the next look knows more."""
    rows = data.get("reasons", {}).get("rejected", [])
    return {("reasons", "rejected", i, "asks"): "which clause of the definition was wrong" for i, row in enumerate(rows)
            if row.get("id") == reason and not row.get("asks")}  # fmt: skip


def _told(now: InForce, reason: str, at: datetime) -> Telling | None:
    """What those rejected for this reason have in common, by what was known when they were handed over."""
    agreed = signed_of(now.version).terms.reasons.recurring
    since = _since(agreed, now, at) if agreed else now.starts_at
    rows = Disposition.objects.filter(at__gte=since, at__lt=at, withdrawn_at=None).select_related("handoff__lead__person")
    answered = [row for row in rows if row.outcome == Outcome.ACCEPTED or (row.outcome == Outcome.REJECTED and row.reason == reason)]
    known = _known([(row.handoff.lead.person, row.handoff.made_at) for row in answered])
    return telling([Answered(row.outcome == Outcome.REJECTED, values) for row, values in zip(answered, known, strict=True)])


def _known(leads: Sequence[tuple[Person, datetime]]) -> list[dict[tuple[str, str], str | float]]:
    """The newest value of every field a clause may name, of person and account, by each lead's moment."""
    wanted = {("person", person.pk) for person, _ in leads} | {("account", person.account_id) for person, _ in leads if person.account_id}
    stated: dict[tuple[str, int], list[Fact]] = {}
    for subject, fields in FIELDS.items():
        ids = [pk for kind, pk in wanted if kind == subject]
        for fact in Fact.objects.filter(subject=subject, subject_id__in=ids, field__in=fields).order_by("known_at", "pk"):
            stated.setdefault((subject, fact.subject_id), []).append(fact)
    found = []
    for person, moment in leads:
        values: dict[tuple[str, str], str | float] = {}
        for subject, pk in (("person", person.pk), ("account", person.account_id)):
            for fact in stated.get((subject, pk or 0), ()):
                if fact.known_at <= moment:
                    value = fact.number if fact.number is not None else fact.text
                    values[subject, fact.field] = value if value is not None else ""
        found.append(
            {name: value for name, value in values.items() if value != "" and name[1] not in ("name", "domain", "email_domain", "title")}
        )
    return found
