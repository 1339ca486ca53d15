"""Weights that always make the whole: the last one is what the others leave."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from treaty.agreement.quantities import percent, read_share
from treaty.agreement.vocabulary import ANCHORS, WEIGHTED_MODELS

NOTHING = Decimal(0)


def share_of(line: str) -> Decimal | None:
    """`30%`, and `30` where a percentage is asked, as 0.3; None for anything else."""
    text = line.strip()
    try:
        share = read_share(text if text.endswith("%") else f"{text}%")
    except ValueError:
        return None
    return share if isinstance(share, Decimal) else None


def balanced(credit: Mapping[str, Any]) -> dict[str, Any]:
    """The state of `attribution` whose last weight is what the others leave; as it was where they are more than the whole, or no shares."""
    weights = credit.get("weights")
    if not weights:
        return dict(credit)
    others = [share_of(line) for _, line in weights[:-1]]
    known = [share for share in others if share is not None]
    left = 1 - sum(known, NOTHING)
    if len(known) < len(others) or left < 0:
        return dict(credit)
    kept = [[name, percent(share)] for (name, _), share in zip(weights[:-1], known, strict=True)]
    return {**credit, "weights": [*kept, [weights[-1][0], percent(left)]]}


def laid(credit: Mapping[str, Any]) -> dict[str, Any]:
    """The state with the weights its model rests on: those it had stay, others begin at nothing; a model without weights keeps none."""
    model, had = credit.get("model") or "", dict(credit.get("weights") or [])
    if model == "custom":
        return balanced({**credit, "weights": list(map(list, had.items())) or [["first_touch", "50%"], ["rest", "50%"]]})
    anchors = WEIGHTED_MODELS.get(model)
    weights = None if anchors is None else [[name, had.get(name, "0%")] for name in anchors]
    return balanced({**credit, "weights": weights})


def weighed(credit: Mapping[str, Any], anchor: str) -> dict[str, Any]:
    """The state with one anchor more, at nothing yet, before the one that takes what is left."""
    weights = list(credit.get("weights") or [])
    if anchor not in ANCHORS or anchor in dict(weights):
        return dict(credit)
    return balanced({**credit, "weights": [*weights[:-1], [anchor, "0%"], *weights[-1:]]})
