"""How `treaty backtest` says what it found: sentences and small tables, or the same as data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from treaty.agreement.terms import Terms
from treaty.cli.backtest_load import said_of_load
from treaty.currencies import of_units
from treaty.pilot.found import Backtest, Found, Named, Overlap, Week
from treaty.pilot.last import LastDeal, Moment
from treaty.pilot.shares import Lift, Share

WEEKS = 12
WIDE = 34


def as_data(found: Backtest) -> dict[str, Any]:
    """All of it as plain data: moments in ISO 8601, UTC; each share with `share`, null of nothing; amounts in smallest units."""
    data: dict[str, Any] = _plain(found)
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Share):
        return {**asdict(value), "share": value.share}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else str(value) if isinstance(value, Decimal) else value


def as_lines(found: Backtest, terms: Terms) -> Iterator[str]:
    new, old = found.new, found.old
    beside = f" beside {old.name}" if old else ""
    stage = new.stage.replace("_", " ")
    yield f"Who would have become {stage} under {new.name}{beside}, from {_day(found.since)} to {_moment(found.as_of)}."
    yield ""
    yield from _leads(found)
    yield ""
    yield from _table(found)
    yield ""
    yield from _cannot_tell(found)
    yield from _day_one(found, terms)
    yield ""
    yield from _weeks(found)
    yield from said_of_load(found)
    for one in (new, old):
        if one and one.only:
            yield from ("", *_only(one))
    for outcome in ("won", "lost"):
        yield from ("", *_deals(found, outcome))


def _leads(found: Backtest) -> Iterator[str]:
    new, old, overlap = found.new, found.old, found.overlap
    if old is None or overlap is None:
        yield f"{_people(new.all.people)} would have qualified."
        return
    more = new.all.people - old.all.people
    than = "as many" if not more else f"{abs(more)} {'more' if more > 0 else 'fewer'}"
    yield f"{_people(new.all.people)} would have qualified under {new.name}, {old.all.people} under {old.name}: {than}."
    yield f"Both find {overlap.both}; {new.name} alone finds {overlap.only_new}, {old.name} alone {overlap.only_old}."
    if overlap.both:
        yield _gained(overlap, new.name)


def _gained(overlap: Overlap, name: str) -> str:
    counts = f"{overlap.earlier} earlier, {overlap.later} later and {overlap.same} at the same moment"
    days = overlap.gained_days or 0.0
    median = f"the median is {abs(days):g} days {'later' if days < 0 else 'earlier'}" if days else "the median gains nothing"
    return f"Of those both find, {name} finds {counts}; {median}."


def _table(found: Backtest) -> Iterator[str]:
    columns = [one for one in (found.new, found.old) if one]
    yield f"{'':{WIDE}}" + "".join(f"{one.name:>{WIDE}}" for one in columns)
    for says, cell in ROWS:
        yield f"{says:{WIDE}}" + "".join(f"{cell(one):>{WIDE}}" for one in columns)
    for says, share in (("  of the pipeline they opened with", "pipeline"), ("  of revenue won", "revenue")):
        cells = (_money_share(getattr(one.recall, share), found.currency) for one in columns)
        yield f"{says:{WIDE}}" + "".join(f"{cell:>{WIDE}}" for cell in cells)
    if found.old:
        yield f"{'of those it alone finds, accepted':{WIDE}}" + "".join(f"{_alone(one, 'accepted'):>{WIDE}}" for one in columns)
        yield f"{'of those it alone finds, won':{WIDE}}" + "".join(f"{_alone(one, 'won'):>{WIDE}}" for one in columns)
    yield "A range in brackets is where the true share lies, 95 of 100 times; of amounts, as if as many equal deals said as much."


def _alone(one: Found, name: str) -> str:
    return _share(getattr(one.alone, name)) if one.alone else ""


def _share(one: Share) -> str:
    if one.share is None:
        return "not known"
    return f"{one.k:g} of {one.n:g}, {one.share:.0%} ({one.low:.0%} to {one.high:.0%})"


def _money_share(one: Share, currency: str) -> str:
    if one.share is None:
        return "not known"
    return f"{currency} {of_units(round(one.k), currency):,.0f}, {one.share:.0%} ({one.low:.0%} to {one.high:.0%})"


def _lift(one: Lift) -> str:
    if one.lift is None or one.low is None or one.high is None:
        return "not known"
    return f"{one.lift:.1f} ({one.low:.1f} to {one.high:.1f})"


ROWS: tuple[tuple[str, Callable[[Found], str]], ...] = (
    ("people found", lambda one: str(one.all.people)),
    ("sales accepted, of those answered", lambda one: _share(one.all.accepted)),
    ("  times as often as among all", lambda one: _lift(one.lift_accepted)),
    ("won, of those that are closed", lambda one: _share(one.all.won)),
    ("  times as often as among all", lambda one: _lift(one.lift_won)),
    ("worked, no result yet", lambda one: str(one.all.waiting)),
    ("sales was there before", lambda one: str(one.all.before)),
    ("nobody in sales ever worked", lambda one: str(one.all.unworked)),
    ("found of all sales ever accepted", lambda one: _share(one.recall.accepted)),
    ("found of the won deals, in time", lambda one: _share(one.recall.won)),
)


def _cannot_tell(found: Backtest) -> Iterator[str]:
    """Whatever limits what may be concluded; each sentence stands only where there is something to say."""
    yield "What history cannot tell:"
    yield from (f"- {one}" for one in (*_selection(found.new), *_doubts(found), *_of_deals(found)))
    yield "- A person is counted once, when they first qualify; who comes back later is not counted again."
    yield "- What people did before they gave a name counts as if it had been known who they are."


def _selection(new: Found) -> Iterator[str]:
    """Outcomes are known only of those sales worked, and sales worked what the definition of its day gave it."""
    some, whom = (new.alone, f"only {new.name} finds") if new.alone and new.alone.people else (new.all, f"{new.name} finds")
    if some.people:
        never = f"Of the {some.people:,} {whom} nobody in sales ever worked {some.unworked:,} ({some.unworked / some.people:.0%})"
        yield f"{never}: what would have become of them is unknown."
    yield "Outcomes are those of leads sales worked, and it worked those it was given: with others it would have had other time for each."


def _doubts(found: Backtest) -> Iterator[str]:
    for one in (found.new, found.old):
        if one and one.assumed:
            rest = f"{_count(one.assumed, 'entry rests', 'entries rest')} on values of which it is only assumed since when they hold"
            yield f"Under {one.name} {rest} (--without-assumed leaves them out)."
        if one and one.unknown:
            more = _count(one.unknown, "more person", "more people")
            yield f"{more} would qualify under {one.name} if each value nobody knew were as it asks."


def _of_deals(found: Backtest) -> Iterator[str]:
    if found.deals.blind:
        whose = _count(found.deals.blind, "won deal", "won deals")
        yield f"Of {whose} nobody had been seen before it was opened: no definition could find it, and it is not counted."
    if found.deals.late:
        found_late = _count(found.deals.late, "won deal is", "won deals are")
        yield f"{found_late} found by {found.new.name} only after it was opened: that counts as not found."


def _day_one(found: Backtest, terms: Terms) -> Iterator[str]:
    n, rule = found.on_day_one, terms.on_start.already_qualifying
    yield ""
    if not n:
        yield "On day one nobody would qualify at once."
    elif rule.admit == "all" or not rule.admit:
        way = "all come at once" if rule.admit == "all" else "none is let in, as `on_start` says"
        yield f"On day one {_people(n)} without an open lead would qualify at once: {way}."
    else:
        periods = -(-n // rule.admit)
        yield (
            f"On day one {_people(n)} without an open lead would qualify at once; "
            f"{rule.admit} a {rule.per} are let in: {_count(periods, rule.per, f'{rule.per}s')}."
        )


def _weeks(found: Backtest) -> Iterator[str]:
    whole = [week for week in found.weeks if week.is_whole]
    if whole:
        average = f"{sum(week.new for week in whole) / len(whole):.1f} under {found.new.name}"
        if found.old:
            average += f", {sum(week.old or 0 for week in whole) / len(whole):.1f} under {found.old.name}"
        yield f"Leads in a whole week, on average: {average}. The last weeks, each by its Monday:"
    yield f"  {'':10}{found.new.name:>12}{found.old.name if found.old else '':>12}".rstrip()
    for week in found.weeks[-WEEKS:]:
        yield f"  {_on(week.starts_on)}{_of_week(week)}{'' if week.is_whole else '  not a whole week'}"


def _of_week(week: Week) -> str:
    return f"{week.new:12}" if week.old is None else f"{week.new:12}{week.old:12}"


def _only(one: Found) -> Iterator[str]:
    assert one.alone is not None  # noqa: S101 - for the type checker: only then is anybody named
    yield f"Only {one.name} finds {_people(one.alone.people)}; the latest:"
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
        never = "nobody of it would have qualified" if deal.can_tell else "nobody of it had been seen before it was opened"
        yield f"    {name}: {never}"
        return
    when = f"{abs(moment.days_ahead):g} days {'after it was opened: too late' if moment.is_late else 'before it was opened'}"
    yield f"    {name}: {moment.name} on {_moment(moment.at)}, {when}"
    yield from (f"      {clause}" for clause in moment.because)


def _people(n: int) -> str:
    return _count(n, "person", "people")


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _day(at: datetime) -> str:
    return _on(at.astimezone(UTC).date())


def _on(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
