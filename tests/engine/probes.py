"""Words of the portable vocabulary that no measure uses yet, each in a question of its own."""

import ibis


def _leads(lake):
    return lake.table("leads").select("lead_id", "fit", "segment", "opened_us")


def _numbers(lake):
    t = _leads(lake).filter(lambda t: t.fit.notnull() & t.segment.notnull())
    return t.select(
        "lead_id",
        ceil=(t.fit / 3).ceil(), exp=(t.fit / 10).exp(), ln=(t.fit + 1.0).ln(), root=(t.fit * 1.0).sqrt(), less=-t.fit, rest=t.fit % 3,
        most=ibis.greatest(t.fit, 4), inside=t.fit.between(2, 5), text=t.segment + "!", loud=t.segment.upper(),
        cents=(t.fit / 7).round(1), whole=(t.fit / 3).floor().cast("int64"),
    )  # fmt: skip


def _running(lake):
    t = _leads(lake).filter(lambda t: t.fit.notnull())
    return t.mutate(sum=t.fit.sum().over(ibis.window(group_by="segment", order_by=["fit", "lead_id"], preceding=None, following=0)))


def _latest(lake):
    t = _leads(lake)
    return t.group_by("segment").agg(latest=t.lead_id.argmax(t.opened_us * 1000 + t.lead_id))


def _pairs(lake):
    t = _leads(lake)
    other = t.view()
    return t.inner_join(other, [t.segment == other.segment, t.lead_id < other.lead_id]).agg(n=lambda t: t.count())


PROBES = {"numbers": _numbers, "running": _running, "latest": _latest, "pairs": _pairs}
