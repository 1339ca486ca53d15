"""How each of Marketo's records becomes records of ours. Sources: the vendor's reference; landscape facts 5.4."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from treaty.connectors.tracking.kinds import snake
from treaty.connectors.vendors.reading import BUYING_ROLES, amount, day, fields_of, moment, named
from treaty.connectors.vendors.talk import Row, Terms
from treaty.truth.identity import normal_domain
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    CampaignRecord,
    GoneRecord,
    MemberRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    Record,
    SpendRecord,
    TouchRecord,
)  # fmt: skip

Json = Mapping[str, Any]
TOUCHES = {
    "send_email": "email_sent", "email_delivered": "email_delivered", "open_email": "email_open", "click_email": "email_click",
    "email_bounced": "email_bounce", "email_bounced_soft": "email_bounce",
    "unsubscribe_email": "unsubscribed", "visit_webpage": "page_view",
    "click_link": "link_click", "fill_out_form": "form_submitted", "fill_out_facebook_lead_ads_form": "form_submitted",
    "fill_out_linkedin_lead_gen_form": "form_submitted", "open_sales_email": "email_open", "click_sales_email": "email_click",
    "attend_event": "event_attended", "register_for_event": "event_registered",
}  # fmt: skip
"""Activities that people did or received; the others are the system's own work."""
PROGRESS, SCORE, CHANGE, MERGE = "change_status_in_progression", "change_score", "change_data_value", "merge_leads"
OF_DEALS = ("add_to_opportunity", "update_opportunity", "remove_from_opportunity")
"""They say whose opportunities changed; what they became is asked for."""
ALWAYS = (
    "id", "email", "firstName", "lastName", "company", "website", "externalCompanyId", "leadOwnerEmailAddress", "createdAt", "updatedAt",
)  # fmt: skip
"""Fields of a lead besides the mapped ones."""
_PLAIN = {name.replace("_", ""): name for name in (*TOUCHES, PROGRESS, SCORE, CHANGE, MERGE, *OF_DEALS)}


def activity_named(name: str) -> str:
    """What a kind of activity is called here, by the vendor's name of it: its numbers may differ from company to company.

    Nothing for one that says nothing to us.
    """
    return _PLAIN.get(snake(name).replace("_", ""), "")


def stamp(value: object) -> datetime | None:
    """A moment; assets have theirs as 2015-05-21T22:45:13Z+0000."""
    return moment(str(value or "").removesuffix("+0000") if str(value or "").endswith("Z+0000") else value)


def lead_row(one: Json, changes: Iterable[Json], terms: Terms) -> Row:
    """A person with their company. changes: activities that say which of their fields changed when, as `changed_fields` reads them.

    Which partition a lead is in says nothing here.
    """
    number = str(one["id"])
    changed = stamp(one.get("updatedAt"))
    name = named(one.get("firstName"), one.get("lastName"))
    told = fields_of(one, terms.fields.get("person", {}))
    present = {**told, **({"name": name} if name else {})}
    if owner := str(one.get("leadOwnerEmailAddress") or ""):
        present["crm_owner"] = owner
    account = AccountRef(
        external_id=str(one.get("externalCompanyId") or ""), domain=normal_domain(str(one.get("website") or "")),
        name=str(one.get("company") or ""),
    )  # fmt: skip
    ref = PersonRef(email=str(one.get("email") or ""), external_id=number)
    records: list[Record] = [
        PersonRecord(
            ref=ref, fields=present, account=account, created_at=stamp(one.get("createdAt")), occurred_at=changed, known_at=changed
        )
    ]
    about = fields_of(one, terms.fields.get("account", {}))
    if about and not account.is_empty:
        records.append(AccountRecord(ref=account, fields=about, occurred_at=changed, known_at=changed))
    records += [record for change in changes for record in changed_fields(change, terms)]
    return Row(number, records, shown=name or ref.email)


def changed_fields(activity: Json, terms: Terms) -> list[Record]:
    """The mapped fields that an activity says were changed: in a list of their own, or one by its label."""
    at = moment(activity.get("activityDate"))
    said = {str(one["name"]): one.get("newValue") for one in activity.get("fields") or ()}
    if not said:
        label = str(activity.get("primaryAttributeValue") or "")
        said = {name: attributes_of(activity).get("New Value") for name in _names(label, terms)}
    fields = fields_of(said, terms.fields.get("person", {}))
    if not fields or at is None:
        return []
    return [PersonRecord(ref=PersonRef(external_id=str(activity["leadId"])), fields=fields, occurred_at=at, known_at=at)]


def _names(label: str, terms: Terms) -> list[str]:
    """The fields of a lead that are called so."""
    return [one["name"] for one in terms.known.get("properties", {}).get("person", ()) if label in (one["label"], one["name"])]


def attributes_of(activity: Json) -> dict[str, Any]:
    """What an activity says beside its primary attribute: a list of names and values, in a file an object."""
    said = activity.get("attributes") or {}
    return dict(said) if isinstance(said, Mapping) else {str(one["name"]): one.get("value") for one in said}


def activity_row(one: Json, terms: Terms, campaigns: Mapping[str, str]) -> Row:
    """An activity of a kind that says something. campaigns: the programme of each smart campaign, by its id."""
    kind = terms.known.get("activities", {}).get(str(one["activityTypeId"]), "")
    number = str(one.get("marketoGUID") or one.get("id") or "")
    at = moment(one.get("activityDate"))
    if at is None:
        return Row(number, problem="this activity has no time: nothing says when it happened")
    if kind == MERGE:
        return Row(number, _merged(one, at))
    if kind in (CHANGE, SCORE):
        return Row(number, changed_fields(one, terms))
    if kind == PROGRESS:
        return Row(number, [_progress(one, number, at)])
    return Row(number, [_touch(one, TOUCHES[kind], number, at, campaigns)] if kind in TOUCHES else ())


def _merged(one: Json, at: datetime) -> list[Record]:
    """Leads that became the lead of the activity."""
    old = re.findall(r"\d+", str(attributes_of(one).get("Merge IDs") or ""))
    return [GoneRecord(kind="person", external_id=each, into=str(one["leadId"]), at=at) for each in old]


def _progress(one: Json, number: str, at: datetime) -> Record:
    """Somebody's status in a programme changed; a change that is its success is a response."""
    said = attributes_of(one)
    status = str(said.get("New Status") or "")
    return TouchRecord(
        ref=PersonRef(external_id=str(one["leadId"])), kind="campaign_response" if _is(said.get("Success")) else "campaign_member",
        occurred_at=at, known_at=at, message_id=number, campaign=str(one.get("primaryAttributeValue") or ""),
        fields={"status": status} if status else {},
    )  # fmt: skip


def _touch(one: Json, kind: str, number: str, at: datetime, campaigns: Mapping[str, str]) -> Record:
    said, asset = attributes_of(one), str(one.get("primaryAttributeValue") or "")
    host, path = page(
        str(said.get("Link") or said.get("Webpage URL") or (asset if kind == "page_view" else said.get("Referrer URL")) or "")
    )
    return TouchRecord(
        ref=PersonRef(external_id=str(one["leadId"])), kind=kind, occurred_at=at, known_at=at, message_id=number, title=asset,
        form=asset if kind == "form_submitted" else "", host=host, path=path[:500],
        channel="email" if kind.startswith("email") or kind == "unsubscribed" else "",
        campaign=campaigns.get(str(one.get("campaignId") or ""), ""),
    )  # fmt: skip


def page(url: str) -> tuple[str, str]:
    """(host, path) of an address; the vendor writes one without https://, or the path alone."""
    plain = re.sub(r"^[a-z]+://", "", url)
    host, slash, path = plain.partition("/")
    return (host, slash + path.partition("?")[0] or "/") if plain and not plain.startswith("/") else ("", plain.partition("?")[0])


def _is(value: object) -> bool:
    return str(value).lower() == "true"


def deleted_row(one: Json) -> Row:
    number = str(one["leadId"])
    return Row(number, [GoneRecord(kind="person", external_id=number, at=moment(one.get("activityDate")))])


def program_row(one: Json, terms: Terms) -> Row:
    """A programme and what it cost in each month. The vendor names no currency: without one, an amount is no spend."""
    number, name, channel = str(one["id"]), str(one.get("name") or ""), str(one.get("channel") or "")
    starts, ends = stamp(one.get("startDate")), stamp(one.get("endDate"))
    campaign = CampaignRecord(
        key=name or f"marketo program {number}", name=name, channel=channel, starts_on=starts.date() if starts else None,
        ends_on=ends.date() if ends else None,
    )  # fmt: skip
    return Row(number, [campaign, *(_costs(one, channel, campaign.key, terms.currency) if terms.currency else ())], shown=name)


def _costs(one: Json, channel: str, campaign: str, currency: str) -> list[Record]:
    """Several costs of a month are one."""
    months: dict[date, list[Any]] = {}
    for cost in one.get("costs") or ():
        on, spent = day(cost.get("startDate")), amount(cost.get("cost"))
        if on is not None and spent is not None:
            months.setdefault(on, []).append(spent)
    return [
        SpendRecord(
            channel=channel, on=on, amount=sum(spent), currency=currency, campaign=campaign,
            external_id=f"program {one['id']} {on.isoformat()}",
        )
        for on, spent in months.items()
    ]  # fmt: skip


def seller_row(one: Json) -> Row:
    number, email = f"sales person {one['externalSalesPersonId']}", str(one.get("email") or "")
    if not email:
        return Row(number, problem="this sales person has no e-mail address, so nobody can be recognised: give them one in Marketo")
    name = named(one.get("firstName"), one.get("lastName"))
    return Row(number, [MemberRecord(email=email, name=name)], shown=name or email)


def opportunity_row(one: Json, roles: Sequence[Json], owner: str, terms: Terms) -> Row:
    """An opportunity as it is: of what it was the vendor tells nothing. roles: who takes part in it."""
    number = str(one["externalOpportunityId"])
    outcome: Literal["open", "won", "lost"] = "open" if not _is(one.get("isClosed")) else "won" if _is(one.get("isWon")) else "lost"
    told: dict[str, Any] = {
        field: str(value)
        for field, value in fields_of(one, terms.fields.get("opportunity", {})).items()
        if field in ("currency", "product", "lost_reason", "won_reason")
    }
    deal = OpportunityRecord(
        external_id=number, name=str(one.get("name") or ""), account=AccountRef(external_id=str(one.get("externalCompanyId") or "")),
        people=tuple(
            (PersonRef(external_id=str(role["leadId"])), BUYING_ROLES.get(str(role.get("role") or "").lower(), "")) for role in roles
        ),
        owner_email=owner, stage=str(one.get("stage") or ""), outcome=outcome, amount=amount(one.get("amount")),
        opened_at=stamp(one.get("externalCreatedDate") or one.get("createdAt")), close_on=day(one.get("closeDate")),
        closed_at=stamp(one.get("closeDate")) if outcome != "open" else None,
        known_at=stamp(one.get("updatedAt")), **{"currency": terms.currency, **told},
    )  # fmt: skip
    return Row(number, [deal], shown=deal.name)
