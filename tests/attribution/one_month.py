"""The steps of one month, each month asked by itself and each path put in order for itself: what `paths.steps` was before it asked
all months together. Kept to be held against it."""

import ibis

from treaty.attribution import measures
from treaty.attribution.credit import NONE
from treaty.attribution.deals import closed, seen_by, that_count, touches

EARLIEST_US = -(1 << 62)


def steps(lake, month, journey):
    lookback = journey.terms.lookback_us
    ended = (min(month[0], month[1] - lookback) if lookback else EARLIEST_US, month[1])
    both = ibis.union(_converted(lake, ended, journey), _lost(lake, ended, journey))
    return measures.counted_steps(both.mutate(channel=both.channel.nullif("").coalesce(NONE), value=ibis.literal(0.0)))


def _converted(lake, ended, journey):
    t = touches(lake, closed(lake, ended), journey)
    return t.select("channel", "at_us", row=t.touch_id, path=t.conversion * 2, n=ibis.literal(1.0), lost=ibis.literal(0.0))


def _lost(lake, ended, journey):
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


def _still_open(lake, ended, journey):
    seen = seen_by(lake)
    seen = seen.filter(seen.at_us < ended[1])
    if lookback := journey.terms.lookback_us:
        seen = seen.filter(seen.at_us > ended[0] - lookback - journey.repeats_us)
    return that_count(seen, journey)


def _by_subject(lake, seen, journey):
    if not journey.by_account:
        return seen.mutate(subject=-seen.person_id)
    people = lake.table("people").select("person_id", "account_id")
    t = seen.left_join(people, "person_id")
    return t.mutate(subject=ibis.coalesce(t.account_id, -t.person_id))


def _last_won(lake, until_us: int, journey):
    deals = closed(lake, (EARLIEST_US, until_us))
    subject = ibis.coalesce(deals.account_id, -deals.person_id) if journey.by_account else -deals.person_id
    deals = deals.mutate(subject=subject)
    return deals.filter(deals.subject.notnull()).group_by("subject").agg(won_us=deals.at_us.max())
