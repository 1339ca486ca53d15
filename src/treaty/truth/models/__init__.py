"""Tables of what is known. Nothing here decides; nothing is overwritten without a row of history."""

from treaty.truth.models.doubles import DealProposal, MergeAlone, Proposal, Search
from treaty.truth.models.house import HouseRule
from treaty.truth.models.leads import Assignment, Lead, StageMove
from treaty.truth.models.money import Campaign, Content, ExchangeRate, Spend
from treaty.truth.models.opportunities import (
    Activity,
    BuyingRole,
    Objection,
    Opportunity,
    OpportunityChange,
    OpportunityIdentity,
)
from treaty.truth.models.people import Account, AccountIdentity, AccountMerge, Fact, Identity, Merge, Person
from treaty.truth.models.sources import Source
from treaty.truth.models.systems import Difference, SystemRecord, TakenOut
from treaty.truth.models.touches import Touch

__all__ = [
    "Account",
    "AccountIdentity",
    "AccountMerge",
    "Activity",
    "Assignment",
    "BuyingRole",
    "Campaign",
    "Content",
    "DealProposal",
    "Difference",
    "ExchangeRate",
    "Fact",
    "HouseRule",
    "Identity",
    "Lead",
    "Merge",
    "MergeAlone",
    "Objection",
    "Opportunity",
    "OpportunityChange",
    "OpportunityIdentity",
    "Person",
    "Proposal",
    "Search",
    "Source",
    "Spend",
    "StageMove",
    "SystemRecord",
    "TakenOut",
    "Touch",
]
