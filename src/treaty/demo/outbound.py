"""Deals that sales found alone: no marketing touch, one contact, as a CRM would hand them over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from math import exp
from random import Random

from treaty.demo import causes, names
from treaty.demo.catalogue import PRODUCTS, STAGES
from treaty.demo.members import Team, Worker
from treaty.demo.people import COUNTRIES, TITLES
from treaty.demo.words import CONNECTED, WON_REASONS, pick
from treaty.demo.world import World
from treaty.truth import records
from treaty.truth.records import AccountRef, OpportunityRecord, PersonRef, Record, StageEntry

PER_LEAD = 0.005
BEFORE = 60
"""Days before the period from which deals are still open at its start."""
WIN_RATE = 0.3


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal with all its moments, in order; those before the period are told on its first day."""

    idx: int
    owner: Worker
    account: AccountRef
    industry: str
    country: str
    employees: int
    contact: str
    email: str
    amount: Decimal
    product: str
    moments: tuple[datetime, ...]
    is_won: bool
    lost: str


class Outbound:
    def __init__(self, world: World, team: Team) -> None:
        self.world, self.team = world, team

    @cached_property
    def deals(self) -> list[Deal]:
        rng = self.world.rng("outbound")
        return [self._deal(rng, n) for n in range(max(2, round(self.world.leads * PER_LEAD)))]

    def records_of(self, day: int) -> Iterator[tuple[int, Record]]:
        """(second, record) of what was entered on that day; day 0 brings all that is older."""
        start, end = self.world.midnights[day], self.world.midnights[day + 1]
        for deal in self.deals:
            told = [n for n, at in enumerate(deal.moments) if (start <= at.timestamp() or day == 0) and at.timestamp() < end]
            if 0 in told:
                yield from self._introduction(deal, start)
            for n in told:
                yield max(int(deal.moments[n].timestamp()), start), _as_of(deal, n)

    def _introduction(self, deal: Deal, start: int) -> Iterator[tuple[int, Record]]:
        at = deal.moments[0]
        second = max(int(at.timestamp()), start)
        ref = PersonRef(email=deal.email)
        fields: dict[str, records.Value] = {"name": deal.account.name, "industry": deal.industry, "country": deal.country}
        fields["employees"] = deal.employees
        yield second, records.AccountRecord(ref=deal.account, fields=fields, occurred_at=at, known_at=at)
        named = {"name": deal.contact, "country": deal.country, "lead_source": "sales", "title": TITLES["director"][0]}
        yield (
            second,
            records.PersonRecord(ref=ref, fields={**named, "seniority": "director"}, account=deal.account, created_at=at, known_at=at),
        )
        yield second, records.ActivityRecord(
            external_id=f"call-s{deal.idx}", kind="call", occurred_at=at - timedelta(hours=1), ref=ref, member_email=deal.owner.email,
            outcome="connected", text=pick(self.world.rng("cold", deal.idx), CONNECTED), known_at=at,
        )  # fmt: skip

    def _deal(self, rng: Random, n: int) -> Deal:
        country = rng.choices(tuple(COUNTRIES), tuple(COUNTRIES.values()))[0]
        industry = rng.choice(("manufacturing", "manufacturing", "life sciences", "food", "energy"))
        name, domain = names.company_name(rng, country, industry, 3)
        first, last = names.person_name(rng, country)
        employees = max(60, round(exp(rng.gauss(5.6, 0.9))))
        amount = Decimal(max(3_000, round(causes.size_of(employees)[2] * exp(rng.gauss(0, 0.4)) / 100) * 100))
        owner = self.team.closers[n % len(self.team.closers)]
        return Deal(
            n, owner, AccountRef(domain=domain, name=name), industry, country, employees, f"{first} {last}",
            names.email_address(first, last, domain), amount, rng.choice(PRODUCTS), self._moments(rng, owner), rng.random() < WIN_RATE,
            rng.choice(tuple(causes.LOST)),
        )  # fmt: skip

    def _moments(self, rng: Random, owner: Worker) -> tuple[datetime, ...]:
        """Opened, proposal, negotiation, closed: in the owner's working time."""
        opened = self.world.moment(self.world.midnights[0] + rng.randrange(-BEFORE, self.world.days) * 86_400)
        cycle = round(rng.uniform(30, 110))
        return tuple(owner.diary.on_day(opened, cycle * n // 3, rng.uniform(20, 400)) for n in range(4))


def _as_of(deal: Deal, last: int) -> OpportunityRecord:
    """The deal as the CRM held it after its moment number `last`: 0 discovery, 1 proposal, 2 negotiation, 3 closed."""
    opened, close_on = deal.moments[0], deal.moments[3].date()
    history = tuple(
        StageEntry(at=at, stage=stage, amount=deal.amount, close_on=close_on)
        for at, stage in zip(deal.moments[: last + 1], STAGES, strict=False)
    )
    record = OpportunityRecord(
        external_id=f"S-{deal.idx + 1:04}", name=f"{deal.account.name}: {deal.product}", account=deal.account,
        people=((PersonRef(email=deal.email), "economic_buyer"),), owner_email=deal.owner.email, stage=STAGES[min(last, 2)],
        outcome="open", amount=deal.amount, currency="EUR", product=deal.product, opened_at=opened, close_on=close_on,
        history=history, known_at=deal.moments[last],
    )  # fmt: skip
    return record if last < 3 else _closed(deal, record)


def _closed(deal: Deal, record: OpportunityRecord) -> OpportunityRecord:
    if deal.is_won:
        return replace(record, outcome="won", won_reason=WON_REASONS[deal.idx % len(WON_REASONS)], closed_at=deal.moments[3])
    return replace(record, outcome="lost", lost_reason=deal.lost, closed_at=deal.moments[3])
