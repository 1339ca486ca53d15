"""Which open leads lack what their stage asks, and who is to find it out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from treaty.agreement.terms import Terms
from treaty.truth import gates
from treaty.truth.actions.columns import ACCOUNT, COLUMNS, PERSON, Kind
from treaty.truth.actions.house import decided
from treaty.truth.gates import Gates, Wanted
from treaty.truth.models import Fact, Lead, Person

MUST_BE_KNOWN = "must_be_known"
"""The house's rule: by stage of a lead, fields with their reason."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A lead and what is not known of it; its owner is responsible."""

    lead: Lead
    missing: Sequence[Wanted]


def house(terms: Terms) -> Gates:
    """What the house wants known, beside what is agreed."""
    rules = decided(MUST_BE_KNOWN, None)
    if rules is None:
        return gates.otherwise(terms)
    return {stage: [Wanted(*one) for one in wanted] for stage, wanted in rules.items()}


def of_house(terms: Terms) -> Gates:
    """All that stages ask: agreed, then the house's."""
    return gates.gates(terms, house(terms))


def gaps(leads: QuerySet[Lead], asked: Gates) -> list[Gap]:
    """Of these leads the open ones that lack something, in the order of their stages, the longest there first. Three queries."""
    order = {stage: place for place, stage in enumerate(asked)}
    found = list(leads.filter(closed_at=None, stage__in=asked).select_related("person__account", "owner").order_by("stage_since", "pk"))
    known = known_of({lead.person_id: lead.person for lead in found}.values(), {one.field for each in asked.values() for one in each})
    lacking = (Gap(lead, gates.missing(asked[lead.stage], known[lead.person_id])) for lead in found)
    return sorted((gap for gap in lacking if gap.missing), key=lambda gap: order[gap.lead.stage])


def known_of(people: Iterable[Person], fields: Collection[str]) -> dict[int, set[str]]:
    """By person which of the fields are known: what a column holds, and what only facts hold."""
    rows = list(people)
    of_account = {name.removeprefix("account.") for name in fields if name.startswith("account.")}
    own = {name for name in fields if not name.startswith("account.")}
    facts = _stated(PERSON, {row.pk for row in rows}, own - {*COLUMNS[PERSON], "email"})
    accounts = _stated(ACCOUNT, {row.account_id for row in rows if row.account_id}, of_account - {*COLUMNS[ACCOUNT]})
    return {row.pk: {*_own(row, own), *facts[row.pk], *_of_account(row, of_account, accounts)} for row in rows}


def _own(person: Person, fields: Collection[str]) -> set[str]:
    columns = {*COLUMNS[PERSON], "email"} & {*fields}
    return {name for name in columns if getattr(person, f"{name}_id" if name == "account" else name) not in ("", None)}


def _of_account(person: Person, fields: Collection[str], stated: Mapping[int, set[str]]) -> set[str]:
    if person.account is None:
        return set()
    columns = {name for name in fields if name in COLUMNS[ACCOUNT] and getattr(person.account, name) not in ("", None)}
    return {f"account.{name}" for name in columns | stated[person.account.pk]}


def _stated(kind: Kind, subjects: Collection[int], fields: Collection[str]) -> dict[int, set[str]]:
    """By subject the fields of which anything was said."""
    found: dict[int, set[str]] = defaultdict(set)
    if subjects and fields:
        for subject, field in Fact.objects.filter(subject=kind, subject_id__among=subjects, field__in=fields).values_list(
            "subject_id", "field"
        ):
            found[subject].add(field)
    return found
