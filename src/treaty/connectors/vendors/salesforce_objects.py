"""The objects of Salesforce that are asked for, and in which words. Source: landscape facts 5.3."""

# ruff: noqa: S608 queries of the vendor's, made of names of its own and quoted ids

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from treaty.connectors.vendors.talk import Terms

Json = Mapping[str, Any]
TYPES = {
    **dict.fromkeys(("IsDeleted", "IsActive", "IsClosed", "IsWon", "HasResponded"), "boolean"),
    **dict.fromkeys(("Amount", "BudgetedCost"), "currency"),
}
"""Fields of every company's that are no texts."""
OWNER = "Owner"
"""How a history of fields calls who owns a record."""
OF_DEALS = ("StageName", "Amount", "CloseDate")


@dataclass(frozen=True, slots=True)
class History:
    """An object that keeps what another's fields were. of: the field that names the record; asked: what is asked for.

    fields: of which fields it is asked for, none: of the mapped ones
    """

    name: str
    of: str
    asked: tuple[str, ...] = ("Field", "OldValue", "NewValue")
    fields: tuple[str, ...] = ()

    def query(self, ids: Iterable[str], fields: Sequence[str]) -> str:
        """ids, fields: as a query quotes them."""
        only = f" AND Field IN ({', '.join(fields)})" if "Field" in self.asked and fields else ""
        asked = ", ".join((self.of, *self.asked, "CreatedDate"))
        return f"SELECT {asked} FROM {self.name} WHERE {self.of} IN ({', '.join(ids)}){only} ORDER BY CreatedDate, Id"


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the vendor's objects. mapped: the kind in `Terms.fields` its other fields are named in; only: which of its records."""

    name: str
    ours: Literal["person", "account", "opportunity", "activity", ""]
    always: tuple[str, ...]
    mapped: str = ""
    histories: tuple[History, ...] = ()
    only: str = ""

    def names(self, terms: Terms) -> list[str]:
        """The mapped fields, of those the one who signed in may read."""
        readable = {one["name"] for one in terms.known.get("properties", {}).get(self.mapped, ())}
        return [name for name in dict.fromkeys(terms.fields.get(self.mapped, {}).values()) if name in readable]

    def asked(self, terms: Terms) -> list[str]:
        """What is asked for of each record, in this order."""
        return list(dict.fromkeys(["Id", "SystemModstamp", *self.always, *self.names(terms)]))

    def types(self, terms: Terms) -> dict[str, str]:
        """What is not a text, by name: what is asked for of every company's, and what the company says of its own."""
        told = {one["name"]: str(one["type"]) for one in terms.known.get("properties", {}).get(self.mapped, ())}
        return TYPES | {name: told[name] for name in self.names(terms)}

    def query(self, terms: Terms, condition: str, *, in_order: bool = True) -> str:
        """condition: on what was changed, empty for everything · in_order: of their changes, so that it can go on behind a record"""
        where = " AND ".join(filter(None, (condition, self.only)))
        order = " ORDER BY SystemModstamp, Id" if in_order else ""
        return f"SELECT {', '.join(self.asked(terms))} FROM {self.name}{f' WHERE {where}' if where else ''}{order}"


USER = Kind("User", "", ("Email", "Name", "IsActive"), only="UserType = 'Standard'")
ACCOUNT = Kind(
    "Account",
    "account",
    ("IsDeleted", "Name", "Website", "OwnerId", "ParentId", "CreatedDate", "MasterRecordId"),
    "account",
    (History("AccountHistory", "AccountId"),),
)
CONTACT = Kind(
    "Contact", "person", ("IsDeleted", "Email", "Name", "AccountId", "OwnerId", "CreatedDate", "MasterRecordId"), "person",
    (History("ContactHistory", "ContactId"),),
)  # fmt: skip
LEAD = Kind(
    "Lead", "person",
    ("IsDeleted", "Email", "Name", "Company", "Website", "OwnerId", "CreatedDate", "MasterRecordId", "ConvertedContactId",
     "ConvertedAccountId"),
    "lead", (History("LeadHistory", "LeadId"),),
)  # fmt: skip
OPPORTUNITY = Kind(
    "Opportunity", "opportunity",
    ("IsDeleted", "Name", "AccountId", "OwnerId", "StageName", "Amount", "CloseDate", "IsClosed", "IsWon", "CreatedDate"),
    "opportunity",
    (
        History("OpportunityHistory", "OpportunityId", OF_DEALS),
        History("OpportunityFieldHistory", "OpportunityId", fields=(*OF_DEALS, OWNER)),
    ),
)  # fmt: skip
ROLE = Kind("OpportunityContactRole", "", ("IsDeleted", "OpportunityId", "ContactId", "Role"))
CAMPAIGN = Kind("Campaign", "", ("IsDeleted", "Name", "Type", "StartDate", "EndDate", "BudgetedCost"))
MEMBER = Kind(
    "CampaignMember", "", ("IsDeleted", "Campaign.Name", "Campaign.Type", "ContactId", "LeadId", "HasResponded", "FirstRespondedDate")
)
TASK = Kind(
    "Task", "activity",
    ("IsDeleted", "WhoId", "WhatId", "OwnerId", "Subject", "IsClosed", "TaskSubtype", "ActivityDate", "CompletedDateTime",
     "CallDisposition", "CallType", "CreatedDate"),
)  # fmt: skip
EVENT = Kind("Event", "activity", ("IsDeleted", "WhoId", "WhatId", "OwnerId", "Subject", "StartDateTime", "CreatedDate"))
