"""Pairs of people who may be one, read on behalf of a member: which there are and in which order, and some of them whole.

There may be very many: their order is found from a few columns of the proposals, and people are read for the pairs that are shown.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, overload

from django.db.models import Q, QuerySet

from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth.actions.proposing import in_order
from treaty.truth.models import Person, Proposal
from treaty.truth.queries import people

Answer = Proposal.Answer
AT_ONCE = 500
"""Pairs read together where all are wanted, such as for a file."""


@dataclass(frozen=True, slots=True)
class Double:
    """Two people who may be one, or about whom it was answered. proposals: all that were made of them, in the order they were."""

    one: Person
    other: Person
    proposals: tuple[Proposal, ...]

    @property
    def key(self) -> str:
        """By which the pair is addressed: its first proposal's."""
        return str(self.proposals[0].key)

    @property
    def answer(self) -> str:
        return self.proposals[-1].answer

    @property
    def probability(self) -> float | None:
        return max((p.probability for p in self.proposals if p.probability is not None), default=None)

    @property
    def found_at(self) -> datetime:
        found: datetime = max(p.made_at for p in self.proposals)
        return found

    @property
    def answered(self) -> Proposal | None:
        """The last that was answered."""
        return max((p for p in self.proposals if p.answered_at), key=attrgetter("answered_at"), default=None)


class Slim(NamedTuple):
    """A proposal without the people it is about."""

    pk: int
    key: str
    one_id: int
    other_id: int
    rule: str
    probability: float | None
    made_at: datetime
    put_off_at: datetime | None


@dataclass(frozen=True)
class Pairs(Sequence[Double]):
    """Pairs in order, each read when it is asked for. groups: the proposals of each pair; what was answered meanwhile is left out."""

    member: Member
    answer: str
    groups: Sequence[Sequence[Slim]]

    @property
    def keys(self) -> list[str]:
        """By which the pairs are addressed."""
        return [group[0].key for group in self.groups]

    def __len__(self) -> int:
        return len(self.groups)

    @overload
    def __getitem__(self, place: int) -> Double: ...
    @overload
    def __getitem__(self, place: slice) -> list[Double]: ...
    def __getitem__(self, place: int | slice) -> Double | list[Double]:
        return self._read(self.groups[place]) if isinstance(place, slice) else self._read([self.groups[place]])[0]

    def __iter__(self) -> Iterator[Double]:
        for start in range(0, len(self.groups), AT_ONCE):
            yield from self._read(self.groups[start : start + AT_ONCE])

    def _read(self, groups: Sequence[Sequence[Slim]]) -> list[Double]:
        numbers = [one.pk for group in groups for one in group]
        found = {pair.key: pair for pair in _whole(self.member, Proposal.objects.filter(answer=self.answer, pk__among=numbers))}
        return [found[group[0].key] for group in groups if group[0].key in found]


def doubles(member: Member, answer: str = Answer.OPEN) -> Pairs:
    """Pairs that are open, or were answered so, of which this member may see both people: the newest and most probable first."""
    rows = [Slim._make(row) for row in Proposal.objects.filter(answer=answer).order_by("pk").values_list(*Slim._fields)]
    numbers = {number for row in rows for number in (row.one_id, row.other_id)}
    today = _numbers_today(numbers)
    together: dict[tuple[int, int], list[Slim]] = defaultdict(list)
    for row in rows:
        one, other = today.get(row.one_id, row.one_id), today.get(row.other_id, row.other_id)
        if answer != Answer.OPEN:
            one, other = row.one_id, row.other_id
        if one != other:
            together[in_order(one, other)].append(row)
    seen = _visible(member, {today.get(number, number) for number in numbers})
    groups = [of for pair, of in together.items() if {today.get(number, number) for number in pair} <= seen]
    return Pairs(member, answer, sorted(groups, key=_rank))


def _rank(group: Sequence[Slim]) -> tuple[bool, int, float, int]:
    """Put off last; then by the day on which it was found, the newest first, and on each the most probable first.

    Not compared yet, one address in a system of record is as good as certain, one telephone number as good as even.
    """
    unknown = 1.0 if any(p.rule == "email" for p in group) else 0.5
    probable = max((p.probability for p in group if p.probability is not None), default=unknown)
    found_on = max(p.made_at for p in group).toordinal()
    return all(p.put_off_at for p in group), -found_on, -probable, group[0].pk


def double(member: Member, key: str) -> Double | None:
    """The pair of this proposal, whatever was answered; None where one of the two is not this member's to see."""
    asked = Proposal.objects.filter(key=key).first()
    if asked is None:
        return None
    one, other = [asked.one_id], [asked.other_id]
    if asked.answer == Answer.OPEN:
        one, other = (_records_of(today) for today in _today_of(asked))
    both = Q(one__in=one, other__in=other) | Q(one__in=other, other__in=one)
    every = Proposal.objects.filter(both, answer=asked.answer)
    return next((pair for pair in _whole(member, every) if asked in pair.proposals), None)


def of_person(member: Member, person: Person) -> list[Double]:
    """What is open about this person."""
    records = _records_of(person.pk)
    return _whole(member, Proposal.objects.filter(Q(one__in=records) | Q(other__in=records), answer=Answer.OPEN))


def _today_of(asked: Proposal) -> tuple[int, int]:
    today = _numbers_today({asked.one_id, asked.other_id})
    return today.get(asked.one_id, asked.one_id), today.get(asked.other_id, asked.other_id)


def _whole(member: Member, proposals: QuerySet[Proposal]) -> list[Double]:
    """Of what is open the people as they are known today; of what was answered the two records it was asked about."""
    rows = list(proposals.select_related("one__account", "other__account", "answered_by", "source", "merge").order_by("pk"))
    known = known_as({person.pk: person for row in rows for person in (row.one, row.other)})
    together: dict[tuple[int, int], list[Proposal]] = defaultdict(list)
    for row in rows:
        if row.answer == Answer.OPEN:
            row.one, row.other = known[row.one_id], known[row.other_id]
        if row.one.pk != row.other.pk:
            together[in_order(row.one.pk, row.other.pk)].append(row)
    seen = _visible(member, {person.pk for person in known.values()})
    found = [Double(of[0].one, of[0].other, tuple(of)) for of in together.values()]
    return [pair for pair in found if {_today(pair.one, known), _today(pair.other, known)} <= seen]


def _today(person: Person, known: Mapping[int, Person]) -> int:
    return known.get(person.pk, person).pk


def _visible(member: Member, among: set[int]) -> set[int]:
    return among if sees_every_lead(member) else set(people(member).filter(pk__among=among).values_list("pk", flat=True))


def known_as(records: Mapping[int, Person]) -> dict[int, Person]:
    """Whom each of these records is known as today, by the record's number; a step for each merge that lies between."""
    found = dict(records)
    while gone := {pk: into for pk, person in found.items() if (into := person.merged_into_id)}:
        above = Person.objects.select_related("account").in_bulk(set(gone.values()))
        found |= {pk: above[into] for pk, into in gone.items()}
    return found


def _numbers_today(records: Collection[int]) -> dict[int, int]:
    """The same by numbers alone, of those records that are known as another."""
    found: dict[int, int] = {}
    step = _into(records)
    while step:
        found |= step
        above = _into(set(step.values()))
        step = {record: above[into] for record, into in found.items() if into in above}
    return found


def _into(records: Collection[int]) -> dict[int, int]:
    rows = Person.objects.filter(pk__among=records, merged_into__isnull=False)
    return {record: into for record, into in rows.values_list("pk", "merged_into") if into}


def _records_of(person: int) -> list[int]:
    """All records that are known as this person, however many merges lie between."""
    found, newest = [person], [person]
    while newest:
        newest = list(Person.objects.filter(merged_into__in=newest).values_list("pk", flat=True))
        found += newest
    return found
