"""Measures of credit: tables in, table out, on any engine. One pass for all models that weigh touches by their place.

Two tables go in, of a lake, a file or a data frame:

- touches: (journey, channel, place, at_us). place: whole numbers that order a journey's touches, each once in it.
- conversions: (conversion, journey, n, value, at_us, lead_us, opportunity_us). n: how many conversions the row stands for.
  at_us: when it came about; null where no times are known, then every touch of the journey counts.

Moments are microseconds UTC. A touch counts for a conversion when it happened at or before it, and less than the look-back
before it: one exactly as old no longer does. Nothing leaves out a touch because it counted for an earlier conversion.
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
    in small letters · respread: spread the share of an anchor that is missing; else it stays unattributed."""

    lookback: timedelta | None = None
    half_life: timedelta = timedelta(days=7)
    direct: tuple[str, ...] = DIRECT
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
    """Each conversion beside each touch that counts for it: (conversion, n, value, channel, place, age_us, lead, opportunity).

    lead, opportunity: had it been made by then? False where its moment is unknown.
    """
    t = still_counts(touches.inner_join(conversions, "journey", rname="c_{name}"), terms)
    t = with_anchors(t.mutate(age_us=t.c_at_us - t.at_us))
    return t.select("conversion", "n", "value", "channel", "place", "age_us", "lead", "opportunity")


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
    """Of each conversion, at which place each anchor stands; null where it has none."""
    ways: dict[Anchor, Callable[[], Any]] = {
        "first_touch": t.place.min,
        "last_touch": t.place.max,
        "opportunity_closed": t.place.max,
        "last_non_direct": lambda: ibis.coalesce(t.place.max(where=~t.channel.lower().isin(terms.direct)), t.place.max()),
        "lead_created": lambda: t.place.max(where=t.lead),
        "opportunity_created": lambda: t.place.max(where=t.opportunity),
    }
    return {f"at_{name}": ways[name]() for name in sorted(wanted)}


def by_place(touches: Any, conversions: Any, rules: Mapping[str, Rule], terms: Terms = USUAL) -> Any:
    """Credit per channel by each rule: (channel, <model>_n, <model>_value for every model).

    With `terms.respread` the credits of a model sum to the conversions that have a touch and to their value.
    """
    t = with_places(counted(touches, conversions, terms), rules.values(), terms)
    shares = {name: share(t, rule, terms) for name, rule in rules.items()}
    sums = {f"{name}_n": (t.n * shares[name]).sum() for name in rules} | {f"{name}_value": (t.value * shares[name]).sum() for name in rules}
    return t.group_by("channel").agg(**sums)


def with_places(t: Any, rules: Iterable[Rule], terms: Terms) -> Any:
    """`counted` with what `share` needs: of each touch its `decay`, of its conversion the `touches`, `decays` and the anchors' places."""
    rules = list(rules)
    decays = any(rule.decays for rule in rules)
    t = t.mutate(decay=_decay(t, terms) if decays else ibis.literal(0, "int64"))
    wanted: set[Anchor] = {anchor for rule in rules for anchor in rule.anchors}
    per = t.group_by("conversion").agg(touches=t.count(), decays=t.decay.sum(), **_places(t, terms, wanted))
    return t.inner_join(per, "conversion")


_WHOLE = float(1 << 44)


def _decay(t: Any, terms: Terms) -> Any:
    """Counted from the youngest touch, which changes no share: a touch a thousand half-lives old would weigh nothing at all. In whole
    parts of one, whose sums do not depend on the order of the rows."""
    youngest = t.age_us.min().over(ibis.window(group_by="conversion"))
    decay = ibis.literal(0.5).pow((t.age_us - youngest).cast("float64") / float(terms.half_life_us))
    return (decay * _WHOLE).round().cast("int64")


def share(t: Any, rule: Rule, terms: Terms) -> Any:
    """The share of one touch in its conversion by one rule. t: `with_places`."""
    if rule.decays:
        return t.decay.cast("float64") / t.decays.cast("float64")
    own: Any = ibis.literal(0.0)
    there: Any = ibis.literal(0.0)
    is_anchor: Any = ibis.literal(False)
    anchors: Any = ibis.literal(0, "int64")
    seen: list[Any] = []
    for name, part in rule.anchors.items():
        at = t[f"at_{name}"]
        own = own + ibis.cases((at == t.place, part), else_=0.0)
        there = there + ibis.cases((at.notnull(), part), else_=0.0)
        is_anchor = is_anchor | (at == t.place).fill_null(False)
        is_new = at.notnull()
        for before in seen:
            is_new = is_new & (before.isnull() | (before != at))
        anchors = anchors + is_new.cast("int64")
        seen.append(at)
    others = t.touches - anchors
    raw = own + ibis.cases((~is_anchor, rule.rest / others.nullif(0)), else_=0.0)
    full = there + ibis.cases((others > 0, rule.rest), else_=0.0)
    if terms.respread:
        return ibis.cases((full > 0, raw / full.nullif(0)), else_=1.0 / t.touches)
    # only the rest finds nobody to have it: the anchors share it
    return ibis.cases((others > 0, raw), (there > 0, raw / (1.0 - rule.rest)), else_=0.0)


def distinct_channels(touches: Any, conversions: Any, terms: Terms = USUAL) -> Any:
    """Shapley: (channel, n, value). The game: a set of channels is worth the conversions of journeys that touched no other.

    Then the value of a channel is exactly the sum over conversions that touched it of 1 / how many they touched (Zhao et al.
    2018): no set has to be written out, however many channels there are.
    """
    t = counted(touches, conversions, terms).select("conversion", "n", "value", "channel").distinct()
    per = t.group_by("conversion").agg(channels=t.count())
    t = t.inner_join(per, "conversion")
    return t.group_by("channel").agg(n=(t.n / t.channels).sum(), value=(t.value / t.channels).sum())


def steps(touches: Any, paths: Any, order: int = 1) -> Any:
    """The chain's steps: (before_<order> … before_1, channel, is_last, passed_n, passed_value, passed_lost, converted,
    converted_value, lost).

    paths: (path, journey, after_us, until_us, n, value, lost): a stretch of a journey that ended in n conversions and `lost`
    times in none; after, exclusive, and until, inclusive, are null where no times are known. before_1: the channel before this
    one, "" where the path had not begun. is_last: the path ends here, and only then the last three count anything.
    """
    t = touches.inner_join(paths, "journey", rname="c_{name}")
    return counted_steps(t.filter((t.after_us.isnull() | (t.at_us > t.after_us)) & (t.until_us.isnull() | (t.at_us <= t.until_us))), order)


def counted_steps(t: Any, order: int = 1) -> Any:
    """`steps` of touches that already stand in their paths: (path, place, channel, n, value, lost)."""
    window = ibis.window(group_by="path", order_by="place")
    lags = {f"before_{k}": t.channel.lag(k).over(window).fill_null("") for k in range(1, order + 1)}
    t = t.mutate(is_last=t.channel.lead(1).over(window).isnull(), **lags)
    names: Sequence[str] = [f"before_{k}" for k in range(order, 0, -1)]
    return t.group_by([*names, "channel", "is_last"]).agg(
        passed_n=t.n.sum(),
        passed_value=t.value.sum(),
        passed_lost=t.lost.sum(),
        converted=t.n.sum(where=t.is_last),
        converted_value=t.value.sum(where=t.is_last),
        lost=t.lost.sum(where=t.is_last),
    )
