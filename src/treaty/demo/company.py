"""The simulated company as its driver sees it: records of a day, answers to handoffs, a live trickle, the truth."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from treaty.demo import live
from treaty.demo.answers import Case, hours_to_contact, steps_of
from treaty.demo.cast import cast
from treaty.demo.catalogue import LIBRARY, Campaign, Content
from treaty.demo.deliver import Delivery
from treaty.demo.fates import decide, seen_by
from treaty.demo.hidden import PersonTruth, Truth, hidden_state
from treaty.demo.journeys import journey
from treaty.demo.members import Team, Worker
from treaty.demo.names import FREE_MAIL
from treaty.demo.outbound import Outbound
from treaty.demo.people import PEOPLE_PER_UNIT, Account, Person, make_account
from treaty.demo.spending import campaign_records, spend_records
from treaty.demo.steps import AbsenceSeen, HandoffSeen, Step
from treaty.demo.story import ACCOUNT, ALIAS, EMPLOYEES, MOVE, PERSON, Planned
from treaty.demo.visitors import visits
from treaty.demo.world import World
from treaty.truth.records import MemberRecord, Record

_FIRST = {ACCOUNT: 0, EMPLOYEES: 1, PERSON: 2, ALIAS: 2, MOVE: 3}
"""In one second, who somebody is comes before what they did."""
_STUDENT_OFFSET = 11


class Company:
    """A company of any size, the same for the same seed. Days count from 0.

    Accounts are made on the day they first turn up and forgotten once told; only their domains stay, so that
    an answer can make one account again.
    """

    _met: int
    """The last day whose new accounts are known."""
    _told: int
    """The last day whose records were told."""

    def __init__(self, seed: int, *, leads: int = 5000, start_on: date, days: int = 182, zone: str = "Europe/Berlin") -> None:
        self.world = World(seed, leads, start_on, days, zone)
        self.team = Team(self.world)
        self.outbound = Outbound(self.world, self.team)
        self._delivery = Delivery(self.world, self.team)
        self._units = round(leads / PEOPLE_PER_UNIT)
        self._story = lru_cache(maxsize=256)(self._tell)
        self._begin()

    @property
    def zone(self) -> str:
        return self.world.zone

    def members(self) -> list[MemberRecord]:
        """Everybody who logs in, managers first; the records of day 0 begin with the same."""
        return self.team.records

    def pools(self) -> dict[str, list[str]]:
        """E-mails of the reps for the agreement's pools `dach-reps` and `all-reps`; above 5,000 leads there are more than three."""
        reps = self.team.reps
        return {"dach-reps": [rep.email for rep in reps if rep.is_dach], "all-reps": [rep.email for rep in reps]}

    @property
    def absences(self) -> list[AbsenceSeen]:
        return self.team.absences

    @property
    def campaigns(self) -> tuple[Campaign, ...]:
        return self.world.campaigns

    @property
    def library(self) -> tuple[Content, ...]:
        return LIBRARY

    def records_of(self, day: int) -> list[Record]:
        """Everything that becomes known on that day, in order of time. Days may be asked for in any order, forward is cheap."""
        if not 0 <= day < self.world.days:
            raise ValueError(f"day {day} is outside of the simulated period: 0 to {self.world.days - 1}")
        if day <= self._told:
            self._begin()
        self._meet_until(day)
        for skipped in range(self._told + 1, day):
            self._due.pop(skipped, None)
        self._told = day
        return self._records(day, self._due.pop(day, []))

    def answer(self, handoff: HandoffSeen) -> list[Step]:
        """What sales does with it, in order of time; empty when nobody answers or the person is not one of ours."""
        found = self._find(handoff.person_email, handoff.made_at)
        if found is None:
            return []
        account, person, story = found
        rep = self.team.by_email.get(handoff.owner_email) or self.team.reps[0]
        timing = self.world.rng("timing", person.key, handoff.pass_number, rep.email)
        hours = hours_to_contact(timing, rep, handoff.made_at)
        fate = decide(
            self.world.rng("fate", person.key, handoff.pass_number), account, person,
            seen_by(account, person, story, handoff.made_at), hours, by_alias=handoff.person_email == person.alias,
        )  # fmt: skip
        first_at = rep.diary.after(handoff.made_at, hours * 60)
        return steps_of(Case(handoff, account, person, rep, self._closer(account), fate, timing, first_at))

    def trickle(self, after: datetime, seed: int = 0) -> Iterator[tuple[float, dict[str, Any]]]:
        """Without end: (seconds to wait, event in the shape of a Segment call, without a timestamp)."""
        return live.trickle(self.world, after, seed)

    def truth(self) -> Truth:
        """The causes, and the hidden state of every person, for tests and for the documents."""
        return Truth(people=self._everybody)

    def _begin(self) -> None:
        self._met = self._told = -1
        self._domains: dict[str, tuple[int, int]] = {}
        self._due: defaultdict[int, list[Planned]] = defaultdict(list)
        for account in cast():
            self._domains[account.domain] = (account.idx, 0)
            self._plan(account)

    def _meet_until(self, day: int) -> None:
        """Meets the new accounts of every day up to this one. They may be met before their day is told."""
        while self._met < min(day, self.world.days - 1):
            self._met += 1
            for idx in range(*self._units_of(self._met)):
                self._plan(self._new_account(idx))

    def _units_of(self, day: int) -> tuple[int, int]:
        arrivals = self.world.arrivals
        return int(self._units * arrivals[day]), int(self._units * arrivals[day + 1])

    def _new_account(self, idx: int) -> Account:
        """The account with a name nobody has yet."""
        for attempt in range(50):
            account = make_account(self.world, idx, self._met, attempt)
            if not account.is_company:
                return account
            if account.domain not in self._domains:
                self._domains[account.domain] = (idx, attempt)
                return account
        raise RuntimeError(f"no unused company name found for account {idx}: add stems to names.py")

    def _plan(self, account: Account) -> None:
        midnights, days = self.world.midnights, self.world.days
        for planned in journey(self.world, account):
            day = bisect_right(midnights, planned.due) - 1
            if day < days:
                self._due[max(day, 0)].append(planned)

    def _records(self, day: int, planned: list[Planned]) -> list[Record]:
        midnight = self.world.midnights[day]
        rows: list[tuple[int, int, int, Record]] = [(p.due, _FIRST.get(p.kind, 4), p.order, self._delivery.record(p)) for p in planned]
        rows += [(at, 5, n, record) for n, (at, record) in enumerate(visits(self.world, day))]
        rows += [(at, 6, n, record) for n, (at, record) in enumerate(self.outbound.records_of(day))]
        rows += [(midnight, -1, n, record) for n, record in enumerate(campaign_records(self.world, day))]
        rows += [(midnight, 7, n, record) for n, record in enumerate(spend_records(self.world, day))]
        rows.sort(key=itemgetter(0, 1, 2))
        members: list[Record] = [*self.members()] if day == 0 else []
        return members + [row[3] for row in rows]

    def _find(self, email: str, at: datetime) -> tuple[Account, Person, list[Planned]] | None:
        """The account, the person and the story behind an address; None for somebody the simulator never made."""
        self._meet_until(bisect_right(self.world.midnights, int(at.timestamp())) - 1)
        name, _, domain = email.partition("@")
        idx, attempt = self._domains.get(domain, (None, 0))
        digits = name.lstrip("abcdefghijklmnopqrstuvwxyz.-")
        if domain in FREE_MAIL and digits.isdecimal() and not name.startswith("news."):
            idx, attempt = int(digits) - _STUDENT_OFFSET, 0
        if idx is None or idx >= self._units:
            return None
        account, story = self._story(idx, attempt)
        person = next((p for p in account.people if email in (p.email, p.alias)), None)
        return None if person is None else (account, person, story)

    def _tell(self, idx: int, attempt: int) -> tuple[Account, list[Planned]]:
        written = next((account for account in cast() if account.idx == idx), None)
        account = written or make_account(self.world, idx, self._day_of(idx), attempt)
        return account, journey(self.world, account)

    def _day_of(self, idx: int) -> int:
        return bisect_right(self.world.arrivals, idx, key=lambda share: int(self._units * share)) - 1

    def _closer(self, account: Account) -> Worker:
        return self.team.closers[account.idx % len(self.team.closers)]

    def _everybody(self) -> Iterator[PersonTruth]:
        """By a company of their own, so that this one keeps its place."""
        world = self.world
        other = Company(world.seed, leads=world.leads, start_on=world.start_on, days=world.days, zone=world.zone)
        other._meet_until(world.days - 1)
        attempts = dict(other._domains.values())
        for idx in [*(account.idx for account in cast()), *range(self._units)]:
            account, story = other._story(idx, attempts.get(idx, 0))
            yield from (hidden_state(world, account, person, story) for person in account.people)
