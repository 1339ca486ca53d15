"""Recognise people in bulk, and join a visitor to the person they turn out to be."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet

from treaty.bulk import insert, insert_values, update
from treaty.prepared import prepared
from treaty.truth.actions import identities
from treaty.truth.actions.work import Batch
from treaty.truth.identity import Key, person_keys
from treaty.truth.models import Identity, Merge, Person, Touch
from treaty.truth.records import PersonRef


class People:
    """The people one batch speaks of. Two people known by e-mail are never merged here: that is proposed, not done."""

    def __init__(self, batch: Batch, refs: Iterable[PersonRef]) -> None:
        self.batch = batch
        self._keys = {ref: _keys_or_none(ref, batch.space) for ref in set(refs)}
        self.by_key: dict[Key, Person] = load({key for keys in self._keys.values() for key in keys})
        self.new: list[Person] = []
        self.named: list[Person] = []
        self.new_keys: list[tuple[Key, Person]] = []
        self.moved_keys: list[tuple[Key, Person]] = []
        self.visitors: list[tuple[Person, Person]] = []

    def find(self, ref: PersonRef) -> Person:
        """The person meant. Raises ValueError for a reference that names nobody or an impossible e-mail."""
        keys = self._keys.get(ref) or person_keys(ref, self.batch.space)
        if not keys:
            raise ValueError("no e-mail and no id: nothing says who this is")
        found = [self.by_key[key] for key in keys if key in self.by_key]
        person = self._choose(found, keys) or self._make()
        self._claim(person, keys)
        return person

    def known(self, ref: PersonRef) -> Person | None:
        """The person meant, of those that are known by now; None for a reference that names nobody."""
        return next((self.by_key[key] for key in self._keys.get(ref, ()) if key in self.by_key), None)

    def named_by_record(self, person: Person, ref: PersonRef) -> None:
        """A system has a record of this person: they are known, though no e-mail may be. A touch alone names nobody."""
        if ref.external_id.strip() and person.first_known_at is None:
            self._name(person)

    def _choose(self, found: list[Person], keys: list[Key]) -> Person | None:
        """The most trusted match; a stated e-mail nobody has yet makes its own person unless a visitor awaits one."""
        if not found:
            return None
        has_email = keys[0][0] == "email"
        if has_email and keys[0] not in self.by_key and found[0].email:
            return None if found[0].email != keys[0][2] else found[0]
        return found[0]

    def _make(self) -> Person:
        person = Person(made_at=self.batch.received_at)
        self.new.append(person)
        return person

    def _claim(self, person: Person, keys: list[Key]) -> None:
        for key in keys:
            if key[0] == "email" and not person.email:
                person.email = key[2]
                self._name(person)
            other = self.by_key.get(key)
            if other is None:
                self.new_keys.append((key, person))
            elif other is not person:
                self._join(other, person, key)
            if other is None or key[0] in ("anon", "user") or not other.email:
                self.by_key[key] = person

    def _name(self, person: Person) -> None:
        person.first_known_at = person.first_known_at or self.batch.received_at
        if person.pk is not None:
            self.named.append(person)

    def _join(self, other: Person, person: Person, key: Key) -> None:
        if not other.email:
            self.visitors.append((other, person))
        elif key[0] in ("anon", "user"):
            self.moved_keys.append((key, person))  # a shared computer: from now on it is the other person's

    def save(self) -> None:
        insert(self.new)
        insert_values(Identity, (*identities.COLUMNS, "person_id"), [(*key, person.pk) for key, person in self.new_keys])
        for (kind, space, value), person in self.moved_keys:
            Identity.objects.filter(kind=kind, space=space, value=value).update(person=person)
        update(self.named, ["email", "first_known_at"])
        self.batch.done.person_ids.update(person.pk for person in self.new)
        self.new, self.new_keys, self.moved_keys, self.named = [], [], [], []

    def join(self) -> None:
        """Called when the batch's touches are written, so that they follow too."""
        for visitor, person in self.visitors:
            join_visitor(visitor, person, self.batch)
        self.visitors = []


def join_visitor(visitor: Person, person: Person, batch: Batch) -> None:
    """The visitor was this person all along: touches and identities follow; `seen_as` keeps the way back."""
    if visitor.merged_into_id or visitor.pk == person.pk:
        return
    Merge.objects.create(
        kept=person, gone=visitor, evidence={"rule": "visitor identified", "source": batch.source.key}, at=batch.received_at
    )
    Person.objects.filter(pk=visitor.pk).update(merged_into=person)
    visitor.merged_into = person
    Identity.objects.filter(person=visitor).update(person=person)
    for known_at in _first_known(visitor.pk):
        batch.done.counts_from(person.pk, known_at)
        batch.done.counts_from(visitor.pk, known_at)
        batch.done.moved.add(visitor.pk)
    Touch.objects.filter(person=visitor).update(person=person)
    batch.done.person_ids.add(person.pk)


@prepared
def _first_known(person: int) -> QuerySet[Touch, datetime]:
    return Touch.objects.filter(person=person).order_by("known_at").values_list("known_at", flat=True)[:1]


@prepared
def numbered(numbers: Collection[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__among=numbers)


def load(wanted: Collection[Key]) -> dict[Key, Person]:
    found = identities.numbers(identities.of_people, wanted)
    people = {person.pk: person for person in numbered(set(found.values()))} if found else {}
    return {key: people[number] for key, number in found.items() if number in people}


def _keys_or_none(ref: PersonRef, space: str) -> list[Key]:
    """The keys to look up; a reference with an impossible e-mail is refused later, when its record's turn comes."""
    try:
        return person_keys(ref, space)
    except ValueError:
        return []
