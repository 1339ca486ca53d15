"""The back-test: a draft replayed over all that happened, beside a version or beside nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from treaty.agreement.terms import Terms
from treaty.engine.laid import laid
from treaty.engine.measuring import Fetching, Span
from treaty.engine.periods import weeks_within
from treaty.moments import from_us
from treaty.pilot import compared, entries, last, outcomes
from treaty.pilot.found import Backtest, DealSums, Found, Named, Overlap, Recall, Week
from treaty.pilot.last import LastDeal
from treaty.pilot.load import Load, load_of
from treaty.pilot.promised import kept_promises
from treaty.pilot.replayed import Replayed
from treaty.pilot.segments import by_segment
from treaty.pilot.shares import Became, Counts, Share, added, became, lift, money_share, share
from treaty.qualification.replaying import fields_of
from treaty.truth.measures import exchange_of
from treaty.truth.models import Person
from treaty.truth.stated import doubt_of

NAMED = 10
"""So many people are named of those only one of two documents finds, and so many deals of each outcome."""
WON, LOST = "won", "lost"
ROUTED_WEEKS, ROUTED = 13, 10_000
"""The leads of so many weeks are routed again, if they are no more than that: each takes its turn after the one before."""


class NoHistory(Exception):
    """Nothing happened that could be replayed; the message says what to do."""


def backtest(lake: Fetching, new: Replayed, old: Replayed | None = None, *, without_assumed: bool = False) -> Backtest:
    """Replay a draft over everything the lake holds. Raises NoHistory, NotReplayable, TookTooLong.

    old: what it is compared with, None for nothing. without_assumed: leave out values of which it is assumed since when they hold.
    Source: R4.
    """
    try:
        lake.table("merged_accounts")
    except LookupError:
        raise NoHistory(
            "what is known was exported by an earlier release: start `treaty serve`, the worker exports it anew within a minute"
        ) from None
    span = entries.span_of(lake)
    if span is None:
        raise NoHistory("nothing happened yet that could be replayed: import touches first (`treaty import`), or wait for some")
    asking = _Asking(lake, span, new, old, without_assumed=without_assumed)
    return asking.report()


class _Asking:
    """Asks one lake about one or two documents."""

    def __init__(self, lake: Fetching, span: Span, new: Replayed, old: Replayed | None, *, without_assumed: bool) -> None:
        self.lake, self.span, self.without_assumed = lake, span, without_assumed
        self.new, self.old = new, old
        self.rows = {one.name: entries.entered(lake, one, span, without_assumed=without_assumed) for one in (new, old) if one}
        self.exchange = exchange_of(new.terms)
        self.returns = sorted({step for one in (new, old) if one for step in returns_of(one.terms)})
        asked = (new.key, old and old.key, without_assumed, span, self.exchange, doubt_of(lake))
        self.judged = laid(lake, ("deals judged", *asked), self._judged)
        self.deals = self._list(compared.deals_counted(self.judged))
        self.everybody = self._became(outcomes.everybody(lake), None)[0]

    def _judged(self) -> Any:
        return outcomes.deals_judged(self.lake, self.exchange, *(self.rows[one.name] for one in (self.new, self.old) if one))

    def report(self) -> Backtest:
        new, old = self.new, self.old
        return Backtest(
            self._found(new, old, "by_new"),
            self._found(old, new, "by_old") if old else None,
            self._overlap(new, old) if old else None,
            tuple(self._weeks()),
            self._deal_sums(),
            tuple(self._last()),
            self._count(entries.standing(self.lake, new, self.span)),
            self.exchange.currency,
            from_us(self.span[0]),
            self.lake.as_of,
        )

    def _list(self, expression: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.lake.fetch(expression).to_pylist()
        return rows

    def _count(self, rows: Any) -> int:
        return int(self._list(rows.agg(n=rows.count()))[0]["n"])

    def _found(self, one: Replayed, other: Replayed | None, by: str) -> Found:
        own, others = self.rows[one.name], self.rows[other.name] if other else None
        every, alone = self._became(own, others)
        only = compared.latest(compared.only(own, others), NAMED) if others is not None else None
        return Found(
            one.name,
            one.stage,
            every,
            alone,
            lift(every.accepted, self.everybody.accepted),
            lift(every.won, self.everybody.won),
            self._recall(own, by),
            self._assumed(one),
            self._unknown(one),
            _named(self._list(only)) if only is not None else (),
            self._load(one),
            by_segment(self.lake, one, own, self.span, self.returns),
            kept_promises(self.lake, one.terms),
            self._excluded(one),
        )

    def _became(self, own: Any, others: Any) -> tuple[Became, Became | None]:
        sides: dict[str, Counts] = defaultdict(dict)
        for row in self._list(compared.counted(outcomes.judged(self.lake, own, others, returns=self.returns))):
            sides[row["side"]] = {**sides[row["side"]], compared.key_of(row): int(row["n"])}
        alone = sides.get(outcomes.ONE, {})
        return became(added(alone, sides.get(outcomes.BOTH, {}))), became(alone) if others is not None else None

    def _recall(self, own: Any, by: str) -> Recall:
        [taken] = self._list(compared.accepted_before(self.lake, own))
        seen = [row for row in self.deals if row["can_tell"]]
        won = [row for row in seen if row["outcome"] == WON]
        return Recall(
            share(int(taken["found"]), int(taken["n"])),
            share(_sum([row for row in won if row[by]], "n"), _sum(won, "n")),
            _money(seen, by, "pipeline"),
            _money(won, by, "revenue"),
        )

    def _load(self, one: Replayed) -> Load | None:
        """Of the last whole weeks: the first and the running one are cut."""
        weeks = weeks_within(self.span, self.new.zone)[1:-1][-ROUTED_WEEKS:]
        rows = self.rows[one.name]
        if not weeks or self._count(rows.filter(rows.at_us >= weeks[0].us[0])) > ROUTED:
            return None
        return load_of(self.lake, one, rows, weeks, self.span)

    def _assumed(self, one: Replayed) -> int:
        """Entries that would be missing, or at another moment, without values of which it is assumed since when they hold."""
        facts = self.lake.table("facts")
        named = list(fields_of(one.definition))
        if self.without_assumed or not named or not self._count(facts.filter(facts.assumed & facts.field.isin(named)).limit(1)):
            return 0
        stated = entries.entered(self.lake, one, self.span, without_assumed=True)
        return self._count(compared.moved(self.rows[one.name], stated))

    def _unknown(self, one: Replayed) -> int:
        if not entries.asks_for_values(one):
            return 0
        known = entries.if_known(self.lake, one, self.span, without_assumed=self.without_assumed)
        return self._count(compared.only(known, self.rows[one.name]))

    def _excluded(self, one: Replayed) -> int:
        if not entries.excludes_by_values(one):
            return 0
        left = entries.if_excluded(self.lake, one, self.span, without_assumed=self.without_assumed)
        return self._count(compared.only(self.rows[one.name], left))

    def _overlap(self, new: Replayed, old: Replayed) -> Overlap:
        [row] = self._list(compared.overlap(self.rows[new.name], self.rows[old.name]))
        gained = row.pop("gained_days")
        return Overlap(**{name: int(n) for name, n in row.items()}, gained_days=None if gained is None else round(float(gained), 2))

    def _weeks(self) -> Sequence[Week]:
        periods = weeks_within(self.span, self.new.zone)
        edges = [period.us[0] for period in periods] + [periods[-1].us[1]]
        counts = {}
        for name, rows in self.rows.items():
            found = self._list(compared.per_period(rows, edges))
            counts[name] = {int(row["period"]): int(row["n"]) for row in found}
        new, old = counts[self.new.name], counts[self.old.name] if self.old else None
        last = len(periods) - 1
        return [
            Week(one.first_on, new.get(place, 0), None if old is None else old.get(place, 0), 0 < place < last)
            for place, one in enumerate(periods)
        ]

    def _last(self) -> list[LastDeal]:
        """The last won deals, then the last lost ones."""
        deals = [row for outcome in (WON, LOST) for row in self._list(compared.last_deals(self.judged, outcome, NAMED))]
        new = last.moments(self.new, deals, self._firsts(self.new, deals))
        old = last.moments(self.old, deals, self._firsts(self.old, deals)) if self.old else {}
        return last.last_deals(deals, new, old, self.exchange.currency)

    def _firsts(self, one: Replayed, deals: Sequence[dict[str, Any]]) -> dict[int, tuple[int, int]]:
        people, ids = outcomes.involved(self.lake), [row["opportunity_id"] for row in deals]
        rows = self._list(compared.first_of_deals(people, self.rows[one.name], ids)) if ids else []
        return {row["opportunity_id"]: (row["person_id"], row["at_us"]) for row in rows}

    def _deal_sums(self) -> DealSums:
        def of(outcome: str, **more: Any) -> int:
            rows = [row for row in self.deals if row["outcome"] == outcome]
            return _sum([row for row in rows if all(row[name] == value for name, value in more.items())], "n")

        blind, late = of(WON, can_tell=False), of(WON, can_tell=True, late_new=True)
        return DealSums(of(WON), of(LOST), of("open"), blind, late)


def returns_of(terms: Terms) -> Iterator[tuple[str, str]]:
    """The steps by which a lead is given back: from a stage sales owns to one marketing owns."""
    for name, stage in terms.stages.items():
        if stage.owner == "sales":
            yield from ((name, then) for then in stage.moves if terms.stages[then].owner == "marketing")


def _sum(rows: Sequence[dict[str, Any]], name: str) -> int:
    return sum(int(row[name] or 0) for row in rows)


def _money(rows: Sequence[dict[str, Any]], by: str, name: str) -> Share:
    def total(some: Sequence[dict[str, Any]], column: str) -> float:
        return sum(float(row[column] or 0) for row in some)

    found = [row for row in rows if row[by]]
    return money_share(total(found, name), total(rows, name), total(rows, f"{name}_squares"))


def _named(rows: Sequence[dict[str, Any]]) -> tuple[Named, ...]:
    people = Person.objects.in_bulk([row["person_id"] for row in rows])
    told = [(people[row["person_id"]], row["at_us"]) for row in rows if row["person_id"] in people]
    return tuple(Named(str(person.key), str(person), from_us(at_us)) for person, at_us in told)
