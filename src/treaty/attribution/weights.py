"""Models that weigh touches by their place: each is its anchors and their shares, never only its name.

Sources of the shares: landscape facts 5.5. A share the model gives to an anchor that a journey does not have is spread over
what the journey has, in proportion, or stays unattributed, as the agreement says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Anchor = Literal["first_touch", "last_touch", "last_non_direct", "lead_created", "opportunity_created", "opportunity_closed"]
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
REST = "rest"
DECAY = "time_decay"


@dataclass(frozen=True, slots=True)
class Rule:
    """anchors: the share of each · rest: what the other touches share · decays: the rest is shared by age, not evenly.

    All shares together are 1. A touch that is several anchors has the sum of their shares.
    """

    anchors: Mapping[Anchor, float]
    rest: float = 0.0
    decays: bool = False


def rule(shares: Mapping[str, float]) -> Rule:
    """A model of one's own. Raises ValueError for an unknown anchor, a negative share, or shares that do not make 1."""
    known = {*ANCHORS, REST}
    for name, share in shares.items():
        if name not in known:
            raise ValueError(f"{name!r} is no anchor: use {', '.join((*ANCHORS, REST))}")
        if not 0 <= share <= 1:
            raise ValueError(f"the share of {name} is {share:g}: write one from 0 to 1")
    total = sum(shares.values())
    if abs(total - 1) > 1e-9:
        raise ValueError(f"the shares make {total:g}: make them 1")
    return Rule({name: shares[name] for name in ANCHORS if shares.get(name)}, shares.get(REST, 0.0))


RULES: dict[str, Rule] = {
    "first_touch": rule({"first_touch": 1}),
    "last_touch": rule({"last_touch": 1}),
    "last_non_direct": rule({"last_non_direct": 1}),
    "lead_creation": rule({"lead_created": 1}),
    "linear": rule({REST: 1}),
    DECAY: Rule({}, 1.0, decays=True),
    "position_based": rule({"first_touch": 0.4, "last_touch": 0.4, REST: 0.2}),
    "u_shaped": rule({"first_touch": 0.4, "lead_created": 0.4, REST: 0.2}),
    "u_halves": rule({"first_touch": 0.5, "lead_created": 0.5}),
    "w_shaped": rule({"first_touch": 0.3, "lead_created": 0.3, "opportunity_created": 0.3, REST: 0.1}),
    "z_shaped": rule({"first_touch": 0.225, "lead_created": 0.225, "opportunity_created": 0.225, "opportunity_closed": 0.225, REST: 0.1}),
    "j_shaped": rule({"first_touch": 0.2, "last_touch": 0.6, REST: 0.2}),
    "inverse_j": rule({"first_touch": 0.6, "last_touch": 0.2, REST: 0.2}),
}
"""The usual shares of every model by its name in the agreement."""

ALSO = {
    "first": "first_touch", "last": "last_touch", "lead": "lead_creation", "decay": DECAY, "position": "position_based",
    "u": "u_shaped", "w": "w_shaped", "z": "z_shaped", "full_path": "z_shaped", "j": "j_shaped",
}  # fmt: skip
"""Short names people write."""


def named(name: str) -> str:
    """The model's name in the agreement, of any way to write it; unknown ones come back as they are."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    return ALSO.get(plain, plain)
