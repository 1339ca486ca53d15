"""Marketo Engage, by its REST API. Sources: the vendor's reference; landscape facts 5.4; ecosystem facts (what comes inside of HTTP 200).

The first time leads and activities come by bulk extract (`marketo_export`); from then on the log of activities tells what
happened: it is read by a token that stands for a moment. The vendor cannot list leads that changed: the log of changes names them,
and they are asked for by their ids. Whose opportunities changed is told by the log too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from treaty.connectors.vendors.marketo_asking import SIZE, by_field, check, following_of, found_in, iso, token_at
from treaty.connectors.vendors.marketo_export import Export, exported
from treaty.connectors.vendors.marketo_learning import learned
from treaty.connectors.vendors.marketo_log import LAG, begins, numbers_of, of_log
from treaty.connectors.vendors.marketo_rows import (
    ALWAYS,
    CHANGE,
    MERGE,
    OF_DEALS,
    PROGRESS,
    SCORE,
    TOUCHES,
    Json,
    activity_row,
    deleted_row,
    lead_row,
    opportunity_row,
    program_row,
    seller_row,
)  # fmt: skip
from treaty.connectors.vendors.talk import Hooks, Page, Place, Quota, Row, Stream, Talk, Terms, Token, bearer
from treaty.outward import Answer, Call

PROGRAMS = 20
"""Programmes of a page, for each takes a call more."""
DELETED = timedelta(days=14)
"""What was deleted is told so long."""
EARLY = 60.0
"""Seconds before a token runs out at which another one is had."""
OPPORTUNITY = (
    "externalOpportunityId", "name", "stage", "amount", "closeDate", "isClosed", "isWon", "externalCreatedDate", "externalCompanyId",
    "externalSalesPersonId", "createdAt", "updatedAt",
)  # fmt: skip


@dataclass(frozen=True)
class Marketo:
    """The vendor, see `talk.Vendor`."""

    name: str = "marketo"
    label: str = "Marketo"
    address: str = ""
    example: str = "https://123-ABC-456.mktorest.com"
    domains: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    hooks: Hooks | None = None
    """Its webhooks are signed by nothing: the log is read instead."""

    @property
    def secrets(self) -> Mapping[str, str]:
        return {
            "client_id": "the Client ID of the custom service whose user may read leads, activities, opportunities and assets "
            "(and write leads, if you will let Treaty write)",
            "client_secret": "the Client Secret of the same service",
        }

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """Those every company has, a little less for others that call beside us."""
        return (Quota(90, 20), Quota(45_000, 86_400))

    @property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        """A company's fields stand with each of its leads. Its stage of the lifecycle is a field of the company's own: it is chosen."""
        return {
            "person": {
                "title": "title", "phone": "phone", "country": "country", "department": "department", "lead_source": "leadSource",
                "lead_status": "leadStatus", "score": "leadScore", "lifecycle_stage": "",
            },
            "account": {"industry": "industry", "employees": "numberOfEmployees"},
            "opportunity": {"currency": "", "product": "", "lost_reason": "", "won_reason": ""},
        }  # fmt: skip

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (
            Stream("programs", programs, every=3600, mapped=("currency",)),
            Stream("leads", leads, some=_some_leads, mapped=("person", "account")),
            Stream("activities", activities),
            Stream("opportunities", opportunities, some=_some_deals, mapped=("opportunity", "currency")),
            Stream("deleted leads", deletions, every=3600),
        )

    def sign_in(self, secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
        form = {"grant_type": "client_credentials", "client_id": secrets["client_id"], "client_secret": secrets["client_secret"]}
        answer = yield Call("POST", "/identity/oauth/token", form=form)
        told = answer.json()
        return Token(str(told["access_token"]), until=at + timedelta(seconds=float(told["expires_in"]) - EARLY))

    def signed(self, call: Call, token: Token) -> Call:
        return bearer(call, token)

    def check(self, answer: Answer, at: datetime) -> None:
        check(answer)

    def rest(self, answer: Answer) -> float:
        """Nothing tells how much is left: what was sent is counted."""
        return 0.0

    def learn(self) -> Talk[dict[str, Any]]:
        return learned()


def _readable(names: Sequence[str], terms: Terms, kind: str) -> list[str]:
    """Those of the fields that the company has: the vendor declines to export any other."""
    there = {one["name"] for one in terms.known.get("properties", {}).get(kind, ())}
    return [name for name in dict.fromkeys(names) if name in there]


def _lead_fields(terms: Terms) -> list[str]:
    mapped = [*terms.fields.get("person", {}).values(), *terms.fields.get("account", {}).values()]
    return _readable([*ALWAYS, *mapped], terms, "person")


def leads(place: Place, terms: Terms) -> Talk[Page]:
    return (yield from (exported(LEADS, place, terms) if place.since is None else _changed_leads(place, place.since, terms)))


def _exported_leads(rows: Sequence[dict[str, str]], terms: Terms) -> Talk[Sequence[Row]]:
    yield from ()
    return [lead_row(one, (), terms) for one in rows]


LEADS = Export("leads", begins, lambda terms: {"fields": _lead_fields(terms)}, _exported_leads)


def _changed_leads(place: Place, since: datetime, terms: Terms) -> Talk[Page]:
    """Whom the log of changes names, as they are now, and what their fields were when."""
    token = place.next or (yield from token_at(since - LAG))
    watched = ",".join(name for name in _lead_fields(terms) if name not in ("id", "createdAt", "updatedAt"))
    query = {"nextPageToken": token, "fields": watched, "batchSize": str(SIZE)}
    answer = yield Call("GET", "/rest/v1/activities/leadchanges.json", query=query)
    changes: dict[str, list[Json]] = {}
    for one in found_in(answer):
        changes.setdefault(str(one["leadId"]), []).append(one)
    found = yield from by_field("leads", "id", list(changes), _lead_fields(terms))
    rows = [lead_row(one, changes.get(str(one["id"]), ()), terms) for one in found]
    following = following_of(answer)
    return Page(rows, place.at(following) if following else None)


def _some_leads(ids: Sequence[str], terms: Terms) -> Talk[Sequence[Row]]:
    found = yield from by_field("leads", "id", ids, _lead_fields(terms))
    return [lead_row(one, (), terms) for one in found]


READ = (*TOUCHES, PROGRESS, SCORE, MERGE)
"""What is read of the log; changes of fields come with the leads, but for those from before the first pull."""


def activities(place: Place, terms: Terms) -> Talk[Page]:
    return (yield from of_log(READ, _activity_rows, place, terms, at_first=(CHANGE,)))


def _activity_rows(found: Sequence[Json], terms: Terms) -> Talk[Sequence[Row]]:
    """Each with the programme it belongs to. What a lead's fields were says nothing of one who is there no more: nobody is made by it."""
    ids = list(dict.fromkeys(str(one["campaignId"]) for one in found if one.get("campaignId")))
    campaigns: dict[str, str] = {}
    for start in range(0, len(ids), SIZE):
        query = {"id": ",".join(ids[start : start + SIZE]), "batchSize": str(SIZE)}
        answer = yield Call("GET", "/rest/v1/campaigns.json", query=query)
        campaigns |= {str(one["id"]): str(one.get("programName") or one.get("name") or "") for one in found_in(answer)}
    of_fields = {str(number) for number in numbers_of((CHANGE, SCORE), terms)}
    changed = list(dict.fromkeys(str(one["leadId"]) for one in found if str(one["activityTypeId"]) in of_fields))
    there = {str(one["id"]) for one in (yield from by_field("leads", "id", changed, ["id"]))}
    gone = {*changed} - there
    return [
        activity_row(one, terms, campaigns) for one in found if not (str(one["activityTypeId"]) in of_fields and str(one["leadId"]) in gone)
    ]


def opportunities(place: Place, terms: Terms) -> Talk[Page]:
    """Nothing where they may not be read."""
    if not terms.known.get("properties", {}).get("opportunity"):
        return Page((), None)
    return (yield from of_log(OF_DEALS, _deal_rows, place, terms))


def _deal_rows(found: Sequence[Json], terms: Terms) -> Talk[Sequence[Row]]:
    """The opportunities that people of these activities take part in."""
    whose = list(dict.fromkeys(str(one["leadId"]) for one in found))
    theirs = yield from by_field("opportunities/roles", "leadId", whose)
    return (yield from _some_deals(list(dict.fromkeys(str(role["externalOpportunityId"]) for role in theirs)), terms))


def _some_deals(ids: Sequence[str], terms: Terms) -> Talk[Sequence[Row]]:
    fields = _readable([*OPPORTUNITY, *terms.fields.get("opportunity", {}).values()], terms, "opportunity")
    deals = yield from by_field("opportunities", "externalOpportunityId", ids, fields)
    roles = yield from by_field("opportunities/roles", "externalOpportunityId", ids)
    sellers = list(dict.fromkeys(str(one["externalSalesPersonId"]) for one in deals if one.get("externalSalesPersonId")))
    owners = yield from by_field("salespersons", "externalSalesPersonId", sellers)
    emails = {str(one["externalSalesPersonId"]): str(one.get("email") or "") for one in owners}
    rows = [seller_row(one) for one in owners]
    for one in deals:
        taking_part = [role for role in roles if role["externalOpportunityId"] == one["externalOpportunityId"]]
        rows.append(opportunity_row(one, taking_part, emails.get(str(one.get("externalSalesPersonId") or ""), ""), terms))
    return rows


def deletions(place: Place, terms: Terms) -> Talk[Page]:
    since = max(place.since or place.began_at - DELETED, place.began_at - DELETED)
    token = place.next or (yield from token_at(since - LAG))
    answer = yield Call("GET", "/rest/v1/activities/deletedleads.json", query={"nextPageToken": token, "batchSize": str(SIZE)})
    following = following_of(answer)
    return Page([deleted_row(one) for one in found_in(answer)], place.at(following) if following else None)


def programs(place: Place, terms: Terms) -> Talk[Page]:
    """Those that changed, or all; what a programme cost is told by a call of its own."""
    start = int(place.next or 0)
    query = {"maxReturn": str(PROGRAMS), "offset": str(start)}
    if place.since is not None:
        query |= {"earliestUpdatedAt": iso(place.since - LAG), "latestUpdatedAt": iso(place.began_at + LAG)}
    listed = found_in((yield Call("GET", "/rest/asset/v1/programs.json", query=query)))
    rows = []
    for one in listed:
        told = yield Call("GET", f"/rest/asset/v1/program/{int(one['id'])}.json")
        rows.append(program_row(next(iter(found_in(told)), one), terms))
    return Page(rows, place.at(str(start + PROGRAMS)) if len(listed) == PROGRAMS else None)
