"""Credit by every model asked for: which channel earned how many conversions, and what they are worth."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from treaty.attribution import chain, measures
from treaty.attribution.measures import USUAL, Terms
from treaty.attribution.weights import RULES, Rule

MARKOV, SHAPLEY = "markov", "shapley"
DATA_DRIVEN = (MARKOV, SHAPLEY)
UNATTRIBUTED = "(unattributed)"
"""Stands for what no channel earned: conversions without a counted touch, shares of anchors that are missing."""
NONE = "(none)"
"""The channel of a touch that names none, where a channel needs a name."""

Fetch = Callable[[Any], list[dict[str, Any]]]
"""Runs an Ibis expression somewhere: its rows as dictionaries."""


class Credit(NamedTuple):
    model: str
    channel: str
    conversions: float
    value: float


@dataclass(frozen=True, slots=True)
class Journeys:
    """What a model reads: see `measures` for the columns. paths: made when they are asked for. conversions, value: all there are, with a
    counted touch or without. counts_once: each row of conversions is one, and has its moment."""

    touches: Any
    conversions: Any
    paths: Callable[[], Any]
    total_n: float
    total_value: float
    counts_once: bool = False


class UnknownModel(ValueError):
    """No such model; the text lists those there are."""


def credit(
    journeys: Journeys,
    models: Sequence[str],
    fetch: Fetch,
    *,
    terms: Terms = USUAL,
    order: int = 1,
    rules: Mapping[str, Rule] = RULES,
    by_value: bool = False,
) -> list[Credit]:
    """In the order of the models, channels by name, then what is unattributed if there is any.

    order: of the Markov chain. by_value: Markov shares value by a chain in which a path weighs what it was worth; otherwise one
    chain shares both. Raises UnknownModel, chain.TooManyStates.
    """
    for name in models:
        if name not in rules and name not in DATA_DRIVEN:
            raise UnknownModel(f"{name!r} is no model: use {', '.join((*rules, *DATA_DRIVEN))}")
    found: dict[str, dict[str, tuple[float, float]]] = {}
    if placed := [name for name in models if name in rules]:
        rows = fetch(measures.by_place(journeys.touches, journeys.conversions, {name: rules[name] for name in placed}, terms))
        for name in placed:
            found[name] = {row["channel"]: (_number(row[f"{name}_n"]), _number(row[f"{name}_value"])) for row in rows}
    if SHAPLEY in models:
        rows = fetch(measures.distinct_channels(journeys.touches, journeys.conversions, terms))
        found[SHAPLEY] = {row["channel"]: (_number(row["n"]), _number(row["value"])) for row in rows}
    if MARKOV in models:
        found[MARKOV] = _markov(journeys, fetch, order, terms, by_value=by_value)
    return [one for name in models for one in _listed(name, found[name], journeys)]


def _markov(journeys: Journeys, fetch: Fetch, order: int, terms: Terms, *, by_value: bool) -> dict[str, tuple[float, float]]:
    if journeys.counts_once and not terms.lookback and not by_value:
        rows = fetch(measures.steps_once(journeys.touches, journeys.conversions, order))
    else:
        rows = fetch(measures.steps(journeys.touches, journeys.paths(), order, terms))
    n, value = (sum(_number(row[name]) for row in rows) for name in ("converted", "converted_value"))
    shared = chain.shares(chain.removal_effects(chain_of(rows, order))[1])
    worth = chain.shares(chain.removal_effects(chain_of(rows, order, scale=n / value))[1]) if by_value and value else shared
    return {channel: (n * part, value * worth.get(channel, 0.0)) for channel, part in shared.items()}


def chain_of(rows: Iterable[Mapping[str, Any]], order: int, scale: float = 0.0) -> chain.Chain:
    """The chain counted by `measures.steps` or `steps_once`. scale: count a path as its value times this instead of its conversions."""
    made = chain.Chain(order)
    for row in rows:
        before = tuple(row[f"before_{k}"] for k in range(order, 0, -1))
        converted = _number(row["converted_value"]) * scale if scale else _number(row["converted"])
        if not row["channel"]:
            made.end(before, converted)
            continue
        passed = _number(row["passed_value"]) * scale if scale else _number(row["passed_n"])
        made.step(before, row["channel"], passed + _number(row["passed_lost"]))
        if row["is_last"]:
            made.end((*before[1:], row["channel"]), converted)
    return made


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)


def _listed(model: str, found: Mapping[str, tuple[float, float]], journeys: Journeys) -> Iterable[Credit]:
    for channel in sorted(found):
        yield Credit(model, channel, *found[channel])
    n, value = journeys.total_n - sum(n for n, _ in found.values()), journeys.total_value - sum(value for _, value in found.values())
    if n > 1e-6 * max(1.0, journeys.total_n) or value > 1e-6 * max(1.0, journeys.total_value):
        yield Credit(model, UNATTRIBUTED, n, value)
