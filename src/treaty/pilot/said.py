"""What a back-test found, in words: the command and the page say the same. Values in, words out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from treaty.agreement.terms import Terms
from treaty.currencies import of_units
from treaty.pilot.found import Backtest, Found, Overlap
from treaty.pilot.last import LastDeal, Moment
from treaty.pilot.promised import Kept
from treaty.pilot.shares import Lift, Share

Value = int | Share | Lift
RANGE = "A range in brackets is where the true share lies, 95 of 100 times; of amounts, as if as many equal deals said as much."


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of each document, the draft first: as values, and in words."""

    says: str
    values: tuple[Value, ...]
    words: tuple[str, ...]


def subject(found: Backtest) -> str:
    """`marketing qualified under the draft beside version 3`."""
    beside = f" beside {found.old.name}" if found.old else ""
    return f"{found.new.stage.replace('_', ' ')} under {found.new.name}{beside}"


def headline(found: Backtest) -> str:
    new, old = found.new, found.old
    if old is None:
        return f"{people(new.all.people)} would have qualified."
    more = new.all.people - old.all.people
    than = "as many" if not more else f"{abs(more):,} {'more' if more > 0 else 'fewer'}"
    return f"{people(new.all.people)} would have qualified under {new.name}, {old.all.people:,} under {old.name}: {than}."


def leads(found: Backtest) -> Iterator[str]:
    """How the people two documents find differ; nothing where there is one."""
    new, old, overlap = found.new, found.old, found.overlap
    if old is None or overlap is None:
        return
    yield f"Both find {overlap.both:,}; {new.name} alone finds {overlap.only_new:,}, {old.name} alone {overlap.only_old:,}."
    if overlap.both:
        yield _gained(overlap, new.name)


def _gained(overlap: Overlap, name: str) -> str:
    counts = f"{overlap.earlier:,} earlier, {overlap.later:,} later and {overlap.same:,} at the same moment"
    days = overlap.gained_days or 0.0
    median = f"the median is {abs(days):g} days {'later' if days < 0 else 'earlier'}" if days else "the median gains nothing"
    return f"Of those both find, {name} finds {counts}; {median}."


def figures(found: Backtest) -> Iterator[Line]:
    """Every figure, in the order it is read."""
    columns = documents(found)
    for says, value in FIGURES:
        yield _line(says, [value(one) for one in columns])
    for says, value in AMOUNTS:
        yield _line(says, [value(one) for one in columns], found.currency)
    if found.old:
        yield _line("of those it alone finds, accepted", [one.alone.accepted for one in columns if one.alone])
        yield _line("of those it alone finds, won", [one.alone.won for one in columns if one.alone])


def _line(says: str, values: list[Value], currency: str = "") -> Line:
    return Line(says, tuple(values), tuple(in_words(value, currency) for value in values))


FIGURES: tuple[tuple[str, Callable[[Found], Value]], ...] = (
    ("people found", lambda one: one.all.people),
    ("sales accepted, of those answered", lambda one: one.all.accepted),
    ("  times as often as among all", lambda one: one.lift_accepted),
    ("won, of those that are closed", lambda one: one.all.won),
    ("  times as often as among all", lambda one: one.lift_won),
    ("worked, no result yet", lambda one: one.all.waiting),
    ("sales was there before", lambda one: one.all.before),
    ("nobody in sales ever worked", lambda one: one.all.unworked),
    ("found of all sales ever accepted", lambda one: one.recall.accepted),
    ("found of the won deals, in time", lambda one: one.recall.won),
)
AMOUNTS: tuple[tuple[str, Callable[[Found], Value]], ...] = (
    ("  of the pipeline they opened with", lambda one: one.recall.pipeline),
    ("  of revenue won", lambda one: one.recall.revenue),
)


def documents(found: Backtest) -> list[Found]:
    """The draft, and what it is compared with."""
    return [one for one in (found.new, found.old) if one]


def in_words(value: Value, currency: str = "") -> str:
    """currency: of a share of an amount, in its smallest units."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Lift):
        return "not known" if value.lift is None else f"{value.lift:.1f} ({value.low:.1f} to {value.high:.1f})"
    if value.share is None:
        return "not known"
    said = f"{currency} {of_units(round(value.k), currency):,.0f}" if currency else f"{value.k:,.0f} of {value.n:,.0f}"
    return f"{said}, {value.share:.0%} ({value.low:.0%} to {value.high:.0%})"


# Whatever limits what may be concluded; each sentence stands only where there is something to say


def cannot_tell(found: Backtest) -> Iterator[str]:
    """What history cannot tell."""
    yield from _selection(found.new)
    yield from _doubts(found)
    yield from _of_deals(found)
    yield "A person is counted once, when they first qualify; who comes back later is not counted again."
    yield "What people did before they gave a name counts as if it had been known who they are."


def _selection(new: Found) -> Iterator[str]:
    """Outcomes are known only of those sales worked, and sales worked what the definition of its day gave it."""
    some, whom = (new.alone, f"only {new.name} finds") if new.alone and new.alone.people else (new.all, f"{new.name} finds")
    if some.people:
        never = f"Of the {some.people:,} {whom} nobody in sales ever worked {some.unworked:,} ({some.unworked / some.people:.0%})"
        yield f"{never}: what would have become of them is unknown."
    yield "Outcomes are those of leads sales worked, and it worked those it was given: with others it would have had other time for each."


def _doubts(found: Backtest) -> Iterator[str]:
    for one in documents(found):
        if one.assumed:
            rest = f"{count(one.assumed, 'entry rests', 'entries rest')} on values of which it is only assumed since when they hold"
            yield f"Under {one.name} {rest} (left out by --without-assumed, or on the page)."
        if one.unknown:
            more = count(one.unknown, "more person", "more people")
            yield f"{more} would qualify under {one.name} if each value nobody knew were as it asks."
        if one.excluded:
            yield f"{people(one.excluded)} would not qualify under {one.name} if each value nobody knew were one it excludes."


def _of_deals(found: Backtest) -> Iterator[str]:
    if found.deals.blind:
        whose = count(found.deals.blind, "won deal", "won deals")
        yield f"Of {whose} nobody had been seen before it was opened: no definition could find it, and it is not counted."
    if found.deals.late:
        found_late = count(found.deals.late, "won deal is", "won deals are")
        yield f"{found_late} found by {found.new.name} only after it was opened: that counts as not found."


def day_one(found: Backtest, terms: Terms) -> str:
    """Who would qualify at once, and how long it takes to let them in. terms: of the draft."""
    n, rule = found.on_day_one, terms.on_start.already_qualifying
    if not n:
        return "On day one nobody would qualify at once."
    if rule.admit == "all" or not rule.admit:
        way = "all come at once" if rule.admit == "all" else "none is let in, as `on_start` says"
        return f"On day one {people(n)} without an open lead would qualify at once: {way}."
    periods = -(-n // rule.admit)
    let_in = f"{rule.admit} a {rule.per} are let in: {count(periods, rule.per or '', f'{rule.per}s')}."
    return f"On day one {people(n)} without an open lead would qualify at once; {let_in}"


def average(found: Backtest) -> str:
    """Leads in a whole week; empty where no week was whole."""
    whole = [week for week in found.weeks if week.is_whole]
    if not whole:
        return ""
    said = f"{sum(week.new for week in whole) / len(whole):.1f} under {found.new.name}"
    if found.old:
        said += f", {sum(week.old or 0 for week in whole) / len(whole):.1f} under {found.old.name}"
    return f"Leads in a whole week, on average: {said}."


def alone(one: Found) -> str:
    """How many only this document finds."""
    return f"Only {one.name} finds {people(one.alone.people if one.alone else 0)}"


def ahead(moment: Moment) -> str:
    """`10 days before it was opened`."""
    return f"{abs(moment.days_ahead):g} days {'after it was opened: too late' if moment.is_late else 'before it was opened'}"


def nobody(deal: LastDeal) -> str:
    """Why no moment is named."""
    return "nobody of it would have qualified" if deal.can_tell else "nobody of it had been seen before it was opened"


# Segments and promises


def segments(found: Backtest) -> list[str]:
    """Every segment either document names, in its order; empty for none of them."""
    return list(dict.fromkeys(name for one in documents(found) for name in one.segments))


def segment_words(name: str) -> str:
    return name.replace("_", " ") if name else "no segment"


def hurt(found: Backtest) -> Iterator[str]:
    """Segments that get fewer leads, or of whose leads sales takes or wins a smaller share; one sentence where none is hurt."""
    new, old = found.new, found.old
    if old is None or not segments(found):
        return
    said = [f"{segment_words(name)}: {', '.join(falls)}" for name in segments(found) if name and (falls := list(_falls(new, old, name)))]
    yield from (f"{one[:1].upper()}{one[1:]}." for one in said)
    if not said:
        yield "No segment has fewer leads, or a smaller share of them accepted or won."


def _falls(new: Found, old: Found, name: str) -> Iterator[str]:
    now, before = new.segments.get(name), old.segments.get(name)
    if before is None:
        return
    if now is None or now.people < before.people:
        yield f"{now.people if now else 0:,} people instead of {before.people:,}"
    for says in ("accepted", "won") if now else ():
        one, other = getattr(now, says), getattr(before, says)
        if one.share is not None and other.share is not None and one.share < other.share:
            yield f"{says} {in_words(one)} instead of {in_words(other)}"


DUTIES = {"first_contact": "first contact", "disposition": "answer", "contact_attempts": "attempts"}
BEHAVED = "It is what people really did, held against another time in each owner's hours: with that time they might have done otherwise."


def promises(found: Backtest) -> Iterator[tuple[str, list[str]]]:
    """Each duty of sales with what every document promises of it, and how much of that was done on the leads sales had."""
    for duty in dict.fromkeys(one.duty for each in documents(found) for one in each.promises):
        yield DUTIES.get(duty, duty), ["; ".join(_kept(one) for one in each.promises if one.duty == duty) for each in documents(found)]


def _kept(one: Kept) -> str:
    often = f"{one.needed} times " if one.needed > 1 else ""
    return f"{often}within {one.within}: {in_words(one.met)}"


LOAD = "Each lead is routed again, from level seats; who had the turns before, and who had no room for more, is not looked at."


def people(n: int) -> str:
    return count(n, "person", "people")


def count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"
