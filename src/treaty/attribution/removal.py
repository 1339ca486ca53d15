"""What each channel weighs where removal effects are agreed: asked of all journeys in the lake, month by month."""

from collections.abc import Mapping

from treaty.attribution import chain, paths
from treaty.attribution.credit import NONE, chain_of
from treaty.attribution.deals import Journey
from treaty.engine.measuring import Fetching, Span, kept, kept_rows

PLACES = 12
"""Decimals of a removal effect: what lies behind them differs between machines and must not move a cent."""


def effects(lake: Fetching, month: Span, journey: Journey) -> Mapping[str, float]:
    """The removal effect of each channel as a month's deals are weighed by it: the share of all that was won that would not have
    been, had every step into the channel been lost. Exact, a chain of order 1 over `paths.steps`; the same for one version of the lake.

    A channel nobody named has the effect of touches without one. Raises chain.TooManyStates.
    """
    return kept(lake, ("removal effects", month, journey), lambda: _effects(lake, month, journey))


def _effects(lake: Fetching, month: Span, journey: Journey) -> Mapping[str, float]:
    rows = kept_rows(lake, ("steps", month, repr(journey)), lambda: paths.steps(lake, month, journey))
    rows = sorted(rows, key=lambda row: (row["before_1"], row["channel"], row["is_last"]))  # sums of floats depend on their order
    found = {channel: round(effect, PLACES) for channel, effect in chain.removal_effects(chain_of(rows, 1))[1].items()}
    return found | ({"": found[NONE]} if NONE in found else {})
