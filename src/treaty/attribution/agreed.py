"""From the agreement's words on credit to what the measures share deals by."""

from datetime import timedelta

from treaty.agreement.terms_credit import Attribution
from treaty.attribution.credit import SHAPLEY
from treaty.attribution.deals import Journey
from treaty.attribution.measures import USUAL, Terms
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES, rule

PLACED = (*RULES, SHAPLEY)
"""Models that share each deal by itself; Markov asks all journeys first."""


def journey_of(agreed: Attribution) -> Journey:
    """Which touches count for a deal."""
    edges = agreed.edges
    half_life = agreed.half_life.span if agreed.half_life else USUAL.half_life
    return Journey(
        Terms(lookback=agreed.lookback.span, half_life=half_life, respread=edges.missing_anchor == "respread"),
        by_account=agreed.journey == "account",
        repeats_us=edges.repeats_within.span // timedelta(microseconds=1) if edges.repeats_within else 0,
        counts_direct=edges.direct == "counts",
    )


def agreed_model(agreed: Attribution) -> Model | None:
    """The signed model with its signed weights; None for removal effects, which ask all journeys first (`versions`)."""
    if agreed.weights:
        return Model(rule({anchor: float(share) for anchor, share in agreed.weights.items()}))
    return model_named(agreed.model)


def model_named(name: str) -> Model | None:
    """A model with its usual weights, to ask what if."""
    if name == SHAPLEY:
        return Model(is_shared=True)
    return Model(RULES[name]) if name in RULES else None
