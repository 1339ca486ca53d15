"""What HubSpot's objects say: its kinds, its words, and how each object becomes records. Source: landscape facts 5.2."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from treaty.connectors.vendors.reading import Change, amount, by_moment, day, fields_of, moment, named
from treaty.connectors.vendors.talk import Row, Terms
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    GoneRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    Record,
    StageEntry,
)  # fmt: skip

Json = Mapping[str, Any]
Ids = Mapping[str, list[str]]
"""Ids of other records by kind, in the order the vendor gives them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of the vendor's objects. modified: the property that says when it changed; linked: kinds it is asked with."""

    path: str
    ours: Literal["person", "account", "opportunity", "activity"]
    modified: str
    linked: tuple[str, ...]
    always: tuple[str, ...]
    """Properties asked for besides those of the mapping."""
    with_history: tuple[str, ...] = ()
    """Of those, the ones whose history is asked for; of people and accounts, that of all of the mapping is."""


CONTACTS = Kind(
    "contacts", "person", "lastmodifieddate", ("companies",),
    ("email", "firstname", "lastname", "createdate", "lastmodifieddate", "hubspot_owner_id", "hs_merged_object_ids"),
)  # fmt: skip
COMPANIES = Kind(
    "companies", "account", "hs_lastmodifieddate", (),
    ("name", "domain", "createdate", "hs_lastmodifieddate", "hubspot_owner_id", "hs_parent_company_id", "hs_merged_object_ids"),
)  # fmt: skip
IN_SALESFORCE = "hs_salesforceopportunityid"
"""Where the vendor's own link to Salesforce keeps the id of the same deal there."""
DEALS = Kind(
    "deals", "opportunity", "hs_lastmodifieddate", ("companies", "contacts"),
    (
        "createdate", "hs_lastmodifieddate", "hubspot_owner_id", "pipeline", "hs_merged_object_ids", "dealstage", "amount", "closedate",
        IN_SALESFORCE,
    ),
    ("dealstage", "amount", "closedate"),
)  # fmt: skip
ACTIVITY = ("hs_timestamp", "hs_createdate", "hs_lastmodifieddate", "hubspot_owner_id")


def _activities(path: str, *properties: str) -> Kind:
    return Kind(path, "activity", "hs_lastmodifieddate", ("contacts", "deals"), (*ACTIVITY, *properties))


ACTIVITIES = {
    "call": _activities("calls", "hs_call_disposition", "hs_call_direction", "hs_call_body"),
    "email": _activities("emails", "hs_email_direction", "hs_email_status", "hs_email_subject"),
    "meeting": _activities("meetings", "hs_meeting_outcome", "hs_meeting_title", "hs_meeting_start_time"),
    "note": _activities("notes", "hs_note_body"),
}
DISPOSITIONS = {
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "connected",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no_answer",
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "no_answer",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "voicemail",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong_number",
}
"""What its own kinds of ends of a call mean; those a company added itself stand as they are."""
MEETINGS = {"COMPLETED": "held", "SCHEDULED": "booked", "NO_SHOW": "no_show", "CANCELED": "cancelled", "RESCHEDULED": "booked"}


Rows = Callable[[Json, Ids, Terms], Row]
"""What one object says: itself, what it is linked to, in which words."""


def _changes(one: Json, names: Iterable[str]) -> list[Change]:
    """Every value that properties had, with the moment of each."""
    history = one.get("propertiesWithHistory") or {}
    dated = [(moment(entry.get("timestamp")), name, entry.get("value")) for name in names for entry in history.get(name) or []]
    return [(at, name, str(value)) for at, name, value in dated if at is not None and value not in (None, "")]


def _merged(kind: Kind, one: Json) -> list[Record]:
    """Records that were merged into this one, by their old ids."""
    said = one["properties"]
    at = moment(said.get(kind.modified))
    old = str(said.get("hs_merged_object_ids") or "").split(";")
    return [GoneRecord(kind=kind.ours, external_id=each.strip(), into=str(one["id"]), at=at) for each in old if each.strip()]


def _owner_email(one: Json, terms: Terms) -> str:
    return str(terms.known.get("owners", {}).get(str(one["properties"].get("hubspot_owner_id") or ""), ""))


def person_rows(one: Json, links: Ids, terms: Terms) -> Row:
    said, number = one["properties"], str(one["id"])
    names = terms.fields.get("person", {})
    ref = PersonRef(email=str(said.get("email") or ""), external_id=number)
    account = AccountRef(external_id=next(iter(links.get("companies", [])), ""))
    name = named(said.get("firstname"), said.get("lastname"))
    created, changed = moment(said.get("createdate")), moment(said.get("lastmodifieddate"))
    present: dict[str, Any] = {"name": name} if name else {}
    if owner := _owner_email(one, terms):
        present["crm_owner"] = owner
    dated = by_moment(_changes(one, names.values()))
    if not dated:
        present |= fields_of(said, names)
    first = PersonRecord(ref=ref, fields=present, account=account, created_at=created, occurred_at=changed, known_at=changed)
    ours = {theirs: field for field, theirs in names.items()}
    history = [
        PersonRecord(
            ref=PersonRef(external_id=number), fields=fields_of(values, {ours[name]: name for name in values}), occurred_at=at, known_at=at
        )
        for at, values in dated
    ]
    return Row(number, [first, *history, *_merged(CONTACTS, one)], shown=name or ref.email)


def account_rows(one: Json, links: Ids, terms: Terms) -> Row:
    said, number = one["properties"], str(one["id"])
    names = terms.fields.get("account", {})
    ref = AccountRef(external_id=number, domain=str(said.get("domain") or ""), name=str(said.get("name") or ""))
    changed = moment(said.get("hs_lastmodifieddate"))
    dated = by_moment(_changes(one, names.values()))
    first = AccountRecord(
        ref=ref, fields={} if dated else fields_of(said, names), owner_email=_owner_email(one, terms),
        parent=AccountRef(external_id=str(said.get("hs_parent_company_id") or "")), occurred_at=changed, known_at=changed,
    )  # fmt: skip
    ours = {theirs: field for field, theirs in names.items()}
    history = [
        AccountRecord(
            ref=AccountRef(external_id=number), fields=fields_of(values, {ours[name]: name for name in values}), occurred_at=at, known_at=at
        )
        for at, values in dated
    ]
    return Row(number, [first, *history, *_merged(COMPANIES, one)], shown=ref.name or ref.domain)


def deal_rows(one: Json, links: Ids, terms: Terms) -> Row:
    said, number = one["properties"], str(one["id"])
    names, stages = terms.fields.get("opportunity", {}), terms.known.get("stages", {})
    stage = stages.get(str(said.get("dealstage") or ""), {})
    outcome = stage.get("outcome", "")
    told: dict[str, Any] = {
        field: str(value)
        for field, value in fields_of(said, names).items()
        if field in ("name", "currency", "product", "lost_reason", "won_reason")
    }
    elsewhere = str(said.get(IN_SALESFORCE) or "")
    changed = moment(said.get("hs_lastmodifieddate"))
    deal = OpportunityRecord(
        external_id=number, account=AccountRef(external_id=next(iter(links.get("companies", [])), "")),
        people=tuple((PersonRef(external_id=person), "") for person in links.get("contacts", [])),
        owner_email=_owner_email(one, terms), stage=str(stage.get("label") or said.get("dealstage") or ""), outcome=outcome,
        amount=amount(said.get("amount")), opened_at=moment(said.get("createdate")), close_on=day(said.get("closedate")),
        closed_at=moment(said.get("closedate")) if outcome in ("won", "lost") else None,
        history=_history(one, stages), known_at=changed, same_as=(("salesforce", elsewhere),) if elsewhere else (), **told,
    )  # fmt: skip
    return Row(number, [deal, *_merged(DEALS, one)], shown=deal.name)


def _history(one: Json, stages: Json) -> tuple[StageEntry, ...]:
    dated = by_moment(_changes(one, DEALS.with_history))
    return tuple(
        StageEntry(
            at=at, stage=str(stages.get(values.get("dealstage", ""), {}).get("label") or values.get("dealstage", "")),
            amount=amount(values.get("amount")), close_on=day(values.get("closedate")),
        )
        for at, values in dated
    )  # fmt: skip


def activity_rows(name: str) -> Rows:
    def rows(one: Json, links: Ids, terms: Terms) -> Row:
        said, number = one["properties"], f"{name}:{one['id']}"
        at = moment(said.get("hs_meeting_start_time") or said.get("hs_timestamp"))
        if at is None:
            return Row(number, problem=f"this {name} has no time: nothing says when it happened")
        outcome, direction = end_of(name, said)
        people = links.get("contacts") or [""]
        deal = next(iter(links.get("deals", [])), "")
        text = str(
            said.get("hs_call_body") or said.get("hs_email_subject") or said.get("hs_meeting_title") or said.get("hs_note_body") or ""
        )
        return Row(number, [
            ActivityRecord(
                external_id=number if place == 0 else f"{number}:{person}", kind=name, occurred_at=at, ref=PersonRef(external_id=person),
                member_email=_owner_email(one, terms), opportunity_id=deal, outcome=outcome, direction=direction, text=text,
                known_at=moment(said.get("hs_createdate")),
            )
            for place, person in enumerate(people)
        ])  # fmt: skip

    return rows


def end_of(name: str, said: Json) -> tuple[str, Literal["in", "out"]]:
    """(outcome, direction) of a call, e-mail, meeting or note."""
    if name == "call":
        told = str(said.get("hs_call_disposition") or "")
        return DISPOSITIONS.get(told, told), "in" if said.get("hs_call_direction") == "INBOUND" else "out"
    if name == "meeting":
        told = str(said.get("hs_meeting_outcome") or "")
        return MEETINGS.get(told, told.lower()), "out"
    if name == "email":
        return str(said.get("hs_email_status") or "").lower(), "in" if said.get("hs_email_direction") == "INCOMING_EMAIL" else "out"
    return "", "out"
