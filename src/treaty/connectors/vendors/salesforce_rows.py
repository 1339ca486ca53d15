"""How each of Salesforce's records becomes records of ours. Source: landscape facts 5.3."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from treaty.connectors.vendors.reading import BUYING_ROLES, Change, amount, by_moment, day, fields_of, moment, text_of
from treaty.connectors.vendors.salesforce_objects import OF_DEALS, OWNER, Json, Kind
from treaty.connectors.vendors.talk import Row, Terms
from treaty.truth.identity import normal_domain
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    CampaignRecord,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    StageEntry,
    TouchRecord,
)  # fmt: skip

KEPT = timedelta(days=540)
"""The vendor keeps the history of fields for 18 months: of older records it does not tell what a field was at first."""
NO_COMPANY = "[not provided]"
"""What the vendor writes as a lead's company when nobody named one."""
Rows = Callable[[Json, Sequence[Json], Terms], Row]
"""What one record says: itself, its history, in which words."""
SUBTYPES = {"Call": "call", "Email": "email", "ListEmail": "email"}
OPPORTUNITY_IDS, USER_IDS = "006", "005"
"""What the ids of opportunities and users begin with."""


def gone_row(kind: Kind, one: Json) -> Row:
    """A record in the bin, or merged into another; of what is only a link, nothing is to be said."""
    number = str(one["Id"])
    if not kind.ours:
        return Row(number)
    prefix = f"{kind.name.lower()}:" if kind.ours == "activity" else ""
    into = str(one.get("MasterRecordId") or "")
    return Row(number, [GoneRecord(kind=kind.ours, external_id=f"{prefix}{number}", into=into, at=moment(one["SystemModstamp"]))])


def _owner(one: Json, terms: Terms) -> str:
    return str(terms.known.get("owners", {}).get(one.get("OwnerId") or "", ""))


def _changes(one: Json, history: Sequence[Json], names: Mapping[str, str]) -> list[tuple[datetime, dict[str, str]]]:
    """What our fields were from when on. names: ours by the vendor's. What a field was at first is told by its first change."""
    created, changed = moment(one["CreatedDate"]), moment(one["SystemModstamp"])
    is_whole = created is not None and changed is not None and changed - created < KEPT
    found: list[Change] = []
    seen: set[str] = set()
    for entry in history:
        at, field = moment(entry["CreatedDate"]), str(entry["Field"])
        if at is None or field not in names:
            continue
        if is_whole and created is not None and field not in seen and entry.get("OldValue") not in (None, ""):
            found.append((created, field, text_of(entry["OldValue"])))
        if entry.get("NewValue") not in (None, ""):
            found.append((at, field, text_of(entry["NewValue"])))
        seen.add(field)
    return [(at, {names[name]: value for name, value in values.items()}) for at, values in by_moment(found)]


def _told(one: Json, dated: Sequence[tuple[datetime, Mapping[str, str]]], names: Mapping[str, str]) -> dict[str, Any]:
    """What is said now of fields whose history says nothing."""
    told = {field for _, values in dated for field in values}
    return {field: value for field, value in fields_of(one, names).items() if field not in told}


def user_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    email = str(one.get("Email") or "")
    if not email:
        return Row(str(one["Id"]), problem="this user has no e-mail address, so nobody can be recognised: give them one in Salesforce")
    return Row(str(one["Id"]), [MemberRecord(email=email, name=str(one.get("Name") or ""), is_active=bool(one["IsActive"]))], shown=email)


def account_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    number, names = str(one["Id"]), terms.fields.get("account", {})
    dated = _changes(one, history, {theirs: field for field, theirs in names.items()})
    ref = AccountRef(external_id=number, domain=normal_domain(str(one.get("Website") or "")), name=str(one.get("Name") or ""))
    changed = moment(one["SystemModstamp"])
    first = AccountRecord(
        ref=ref, fields=_told(one, dated, names), owner_email=_owner(one, terms),
        parent=AccountRef(external_id=str(one.get("ParentId") or "")), occurred_at=changed, known_at=changed,
    )  # fmt: skip
    rest = [
        AccountRecord(
            ref=AccountRef(external_id=number), fields=fields_of(values, {name: name for name in values}), occurred_at=at, known_at=at
        )
        for at, values in dated
    ]
    return Row(number, [first, *rest], shown=ref.name)


def contact_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    return _person(one, history, terms, "person", AccountRef(external_id=str(one.get("AccountId") or "")))


def lead_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    """A lead; once converted, it and its contact are one person, at the account it was converted into."""
    company = str(one.get("Company") or "")
    account = AccountRef(
        external_id=str(one.get("ConvertedAccountId") or ""), domain=normal_domain(str(one.get("Website") or "")),
        name="" if company == NO_COMPANY else company,
    )  # fmt: skip
    return _person(one, history, terms, "lead", account, also_id=str(one.get("ConvertedContactId") or ""))


def _person(one: Json, history: Sequence[Json], terms: Terms, mapped: str, account: AccountRef, also_id: str = "") -> Row:
    number, names = str(one["Id"]), terms.fields.get(mapped, {})
    dated = _changes(one, history, {theirs: field for field, theirs in names.items()})
    ref = PersonRef(email=str(one.get("Email") or ""), external_id=number, also_id=also_id)
    present = {"name": str(one.get("Name") or ""), "crm_owner": _owner(one, terms), **_told(one, dated, names)}
    changed = moment(one["SystemModstamp"])
    first = PersonRecord(
        ref=ref, fields={field: value for field, value in present.items() if value}, account=account,
        created_at=moment(one["CreatedDate"]), occurred_at=changed, known_at=changed,
    )  # fmt: skip
    rest = [
        PersonRecord(
            ref=PersonRef(external_id=number), fields=fields_of(values, {name: name for name in values}), occurred_at=at, known_at=at
        )
        for at, values in dated
    ]
    return Row(number, [first, *rest], shown=str(one.get("Name") or ref.email))


def opportunity_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    number, stages = str(one["Id"]), terms.known.get("stages", {})
    outcome: Literal["open", "won", "lost"] = "open" if not one["IsClosed"] else "won" if one["IsWon"] else "lost"
    told: dict[str, Any] = {
        field: str(value)
        for field, value in fields_of(one, terms.fields.get("opportunity", {})).items()
        if field in ("currency", "product", "lost_reason", "won_reason")
    }
    entries = _entries(one, history, terms)
    deal = OpportunityRecord(
        external_id=number, name=str(one.get("Name") or ""), account=AccountRef(external_id=str(one.get("AccountId") or "")),
        owner_email=_owner(one, terms), stage=_stage(one, stages), outcome=outcome, amount=amount(one.get("Amount")),
        opened_at=moment(one["CreatedDate"]), close_on=day(one.get("CloseDate")),
        closed_at=_closed_at(one, entries, stages) if outcome != "open" else None,
        history=entries, known_at=moment(one["SystemModstamp"]), **told,
    )  # fmt: skip
    return Row(number, [deal], shown=deal.name)


def _entries(one: Json, history: Sequence[Json], terms: Terms) -> tuple[StageEntry, ...]:
    """From when on its stage, amount, expected close and owner were what.

    The first three are kept of every deal by a history of their own; where it may not be read, the history of fields says them.
    """
    kept = [_entry(at, entry, terms) for entry in history if "Field" not in entry and (at := moment(entry["CreatedDate"])) is not None]
    names = (OWNER,) if kept else (*OF_DEALS, OWNER)
    fields = [entry for entry in history if entry.get("Field") in names and not _is_by_name(entry)]
    return (*kept, *(_entry(at, values, terms) for at, values in _changes(one, fields, {name: name for name in names})))


def _entry(at: datetime, said: Json, terms: Terms) -> StageEntry:
    owners, stages = terms.known.get("owners", {}), terms.known.get("stages", {})
    return StageEntry(
        at=at, stage=_stage(said, stages), amount=amount(said.get("Amount")), close_on=day(said.get("CloseDate")),
        owner_email=str(owners.get(said.get(OWNER) or "", "")),
    )  # fmt: skip


def _is_by_name(entry: Json) -> bool:
    """A change of owner is told twice, by ids and by names: a name says nobody for certain."""
    said = [str(entry[name]) for name in ("OldValue", "NewValue") if entry.get(name)]
    return entry["Field"] == OWNER and not all(value.startswith(USER_IDS) for value in said)


def _stage(said: Json, stages: Mapping[str, Any]) -> str:
    """A stage as people read it; one that nothing names stands as it is."""
    return str(stages.get(said.get("StageName") or "", {}).get("label") or said.get("StageName") or "")


def _closed_at(one: Json, entries: Sequence[StageEntry], stages: Mapping[str, Any]) -> datetime | None:
    """When it closed: the day the company says, at the moment of that day at which it came into its stage, if it did then."""
    on = day(one.get("CloseDate"))
    if on is None:
        return None
    entered = [entry.at for entry in entries if entry.stage == _stage(one, stages) and entry.at.date() == on]
    return entered[0] if entered else datetime.combine(on, time(), UTC)


def role_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    role = BUYING_ROLES.get(str(one.get("Role") or "").lower(), "")
    people = ((PersonRef(external_id=str(one["ContactId"])), role),)
    return Row(str(one["Id"]), [OpportunityRecord(external_id=str(one["OpportunityId"]), people=people)])


def campaign_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    name = str(one.get("Name") or "")
    campaign = CampaignRecord(
        key=name, name=name, channel=str(one.get("Type") or "").lower(), starts_on=day(one.get("StartDate")),
        ends_on=day(one.get("EndDate")), budget=amount(one.get("BudgetedCost")),
    )  # fmt: skip
    return Row(str(one["Id"]), [campaign], shown=name)


def member_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    """A touch when the person responded, whatever the company calls that; a member who was only listed did nothing."""
    number, at = str(one["Id"]), moment(one.get("FirstRespondedDate"))
    if not one["HasResponded"]:
        return Row(number)
    if at is None:
        return Row(number, problem="this member responded, but nothing says when")
    campaign = one.get("Campaign") or {}
    return Row(number, [
        TouchRecord(
            ref=PersonRef(external_id=str(one.get("ContactId") or one.get("LeadId") or "")), kind="campaign_response", occurred_at=at,
            message_id=f"campaign member {number}", campaign=str(campaign.get("Name") or ""),
            channel=str(campaign.get("Type") or "").lower(),
            known_at=moment(one["SystemModstamp"]),
        )
    ])  # fmt: skip


def task_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    """What was done; a task that is still to be done is a plan, and says nothing."""
    number = f"task:{one['Id']}"
    at = moment(one.get("CompletedDateTime")) or moment(one.get("ActivityDate")) or moment(one["CreatedDate"])
    if not one["IsClosed"] or at is None:
        return Row(number)
    direction: Literal["in", "out"] = "in" if one.get("CallType") == "Inbound" else "out"
    kind = SUBTYPES.get(str(one.get("TaskSubtype") or ""), "task")
    return Row(number, [_activity(one, number, kind, at, terms, outcome=str(one.get("CallDisposition") or ""), direction=direction)])


def event_row(one: Json, history: Sequence[Json], terms: Terms) -> Row:
    """A meeting. The vendor does not say whether one was held: until it began it is booked, afterwards nothing is known."""
    number, at, changed = f"event:{one['Id']}", moment(one.get("StartDateTime")), moment(one["SystemModstamp"])
    if at is None:
        return Row(number, problem="this event has no time: nothing says when it happened")
    return Row(number, [_activity(one, number, "meeting", at, terms, outcome="booked" if changed and changed < at else "")])


def _activity(
    one: Json, number: str, kind: str, at: datetime, terms: Terms, *, outcome: str, direction: Literal["in", "out"] = "out"
) -> ActivityRecord:
    about = str(one.get("WhatId") or "")
    return ActivityRecord(
        external_id=number, kind=kind, occurred_at=at, ref=PersonRef(external_id=str(one.get("WhoId") or "")),
        member_email=_owner(one, terms), opportunity_id=about if about.startswith(OPPORTUNITY_IDS) else "", outcome=outcome,
        direction=direction, text=str(one.get("Subject") or ""), known_at=moment(one["CreatedDate"]),
    )  # fmt: skip
