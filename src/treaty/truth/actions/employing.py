"""People without an account are at the one that is called like the company a system names for them, if exactly one is."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from treaty.bulk import insert_values
from treaty.journal.actions import Said, record_all
from treaty.truth.actions.facts import FACT
from treaty.truth.actions.work import Absorbed
from treaty.truth.identity import normal_company
from treaty.truth.models import Account, Fact, Person

COMPANY = "company"
"""The fact that holds what a system has as the company's name, where it names no account."""


@transaction.atomic
def join_by_name(*, at: datetime) -> Absorbed:
    """Let who names a company be at the account of that name, without case, accents and legal form. Returns who is to be judged again.

    Of two accounts called alike neither is chosen; the person's page says so. It holds from when the company was named and is known
    from now on; what a system states of the account later goes before it.
    """
    told = {fact.subject_id: fact for fact in _told()}
    called = named_like({normal_company(str(fact.text)) for fact in told.values()}) if told else {}
    done, rows, said = Absorbed(), [], []
    people = Person.objects.in_bulk(told)
    for number, fact in told.items():
        accounts = called.get(normal_company(str(fact.text)), [])
        if len(accounts) == 1:
            person, (account,) = people[number], accounts
            if not Person.objects.filter(pk=number, account=None).update(account=account):
                continue  # a system named one meanwhile
            rows.append(("person", number, None, "account", None, float(account.pk), fact.occurred_at, at, at, None, True, None))
            said.append(Said("person.joined_account", person, at, codes={"account": account.key, "rule": "company name"}))
            done.person_ids.add(number)
            done.moved.add(number)
            done.counts_from(number, at)
    insert_values(Fact, FACT, rows)
    record_all(said)
    return done


def named_like(names: Collection[str]) -> Mapping[str, list[Account]]:
    """The accounts that are called so, by the cleaned name."""
    found: dict[str, list[Account]] = defaultdict(list)
    for account in Account.objects.filter(merged_into=None).exclude(name="").order_by("pk").iterator():
        if (name := normal_company(account.name)) in names:
            found[name].append(account)
    return found


def _told() -> list[Fact]:
    """The company of everybody known who is at no account, the latest named last."""
    nowhere = Person.objects.filter(account=None, merged_into=None).exclude(email="", first_known_at=None)
    rows = Fact.objects.filter(subject=Fact.Subject.PERSON, field=COMPANY, subject_id__in=nowhere.values("pk"), text__isnull=False)
    return list(rows.order_by("occurred_at", "known_at", "pk"))
