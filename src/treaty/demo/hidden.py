"""The truth about the company, for tests and documents: the causes, and what nobody inside can see of a person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from treaty.demo import causes
from treaty.demo.people import Account, Employees, Intent, Person
from treaty.demo.story import Planned
from treaty.demo.world import World

ENGAGING = ("content_download", "webinar_attended")
"""Kinds by which a person becomes a lead, as the agreement's stage `engaged` says."""


@dataclass(frozen=True, slots=True)
class PersonTruth:
    """One human being, whatever number of records they left. Moments and counts are those within the period."""

    key: str
    email: str
    alias: str
    intent: Intent
    channel: str
    campaign: str
    seniority: str
    has_title: bool
    has_wrong_data: bool
    domain: str
    is_company: bool
    industry: str
    employees: int
    employees_known: Employees
    is_competitor: bool
    engaged_at: datetime | None
    is_duplicate: bool
    changes_account: bool
    is_unsubscribed: bool
    touches_known_late: int


@dataclass(frozen=True, slots=True)
class Dirt:
    """How much was put in on purpose, counted in people, accounts (the two of employees) and touches (the late ones)."""

    duplicates: int
    missing_titles: int
    wrong_contact_data: int
    account_changes: int
    unsubscribed: int
    employees_never_known: int
    employees_known_later: int
    touches_known_late: int


@dataclass(frozen=True, slots=True)
class Truth:
    """`tables` is `treaty.demo.causes`: SIGNALS, CHANNELS, SPEED, LOST, ...; `people()` gives everybody once."""

    people: Callable[[], Iterator[PersonTruth]]
    tables: ModuleType = causes

    def dirt(self) -> Dirt:
        people = [p for p in self.people() if p.engaged_at]
        known = {p.domain: p.employees_known for p in people if p.is_company}
        return Dirt(
            duplicates=sum(p.is_duplicate for p in people),
            missing_titles=sum(not p.has_title for p in people),
            wrong_contact_data=sum(p.has_wrong_data for p in people),
            account_changes=sum(p.changes_account for p in people),
            unsubscribed=sum(p.is_unsubscribed for p in people),
            employees_never_known=sum(state == "never" for state in known.values()),
            employees_known_later=sum(state == "later" for state in known.values()),
            touches_known_late=sum(p.touches_known_late for p in people),
        )


def hidden_state(world: World, account: Account, person: Person, story: list[Planned]) -> PersonTruth:
    end = world.midnights[world.days]
    mine = [p for p in story if p.person is person and p.due < end]
    kinds = {p.kind for p in mine}
    engaged = min((p.due for p in mine if p.kind in ENGAGING), default=None)
    return PersonTruth(
        key=person.key, email=person.email, alias=person.alias, intent=person.intent, channel=person.channel,
        campaign=person.campaign, seniority=person.seniority, has_title=bool(person.title), has_wrong_data=person.has_wrong_data,
        domain=account.domain, is_company=account.is_company, industry=account.industry, employees=account.employees,
        employees_known=account.employees_known, is_competitor=account.is_competitor,
        engaged_at=None if engaged is None else world.moment(engaged), is_duplicate=":alias" in kinds,
        changes_account=":move" in kinds, is_unsubscribed="unsubscribed" in kinds,
        touches_known_late=sum(p.due > p.at for p in mine),
    )  # fmt: skip
