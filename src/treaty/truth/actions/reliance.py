"""Who relies on a row: what else refers to it, in whichever room, and what was told of it to a lead."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Q

from treaty.journal.models import Entry
from treaty.truth.actions.ahead import Ahead
from treaty.truth.actions.following import NAMING, root_of
from treaty.truth.models import Account, Activity, Fact, Lead, Opportunity, Person
from treaty.truth.models.doubles import Asked

Reasons = dict[int, str]
"""By row number why it stays."""

DERIVED = {
    *("qualification.nextjudgement", "qualification.settled", "qualification.waiting", "connectors.enriched"),
    *("truth.identity", "truth.accountidentity"),  # those of others are asked about where it matters, see `known_elsewhere`
}
"""Rows that say nothing of their own: they go with what they are about."""
COLUMNS_OF_FACTS = {
    ("truth.person", "account_id"), ("truth.person", "merged_into_id"),
    ("truth.account", "parent_id"), ("truth.account", "merged_into_id"),
}  # fmt: skip
"""Columns that follow from facts and merges, which are looked at themselves."""
WHY = {
    "truth.lead": "a lead is theirs",
    "truth.touch": "what they did is known from elsewhere",
    "truth.fact": "something is known of it from elsewhere",
    "truth.activity": "sales did something about it",
    "truth.objection": "an objection is noted with it",
    "truth.merge": "they were made one with somebody",
    "truth.accountmerge": "it was made one with another",
    "truth.proposal": "a member said whether they are somebody else",
    "truth.dealproposal": "a member said whether it is another deal too",
    "truth.buyingrole": "they are named at a deal that stays",
    "truth.systemrecord": "a system has it among its records",
    "truth.opportunity": "a deal that stays is theirs",
    "truth.opportunityidentity": "another system has the deal",
    "truth.opportunitychange": "something of its history is known from elsewhere",
    "truth.account": "another account is a part of it",
    "truth.person": "somebody belongs to it",
    "truth.identity": "another system or visit knows them",
    "truth.accountidentity": "another system or address knows it",
}
OTHER = "something else refers to it"
OPENED = "a lead was opened by it"
TOLD = "a lead with sales was told of it"
DECLARED = "a member declared it"


def relied_on(model: type[models.Model], numbers: Collection[int], ahead: Ahead) -> Reasons:
    """Of these rows those that something relies on that stays, each with the first reason found.

    One of them that refers to another of them is a reason where it stays itself.
    """
    found: Reasons = {}
    for number, why in _all(model, set(numbers), ahead):
        found.setdefault(number, why)
    within = list(_among(model, set(numbers), ahead))
    while more := {number: WHY[model._meta.label_lower] for by, number in within if by in found and number not in found}:
        found |= more
    return found


def _among(model: type[models.Model], numbers: set[int], ahead: Ahead) -> Iterator[tuple[int, int]]:
    """Which of these rows refer to which of them."""
    for theirs, column in _referring(model):
        if theirs is model:
            rows = ahead.left(model, model._default_manager.filter(pk__in=numbers), (column,))
            yield from ((row["pk"], row[column]) for row in rows if row[column] in numbers)


def _all(model: type[models.Model], numbers: set[int], ahead: Ahead) -> Iterator[tuple[int, str]]:
    known_as = _known_as(model, numbers) if model in (Person, Account) else numbers
    for theirs, column in _referring(model):
        why = WHY.get(theirs._meta.label_lower, OTHER)
        for number in _referred(model, theirs, column, numbers, known_as, ahead):
            yield number, why
    yield from ((number, WHY["truth.fact"]) for number in _facts(model, numbers, known_as, ahead))
    if model is Account:
        yield from _named(numbers, known_as, ahead)
    if model in (Activity, Opportunity):
        yield from ((number, TOLD) for number in _told(model, numbers))


@cache
def _referring(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """Tables of all rooms that refer to a model, with the column that does, those that weigh most first."""
    relations = [one for one in model._meta.get_fields(include_hidden=True) if isinstance(one, models.ManyToOneRel)]
    found = [(one.related_model._meta.label_lower, one.related_model, one.field.attname) for one in relations]
    kept = [one for one in found if one[0] not in DERIVED and (one[0], one[2]) not in COLUMNS_OF_FACTS]
    places = {label: place for place, label in enumerate(WHY)}
    return [(table, column) for _, table, column in sorted(kept, key=lambda one: places.get(one[0], len(places)))]


def _known_as(model: Any, numbers: set[int]) -> set[int]:
    """These people or accounts, and what those of them are known as that were found to be another."""
    merged = model.objects.filter(pk__in=numbers, merged_into__isnull=False).values_list("pk", flat=True)
    return numbers | {root_of(model, number) for number in merged}


def _referred(
    own: type[models.Model], theirs: type[models.Model], column: str, numbers: set[int], known_as: set[int], ahead: Ahead
) -> Iterator[int]:
    """Whom rows of another table are of, by origin: what followed a merge is of the record it was seen as."""
    if column in SEEN.values():
        return
    rows, seen = theirs._default_manager.all(), _seen(theirs, column)
    if not seen:
        answer = ("answer",) if issubclass(theirs, Asked) else ()
        for row in ahead.left(theirs, rows.filter(ahead.referring(theirs, column, numbers)), (column, *answer)):
            is_open = row.get("answer") == Asked.Answer.OPEN
            if row[column] in numbers and not is_open and not (theirs is own and row["pk"] in numbers):
                yield row[column]
        return
    about = ahead.referring(theirs, column, known_as) | Q(**{column: None, f"{seen}__in": numbers})
    for row in ahead.left(theirs, rows.filter(about), (column, seen)):
        if (row[seen] or row[column]) in numbers:
            yield row[seen] or row[column]


SEEN = {"person_id": "seen_as_id", "account_id": "account_seen_as_id"}
"""Columns that say whose a row is today, and of whom it was told."""


def _seen(model: type[models.Model], column: str) -> str:
    """The column that says of whom a row was told; empty where the table has none."""
    name = SEEN.get(column, "")
    return name if any(field.attname == name for field in model._meta.concrete_fields) else ""


def _facts(model: type[models.Model], numbers: set[int], known_as: set[int], ahead: Ahead) -> Iterator[int]:
    """Of whom something was stated. What this house guessed by itself goes with them."""
    if model not in (Person, Account):
        return
    kind = Fact.Subject.PERSON if model is Person else Fact.Subject.ACCOUNT
    for row in ahead.left(
        Fact, Fact.objects.filter(subject=kind, subject_id__in=known_as).exclude(source=None), ("subject_id", "stated_of_id")
    ):
        if (row["stated_of_id"] or row["subject_id"]) in numbers:
            yield row["stated_of_id"] or row["subject_id"]


def _named(numbers: set[int], known_as: set[int], ahead: Ahead) -> Iterator[tuple[int, str]]:
    """Accounts that somebody was said to belong to, or another to be a part of, each with that reason."""
    named = [float(number) for number in known_as]
    for naming in NAMING:
        said = Fact.objects.filter(naming.where, number__in=named).exclude(source=None)
        for row in ahead.left(Fact, said, ("subject", "number", "stated_number")):
            account = int(row["number"] if row["stated_number"] is None else row["stated_number"])
            if account in numbers:
                yield account, WHY[f"truth.{row['subject']}"]


def _told(model: type[models.Model], numbers: set[int]) -> Iterable[int]:
    """What was told of a lead in sales' care: clocks and stages were judged by it."""
    keys = dict(model._default_manager.filter(pk__in=numbers).values_list("key", "pk"))
    verbs = ("contact.logged", "opportunity.told")
    told = Entry.objects.filter(verb__in=verbs, subject_kind=model._meta.model_name, subject_key__in=[str(key) for key in keys])
    said = set(told.values_list("subject_key", flat=True))
    return [number for key, number in keys.items() if str(key) in said]


def opened_leads(touches: Collection[int]) -> Reasons:
    """The touches that opened a lead: it says so, and its first step rests on it."""
    return dict.fromkeys(Lead.objects.filter(made_by_touch__in=touches).values_list("made_by_touch_id", flat=True), OPENED)


def known_elsewhere(model: type[models.Model], of: str, numbers: Collection[int], own: Collection[int], ahead: Ahead) -> Reasons:
    """People or accounts that are recognised by more than what came with them. of: `person_id` or `account_id` · own: what came"""
    rows = model._default_manager.filter(ahead.referring(model, of, numbers)).exclude(pk__in=own)
    owners = [row["seen_as_id"] or row[of] for row in ahead.left(model, rows, (of, "seen_as_id"))]
    return {owner: WHY[model._meta.label_lower] for owner in owners if owner in numbers}
