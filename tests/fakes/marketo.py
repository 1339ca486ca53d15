"""A Marketo: troubles inside of HTTP 200, a log of activities read by a token, jobs that write files, opportunities by their roles."""

import base64
import csv
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.server import Asked, Fake, Reply

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
BEGAN = datetime(2025, 10, 1, tzinfo=UTC)
"""When the company's first channels were made."""
TYPES = {
    1: "Visit Webpage", 2: "Fill Out Form", 6: "Send Email", 7: "Email Delivered", 8: "Email Bounced", 9: "Unsubscribe Email",
    10: "Open Email", 11: "Click Email", 12: "New Lead", 13: "Change Data Value", 22: "Change Score", 32: "Merge Leads",
    34: "Add to Opportunity", 35: "Update Opportunity", 37: "Delete Lead", 104: "Change Status in Progression", 99: "Call Webhook",
}  # fmt: skip
FIELDS = {
    "id": "Id", "email": "Email Address", "firstName": "First Name", "lastName": "Last Name", "company": "Company Name",
    "website": "Website", "externalCompanyId": "External Company Id", "leadOwnerEmailAddress": "Lead Owner Email Address",
    "createdAt": "Created At", "updatedAt": "Updated At", "title": "Job Title", "phone": "Phone Number", "country": "Country",
    "leadStatus": "Lead Status", "leadScore": "Lead Score", "industry": "Industry", "numberOfEmployees": "Num Employees",
    "myStage": "My Stage", "externalSalesPersonId": "External Sales Person Id", "treatyStage": "Treaty Stage",
    "treatyGrade": "Treaty Grade", "treatyOwner": "Treaty Owner", "treatyAnswer": "Treaty Answer", "treatyFit": "Treaty Fit",
}  # fmt: skip
NUMBERS = {"id": "integer", "leadScore": "score", "numberOfEmployees": "integer", "treatyFit": "integer"}
FIXED = {"id", "createdAt", "updatedAt", "leadOwnerEmailAddress"}
OF_COMPANIES = ("externalCompanyId", "company", "website", "industry", "numberOfEmployees")
DEAL_FIELDS = (
    "marketoGUID", "externalOpportunityId", "name", "stage", "amount", "closeDate", "isClosed", "isWon", "externalCreatedDate",
    "externalCompanyId", "externalSalesPersonId", "createdAt", "updatedAt",
)  # fmt: skip
Thing = dict[str, Any]


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def number_of(kind: str) -> int:
    return next(number for number, name in TYPES.items() if name == kind)


@dataclass
class Job:
    kind: str
    wanted: Thing
    status: str = "Created"
    looks: int = 0
    data: bytes = b""
    records: int = 0


@dataclass
class FakeMarketo(Fake):
    """secret: the one that is good · looks: how often a job is found unfinished · has_crm: opportunities are a CRM's alone

    fails: so many jobs come to nothing.
    """

    secret: str = "good"
    at: datetime = START
    quotas: tuple[tuple[int, float], ...] = ((100, 20.0),)
    size: int = 300
    looks: int = 0
    fails: int = 0
    has_crm: bool = False
    tokens: dict[str, float] = field(default_factory=dict)
    leads: dict[int, Thing] = field(default_factory=dict)
    log: list[Thing] = field(default_factory=list)
    deleted: list[Thing] = field(default_factory=list)
    deals: dict[str, Thing] = field(default_factory=dict)
    roles: list[Thing] = field(default_factory=list)
    sellers: dict[str, str] = field(default_factory=dict)
    programs: list[Thing] = field(default_factory=list)
    campaigns: dict[int, Thing] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    stops_batches: bool = False
    """One lead that cannot be written stops the whole call it is in."""
    code: str = ""
    """Every call is answered with this code, inside of HTTP 200."""
    routes = (
        ("GET", r"/rest/v1/leads/describe.json", "describe_leads"),
        ("GET", r"/rest/v1/opportunities/describe.json", "describe_deals"),
        ("GET", r"/rest/v1/companies/describe.json", "describe_companies"),
        ("POST", r"/rest/v1/leads.json", "update_leads"),
        ("GET", r"/rest/v1/activities/types.json", "get_types"),
        ("GET", r"/rest/v1/activities/pagingtoken.json", "get_token"),
        ("GET", r"/rest/v1/activities/(?P<name>leadchanges|deletedleads).json", "get_special"),
        ("GET", r"/rest/v1/activities.json", "get_activities"),
        ("GET", r"/rest/v1/campaigns.json", "get_campaigns"),
        ("GET", r"/rest/v1/(?P<kind>leads|opportunities|opportunities/roles|salespersons).json", "get_by"),
        ("GET", r"/rest/asset/v1/channels.json", "get_channels"),
        ("GET", r"/rest/asset/v1/programs.json", "get_programs"),
        ("GET", r"/rest/asset/v1/program/(?P<number>\d+).json", "get_program"),
        ("POST", r"/bulk/v1/(?P<kind>leads|activities)/export/create.json", "create_job"),
        ("POST", r"/bulk/v1/(?P<kind>leads|activities)/export/(?P<number>\w+)/enqueue.json", "enqueue_job"),
        ("GET", r"/bulk/v1/(?P<kind>leads|activities)/export/(?P<number>\w+)/status.json", "get_status"),
        ("GET", r"/bulk/v1/(?P<kind>leads|activities)/export/(?P<number>\w+)/file.json", "get_file"),
    )

    # what happens there

    def later(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at

    def did(self, lead: int, kind: str, value: str = "", value_id: int | None = None, campaign: int | None = None, **said: Any) -> str:
        """An activity of a lead, now; names of attributes with _ for a space."""
        number = str(len(self.log) + 1000)
        self.log.append({
            "id": int(number), "marketoGUID": number, "leadId": lead, "activityDate": stamp(self.at), "activityTypeId": number_of(kind),
            "primaryAttributeValue": value, "primaryAttributeValueId": value_id, "campaignId": campaign,
            "attributes": {name.replace("_", " "): told for name, told in said.items()},
        })  # fmt: skip
        return number

    def put(self, number: str = "", **values: Any) -> str:
        """Make a lead, or change it, now; the changes go to the log, those of a score as such."""
        key = int(number or max(self.leads, default=100) + 1)
        before = self.leads.get(key)
        self.leads[key] = {"id": key, "createdAt": stamp(self.at), **(before or {}), **values, "updatedAt": stamp(self.at)}
        if before is None:
            self.did(key, "New Lead", str(values.get("email", "")))
        for name, value in values.items() if before is not None else ():
            if before.get(name) != value:
                kind = "Change Score" if name == "leadScore" else "Change Data Value"
                self.did(key, kind, FIELDS[name], New_Value=value, Old_Value=before.get(name))
        return str(key)

    def delete(self, number: str) -> None:
        del self.leads[int(number)]
        self.deleted.append({"id": 1, "leadId": int(number), "activityDate": stamp(self.at), "activityTypeId": 37, "attributes": []})

    def merge(self, kept: str, gone: str) -> None:
        self.delete(gone)
        self.did(int(kept), "Merge Leads", Merge_IDs=[int(gone)])

    def put_deal(self, number: str = "", **values: Any) -> str:
        number = number or f"opp{len(self.deals) + 1}"
        is_new = number not in self.deals
        deal = self.deals.setdefault(number, {"marketoGUID": f"g{number}", "externalOpportunityId": number, "createdAt": stamp(self.at)})
        deal |= {**values, "updatedAt": stamp(self.at)}
        for role in self.roles:
            if role["externalOpportunityId"] == number and not is_new:
                self.did(role["leadId"], "Update Opportunity")
        return number

    def take_part(self, deal: str, lead: str, role: str) -> None:
        self.roles.append({"externalOpportunityId": deal, "leadId": int(lead), "role": role})
        self.did(int(lead), "Add to Opportunity", Role=role)

    # what it answers

    def busy(self, after: float | None = None) -> Reply:
        return failed("606", "Max rate limit '100' exceeded with in '20' secs")

    def signed_out(self) -> Reply:
        return failed("602", "Access token expired")

    def is_signed_in(self, asked: Asked) -> bool:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return asked.path == "/identity/oauth/token" or self.tokens.get(token, 0.0) > self.at.timestamp()

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/identity/oauth/token":
            return self._identity(dict(parse_qsl(asked.body.decode())))
        return failed(self.code, "as the test says") if self.code else super().answer(asked)

    def _identity(self, form: dict[str, str]) -> Reply:
        if form.get("client_secret") != self.secret or form.get("grant_type") != "client_credentials":
            return Reply(401, {"error": "invalid_client", "error_description": "Bad client credentials"})
        token = f"token{len(self.tokens)}"
        self.tokens[token] = self.at.timestamp() + 3600
        return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": "apis@ours.example"})

    def describe_leads(self, asked: Asked) -> Reply:
        fields = [
            {"id": place, "displayName": label, "dataType": NUMBERS.get(name, "string"), "rest": {"name": name, "readOnly": name in FIXED}}
            for place, (name, label) in enumerate(FIELDS.items())
        ]
        return done([*fields, {"id": 999, "displayName": "Of the old interface alone", "dataType": "string", "soap": {"name": "Old"}}])

    def describe_deals(self, asked: Asked) -> Reply:
        if self.has_crm:
            return failed("603", "Access denied")
        return done(
            [{"name": "opportunity", "fields": [{"name": name, "displayName": name, "dataType": "string"} for name in DEAL_FIELDS]}]
        )

    def describe_companies(self, asked: Asked) -> Reply:
        if self.has_crm:
            return failed("603", "Access denied")
        return done([{"name": "company", "fields": [{"name": name, "displayName": name, "dataType": "string"} for name in OF_COMPANIES]}])

    def update_leads(self, asked: Asked) -> Reply:
        body = asked.json
        if body["action"] != "updateOnly" or body["lookupField"] != "id" or not 0 < len(body["input"]) <= 300:
            return failed("1003", "Invalid data")
        if unknown := {name for one in body["input"] for name in one} - set(FIELDS):
            return failed("1006", f"Field '{min(unknown)}' not found")
        if self.stops_batches and len(body["input"]) > 1 and any(str(one["id"]) in self.guarded for one in body["input"]):
            return failed("1001", "Invalid value")
        if self._random.random() < self.held:
            return failed("713", "Transient Error")
        return done([self._updated(**one) for one in body["input"]])

    def _updated(self, id: int, **values: Any) -> Thing:  # noqa: A002 the vendor's word
        """One lead of a call: written, or skipped with its reasons."""
        problem = ("1004", "Lead not found") if id not in self.leads else None
        if str(id) in self.guarded:
            problem = "1008", "Access denied to partition 'locked'"
        for name, value in values.items():
            if name in OF_COMPANIES:
                problem = "1021", "Company update not allowed"
            if name in NUMBERS and not isinstance(value, int | float | None):
                problem = "1001", f"Invalid value '{value}'. Required of type '{NUMBERS[name]}'"
        if problem:
            return {"status": "skipped", "reasons": [{"code": problem[0], "message": problem[1]}]}
        self.put(str(id), **values)
        return {"id": id, "status": "updated"}

    def get_types(self, asked: Asked) -> Reply:
        return done([{"id": number, "name": name} for number, name in TYPES.items()])

    def get_token(self, asked: Asked) -> Reply:
        since = datetime.fromisoformat(asked.query["sinceDatetime"])
        return Reply(200, {"success": True, "nextPageToken": _sealed(stamp(since), 0)})

    def get_activities(self, asked: Asked) -> Reply:
        kinds = {int(number) for number in asked.query["activityTypeIds"].split(",")}
        if len(kinds) > 10:
            return failed("1003", "too many activity types")
        return self._paged(asked, [one for one in self.log if one["activityTypeId"] in kinds], _as_listed)

    def get_special(self, asked: Asked, name: str) -> Reply:
        if name == "deletedleads":
            return self._paged(asked, self.deleted, dict)
        labels = {FIELDS[one]: one for one in asked.query["fields"].split(",")}
        told = [
            one for one in self.log
            if one["activityTypeId"] == 12 or (one["activityTypeId"] == 13 and one["primaryAttributeValue"] in labels)
        ]  # fmt: skip
        return self._paged(asked, told, lambda one: _as_changed(one, labels))

    def _paged(self, asked: Asked, found: list[Thing], shown: Any) -> Reply:
        since, behind = _opened(asked.query["nextPageToken"])
        later = [one for one in found if one["activityDate"] >= since]
        size = min(self.size, int(asked.query.get("batchSize", 300)))
        part, more = later[behind : behind + size], len(later) > behind + size
        body: Thing = {"success": True, "moreResult": more, "nextPageToken": _sealed(since, behind + len(part))}
        return Reply(200, {**body, **({"result": [shown(one) for one in part]} if part else {})})

    def get_campaigns(self, asked: Asked) -> Reply:
        return done([self.campaigns[number] for number in map(int, asked.query["id"].split(",")) if number in self.campaigns])

    def get_by(self, asked: Asked, kind: str) -> Reply:
        name, values = asked.query["filterType"], asked.query["filterValues"].split(",")
        if len(values) > 300:
            return failed("1003", "too many values")
        if kind != "leads" and self.has_crm:
            return failed("603", "Access denied")
        things: dict[str, list[Thing]] = {
            "leads": list(self.leads.values()), "opportunities": list(self.deals.values()), "opportunities/roles": self.roles,
            "salespersons": [{"externalSalesPersonId": number, "email": email} for number, email in self.sellers.items()],
        }  # fmt: skip
        found = [one for one in things[kind] if str(one.get(name)) in values]
        start = int(asked.query.get("nextPageToken", 0))
        wanted = asked.query.get("fields", "").split(",") if "fields" in asked.query else None
        part = [{field: one[field] for field in wanted or one if one.get(field) is not None} for one in found[start : start + self.size]]
        more = {"moreResult": True, "nextPageToken": str(start + self.size)} if len(found) > start + self.size else {}
        return Reply(200, {"success": True, "result": part, **more})

    def get_channels(self, asked: Asked) -> Reply:
        return done([{"id": 1, "name": "Webinar", "createdAt": f"{stamp(BEGAN)}+0000"}] if asked.query["offset"] == "0" else [])

    def get_programs(self, asked: Asked) -> Reply:
        since = asked.query.get("earliestUpdatedAt", "")
        found = [one for one in self.programs if one["updatedAt"] >= since]
        start = int(asked.query["offset"])
        part = [
            {name: value for name, value in one.items() if name != "costs"} for one in found[start : start + int(asked.query["maxReturn"])]
        ]
        return done(part) if part else Reply(200, {"success": True, "warnings": ["No assets found for the given search criteria."]})

    def get_program(self, asked: Asked, number: str) -> Reply:
        return done([one for one in self.programs if one["id"] == int(number)])

    def create_job(self, asked: Asked, kind: str) -> Reply:
        span = asked.json["filter"]["createdAt"]
        start, end = (datetime.fromisoformat(span[name]) for name in ("startAt", "endAt"))
        if end - start > timedelta(days=31) or any(name not in FIELDS for name in asked.json.get("fields", ())):
            return failed("1003", "the span or a field is not valid")
        number = f"job{len(self.jobs)}"
        self.jobs[number] = Job(kind, asked.json)
        return done([{"exportId": number, "status": "Created"}])

    def enqueue_job(self, asked: Asked, kind: str, number: str) -> Reply:
        job = self.jobs[number]
        if job.status != "Created":
            return failed("1003", "the job was enqueued before")
        job.status = "Queued"
        return done([{"exportId": number, "status": "Queued"}])

    def get_status(self, asked: Asked, kind: str, number: str) -> Reply:
        job = self.jobs[number]
        job.looks += job.status == "Queued"
        if job.status == "Queued" and job.looks > self.looks:
            self.fails, job.status = self.fails - 1, "Failed" if self.fails > 0 else "Completed"
            self._write(job)
        told = {"numberOfRecords": job.records, "fileSize": len(job.data)} if job.status == "Completed" else {}
        return done([{"exportId": number, "status": job.status, **told}])

    def get_file(self, asked: Asked, kind: str, number: str) -> Reply:
        job = self.jobs[number]
        if job.status != "Completed":
            return Reply(404, raw=b"no such file")
        start, _, end = asked.headers["range"].removeprefix("bytes=").partition("-")
        part = job.data[int(start) : int(end) + 1]
        return Reply(206, raw=part, headers={"content-range": f"bytes {start}-{end}/{len(job.data)}"})

    def _write(self, job: Job) -> None:
        span = job.wanted["filter"]["createdAt"]
        if job.kind == "leads":
            columns = job.wanted["fields"]
            rows = [one for one in self.leads.values() if span["startAt"] <= one["createdAt"] <= span["endAt"]]
        else:
            columns = ["marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId", "primaryAttributeValueId"]
            columns += ["primaryAttributeValue", "attributes"]
            kinds = job.wanted["filter"]["activityTypeIds"]
            rows = [one for one in self.log if one["activityTypeId"] in kinds and span["startAt"] <= one["activityDate"] <= span["endAt"]]
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(one.get(name)) for name in columns] for one in rows)
        job.data, job.records = out.getvalue().encode(), len(rows)


def _cell(value: Any) -> str:
    return "null" if value is None else json.dumps(value) if isinstance(value, dict) else str(value)


def _as_listed(one: Thing) -> Thing:
    return {**one, "attributes": [{"name": name, "value": value} for name, value in one["attributes"].items()]}


def _as_changed(one: Thing, labels: dict[str, str]) -> Thing:
    told = {name: one[name] for name in ("id", "marketoGUID", "leadId", "activityDate", "activityTypeId")}
    if one["activityTypeId"] == 12:
        return {**told, "attributes": []}
    said = one["attributes"]
    field = {"id": 1, "name": labels[one["primaryAttributeValue"]], "newValue": said["New Value"], "oldValue": said["Old Value"]}
    return {**told, "fields": [field], "attributes": []}


def _sealed(since: str, behind: int) -> str:
    return base64.b32encode(f"{since}|{behind}".encode()).decode()


def _opened(token: str) -> tuple[str, int]:
    since, _, behind = base64.b32decode(token).decode().partition("|")
    return since, int(behind)


def done(result: list[Thing]) -> Reply:
    return Reply(200, {"success": True, "requestId": "r#1", "result": result})


def failed(code: str, message: str) -> Reply:
    return Reply(200, {"success": False, "requestId": "r#1", "errors": [{"code": code, "message": message}]})
