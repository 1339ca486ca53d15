"""Who would have got which of the leads a document finds, and how many that is for each rep in a day of work."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from treaty.agreement.canonical import Bindings, Signed
from treaty.agreement.terms import Terms
from treaty.agreement.terms_handoff import Rule
from treaty.engine.measuring import Fetching, Span, rows_of
from treaty.engine.periods import Period, local_date
from treaty.handoff import rules, seats
from treaty.handoff.models import Seat
from treaty.moments import from_us
from treaty.pilot import belonging
from treaty.pilot.replayed import Replayed
from treaty.sla.whose import history_of
from treaty.team.models import Absence, Member

ROUTE = "route."


@dataclass(frozen=True, slots=True)
class Given:
    """One lead, and who would have got it."""

    person_id: int
    at: datetime
    segment: str
    email: str
    rule: str


@dataclass(frozen=True, slots=True)
class RepLoad:
    """leads: how many a rep would have got · days: days of work in that time, without absences · per_day: None without a day of work
    busiest: the most on one local day, and busiest_on which · had: the handoffs they really had in that time, whatever became of them
    most_open: how many open leads they may hold at once; None without a limit."""

    email: str
    name: str
    leads: int
    days: int
    busiest: int
    busiest_on: date | None
    had: int = 0
    most_open: int | None = None

    @property
    def per_day(self) -> float | None:
        return self.leads / self.days if self.days else None


@dataclass(frozen=True, slots=True)
class Load:
    """Of a stretch of whole weeks: what each rep would have got, and how many leads of each segment there would have been."""

    first_on: date
    end_on: date
    reps: tuple[RepLoad, ...]
    segments: Mapping[str, int]


def load_of(lake: Fetching, one: Replayed, rows: Any, weeks: Sequence[Period], span: Span) -> Load:
    """Route every entry of some weeks again, one after the other, from level seats. Raises NobodyLeft, TookTooLong.

    rows: (person_id, at_us). Absences count as they were; that somebody had no room for more open leads does not, nor who had the turns
    before. Accounts have the owner they have today. Members the document names who are none here are left out.
    """
    start, end = weeks[0].us[0], weeks[-1].us[1]
    entries = rows.filter((rows.at_us >= start) & (rows.at_us < end))
    given = list(routed(lake, one, entries, span))
    members = _members(one.terms, {lead.email for lead in given})
    counts = Counter(lead.email for lead in given)
    days: dict[str, Counter[date]] = defaultdict(Counter)
    for lead in given:
        days[lead.email][local_date(lead.at, one.zone)] += 1
    had = _had(lake, start, end)
    reps = tuple(_rep(member, counts[email], days[email], one, weeks, had.get(member.pk, 0)) for email, member in sorted(members.items()))
    return Load(weeks[0].first_on, weeks[-1].end_on, reps, dict(Counter(lead.segment for lead in given)))


def routed(lake: Fetching, one: Replayed, entries: Any, span: Span) -> Iterator[Given]:
    """Who would have got which, in order of the moment."""
    listed = sorted((row["at_us"], row["person_id"]) for row in lake.fetch(entries).to_pylist())
    if not listed:
        return
    terms, conditions = one.terms, conditions_of(one.terms)
    found: dict[int, set[str]] = defaultdict(set)
    if conditions:
        for row in lake.fetch(belonging.holding(lake, one, entries, conditions, span)).to_pylist():
            found[row["person_id"]].add(row["name"])
    owners = {row["person_id"]: row["owner_id"] for row in lake.fetch(belonging.account_owners(lake, entries)).to_pylist()}
    turns = _Turns(terms, set(owners.values()), from_us(listed[0][0]), from_us(listed[-1][0]))
    for at_us, person in listed:
        segment = belonging.first_of(terms.segment_order, [name for name in terms.segment_order if name in found[person]])
        told = turns.take(from_us(at_us), segment, owners.get(person), found[person])
        yield Given(person, from_us(at_us), segment, told.email, told.rule)


def conditions_of(terms: Terms) -> dict[str, Any]:
    """What must be known of a lead to route it: its segment, and the conditions of the steps of the route, by place."""
    of_route = {f"{ROUTE}{place}": rule.when for place, rule in enumerate(terms.routes) if rule.when is not None}
    return {**terms.profile.segments, **of_route}


@dataclass
class _Turns:
    """The pools while past leads are routed again: nothing is read but members and absences, nothing is written."""

    terms: Terms
    owners: Collection[int]
    since: datetime
    until: datetime
    _seats: dict[str, dict[int, Seat]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self._named = seats.members_named(self.terms)
        self._owners = {member.pk: member for member in Member.objects.filter(pk__in=self.owners)}
        everyone = {member.pk: member for member in [*self._named.values(), *self._owners.values()]}
        self._everyone: list[Member] = list(everyone.values())
        self._absences: list[Absence] = seats.absences_within(self._everyone, self.since, self.until)

    def take(self, at: datetime, segment: str, owner_id: int | None, holding: Collection[str]) -> rules.Route:
        """The turn of one lead; the seat it takes has had one more."""
        away = seats.away_by(self._everyone, self._absences, at)
        holds = {id(rule) for place, rule in enumerate(self.terms.routes) if f"{ROUTE}{place}" in holding}

        def is_held(rule: Rule) -> bool:
            return id(rule) in holds

        pools = {name: self._candidates(name, away) for name in self.terms.pools}
        owner = self._owners.get(owner_id or 0)
        found = rules.route(self.terms.routes, rules.Situation(segment, owner.email if owner else "", pools, away, is_held))
        if found.rule == "pool":
            self._seats[found.pool][self._named[found.email].pk].taken += 1
        return found

    def _candidates(self, pool: str, away: Mapping[str, str]) -> list[rules.Candidate]:
        there = self._seats[pool]
        found = seats.candidates(seats.members_of(self.terms, pool, self._named), there, dict(away), {})
        for one in found:
            member = self._named[one.email]
            seat = there.setdefault(member.pk, Seat(pool=pool, member=member))
            seat.taken, seat.was_away = one.taken, bool(one.away)
        return found


def _members(terms: Terms, emails: Collection[str]) -> dict[str, Member]:
    """Everybody who may take leads of the route, and who would have got some."""
    named = seats.members_named(terms)
    return {**named, **{member.email: member for member in Member.objects.filter(email__in=set(emails) - set(named))}}


def _had(lake: Fetching, start: int, end: int) -> dict[int, int]:
    """By member the handoffs of that time."""
    made = lake.table("handoffs")
    made = made.filter((made.made_us >= start) & (made.made_us < end) & made.owner_id.notnull())
    return {row["owner_id"]: row["n"] for row in rows_of(lake, made.group_by("owner_id").agg(n=made.count()))}


def _rep(member: Member, leads: int, on_days: Mapping[date, int], one: Replayed, weeks: Sequence[Period], had: int) -> RepLoad:
    busiest_on = max(on_days, key=lambda day: (on_days[day], day), default=None)
    days = sum(1 for week in weeks for _ in _working(member, one.terms, week))
    busiest = on_days[busiest_on] if busiest_on else 0
    return RepLoad(member.email, member.name, leads, days, busiest, busiest_on, had, member.max_open)


def _working(member: Member, terms: Terms, week: Period) -> Iterator[date]:
    """The days of a week on which somebody works, by the agreed calendar in their zone, and is not away when the day begins."""
    if "default" not in terms.calendars:
        yield from (day for day in week.days() if day.weekday() < 5)
        return
    [(_, calendar)] = history_of(member, Signed(terms, Bindings(), ""))
    absences = seats.absences_within([member], week.starts_at, week.ends_at)
    for day in week.days():
        spans = calendar.spans_on(day)
        if spans and not seats.away_by([member], absences, spans[0].opens_at):
            yield day
