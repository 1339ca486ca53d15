"""Recognise people in bulk, and join a visitor to the person they turn out to be."""

from collections.abc import Collection, Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet

from treaty import trail
from treaty.bulk import insert, insert_values, update
from treaty.instances import fresh
from treaty.prepared import prepared
from treaty.truth.actions import following, identities, linking
from treaty.truth.actions.proposing import Alike, Phone, propose, propose_by_phone
from treaty.truth.actions.work import Batch
from treaty.truth.identity import Key, person_keys
from treaty.truth.models import Account, Identity, Person
from treaty.truth.records import PersonRef


class People:
    """The people one batch speaks of. Two known people are never merged here: that is proposed, not done."""

    def __init__(self, batch: Batch, refs: Iterable[PersonRef]) -> None:
        self.batch = batch
        self._keys = {ref: _keys_or_none(ref, batch.space) for ref in set(refs)}
        self.by_key, self._seen = load({key for keys in self._keys.values() for key in keys})
        self._read = {person.pk for person in self.by_key.values()}
        self.new: list[Person] = []
        self.named: list[Person] = []
        self.new_keys: list[tuple[Key, Person, int | None]] = []
        self.moved_keys: list[tuple[Key, Person, int | None]] = []
        self.visitors: list[tuple[Person, Person, int | None]] = []
        self.placed: list[tuple[Person, Account]] = []
        """New people and at which account they are, so that they need not be written twice."""
        self.alike: list[Alike] = []
        self.phones: list[Phone] = []
        self._joined: set[int] = set()

    def find(self, ref: PersonRef) -> Person:
        """The person meant. Raises ValueError for a reference that names nobody or an impossible e-mail."""
        keys = self._keys.get(ref) or person_keys(ref, self.batch.space)
        if not keys:
            raise ValueError("no e-mail and no id: nothing says who this is")
        chosen = self._choose(keys)
        person = self.by_key[chosen] if chosen else self._make()
        trail.met(Person, [person.pk] if person.pk else ())
        self._claim(person, keys, self._seen.get(chosen) if chosen else None)
        return person

    def known(self, ref: PersonRef) -> Person | None:
        """The person meant, of those that are known by now; None for a reference that names nobody."""
        key = self._known_key(ref)
        return self.by_key[key] if key else None

    def seen_as(self, ref: PersonRef) -> int | None:
        """Under whom the person meant is known by this reference, once all are saved; None where that is they themselves."""
        key = self._known_key(ref) if self._seen else None
        return self._seen.get(key) if key else None

    def _known_key(self, ref: PersonRef) -> Key | None:
        return self._choose(self._keys.get(ref) or ())

    def named_by_record(self, person: Person, ref: PersonRef) -> None:
        """A system has a record of this person: they are known, though no e-mail may be. A touch alone names nobody."""
        if ref.external_id.strip() and person.first_known_at is None:
            self._name(person)

    def _choose(self, keys: Sequence[Key]) -> Key | None:
        """The key to go by: the most trusted that is known. None if the reference speaks of somebody new.

        A system of record knows its own: its id goes before an address, but not of a record that never had one. Elsewhere
        an e-mail nobody has yet makes its own person unless a visitor awaits one.
        """
        known = [key for key in keys if key in self.by_key]
        if not known:
            return None
        own = next((key for key in known if key[0] == "id"), None) if self.batch.is_of_a_system else None
        if own and self.by_key[own].email:
            return own
        has_new_email = keys[0][0] == "email" and keys[0] not in self.by_key
        if has_new_email and self.by_key[known[0]].email not in ("", keys[0][2]):
            return None
        return known[0]

    def _make(self) -> Person:
        person = fresh(Person, made_at=self.batch.received_at)
        self.new.append(person)
        return person

    def _claim(self, person: Person, keys: Sequence[Key], seen: int | None) -> None:
        for key in keys:
            if key[0] == "email" and not person.email:
                person.email = key[2]
                self._name(person)
            other = self.by_key.get(key)
            if other is None:
                self.new_keys.append((key, person, seen))
                self._take(key, person, seen)
            elif other is not person:
                self._join(other, person, key, seen)

    def _take(self, key: Key, person: Person, seen: int | None) -> None:
        self.by_key[key] = person
        self._seen.pop(key, None)
        if seen is not None:
            self._seen[key] = seen

    def _name(self, person: Person) -> None:
        person.first_known_at = person.first_known_at or self.batch.received_at
        if person.pk is not None:
            self.named.append(person)

    def _join(self, other: Person, person: Person, key: Key, seen: int | None) -> None:
        if not other.email:
            self.visitors.append((other, person, seen))
            self._take(key, person, seen)
        elif key[0] in ("anon", "user"):
            trail.met(Person, [self._seen.get(key) or other.pk] if other.pk else ())
            self.moved_keys.append((key, person, seen))  # a shared computer: from now on it is the other person's
            self._take(key, person, seen)
        elif key[0] == "email" and self.batch.is_of_a_system:
            self.alike.append(Alike(person, other, "email", {"email": key[2]}))

    def save(self) -> None:
        """The accounts they are at are saved before."""
        for person, account in self.placed:
            person.account_id = account.pk
        insert(self.new)
        rows = [(*key, person.pk, seen) for key, person, seen in self.new_keys]
        insert_values(Identity, (*identities.COLUMNS, "person_id", "seen_as_id"), rows)
        for (kind, space, value), person, seen in self.moved_keys:
            trail.update(Identity.objects.filter(kind=kind, space=space, value=value), person_id=person.pk, seen_as_id=seen)
        update(self.named, ["email", "first_known_at"])
        self.batch.done.person_ids.update(person.pk for person in self.new)
        self.new, self.new_keys, self.moved_keys, self.named, self.placed = [], [], [], [], []

    def join(self) -> None:
        """Called when the batch's touches are written, so that they follow too."""
        for visitor, person, seen in sorted(self.visitors, key=lambda each: each[0].pk):
            join_visitor(visitor, person, seen, self.batch)
            self._joined.add(visitor.pk)
        propose(self.alike, self.batch)
        propose_by_phone(self.phones, self.batch)
        self.visitors, self.alike, self.phones = [], [], []

    def check(self) -> None:
        """Nobody of whom this batch spoke was made another's meanwhile, or is until it is committed. Raises linking.Overtaken."""
        if connection.vendor == "postgresql" and self._read and following.merged(Person, self._read) - self._joined:
            raise linking.Overtaken("somebody was made one with another meanwhile")


def join_visitor(visitor: Person, person: Person, seen: int | None, batch: Batch) -> None:
    """The visitor was this person all along: all that is theirs follows; `seen_as` keeps the way back."""
    if visitor.merged_into_id or visitor.pk == person.pk:
        return
    evidence = {"rule": "visitor identified", "source": batch.source.key}
    linking.link(visitor.pk, seen or person.pk, evidence=evidence, by=None, at=batch.received_at, done=batch.done)
    visitor.merged_into = person


@prepared
def numbered(numbers: Collection[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__among=numbers)


def load(wanted: Collection[Key]) -> tuple[dict[Key, Person], dict[Key, int]]:
    """By key who it is; and under whom, where the key came with a record that was found to be theirs."""
    found = identities.found(identities.of_people, wanted)
    people = {person.pk: person for person in numbered({number for number, _ in found.values()})} if found else {}
    known = {key: people[number] for key, (number, _) in found.items() if number in people}
    return known, {key: seen for key, (_, seen) in found.items() if seen is not None}


def _keys_or_none(ref: PersonRef, space: str) -> list[Key]:
    """The keys to look up; a reference with an impossible e-mail is refused later, when its record's turn comes."""
    try:
        return person_keys(ref, space)
    except ValueError:
        return []
