"""People without an account are at the one that is called like the company a system names for them, if exactly one is.

That is a guess: a value without a source, so whatever anybody states goes before it (`facts.claimants`). Who may be joined is looked for
outside of any transaction, and only among what is new; each is looked at once more when it is written.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from treaty.bulk import insert_values
from treaty.journal.actions import Said, record_all
from treaty.truth.actions.facts import FACT
from treaty.truth.actions.work import Absorbed
from treaty.truth.identity import normal_company
from treaty.truth.models import Account, Fact, Person

COMPANY = "company"
"""The fact that holds what a system has as the company's name, where it names no account."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How far was looked: the numbers of the newest value and the newest account that were there."""

    fact: int = 0
    account: int = 0


NOTHING = Seen()


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who may be at the one account of a name. since: from when on that company is named"""

    person: int
    account: int
    since: datetime


def newest() -> Seen:
    """Asked before one looks: what comes meanwhile is looked at again next time."""
    fact, account = (model.objects.aggregate(top=Max("pk"))["top"] or 0 for model in (Fact, Account))
    return Seen(fact, account)


def matches(since: Seen = NOTHING) -> list[Match]:
    """Who names a company of which exactly one account has the name, without case, accents and legal form.

    since: only those of whom a company was named after it, and those whom an account made or named after it may be meant for. What
    an older value or account comes to mean without being new, such as by a merge, is found from `NOTHING` alone.
    """
    told = _told(since)
    if not told:
        return []
    called = _numbers_named({name for name, _ in told.values()})
    return [Match(person, called[name][0], fact.occurred_at) for person, (name, fact) in told.items() if len(called.get(name, ())) == 1]


def _told(since: Seen) -> dict[int, tuple[str, Fact]]:
    """By person the company last named for them, of everybody known who is at no account; cleaned, and as it was told."""
    nowhere = Person.objects.filter(account=None, merged_into=None).exclude(email="", first_known_at=None)
    named = Fact.objects.filter(subject=Fact.Subject.PERSON, field=COMPANY, text__isnull=False)
    everybody = named.filter(subject_id__in=nowhere.values("pk")).order_by("occurred_at", "known_at", "pk")
    if since == NOTHING:
        return _by_person(everybody)
    people = set(named.filter(pk__gt=since.fact).values_list("subject_id", flat=True))
    if names := _names_since(since):
        return {person: one for person, one in _by_person(everybody).items() if person in people or one[0] in names}
    return _by_person(everybody.filter(subject_id__in=people)) if people else {}


def _by_person(rows: QuerySet[Fact]) -> dict[int, tuple[str, Fact]]:
    return {fact.subject_id: (normal_company(str(fact.text)), fact) for fact in rows.iterator()}


def _names_since(since: Seen) -> set[str]:
    """What accounts are called that were made or named since then, cleaned."""
    renamed = Fact.objects.filter(pk__gt=since.fact, subject=Fact.Subject.ACCOUNT, field="name").values_list("text", flat=True)
    made = Account.objects.filter(pk__gt=since.account).values_list("name", flat=True)
    return {normal_company(name) for names in (renamed, made) for name in names if name}


@transaction.atomic
def join(found: Sequence[Match], *, at: datetime) -> Absorbed:
    """Let them be at these accounts. Returns who is to be judged again.

    It holds from when the company was named and is known from now on. Who is at one meanwhile, and an account that is another's by
    now, are left alone.
    """
    done, rows, said = Absorbed(), [], []
    people = Person.objects.in_bulk([one.person for one in found])
    accounts = Account.objects.filter(merged_into=None).in_bulk([one.account for one in found])
    for one in found:
        person, account = people.get(one.person), accounts.get(one.account)
        if person is None or account is None:
            continue
        if not Person.objects.filter(pk=person.pk, account=None, merged_into=None).update(account=account):
            continue
        rows.append(("person", person.pk, None, "account", None, float(account.pk), one.since, at, at, None, True, None))
        said.append(Said("person.joined_account", person, at, codes={"account": account.key, "rule": "company name"}))
        done.person_ids.add(person.pk)
        done.moved.add(person.pk)
        done.counts_from(person.pk, at)
    insert_values(Fact, FACT, rows)
    record_all(said)
    return done


def named_like(names: Collection[str]) -> Mapping[str, list[Account]]:
    """The accounts that are called so, by the cleaned name. Of accounts called alike none is chosen; the person's page says so."""
    numbers = _numbers_named(names)
    accounts = Account.objects.in_bulk(_all(numbers.values()))
    return {name: [accounts[number] for number in found if number in accounts] for name, found in numbers.items()}


def _all(parts: Iterable[Sequence[int]]) -> list[int]:
    return [number for part in parts for number in part]


def _numbers_named(names: Collection[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    rows = Account.objects.filter(merged_into=None).exclude(name="").order_by("pk").values_list("pk", "name")
    for number, called in rows.iterator():
        if (name := normal_company(called)) in names:
            found[name].append(number)
    return found
