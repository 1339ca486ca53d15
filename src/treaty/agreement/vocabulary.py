"""The closed vocabulary: every name a term may use for something Treaty knows, each with its words.

A name is here only if the product knows what it means; a test proves that each one has its function in
the room on the right, or that `agreement.words.not_yet_executed` says so.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["money", "count", "share", "hours", "ratio"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure both sides may name. `says` follows a figure or a subject: "€400,000 of revenue closed"."""

    says: str
    unit: Unit


MEASURES = {
    "pipeline_created": Measure("pipeline created", "money"),
    "revenue_closed": Measure("revenue closed", "money"),
    "acceptance_rate": Measure("the share of handed-over leads that sales accepts", "share"),
    "win_rate": Measure("the share of decided opportunities that are won", "share"),
    "first_contact_hours_p90": Measure("the hours within which 9 of 10 leads have their first contact", "hours"),
    "brief_completeness": Measure("the share of handoff briefs with every agreed part filled", "share"),
    "signal_lift": Measure("how much more often leads with an agreed signal are won", "ratio"),
}

ANSWERS = {
    "content_request": "a content request",
    "recycled_lead": "the return of a lead to nurture",
}
"""What one side may promise to answer."""

DUTIES = {
    "first_contact": "makes the first contact",
    "disposition": "accepts the lead or gives a reason against it",
    "contact_attempts": "tries to reach the lead",
}
"""What an owner may promise to do for each lead."""

ON_BREACH = {
    "tell_owner": "the owner is told",
    "tell_manager": "the owner's manager is told",
    "tell_sponsor": "the sponsor is told",
    "reroute": "the lead is routed again",
}

PAUSES = {"awaiting_prospect_date": "the prospect has asked to wait for a later date"}
"""When a clock stands still."""

BRIEF_PARTS = {
    "problem": "the problem they seem to have",
    "journey_stage": "where they are in the buying process",
    "last_touch": "their last touch",
    "source": "where the lead came from",
    "content": "the content they used",
    "intent": "signs of intent",
    "buying_group": "who else at the account is active, and in which role",
    "objections": "objections known",
    "next_action": "the recommended next action",
}

BUYING_ROLES = {
    "economic_buyer": "economic buyer",
    "champion": "champion",
    "influencer": "influencer",
    "end_user": "end user",
    "blocker": "blocker",
}

REASON_NEEDS = {"attempts_done": "only after the promised attempts were made"}
"""What must be true before a reason may be given."""

RETURNS = {
    "marketing_review": "marketing reviews the lead",
    "merge": "the lead is merged with the one it repeats",
}
"""Where a rejected lead may go besides a stage."""

STAGE_EVENTS = {
    "opportunity_won": "an opportunity is won",
    "opportunity_lost": "an opportunity is lost",
    "opportunity_created": "an opportunity is opened",
}

INCENTIVE_MEASURES = {
    "own_leads_closed": "revenue from the team's own leads",
    "marketing_leads_worked": "how well marketing's leads were worked",
}
"""What pay may rest on besides a shared goal."""

NEVER_PAID = ("acceptance_rate", "brief_completeness", "first_contact_hours_p90", "signal_lift")
"""Measures a team moves by accepting or sending; paying for them would buy the figure, not the outcome."""

ANCHORS = {
    "first_touch": "the touch that first brought the account",
    "lead_created": "the touch that made the lead",
    "opportunity_created": "the touch before the opportunity",
    "opportunity_closed": "the touch before the close",
    "last_touch": "the last touch before the conversion",
    "rest": "all other touches",
}

MODELS = {
    "first_touch": "first touch",
    "last_touch": "last touch",
    "lead_creation": "lead creation",
    "linear": "linear",
    "time_decay": "time decay",
    "position_based": "position based",
    "u_shaped": "U-shaped",
    "w_shaped": "W-shaped",
    "z_shaped": "Z-shaped",
    "j_shaped": "J-shaped",
    "inverse_j": "inverse J",
    "markov": "Markov removal effect",
    "shapley": "Shapley value",
    "custom": "custom weights",
}

WEIGHTED_MODELS = {
    "position_based": ("first_touch", "last_touch", "rest"),
    "u_shaped": ("first_touch", "lead_created", "rest"),
    "w_shaped": ("first_touch", "lead_created", "opportunity_created", "rest"),
    "z_shaped": ("first_touch", "lead_created", "opportunity_created", "opportunity_closed", "rest"),
    "j_shaped": ("first_touch", "last_touch", "rest"),
    "inverse_j": ("first_touch", "last_touch", "rest"),
}
"""The anchors a named model rests on; its weights are always written out, for vendors differ."""
