"""Propose that two known people are one, where something speaks for it that proves nothing: a member decides."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from treaty.bulk import insert_values
from treaty.keys import new_key
from treaty.prepared import prepared
from treaty.truth.actions.work import Batch
from treaty.truth.models import Identity, Person, Proposal

PHONE = "phone"


class Alike(NamedTuple):
    """Two known people and what speaks for their being one; rule: `email` or `phone`, under which the evidence names what is shared."""

    person: Person
    other: Person
    rule: str
    evidence: dict[str, Any]


class Phone(NamedTuple):
    """A person and their number in its normal form. seen: under whom it was stated, where that is another of their records."""

    person: Person
    number: str
    seen: int | None


def propose(found: Sequence[Alike], batch: Batch) -> None:
    """Note each pair once for each thing that speaks for it; what a member has answered is not asked again."""
    pairs = {(*in_order(one.person.pk, one.other.pk), one.rule, str(one.evidence[one.rule])[:254]): one.evidence for one in found}
    rows = [
        (new_key(), *pair, evidence, batch.source.pk, batch.received_at, Proposal.Answer.OPEN.value)
        for pair, evidence in pairs.items()
        if pair[0] != pair[1]
    ]
    names = ("key", "one_id", "other_id", "rule", "about", "evidence", "source_id", "made_at", "answer")
    insert_values(Proposal, names, rows, ignore_conflicts=True)


def in_order(one: int, other: int) -> tuple[int, int]:
    """The lower row of two people first, as a proposal names them."""
    return min(one, other), max(one, other)


def propose_by_phone(phones: Sequence[Phone], batch: Batch) -> None:
    """A number that another known person has proposes that both are one: colleagues may share one, so it proves nothing."""
    if not phones:
        return
    owners = dict(_owners({phone.number for phone in phones}))
    new, alike = [], []
    for phone in phones:
        owner = owners.setdefault(phone.number, phone.person)
        if owner is phone.person:
            new.append((PHONE, "", phone.number, phone.person.pk, phone.seen))
        elif owner.pk != phone.person.pk:
            alike.append(Alike(phone.person, owner, PHONE, {PHONE: phone.number}))
    insert_values(Identity, ("kind", "space", "value", "person_id", "seen_as_id"), new, ignore_conflicts=True)
    propose(alike, batch)


def _owners(numbers: Collection[str]) -> Iterable[tuple[str, Person]]:
    return ((row.value, row.person) for row in _of_phones(numbers))


@prepared
def _of_phones(numbers: Collection[str]) -> QuerySet[Identity]:
    return Identity.objects.filter(kind=PHONE, space="", value__among=numbers).select_related("person")
