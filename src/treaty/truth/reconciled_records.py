"""The records that differ between two systems, by name, read on behalf of a member."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from treaty.engine.measuring import Fetching, kept_rows
from treaty.moments import from_us
from treaty.team.models import Member
from treaty.team.queries import sees_every_lead
from treaty.truth import comparing
from treaty.truth.comparing import CAUSES, PLACES, What, kind_of
from treaty.truth.masters import is_master
from treaty.truth.models import Account, Opportunity, Person, SystemRecord
from treaty.truth.queries import accounts, opportunities, people
from treaty.truth.reconciling import Compared, amount_of, cell_words, comparison_of

MOST = 20_000
"""Records that are named at once."""
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """What a side says of a record. external_id: what it is called there, empty in Treaty."""

    external_id: str
    stage: str
    cell: str
    amount: Decimal | None
    currency: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Named:
    """One pair that differs. name: of the person, account or deal · href: its page here · believed: the system that is, in what differs."""

    name: str
    href: str
    cause: str
    here: Told | None
    there: Told | None
    believed: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom and what may be named."""

    people: QuerySet[Person]
    accounts: QuerySet[Account]
    deals: QuerySet[Opportunity]


def records(lake: Fetching, compared: Compared, member: Member, cause: str = "") -> tuple[list[Named], int]:
    """(the pairs that differ, by cause and name, at most MOST; how many others there are). cause: only those of it.

    A member sees those they may see here; what is of nobody here is for who sees every lead. The others are counted, not named.
    """
    seen = Seen(people(member), accounts(member), opportunities(member))
    return _records(lake, compared, cause, seen, sees_all=sees_every_lead(member))


def every_record(lake: Fetching, compared: Compared) -> list[Named]:
    """The same for who works on the machine itself, where nobody is signed in."""
    every = Seen(Person.objects.filter(merged_into=None), Account.objects.all(), Opportunity.objects.all())
    return _records(lake, compared, "", every, sees_all=True)[0]


def _records(lake: Fetching, compared: Compared, cause: str, seen: Seen, *, sees_all: bool) -> tuple[list[Named], int]:
    asked = comparison_of(lake, compared.here, compared.there, compared.what)
    found = kept_rows(lake, ("differing", asked), lambda: _first(comparing.differing(lake, asked)))
    rows = [row for row in found if cause in ("", row["cause"])]
    total = sum(count for one, count in compared.pairs.items() if one and cause in ("", one))
    names = _names({row["subject_id"] for row in rows if row["subject_id"] > 0}, compared.what, seen)
    ids = _external_ids(rows, compared)
    shown = [_named(row, names, ids, compared) for row in rows if row["subject_id"] in names or (row["subject_id"] < 0 and sees_all)]
    ranked = sorted(shown, key=lambda one: (CAUSES.index(one.cause), one.name.casefold()))
    return ranked, total - len(ranked)


def _first(rows: Any) -> Any:
    return rows.order_by("subject_id", "record_id_here", "record_id_there").limit(MOST)


def _names(subjects: set[int], what: What, seen: Seen) -> dict[int, tuple[str, str]]:
    """(name, page) of the people, accounts or deals that may be seen. A person's page is that of the latest lead."""
    found: dict[int, tuple[str, str]] = {}
    for numbers in batched(sorted(subjects), AT_ONCE):
        match kind_of(what):
            case "person":
                rows = seen.people.filter(pk__in=numbers).prefetch_related("leads")
                found |= {person.pk: (str(person), _page_of(person)) for person in rows}
            case "account":
                found |= {one.pk: (str(one), f"/accounts/{one.key}/") for one in seen.accounts.filter(pk__in=numbers)}
            case "opportunity":
                found |= {deal.pk: (str(deal), f"/opportunities/{deal.key}/") for deal in seen.deals.filter(pk__in=numbers)}
    return found


def _page_of(person: Person) -> str:
    latest = max(person.leads.all(), key=lambda lead: lead.number, default=None)
    return f"/leads/{latest.key}/" if latest else ""


def _external_ids(rows: Sequence[Mapping[str, Any]], compared: Compared) -> dict[int, str]:
    wanted = [row[f"record_id_{side}"] for side in ("here", "there") if getattr(compared, side).source for row in rows]
    numbers = sorted({one for one in wanted if one})
    found = (SystemRecord.objects.filter(pk__in=some).values_list("pk", "external_id") for some in batched(numbers, AT_ONCE))
    return dict(itertools.chain.from_iterable(found))


def batched(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Some numbers at a time: a statement takes so many."""
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def _named(row: Mapping[str, Any], names: Mapping[int, tuple[str, str]], ids: Mapping[int, str], compared: Compared) -> Named:
    here, there = (_told(row, side, ids, compared) for side in ("here", "there"))
    name, href = names.get(row["subject_id"], ("", ""))
    stated = next((f"{told.external_id}" for told in (here, there) if told), "")
    return Named(name or stated, href, row["cause"], here, there, _believed(row["cause"], compared))


def _told(row: Mapping[str, Any], side: str, ids: Mapping[int, str], compared: Compared) -> Told | None:
    number = row[f"record_id_{side}"]
    if number is None:
        return None
    is_amount = compared.what.startswith("amounts")
    changed = row[f"changed_us_{side}"]
    return Told(
        ids.get(number, "") if getattr(compared, side).source else "",
        row[f"stage_{side}"] or "",
        cell_words(row[f"cell_{side}"] or "", compared.what),
        amount_of(row[f"units_{side}"], PLACES) if is_amount else None,
        row[f"currency_{side}"] or "",
        from_us(changed) if changed is not None else None,
    )


def _believed(cause: str, compared: Compared) -> str:
    """Which of both is believed in what differs; nothing where one of them has no such record, or Treaty is one of them."""
    group = {"stage": "stage", "unmapped": "stage", "amount": "amount", "currency": "amount", "period": "close_on"}.get(cause)
    if group is None or compared.here.source is None or compared.there.source is None:
        return ""
    return (compared.here if is_master(group, compared.here.source, compared.there.source) else compared.there).name
