"""Who may be one person: pairs that were proposed, read on behalf of a member, and two people side by side."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Count, Max, Min, Q, QuerySet

from treaty.moments import from_us
from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth.actions import facts
from treaty.truth.actions.facts import Held
from treaty.truth.actions.following import merges_of
from treaty.truth.actions.joining import in_precedence
from treaty.truth.actions.merging import first_known
from treaty.truth.actions.proposing import in_order
from treaty.truth.models import Account, BuyingRole, Identity, Lead, Merge, Opportunity, Person, Proposal, Source, Touch
from treaty.truth.queries import leads, opportunities, people

Answer = Proposal.Answer
FIELDS = ("name", "title", "seniority", "account", "phone", "country", "language", "lead_source")
"""Fields in the order people expect; all others follow by name."""
_UNSAID = ("email_domain",)


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

    @property
    def _rank(self) -> tuple[bool, int, float, int]:
        """Put off last; then by the day on which it was found, the newest first, and on each the most probable first.

        Not compared yet, one address in a system of record is as good as certain, one telephone number as good as even.
        """
        is_put_off = all(p.put_off_at for p in self.proposals)
        unknown = 1.0 if any(p.rule == "email" for p in self.proposals) else 0.5
        probable = unknown if self.probability is None else self.probability
        return is_put_off, -self.found_at.toordinal(), -probable, self.proposals[0].pk


def doubles(member: Member, answer: str = Answer.OPEN) -> list[Double]:
    """Pairs that are open, or were answered so, of which this member may see both people: the newest and most probable first."""
    return sorted(_pairs(member, Proposal.objects.filter(answer=answer)), key=attrgetter("_rank"))


def double(member: Member, key: str) -> Double | None:
    """The pair of this proposal, whatever was answered; None where one of the two is not this member's to see."""
    asked = Proposal.objects.filter(key=key).first()
    if asked is None:
        return None
    every = Proposal.objects.filter(answer=asked.answer)
    if asked.answer != Answer.OPEN:
        every = every.filter(one=asked.one_id, other=asked.other_id)
    return next((pair for pair in _pairs(member, every) if asked in pair.proposals), None)


def _pairs(member: Member, proposals: QuerySet[Proposal]) -> list[Double]:
    """Of what is open the people as they are known today; of what was answered the two records it was asked about."""
    rows = list(proposals.select_related("one__account", "other__account", "answered_by", "source", "merge").order_by("pk"))
    known = _known_as({person.pk: person for row in rows for person in (row.one, row.other)})
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
    return among if sees_every_lead(member) else set(people(member).filter(pk__in=among).values_list("pk", flat=True))


def _known_as(records: Mapping[int, Person]) -> dict[int, Person]:
    """Whom each of these records is known as today, by the record's number; a step for each merge that lies between."""
    found = dict(records)
    while gone := {pk: into for pk, person in found.items() if (into := person.merged_into_id)}:
        above = Person.objects.select_related("account").in_bulk(set(gone.values()))
        found |= {pk: above[into] for pk, into in gone.items()}
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """A value, which source told it, and since when it holds."""

    value: str
    source: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of two people: what is said of each, and what would be shown if they were one."""

    field: str
    one: Said | None
    other: Said | None
    after: Said | None

    @property
    def differs(self) -> bool:
        return self.one is not None and self.other is not None and self.one.value.casefold() != self.other.value.casefold()


def side_by_side(one: Person, other: Person) -> list[Compared]:
    """Every field of which anything is said of either."""
    doubtful = facts.claimants()
    told = facts.latest((one.pk, other.pk), doubtful)
    read = _reader([held for of in told.values() for held in of.items()])
    rows = []
    for field in _in_order([*told[one.pk], *told[other.pk]]):
        mine, theirs = told[one.pk].get(field), told[other.pk].get(field)
        if mine or theirs:
            after = facts.later_of(mine, theirs, doubtful) if mine and theirs else mine or theirs
            rows.append(Compared(field, *(read(field, held) if held else None for held in (mine, theirs, after))))
    return rows


def values_of(person: Person) -> list[tuple[str, Said]]:
    """The latest value of every field, of all their records together."""
    told = facts.latest((person.pk,), facts.claimants())[person.pk]
    read = _reader(list(told.items()))
    return [(field, read(field, told[field])) for field in _in_order(told) if field in told]


def _in_order(fields: Iterable[str]) -> list[str]:
    return [*FIELDS, *sorted({*fields} - {*FIELDS, *_UNSAID})]


def _reader(values: Sequence[tuple[str, Held]]) -> Callable[[str, Held], Said]:
    """Turns stored values into what people read. One question each for the accounts and the sources that they name."""
    accounts = Account.objects.in_bulk({int(held.number) for field, held in values if field == "account" and held.number})
    sources = Source.objects.in_bulk({held.source_id for _, held in values if held.source_id})

    def read(field: str, held: Held) -> Said:
        value = held.text if held.text is not None else f"{held.number:g}"
        if field == "account" and held.number:
            value = str(accounts.get(int(held.number), ""))
        return Said(value, str(sources.get(held.source_id, "")), from_us(held.occurred_us))

    return read


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person besides their fields, as far as this member may see it.

    addresses, numbers: of e-mail and telephone; ids: (source, id); touches: how many, the first and the last.
    """

    addresses: tuple[str, ...]
    numbers: tuple[str, ...]
    ids: tuple[tuple[str, str], ...]
    leads: tuple[Lead, ...]
    deals: tuple[Opportunity, ...]
    touches: int
    first_at: datetime | None
    last_at: datetime | None


def known_of(member: Member, person: Person) -> Known:
    rows = Identity.objects.filter(person=person).order_by("pk").values_list("kind", "space", "value")
    by: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, space, value in rows:
        by[kind].append((space, value))
    names = dict(Source.objects.filter(key__in={space for space, _ in by["id"]}).values_list("key", "name"))
    told = Touch.objects.filter(person=person).aggregate(n=Count("pk"), first=Min("occurred_at"), last=Max("occurred_at"))
    deals = opportunities(member).filter(pk__in=BuyingRole.objects.filter(person=person).values("opportunity"))
    return Known(
        addresses=tuple(value for _, value in by["email"]),
        numbers=tuple(value for _, value in by["phone"]),
        ids=tuple((str(names.get(space, space)), value) for space, value in by["id"]),
        leads=tuple(leads(member).filter(person=person).order_by("opened_at")),
        deals=tuple(deals.order_by("opened_at", "pk")),
        touches=told["n"],
        first_at=told["first"],
        last_at=told["last"],
    )


def who_goes_on(member: Member, one: Person, other: Person) -> tuple[Person, Lead | None]:
    """If they were one: as whom they would be known, and which of two open leads would go on; None where fewer are open."""
    open_leads = list(leads(member).filter(person__in=(one, other), closed_at=None).select_related("version", "owner", "person"))
    return first_known(one, other)[0], in_precedence(open_leads)[0] if len(open_leads) == 2 else None


def merges(person: Person) -> list[Merge]:
    """The records that were found to be this person and are so still."""
    return merges_of(Merge, person.pk)


def of_person(member: Member, person: Person) -> list[Double]:
    """What is open about this person."""
    return [pair for pair in doubles(member) if person.pk in (pair.one.pk, pair.other.pk)]


def open_about(person: Person) -> int:
    """How many others are proposed to be this person."""
    asked = Proposal.objects.filter(Q(one=person) | Q(other=person), answer=Answer.OPEN)
    return asked.values("one", "other").distinct().count()


def person_of(member: Member, key: str) -> Person | None:
    """The person of this key, by whom they are known today; None where they are not this member's to see."""
    record = Person.objects.filter(key=key).exclude(Q(email="") & Q(first_known_at=None)).first()
    if record is None:
        return None
    return people(member).filter(pk=_known_as({record.pk: record})[record.pk].pk).first()
