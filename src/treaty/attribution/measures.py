"""Measures of credit: tables in, table out, on any engine. One pass for all models that weigh touches by their place.

Two tables go in, of a lake, a file or a data frame:

- touches: (journey, channel, at_us, row). channel: a text that is not empty, or a number from 1, which takes less to order and to
  count. row: whole numbers that settle the order of touches of one moment, or of all where no times are known; each once in a
  journey. Short ones (int32) are sorted faster.
- conversions: (conversion, journey, n, value, at_us, lead_us, opportunity_us). n: how many conversions the row stands for.
  at_us: when it came about; null where no times are known, then every touch of the journey counts.

Moments are microseconds UTC. A touch counts for a conversion when it happened at or before it, and less than the look-back
before it: one exactly as old no longer does. Nothing leaves out a touch because it counted for an earlier conversion.

What is ordered, windowed or made distinct are the touches of journeys that converted, a small part of all; only the chain of
Markov has to order every journey.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis

from treaty.attribution.weights import Anchor, Rule

DIRECT = ("direct", "(direct)", "(direct) / (none)", "direct / none", "(none)")


_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the models leave open. lookback: None for none · half_life: of time decay · direct: channels that mean no channel,
    in small letters, or their numbers · respread: spread the share of an anchor that is missing; else it stays unattributed."""

    lookback: timedelta | None = None
    half_life: timedelta = timedelta(days=7)
    direct: tuple[str | int, ...] = DIRECT
    respread: bool = True

    @property
    def lookback_us(self) -> int:
        """0 for none."""
        return self.lookback // _MICROSECOND if self.lookback else 0

    @property
    def half_life_us(self) -> int:
        return self.half_life // _MICROSECOND


USUAL = Terms()


def counted(touches: Any, conversions: Any, terms: Terms) -> Any:
    """Each conversion beside each touch that counts for it: (conversion, n, value, channel, at_us, row, lead, opportunity).

    lead, opportunity: had it been made by then? False where its moment is unknown.
    """
    t = with_anchors(still_counts(touches.inner_join(conversions, "journey", rname="c_{name}"), terms))
    return t.select("conversion", "n", "value", "channel", "at_us", "row", "lead", "opportunity")


def placed(t: Any) -> Any:
    """`counted` with each touch's `place` in its conversion, and when the `youngest_us` of that happened: one sort for both."""
    place = ibis.row_number().over(ibis.window(group_by="conversion", order_by=["at_us", "row"]))
    return t.mutate(place=place, youngest_us=_youngest(t)).drop("row")


def _youngest(t: Any) -> Any:
    return t.at_us.max().over(ibis.window(group_by="conversion"))


def still_counts(t: Any, terms: Terms) -> Any:
    """Of touches beside a conversion (its moment is `c_at_us`) those that count for it."""
    is_counted = t.c_at_us.isnull() | (t.at_us <= t.c_at_us)
    if terms.lookback_us:
        is_counted &= t.c_at_us.isnull() | (t.at_us > t.c_at_us - terms.lookback_us)
    return t.filter(is_counted)


def with_anchors(t: Any) -> Any:
    """With `lead` and `opportunity`: had the touch happened by the time either was made?"""
    return t.mutate(lead=(t.at_us <= t.lead_us).fill_null(False), opportunity=(t.at_us <= t.opportunity_us).fill_null(False))


def _places(t: Any, terms: Terms, wanted: set[Anchor]) -> dict[str, Any]:
    """Of each conversion, at which place each anchor stands that has to be looked for; null where it has none."""
    ways: dict[Anchor, Callable[[], Any]] = {
        "last_non_direct": lambda: t.place.max(where=~_is_direct(t, terms)),
        "lead_created": lambda: t.place.max(where=t.lead),
        "opportunity_created": lambda: t.place.max(where=t.opportunity),
    }
    return {f"at_{name}": ways[name]() for name in sorted(wanted & ways.keys())}


def _is_direct(t: Any, terms: Terms) -> Any:
    return (t.channel.lower() if t.channel.type().is_string() else t.channel).isin(terms.direct)


def _known_places(per: Any, wanted: set[Anchor]) -> dict[str, Any]:
    """The places of the others, which the number of touches tells."""
    last = per.touches - 1
    ways: dict[Anchor, Callable[[], Any]] = {
        "first_touch": lambda: ibis.literal(0, "int64"),
        "last_touch": lambda: last,
        "opportunity_closed": lambda: last,
        "last_non_direct": lambda: per.at_last_non_direct.coalesce(last),
    }
    return {f"at_{name}": ways[name]() for name in sorted(wanted & ways.keys())}


def by_place(touches: Any, conversions: Any, rules: Mapping[str, Rule], terms: Terms = USUAL) -> Any:
    """Credit per channel by each rule: (channel, <model>_n, <model>_value for every model).

    With `terms.respread` the credits of a model sum to the conversions that have a touch and to their value.
    """
    t = _beside_its_conversion(placed(counted(touches, conversions, terms)), rules.values(), terms)
    t = t.select("channel", "n", "value", **{f"{name}_share": share(t, rule, terms) for name, rule in rules.items()})
    sums = {f"{name}_{what}": (t[what] * t[f"{name}_share"]).sum() for name in rules for what in ("n", "value")}
    return t.group_by("channel").agg(**sums)


def with_places(t: Any, rules: Iterable[Rule], terms: Terms) -> Any:
    """Touches with their `place` in a conversion, with what `share` needs: of each touch its `decay`, of its conversion the `touches`,
    `decays` and the anchors' places."""
    rules = list(rules)
    if any(rule.decays for rule in rules):
        t = t.mutate(youngest_us=_youngest(t))
    return _beside_its_conversion(t, rules, terms)


def _beside_its_conversion(t: Any, rules: Iterable[Rule], terms: Terms) -> Any:
    rules = list(rules)
    wanted: set[Anchor] = {anchor for rule in rules for anchor in rule.anchors}
    sums = {}
    if any(rule.decays for rule in rules):
        t = t.mutate(decay=_decay(t, terms))
        sums = {"decays": t.decay.sum()}
    per = t.group_by("conversion").agg(touches=t.count(), **sums, **_places(t, terms, wanted))
    return t.inner_join(per.mutate(**_known_places(per, wanted)), "conversion")


_WHOLE = float(1 << 44)


def _decay(t: Any, terms: Terms) -> Any:
    """Counted from the youngest touch, which changes no share: a touch a thousand half-lives old would weigh nothing at all. In whole
    parts of one, whose sums do not depend on the order of the rows."""
    decay = ibis.literal(0.5).pow((t.youngest_us - t.at_us).cast("float64") / float(terms.half_life_us))
    return (decay * _WHOLE).round().cast("int64")


def share(t: Any, rule: Rule, terms: Terms) -> Any:
    """The share of one touch in its conversion by one rule. t: `with_places`."""
    if rule.decays:
        return t.decay.cast("float64") / t.decays.cast("float64")
    if not rule.anchors:
        return 1.0 / t.touches
    own, there, anchors, is_anchor = _anchored(t, rule)
    if not rule.rest and there is None:
        return own
    others = t.touches - anchors
    raw = own + ibis.cases((~is_anchor, rule.rest / others.nullif(0)), else_=0.0) if rule.rest else own
    full: Any = sum(rule.anchors.values()) if there is None else there
    if not terms.respread:
        # only the rest finds nobody to have it: the anchors share it
        return ibis.cases((others > 0, raw), (full > 0, raw / (1.0 - rule.rest)), else_=0.0)
    full += ibis.cases((others > 0, rule.rest), else_=0.0) if rule.rest else 0.0
    return raw / full if there is None else ibis.cases((full > 0, raw / full.nullif(0)), else_=1.0 / t.touches)


_ALWAYS: frozenset[Anchor] = frozenset(("first_touch", "last_touch", "last_non_direct", "opportunity_closed"))
"""Anchors no conversion with a touch is without."""


def _anchored(t: Any, rule: Rule) -> tuple[Any, Any, Any, Any]:
    """(the touch's share as an anchor, the shares of all anchors there are, how many touches those are, is this one of them).

    The second is None where no anchor can be missing.
    """
    own: Any = ibis.literal(0, "int64").cast("float64")  # a written 0.0 is a decimal to DuckDB, and so would be the share
    there: Any = ibis.literal(0.0)
    anchors: Any = 0
    marks: list[Any] = []
    seen: list[tuple[Anchor, Any]] = []
    for name, part in rule.anchors.items():
        at, is_always = t[f"at_{name}"], name in _ALWAYS
        own += ibis.cases((at == t.place, part), else_=0.0)
        there += part if is_always else ibis.cases((at.notnull(), part), else_=0.0)
        marks.append(at == t.place if is_always else (at == t.place).fill_null(False))
        is_new = [] if is_always else [at.notnull()]
        is_new += [before != at if other in _ALWAYS else (before.isnull() | (before != at)) for other, before in seen]
        anchors += ibis.and_(*is_new).cast("int64") if is_new else 1
        seen.append((name, at))
    return own, None if _ALWAYS.issuperset(rule.anchors) else there, anchors, ibis.or_(*marks)


def distinct_channels(touches: Any, conversions: Any, terms: Terms = USUAL) -> Any:
    """Shapley: (channel, n, value). The game: a set of channels is worth the conversions of journeys that touched no other.

    Then the value of a channel is exactly the sum over conversions that touched it of 1 / how many they touched (Zhao et al.
    2018): no set has to be written out, however many channels there are.
    """
    t = counted(touches, conversions, terms).select("conversion", "n", "value", "channel").distinct()
    per = t.group_by("conversion").agg(channels=t.count())
    t = t.inner_join(per, "conversion")
    return t.group_by("channel").agg(n=(t.n / t.channels).sum(), value=(t.value / t.channels).sum())


def steps(touches: Any, paths: Any, order: int = 1, terms: Terms = USUAL) -> Any:
    """The chain's steps: (before_<order> … before_1, channel, is_last, passed_n, passed_value, passed_lost, converted, converted_value).

    paths: (path, journey, after_us, until_us, n, value, lost): a stretch of a journey that ended in n conversions and `lost`
    times in none; after, exclusive, and until, inclusive, are null where no times are known. A journey without a path is one that
    ended in none. before_1: the channel before this one, `nothing` where the path had not begun. is_last: the path ends here, and only
    then the last two count anything. How many were lost after a step needs no count: what came in and neither went on nor converted.
    """
    names = _names(order)
    never = _looked_back(touches.anti_join(paths, "journey"), "journey", ibis.literal(True), terms)
    lost = _before(never, "journey", order).mutate(is_last=False)
    lost = lost.group_by([*names, "channel", "is_last"]).agg(passed_lost=lost.count().cast("float64"))
    zeros = dict.fromkeys(("passed_n", "passed_value", "converted", "converted_value"), ibis.literal(0.0))
    return ibis.union(_told_steps(touches, paths, order, terms), lost.mutate(**zeros))


def steps_once(touches: Any, conversions: Any, order: int = 1) -> Any:
    """`steps` where every conversion counts once, has its moment, and is not looked back from: its row has `nothing` for a channel,
    and before it the last of the path.

    A conversion is laid among the touches it ends, and all are passed once. Nothing is joined: a path counts what its journey does.
    """
    names, end = _names(order), touches.row.type()
    last = ibis.literal((1 << (8 * end.nbytes - 1)) - 1, end)
    seen = touches.select("journey", "channel", "at_us", "row", value=ibis.literal(0, "int64").cast("float64"))
    ends = conversions.select("journey", "at_us", "value", channel=nothing(touches), row=last).select(*seen.columns)
    t = _before(ibis.union(seen, ends), "journey", order)
    t = t.group_by([*names, "channel"]).agg(times=t.count().cast("float64"), worth=t.value.sum())
    is_end, zero = t.channel == nothing(t), ibis.literal(0.0)
    t = t.filter(~is_end | (t.before_1 != nothing(t)))  # no touch of its own led to this conversion
    return t.select(
        *names, "channel", is_last=ibis.literal(False), passed_n=zero, passed_value=zero,
        passed_lost=ibis.cases((is_end, 0.0), else_=t.times), converted=ibis.cases((is_end, t.times), else_=0.0),
        converted_value=ibis.cases((is_end, t.worth), else_=0.0),
    )  # fmt: skip


def nothing(t: Any) -> Any:
    """What stands for no channel at all: channels are texts that are not empty, or numbers from 1."""
    kind = t.channel.type()
    return (
        ibis.literal("") if kind.is_string() else ibis.literal(0, "int64").cast(kind)
    )  # a written 0 is wider, and so would be the channel


def _told_steps(touches: Any, paths: Any, order: int, terms: Terms) -> Any:
    t = touches.inner_join(paths, "journey", rname="c_{name}")
    t = t.filter((t.after_us.isnull() | (t.at_us > t.after_us)) & (t.until_us.isnull() | (t.at_us <= t.until_us)))
    return counted_steps(_looked_back(t, "path", t.until_us.isnull(), terms), order)


def counted_steps(t: Any, order: int = 1) -> Any:
    """`steps` of touches that already stand in their paths: (path, at_us, row, channel, n, value, lost)."""
    t = _before(t, "path", order)
    t = t.mutate(is_last=t.channel.lead(1).over(_in_order("path")).isnull())
    return t.group_by([*_names(order), "channel", "is_last"]).agg(
        passed_lost=t.lost.sum(),
        passed_n=t.n.sum(),
        passed_value=t.value.sum(),
        converted=t.n.sum(where=t.is_last).fill_null(0.0),
        converted_value=t.value.sum(where=t.is_last).fill_null(0.0),
    )


def _looked_back(t: Any, path: str, is_open: Any, terms: Terms) -> Any:
    """A stretch that ended in nothing looks back from its last touch."""
    if not terms.lookback_us:
        return t
    t = t.mutate(ended_us=t.at_us.max().over(ibis.window(group_by=path)), is_open=is_open)  # PostgreSQL has no window in a filter
    return t.filter(~t.is_open | (t.at_us > t.ended_us - terms.lookback_us)).drop("ended_us", "is_open")


def _names(order: int) -> Sequence[str]:
    return [f"before_{k}" for k in range(order, 0, -1)]


def _before(t: Any, path: str, order: int) -> Any:
    t = t.mutate(**{f"before_{k}": t.channel.lag(k).over(_in_order(path)).fill_null(nothing(t)) for k in range(1, order + 1)})
    for k in range(2, order + 1):  # where a path had not begun, what came before was another
        t = t.mutate(**{f"before_{k}": ibis.cases((t[f"before_{k - 1}"] == nothing(t), nothing(t)), else_=t[f"before_{k}"])})
    return t


def _in_order(path: str) -> Any:
    return ibis.window(group_by=path, order_by=["at_us", "row"])
