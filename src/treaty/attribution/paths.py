"""The paths of all journeys in the lake, for a chain that knows who was won and who was not. Tables in, table out."""

from collections.abc import Sequence
from typing import Any

import ibis

from treaty.attribution.credit import NONE
from treaty.attribution.deals import Journey, closed, seen_by, that_count
from treaty.attribution.measures import nothing, still_counts
from treaty.engine.measuring import Lake, Span, bucket

EARLIEST_US = -(1 << 62)


def steps(lake: Lake, spans: Sequence[Span], journey: Journey) -> Any:
    """The chain's steps, see `measures.steps`, for each of some months from all paths that ended in it or in the look-back before its end.

    spans: at least one month, in order, with gaps or without
    Returns (part, before_1, channel, is_last, passed_n, passed_lost, converted); part: the place of the month in `spans`.

    A path that converted is the touches that count for a deal won then, as `deals.touches` has them. A path that did not is what an
    account did (or a person, where persons count or no account is known) after its last won deal or without one, up to its last
    touch before the month's end, no longer than the look-back before that touch. Moments: microseconds UTC, half-open.

    Touches are put in order once for all months: of a month a path is a stretch of its subject's order, where one begins there is
    nothing before, and where it ends nothing is next.
    """
    months = _months(lake, spans, journey.terms.lookback_us)
    seen = _by_subject(lake, _in_reach(lake, spans, journey), journey)
    t = ibis.union(_converted(lake, seen, spans, months, journey), _lost(lake, seen, spans, months, journey))
    return t.group_by(["part", "before_1", "channel", "is_last"]).agg(
        passed_n=t.n.sum(), passed_lost=t.lost.sum(), converted=t.n.sum(where=t.is_last).fill_null(0.0)
    )


def _since_us(month: Span, lookback_us: int) -> int:
    """From when on paths that ended count for a month."""
    return min(month[0], month[1] - lookback_us) if lookback_us else EARLIEST_US


def _reach(spans: Sequence[Span], journey: Journey) -> Span:
    """In which time the paths of any of the months ended."""
    return min(_since_us(month, journey.terms.lookback_us) for month in spans), spans[-1][1]


def _months(lake: Lake, spans: Sequence[Span], lookback_us: int) -> Any:
    """A row for each month: (part, since_us, until_us). Made of one row of sums: a statement that every engine takes has no other rows."""
    one = lake.table("opportunities").agg(deals=lambda t: t.count())
    rows = [
        one.select(part=ibis.literal(part, "int64"), since_us=_moment(_since_us(month, lookback_us)), until_us=_moment(month[1]))
        for part, month in enumerate(spans)
    ]
    return ibis.union(*rows) if len(rows) > 1 else rows[0]


def _moment(us: int) -> Any:
    return ibis.literal(us, "int64")


def _in_reach(lake: Lake, spans: Sequence[Span], journey: Journey) -> Any:
    """Touches that count of the time in question; a repeat is told by the one before it, however long before that was itself."""
    seen = seen_by(lake).select("touch_id", "person_id", "channel", "at_us")
    since, until = _reach(spans, journey)
    seen = seen.filter(seen.at_us < until)
    if lookback := journey.terms.lookback_us:
        seen = seen.filter(seen.at_us > since - lookback - journey.repeats_us)
    return that_count(seen, journey)


def _by_subject(lake: Lake, seen: Any, journey: Journey) -> Any:
    """(touch_id, person_id, subject, channel, at_us): with a name for the channel, and with whose journey it is, the account, or the
    person below zero."""
    seen = seen.mutate(channel=seen.channel.nullif("").coalesce(NONE))
    if not journey.by_account:
        return seen.mutate(subject=-seen.person_id)
    people = lake.table("people").select("person_id", "account_id")
    t = seen.left_join(people, "person_id")
    t = t.mutate(subject=ibis.coalesce(t.account_id, -t.person_id))
    return t.select("touch_id", "person_id", "channel", "at_us", "subject")


def _converted(lake: Lake, seen: Any, spans: Sequence[Span], months: Any, journey: Journey) -> Any:
    deals = closed(lake, _reach(spans, journey)).rename(c_at_us="at_us")
    is_account = deals.account_id.notnull() if journey.by_account else ibis.literal(False)
    of_accounts = deals.filter(is_account).select("conversion", "c_at_us", subject="account_id")
    of_people = deals.filter(~is_account).select("conversion", "c_at_us", "person_id")
    columns = ("conversion", "c_at_us", "touch_id", "channel", "at_us")
    both = ibis.union(seen.inner_join(of_accounts, "subject").select(*columns), seen.inner_join(of_people, "person_id").select(*columns))
    t = _in_order(still_counts(both, journey.terms), "conversion")
    t = t.cross_join(months)
    t = t.filter(t.c_at_us >= t.since_us, t.c_at_us < t.until_us)
    return t.select(
        "part", "channel", before_1=t.before.fill_null(nothing(t)), is_last=t.next_us.isnull(), n=ibis.literal(1.0), lost=ibis.literal(0.0)
    )


def _lost(lake: Lake, seen: Any, spans: Sequence[Span], months: Any, journey: Journey) -> Any:
    bounds = _bounds(lake, seen, spans, months, journey)
    earliest = bounds.group_by("subject").agg(earliest_us=bounds.after_us.min())
    t = seen.inner_join(earliest, "subject")
    t = _in_order(t.filter(t.at_us > t.earliest_us), "subject")  # less to put in order
    t = t.inner_join(bounds, "subject")
    t = t.filter(t.at_us > t.after_us, t.at_us < t.until_us)
    is_first = t.before_us.isnull() | (t.before_us <= t.after_us)
    return t.select(
        "part", "channel",
        before_1=ibis.cases((is_first, nothing(t)), else_=t.before), is_last=t.next_us.isnull() | (t.next_us >= t.until_us),
        n=ibis.literal(0.0), lost=ibis.literal(1.0),
    )  # fmt: skip


def _bounds(lake: Lake, seen: Any, spans: Sequence[Span], months: Any, journey: Journey) -> Any:
    """Of each subject whose path was lost in a month, between which moments that lies: (subject, part, after_us, until_us), both
    exclusive."""
    slots = seen.mutate(slot=bucket(seen.at_us, [month[1] for month in spans]))
    latest = slots.group_by(["subject", "slot"]).agg(latest_us=slots.at_us.max())
    t = latest.cross_join(months)
    t = t.filter(t.latest_us >= t.since_us, t.latest_us < t.until_us)
    t = t.left_join(_last_won(lake, months, journey), ["subject", "part"])
    t = t.mutate(won_us=t.won_us.coalesce(EARLIEST_US))
    t = t.filter(t.latest_us > t.won_us)
    t = t.group_by(["subject", "part", "until_us", "won_us"]).agg(last_us=t.latest_us.max())
    lookback = journey.terms.lookback_us
    return t.select("subject", "part", "until_us", after_us=ibis.greatest(t.won_us, t.last_us - lookback) if lookback else t.won_us)


def _last_won(lake: Lake, months: Any, journey: Journey) -> Any:
    """When each subject was last won before a month's end: (subject, part, won_us)."""
    deals = closed(lake, (EARLIEST_US, -EARLIEST_US))
    subject = ibis.coalesce(deals.account_id, -deals.person_id) if journey.by_account else -deals.person_id
    deals = deals.select("at_us", subject=subject)
    t = deals.filter(deals.subject.notnull()).cross_join(months.select("part", ended_us="until_us"))
    t = t.filter(t.at_us < t.ended_us)
    return t.group_by(["subject", "part"]).agg(won_us=t.at_us.max())


def _in_order(t: Any, path: str) -> Any:
    """With the channel `before` and when that was, and when what is next will be; null where there is none."""
    order = ibis.window(group_by=path, order_by=["at_us", "touch_id"])
    return t.mutate(before=t.channel.lag(1).over(order), before_us=t.at_us.lag(1).over(order), next_us=t.at_us.lead(1).over(order))
