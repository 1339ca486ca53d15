"""The paths of all journeys in the lake, for a chain that knows who was won and who was not. Tables in, table out."""

from typing import Any

import ibis

from treaty.attribution import measures
from treaty.attribution.credit import NONE
from treaty.attribution.deals import Journey, closed, seen_by, that_count, touches
from treaty.engine.measuring import Lake, Span

EARLIEST_US = -(1 << 62)


def steps(lake: Lake, month: Span, journey: Journey) -> Any:
    """The chain's steps, see `measures.counted_steps`, from all paths that ended in the month or in the look-back before its end.

    A path that converted is the touches that count for a deal won then, as `deals.touches` has them. A path that did not is what an
    account did (or a person, where persons count or no account is known) after its last won deal or without one, up to its last
    touch before the month's end, no longer than the look-back before that touch. Moments: microseconds UTC, half-open.
    """
    lookback = journey.terms.lookback_us
    ended = (min(month[0], month[1] - lookback) if lookback else EARLIEST_US, month[1])
    both = ibis.union(_converted(lake, ended, journey), _lost(lake, ended, journey))
    return measures.counted_steps(both.mutate(channel=both.channel.nullif("").coalesce(NONE), value=ibis.literal(0.0)))


def _converted(lake: Lake, ended: Span, journey: Journey) -> Any:
    t = touches(lake, closed(lake, ended), journey)
    return t.select("channel", "at_us", row=t.touch_id, path=t.conversion * 2, n=ibis.literal(1.0), lost=ibis.literal(0.0))


def _lost(lake: Lake, ended: Span, journey: Journey) -> Any:
    t = _by_subject(lake, _still_open(lake, ended, journey), journey)
    since = _last_won(lake, ended[1], journey)
    t = t.left_join(since, "subject")
    t = t.filter(t.won_us.isnull() | (t.at_us > t.won_us))
    of_all = ibis.window(group_by="subject")
    t = t.mutate(last_us=t.at_us.max().over(of_all))
    t = t.filter(t.last_us >= ended[0])
    if lookback := journey.terms.lookback_us:
        t = t.filter(t.at_us > t.last_us - lookback)
    return t.select("channel", "at_us", row=t.touch_id, path=t.subject * 2 + 1, n=ibis.literal(0.0), lost=ibis.literal(1.0))


def _still_open(lake: Lake, ended: Span, journey: Journey) -> Any:
    """Touches of the time in question; a repeat is told by the one before it, however long before it that was itself."""
    seen = seen_by(lake)
    seen = seen.filter(seen.at_us < ended[1])
    if lookback := journey.terms.lookback_us:
        seen = seen.filter(seen.at_us > ended[0] - lookback - journey.repeats_us)
    return that_count(seen, journey)


def _by_subject(lake: Lake, seen: Any, journey: Journey) -> Any:
    """With whose journey it is, `subject`: the account, or the person below zero."""
    if not journey.by_account:
        return seen.mutate(subject=-seen.person_id)
    people = lake.table("people").select("person_id", "account_id")
    t = seen.left_join(people, "person_id")
    return t.mutate(subject=ibis.coalesce(t.account_id, -t.person_id))


def _last_won(lake: Lake, until_us: int, journey: Journey) -> Any:
    """When each subject was last won: (subject, won_us)."""
    deals = closed(lake, (EARLIEST_US, until_us))
    subject = ibis.coalesce(deals.account_id, -deals.person_id) if journey.by_account else -deals.person_id
    deals = deals.mutate(subject=subject)
    return deals.filter(deals.subject.notnull()).group_by("subject").agg(won_us=deals.at_us.max())
