"""What each channel weighs where removal effects are agreed: asked of all journeys in the lake, for each month by itself."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from treaty.attribution import chain, paths
from treaty.attribution.credit import NONE, chain_of
from treaty.attribution.deals import Journey
from treaty.engine.measuring import Fetching, Span, kept_each

PLACES = 12
"""Decimals of a removal effect: what lies behind them differs between machines and must not move a cent."""


def effects(lake: Fetching, months: Iterable[Span], journey: Journey) -> dict[Span, Mapping[str, float]]:
    """The removal effect of each channel as a month's deals are weighed by it: the share of all that was won that would not have
    been, had every step into the channel been lost. Exact, a chain of order 1 over `paths.steps`; the same for one version of the lake,
    whichever months are asked together: those not known yet are one question.

    A channel nobody named has the effect of touches without one. Raises chain.TooManyStates.
    """
    wanted = sorted(set(months))
    keys = [("removal effects", month, journey) for month in wanted]
    return dict(zip(wanted, kept_each(lake, keys, lambda missing: _effects(lake, [key[1] for key in missing], journey)), strict=True))


def _effects(lake: Fetching, months: Sequence[Span], journey: Journey) -> list[Mapping[str, float]]:
    keys = [("steps", month, repr(journey)) for month in months]
    answers = lake.answers(keys, lambda missing: paths.steps(lake, [key[1] for key in missing], journey))
    return [_weights(answer.to_pylist()) for answer in answers]


def _weights(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, float]:
    rows = sorted(rows, key=lambda row: (row["before_1"], row["channel"], row["is_last"]))  # sums of floats depend on their order
    found = {channel: round(effect, PLACES) for channel, effect in chain.removal_effects(chain_of(rows, 1))[1].items()}
    return found | ({"": found[NONE]} if NONE in found else {})
