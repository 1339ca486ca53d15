"""Accounts and the people in them, with what nobody at Halden can see: why they came and what is wrong with the data."""

from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Literal

from treaty.demo import names
from treaty.demo.causes import INDUSTRIES, SENIORITIES
from treaty.demo.world import World

Intent = Literal["reader", "evaluating", "asks", "student"]
Employees = Literal["known", "later", "never"]
Line = tuple[int, str, str, str, str]
"""Of a hand-written story: days before the last one, clock, kind of touch, what it is about, channel."""
Ending = Literal["", "waiting", "accepted", "meeting", "proposal", "won", "lost", "rejected"]

STUDENT_SHARE = 0.13
GROUP_SIZES, GROUP_WEIGHTS = (1, 2, 3, 4, 5), (0.58, 0.23, 0.11, 0.05, 0.03)
PEOPLE_PER_UNIT = STUDENT_SHARE + (1 - STUDENT_SHARE) * sum(n * w for n, w in zip(GROUP_SIZES, GROUP_WEIGHTS, strict=True))
COUNTRIES = {"DE": 38, "AT": 8, "CH": 8, "NL": 8, "SE": 7, "PL": 6, "GB": 6, "FR": 5, "IT": 5, "DK": 4, "CZ": 3, "ES": 2}
TITLES = {
    "c_level": ("Managing director", "Chief operating officer", "Chief technology officer", "Chief executive officer"),
    "vp": ("VP manufacturing", "VP operations", "VP engineering", "VP supply chain"),
    "director": ("Head of maintenance", "Director of operations", "Head of production", "Technical director", "Quality director"),
    "manager": ("Maintenance manager", "Plant manager", "Engineering manager", "Purchasing manager", "IT manager"),
    "individual": ("Reliability engineer", "Maintenance technician", "Automation engineer", "Buyer", "Process engineer"),
}
DEPARTMENTS = {
    "maintenance": "maintenance", "reliability": "maintenance", "production": "production", "plant": "production",
    "manufacturing": "production", "process": "production", "quality": "quality", "purchasing": "purchasing",
    "buyer": "purchasing", "supply": "purchasing", "it": "it", "engineering": "engineering", "automation": "engineering",
    "technical": "engineering", "technology": "engineering", "operations": "operations", "operating": "operations",
}  # fmt: skip
"""By the first word of a title found here; the rest is `management`."""

DUPLICATE, NO_TITLE, NO_PHONE, WRONG_DATA, MOVES, COMPETITOR = 0.015, 0.05, 0.15, 0.03, 0.004, 0.01
NEVER_KNOWN, KNOWN_LATER = 0.05, 0.04
"""Shares of the dirt put in on purpose: of people; the last three of accounts."""


@dataclass(slots=True, eq=False)
class Person:
    key: str
    first: str
    last: str
    email: str
    country: str
    starts: int
    intent: Intent
    channel: str
    campaign: str = ""
    seniority: str = ""
    title: str = ""
    phone: str = ""
    alias: str = ""
    """A second address under which the same person turns up: a duplicate on purpose."""
    has_wrong_data: bool = False
    opens: float = 0.0
    """Chance to open a letter. It has nothing to do with wanting to buy."""
    moves_to: str = ""
    """Domain of another account the person is found to belong to later."""
    known_s: int = 0
    """When the person first left a name, in seconds; 0 until the journey is written."""
    ending: Ending = ""
    script: tuple[Line, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def department(self) -> str:
        words = self.title.lower().replace(",", "").split()
        return next((DEPARTMENTS[word] for word in words if word in DEPARTMENTS), "management")


@dataclass(slots=True, eq=False)
class Account:
    """`idx` orders accounts; hand-written ones are below zero. A student is an account without a company."""

    idx: int
    domain: str
    name: str = ""
    country: str = "DE"
    industry: str = ""
    employees: int = 0
    employees_known: Employees = "known"
    owner_email: str = ""
    is_competitor: bool = False
    people: list[Person] = field(default_factory=list)

    @property
    def is_company(self) -> bool:
        return bool(self.industry)


def make_account(world: World, idx: int, day: int, attempt: int = 0) -> Account:
    """The account, or student, that first turns up on that day. `attempt` asks for another name."""
    rng = world.rng("account", idx)
    country = rng.choices(tuple(COUNTRIES), tuple(COUNTRIES.values()))[0]
    if rng.random() < STUDENT_SHARE:
        return _student(world, rng, idx, day, country)
    account = _company(world, rng, idx, country, attempt)
    for n in range(rng.choices(GROUP_SIZES, GROUP_WEIGHTS)[0]):
        late = 0 if n == 0 else int(rng.expovariate(1 / 9))
        account.people.append(_colleague(world, rng, account, n, day + late))
    return account


def _company(world: World, rng: Random, idx: int, country: str, attempt: int) -> Account:
    industry = rng.choices(tuple(INDUSTRIES), [share for share, _ in INDUSTRIES.values()])[0]
    name, domain = names.company_name(world.rng("name", idx, attempt), country, industry, attempt)
    employees = max(3, round(exp(rng.gauss(5.1, 1.2))))
    draw = rng.random()
    known: Employees = "never" if draw < NEVER_KNOWN else "later" if draw < NEVER_KNOWN + KNOWN_LATER else "known"
    return Account(idx, domain, name, country, industry, employees, known, is_competitor=rng.random() < COMPETITOR)


def _colleague(world: World, rng: Random, account: Account, n: int, day: int) -> Person:
    first, last = names.person_name(rng, account.country)
    nth = sum(p.name == f"{first} {last}" for p in account.people)
    email = names.email_address(first, last, account.domain, nth and nth + 1)
    seniority = rng.choices(tuple(SENIORITIES), [share for share, _ in SENIORITIES.values()])[0]
    channel, campaign = _first_channel(world, rng, day)
    person = Person(f"{account.idx}-{n}", first, last, email, account.country, day, "reader", channel, campaign, seniority)
    person.intent = _intent(rng, account, person)
    person.title = "" if rng.random() < NO_TITLE else rng.choice(TITLES[seniority])
    person.phone = "" if rng.random() < NO_PHONE else names.phone_number(rng, account.country)
    person.alias = names.short_address(first, last, account.domain) if rng.random() < DUPLICATE and not nth else ""
    person.has_wrong_data = rng.random() < WRONG_DATA
    person.opens = rng.random() ** 2
    person.moves_to = f"group-{account.domain}" if rng.random() < MOVES else ""
    return person


def _intent(rng: Random, account: Account, person: Person) -> Intent:
    """Decision-makers of companies that fit evaluate more often; nearly everybody else reads."""
    fits = account.employees >= 50 and person.seniority in ("director", "vp", "c_level")
    evaluating, asks = (0.62, 0.09) if fits else (0.2, 0.025)
    draw = rng.random()
    return "asks" if draw < asks else "evaluating" if draw < asks + evaluating else "reader"


def _student(world: World, rng: Random, idx: int, day: int, country: str) -> Account:
    first, last = names.person_name(rng, country)
    domain = rng.choice(names.FREE_MAIL)
    channel, campaign = _first_channel(world, rng, day)
    email = names.email_address(first, last, domain, idx + 11)
    person = Person(f"{idx}-0", first, last, email, country, day, "student", channel, campaign, "individual", "Student")
    person.opens = rng.random() ** 2
    return Account(idx, domain, country=country, people=[person])


def _first_channel(world: World, rng: Random, day: int) -> tuple[str, str]:
    """How somebody came on that day, and by which campaign if a campaign was running."""
    weights = world.channel_weights[min(day, world.days - 1)]
    channel = rng.choices(tuple(weights), tuple(weights.values()))[0]
    running = [c for c in world.campaigns if c.channel == channel and c.first <= day <= c.last]
    if channel == "webinar" and (webinar := world.webinar_after(day)):
        running = [c for c in running if c.last == webinar[0]]
    budgets = [float(c.budget) or 1.0 for c in running]
    return channel, rng.choices(running, budgets)[0].key if running else ""
