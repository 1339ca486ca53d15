"""How each of Pipedrive's records becomes records of ours. Source: landscape facts 5.4."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from treaty.connectors.vendors.reading import Change, amount, by_moment, day, fields_of, moment
from treaty.connectors.vendors.talk import Row, Terms
from treaty.truth.identity import normal_domain
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    StageEntry,
)  # fmt: skip

Json = Mapping[str, Any]
Rows = Callable[[Json, Sequence[Json], Terms], Row]
"""What one record says: itself, the changes of its fields, in which words."""
KINDS: Mapping[str, Literal["person", "account", "opportunity", "activity"]] = {
    "person": "person", "organization": "account", "deal": "opportunity", "activity": "activity",
}  # fmt: skip
HISTORY = ("stage_id", "value", "expected_close_date")


def user_row(one: Json) -> Row:
    number, email = str(one["id"]), str(one.get("email") or "")
    if not email:
        return Row(number, problem="this user has no e-mail address, so nobody can be recognised: give them one in Pipedrive")
    return Row(number, [MemberRecord(email=email, name=str(one.get("name") or ""), is_active=one.get("active_flag") is not False)])


def recent_rows(items: Iterable[Json], at: datetime) -> list[Row]:
    """What is gone, of what changed lately."""
    rows = []
    for item in items:
        kind, said = KINDS.get(str(item["item"])), item.get("data") or {}
        is_gone = not said or said.get("active_flag") is False or said.get("status") == "deleted" or said.get("deleted") is True
        if kind is not None and is_gone:
            rows.append(_gone(kind, str(item["id"]), moment(said.get("update_time")) or at))
    return rows


def _gone(kind: Literal["person", "account", "opportunity", "activity"], number: str, at: datetime | None) -> Row:
    return Row(number, [GoneRecord(kind=kind, external_id=number, at=at)])


def _told(one: Json, kind: str, terms: Terms) -> dict[str, Any]:
    """Every field by its code, as people read it: of a choice its label, of money the amount, of several the first one."""
    labels = {
        found["name"]: {option["value"]: option["label"] for option in found["options"]}
        for found in terms.known.get("properties", {}).get(kind, ())
        if found["options"]
    }
    return {name: _plain(value, labels.get(name, {})) for name, value in {**one, **(one.get("custom_fields") or {})}.items()}


def _plain(value: object, labels: Mapping[str, str]) -> object:
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, list):
        chosen = [one for one in value if isinstance(one, Mapping)]
        if chosen:
            value = next((one for one in chosen if one.get("primary")), chosen[0]).get("value")
        else:
            return "; ".join(labels.get(str(one), str(one)) for one in value)
    return labels.get(str(value), value)


def _owner(one: Json, terms: Terms) -> str:
    return str(terms.known.get("owners", {}).get(str(one.get("owner_id") or ""), ""))


def _id(value: object) -> str:
    return "" if value in (None, "") else str(value)


def organization_row(one: Json, changes: Sequence[Json], terms: Terms) -> Row:
    number, changed = str(one["id"]), moment(one.get("update_time"))
    if one.get("is_deleted"):
        return _gone("account", number, changed)
    said = _told(one, "account", terms)
    ref = AccountRef(external_id=number, domain=normal_domain(str(said.get("website") or "")), name=str(one.get("name") or ""))
    fields = fields_of(said, terms.fields.get("account", {}))
    if not fields.get("country") and (country := (one.get("address") or {}).get("country")):
        fields["country"] = str(country)
    record = AccountRecord(ref=ref, fields=fields, owner_email=_owner(one, terms), occurred_at=changed, known_at=changed)
    return Row(number, [record], shown=ref.name)


def person_row(one: Json, changes: Sequence[Json], terms: Terms) -> Row:
    number, changed = str(one["id"]), moment(one.get("update_time"))
    if one.get("is_deleted"):
        return _gone("person", number, changed)
    said = _told(one, "person", terms)
    present = {"name": _id(one.get("name")), "crm_owner": _owner(one, terms), **fields_of(said, terms.fields.get("person", {}))}
    record = PersonRecord(
        ref=PersonRef(email=_id(said.get("emails")), external_id=number),
        fields={field: value for field, value in present.items() if value},
        account=AccountRef(external_id=_id(one.get("org_id"))),
        created_at=moment(one.get("add_time")),
        occurred_at=changed,
        known_at=changed,
    )
    return Row(number, [record], shown=_id(one.get("name")) or record.ref.email)


def deal_row(one: Json, changes: Sequence[Json], terms: Terms) -> Row:
    """A deal. Its status says whether it was won or lost; the stage it was in then stands."""
    number, changed = str(one["id"]), moment(one.get("update_time"))
    if one.get("is_deleted") or one["status"] == "deleted":
        return _gone("opportunity", number, changed)
    outcome: Literal["won", "lost", "open"] = "won" if one["status"] == "won" else "lost" if one["status"] == "lost" else "open"
    told: dict[str, Any] = {
        field: str(value)
        for field, value in fields_of(_told(one, "opportunity", terms), terms.fields.get("opportunity", {})).items()
        if field in ("product", "lost_reason", "won_reason")
    }
    person = _id(one.get("person_id"))
    deal = OpportunityRecord(
        external_id=number, name=_id(one.get("title")), account=AccountRef(external_id=_id(one.get("org_id"))),
        people=((PersonRef(external_id=person), ""),) if person else (), owner_email=_owner(one, terms),
        stage=_stage(one.get("stage_id"), terms), outcome=outcome, amount=amount(one.get("value")), currency=_id(one.get("currency")),
        opened_at=moment(one.get("add_time")), close_on=day(one.get("expected_close_date")),
        closed_at=moment(one.get(f"{outcome}_time") or one.get("close_time")) if outcome != "open" else None,
        history=_history(one, changes, terms), known_at=changed, **told,
    )  # fmt: skip
    return Row(number, [deal], shown=deal.name)


def _stage(value: object, terms: Terms) -> str:
    """A stage as people read it; one that nothing names stands as it is."""
    return str(terms.known.get("stages", {}).get(_id(value), {}).get("label") or _id(value))


def _history(one: Json, changes: Sequence[Json], terms: Terms) -> tuple[StageEntry, ...]:
    """From how it was made, which its first changes tell, on."""
    made, found, first = moment(one.get("add_time")), list[Change](), {name: _id(one.get(name)) for name in HISTORY}
    dated = [(at, change) for change in changes if (at := moment(change.get("time"))) is not None and change.get("field_key") in HISTORY]
    for at, change in sorted(dated, key=lambda pair: pair[0], reverse=True):
        first[change["field_key"]] = _id(change.get("old_value"))
        found.append((at, change["field_key"], _id(change.get("new_value"))))
    if made is not None:
        found = [change for change in found if change[0] > made]
        found += [(made, name, value) for name, value in first.items()]
    return tuple(
        StageEntry(
            at=at,
            stage=_stage(values.get("stage_id"), terms),
            amount=amount(values.get("value")),
            close_on=day(values.get("expected_close_date")),
        )
        for at, values in by_moment(found)
    )


def activity_row(one: Json, changes: Sequence[Json], terms: Terms) -> Row:
    """What was done; what is still to be done is a plan, and says nothing. The kinds a company added itself stand as they are."""
    number, kind = str(one["id"]), _id(one.get("type")) or "task"
    if one.get("is_deleted"):
        return _gone("activity", number, moment(one.get("update_time")))
    due = moment(" ".join(filter(None, (_id(one.get("due_date")), _id(one.get("due_time"))))))
    done = moment(one.get("marked_as_done_time"))
    at = (due or done) if kind == "meeting" else (done or due)
    if not one.get("done"):
        return Row(number)
    if at is None:
        return Row(number, problem=f"this {kind} has no time: nothing says when it happened")
    return Row(number, [
        ActivityRecord(
            external_id=number, kind=kind, occurred_at=at, ref=PersonRef(external_id=_id(one.get("person_id"))),
            member_email=_owner(one, terms), opportunity_id=_id(one.get("deal_id")), outcome="held" if kind == "meeting" else "",
            text=_id(one.get("subject")), known_at=moment(one.get("add_time")),
        )
    ])  # fmt: skip
