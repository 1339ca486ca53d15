"""How credit is shared: the model with its weights, how far it looks back, the edges vendors leave open."""

from typing import Literal

from treaty.agreement.base import Length, Term
from treaty.agreement.quantities import Share

Model = Literal[
    "first_touch", "last_touch", "lead_creation", "linear", "time_decay", "position_based", "u_shaped", "w_shaped",
    "z_shaped", "j_shaped", "inverse_j", "markov", "shapley", "custom",
]  # fmt: skip
Anchor = Literal["first_touch", "lead_created", "opportunity_created", "opportunity_closed", "last_touch", "rest"]


class Edges(Term):
    """What the model does at its edges; each vendor answers differently, so the agreement says it."""

    single_touch: Literal["all"] = "all"
    missing_anchor: Literal["respread", "unattributed"] = "respread"
    same_touch_many_anchors: Literal["add"] = "add"
    repeats_within: Length | None = None
    direct: Literal["counts", "skipped"] = "counts"
    touches_after_close: Literal["exclude"] = "exclude"


class Campaigns(Term):
    sealed_plan: Literal["required", "optional"] = "optional"


class Attribution(Term):
    model: Model
    weights: dict[Anchor, Share] = {}
    half_life: Length | None = None
    lookback: Length
    journey: Literal["account", "person"] = "account"
    edges: Edges = Edges()
    sales_touches: bool = False
    campaigns: Campaigns = Campaigns()
