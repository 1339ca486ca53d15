"""How `treaty backtest` prints what it found: the sentences of `pilot/said`, and small tables."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from treaty.agreement.terms import Terms
from treaty.cli.backtest_load import said_of_load, said_of_promises, said_of_segments
from treaty.pilot import said
from treaty.pilot.found import Backtest, Found, Named, Week
from treaty.pilot.last import LastDeal, Moment

WEEKS = 12
WIDE = 34


def as_lines(found: Backtest, terms: Terms) -> Iterator[str]:
    yield f"Who would have become {said.subject(found)}, from {_day(found.since)} to {_moment(found.as_of)}."
    yield from ("", said.headline(found), *said.leads(found), "")
    yield from _table(found)
    yield from ("", "What history cannot tell:", *(f"- {one}" for one in said.cannot_tell(found)))
    yield from ("", said.day_one(found, terms), "")
    yield from _weeks(found)
    for part in (said_of_segments, said_of_load, said_of_promises):
        yield from part(found)
    for one in said.documents(found):
        if one.only:
            yield from ("", *_only(one))
    for outcome in ("won", "lost"):
        yield from ("", *_deals(found, outcome))


def _table(found: Backtest) -> Iterator[str]:
    yield f"{'':{WIDE}}" + "".join(f"{one.name:>{WIDE}}" for one in said.documents(found))
    for line in said.figures(found):
        yield f"{line.says:{WIDE}}" + "".join(f"{words:>{WIDE}}" for words in line.words)
    yield said.RANGE


def _weeks(found: Backtest) -> Iterator[str]:
    if average := said.average(found):
        yield f"{average} The last weeks, each by its Monday:"
    yield f"  {'':10}{found.new.name:>12}{found.old.name if found.old else '':>12}".rstrip()
    for week in found.weeks[-WEEKS:]:
        yield f"  {_on(week.starts_on)}{_of_week(week)}{'' if week.is_whole else '  not a whole week'}"


def _of_week(week: Week) -> str:
    return f"{week.new:12}" if week.old is None else f"{week.new:12}{week.old:12}"


def _only(one: Found) -> Iterator[str]:
    yield f"{said.alone(one)}; the latest:"
    yield from (f"  {_named(person)}" for person in one.only)


def _named(person: Named) -> str:
    return f"{_moment(person.at)}  {person.name}"


def _deals(found: Backtest, outcome: str) -> Iterator[str]:
    deals = [deal for deal in found.last if deal.outcome == outcome]
    yield f"The last {len(deals)} deals {outcome}:" if deals else f"No deal was {outcome} yet."
    for deal in deals:
        amount = f", {found.currency} {deal.amount:,.0f}" if deal.amount is not None else ""
        yield f"  {deal.name}, {outcome} on {_day(deal.closed_at)}{amount}"
        if found.old and deal.new == deal.old:
            yield from _of_deal("both", deal, deal.new)
            continue
        for one, moment in ((found.new, deal.new), (found.old, deal.old)):
            if one is not None:
                yield from _of_deal(one.name, deal, moment)


def _of_deal(name: str, deal: LastDeal, moment: Moment | None) -> Iterator[str]:
    if moment is None:
        yield f"    {name}: {said.nobody(deal)}"
        return
    yield f"    {name}: {moment.name} on {_moment(moment.at)}, {said.ahead(moment)}"
    yield from (f"      {clause}" for clause in moment.because)


def _day(at: datetime) -> str:
    return _on(at.astimezone(UTC).date())


def _on(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
