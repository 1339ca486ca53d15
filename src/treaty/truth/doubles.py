"""Two people side by side who may be one, and what is known of each; which pairs there are is said by `pairs`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from treaty.moments import from_us
from treaty.team.models import Member
from treaty.truth.actions import facts
from treaty.truth.actions.columns import shown
from treaty.truth.actions.facts import Held
from treaty.truth.actions.following import merges_of
from treaty.truth.actions.joining import in_precedence
from treaty.truth.actions.merging import first_known
from treaty.truth.models import Account, BuyingRole, Identity, Lead, Merge, Opportunity, Person, Proposal, Source, Touch
from treaty.truth.pairs import known_as
from treaty.truth.queries import leads, opportunities, people

FIELDS = ("name", "title", "seniority", "account", "phone", "country", "language", "lead_source")
"""Fields in the order people expect; all others follow by name."""
_UNSAID = ("email_domain",)


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
        value = shown(held.text, held.number)
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


def open_about(person: Person) -> int:
    """How many others are proposed to be this person."""
    asked = Proposal.objects.filter(Q(one=person) | Q(other=person), answer=Proposal.Answer.OPEN)
    return asked.values("one", "other").distinct().count()


def person_of(member: Member, key: str) -> Person | None:
    """The person of this key, by whom they are known today; None where they are not this member's to see."""
    record = Person.objects.filter(key=key).exclude(Q(email="") & Q(first_known_at=None)).first()
    if record is None:
        return None
    return people(member).filter(pk=known_as({record.pk: record})[record.pk].pk).first()
