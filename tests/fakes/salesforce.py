"""A Salesforce: queries in SOQL, at once and by jobs, locators that run out, tokens good for a few calls, a bin, merges, histories."""

import csv
import gzip
import io
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from tests.fakes.server import Asked, Fake, Reply

ROOT = "/services/data/v64.0"
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
PREFIXES = {
    "User": "005", "Account": "001", "Contact": "003", "Lead": "00Q", "Opportunity": "006", "OpportunityContactRole": "00K",
    "Campaign": "701", "CampaignMember": "00v", "Task": "00T", "Event": "00U", "OpportunityStage": "01J", "LeadHistory": "017",
    "ContactHistory": "03C", "AccountHistory": "02a", "OpportunityHistory": "008", "OpportunityFieldHistory": "0OF",
}  # fmt: skip
TRACKED = {
    "Lead": ("Status", "Title"), "Contact": ("Title",), "Account": ("Industry",),
    "Opportunity": ("StageName", "Amount", "CloseDate", "OwnerId"),
}  # fmt: skip
FIELD_HISTORY = {"Opportunity": "OpportunityFieldHistory"}
"""Where the history of fields is kept; of the other kinds it is called after them."""
STAGES = (("Prospecting", "Prospecting", False, False), ("Negotiation", "Negotiation/Review", False, False),
          ("Closed Won", "Closed Won", True, True), ("Closed Lost", "Closed Lost", True, False))  # fmt: skip
TYPES = {"NumberOfEmployees": "int"}
FIELDS = {
    "Lead": ("Title", "Phone", "Country", "LeadSource", "Status", "OwnerId", "Treaty_Stage__c"),
    "Contact": ("Title", "Phone", "MailingCountry", "LeadSource", "OwnerId", "Treaty_Stage__c", "Treaty_Grade__c", "Treaty_Answer__c"),
    "Account": ("Industry", "BillingCountry", "NumberOfEmployees", "Type"),
    "Opportunity": ("LossReason__c",),
}
Thing = dict[str, Any]


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


@dataclass
class Job:
    """One that makes a file of what a query finds. states: those it will be found in, one at each look"""

    query: str
    states: list[str]
    columns: list[str] = field(default_factory=list)
    found: list[Thing] = field(default_factory=list)


@dataclass
class FakeSalesforce(Fake):
    """secret: the one that is good · key: whose assertions are good · uses: calls a token is good for · daily: calls a day

    looks: how often a job is found unfinished · fails: so many jobs come to nothing · has_jobs: whoever signed in may have them made
    """

    secret: str = "good"
    key: RSAPublicKey | None = None
    uses: int = 25
    daily: int = 100_000
    instance: str = "https://ours.my.salesforce.com"
    at: datetime = START
    quotas: tuple[tuple[int, float], ...] = ((25, 1.0),)
    size: int = 50
    """Records of a page at most; the vendor gives 200 at least, which would take many records to test."""
    objects: dict[str, dict[str, Thing]] = field(default_factory=lambda: {name: {} for name in PREFIXES})
    locators: dict[str, list[Thing]] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    forgets: bool = False
    """Every locator has run out when it is used."""
    looks: int = 0
    fails: int = 0
    has_jobs: bool = True
    jobs: dict[str, Job] = field(default_factory=dict)
    made: int = 0
    hidden: set[str] = field(default_factory=set)
    """Objects that the one who signed in may not read, or that the company does not keep."""
    routes = (
        ("POST", r"/services/oauth2/token", "get_token"),
        ("GET", rf"{ROOT}/sobjects", "get_objects"),
        ("GET", rf"{ROOT}/sobjects/(?P<name>\w+)/describe", "describe"),
        ("GET", rf"{ROOT}/(?P<manner>query|queryAll)", "get_query"),
        ("PATCH", rf"{ROOT}/composite/sobjects", "update_collection"),
        ("POST", rf"{ROOT}/sobjects/Task", "add_task"),
        ("POST", rf"{ROOT}/jobs/query", "create_job"),
        ("GET", rf"{ROOT}/jobs/query/(?P<number>\w+)", "get_job"),
        ("GET", rf"{ROOT}/jobs/query/(?P<number>\w+)/results", "get_results"),
        ("GET", rf"{ROOT}/query/(?P<locator>\w+)-(?P<after>\d+)", "get_more"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, label, is_closed, is_won in STAGES:
            self.put("OpportunityStage", ApiName=name, MasterLabel=label, IsClosed=is_closed, IsWon=is_won)

    # what happens there

    def later(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at

    def put(self, kind: str, number: str = "", **values: Any) -> str:
        """Make a record, or change its fields, now; what is tracked goes to its history."""
        things = self.objects[kind]
        number = number or f"{PREFIXES[kind]}{len(things) + 1:012d}"
        before = things.get(number)
        thing = things[number] = {"Id": number, "CreatedDate": stamp(self.at), "IsDeleted": False, **(before or {}), **values}
        thing["SystemModstamp"] = stamp(self.at)
        if kind == "Opportunity":
            closed, won = next(((stage[2], stage[3]) for stage in STAGES if stage[0] == thing["StageName"]), (False, False))
            thing |= {"IsClosed": closed, "IsWon": won}
            names = ("StageName", "Amount", "CloseDate")
            if before is None or any(before.get(name) != thing.get(name) for name in names):
                self.put("OpportunityHistory", OpportunityId=number, **{name: thing.get(name) for name in names})
        for name in TRACKED.get(kind, ()):
            if before is not None and before.get(name) != thing.get(name):
                self._track(kind, number, name, before.get(name), thing.get(name))
        return number

    def _track(self, kind: str, number: str, name: str, old: Any, new: Any) -> None:
        """A row of the history of fields; a change of owner has two, by name and by id."""
        of: Thing = {f"{kind}Id": number, "Field": name.removesuffix("Id")}
        if name == "OwnerId":
            names = {one: user["Name"] for one, user in self.objects["User"].items()}
            self.put(FIELD_HISTORY[kind], **of, OldValue=names.get(old), NewValue=names.get(new))
        self.put(FIELD_HISTORY.get(kind, f"{kind}History"), **of, OldValue=old, NewValue=new)

    def delete(self, kind: str, number: str, into: str | None = None) -> None:
        self.put(kind, number, IsDeleted=True, MasterRecordId=into)

    def user(self, number: str, email: str, name: str) -> str:
        return self.put("User", number, Email=email, Name=name, IsActive=True, UserType="Standard")

    # what it answers

    def busy(self, after: float | None = None) -> Reply:
        if after is not None:
            return Reply(400, [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}])
        return Reply(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}])

    def signed_out(self) -> Reply:
        return Reply(401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}])

    def is_signed_in(self, asked: Asked) -> bool:
        if asked.path.endswith("/token"):
            return True
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens[token] = self.tokens.get(token, 0) - 1
        return self.tokens[token] >= 0

    def answer(self, asked: Asked) -> Reply:
        if len(self.calls) > self.daily:
            return Reply(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}])
        reply = super().answer(asked)
        return replace(reply, headers={**reply.headers, "sforce-limit-info": f"api-usage={len(self.calls)}/{self.daily}"})

    def get_token(self, asked: Asked) -> Reply:
        form = dict(parse_qsl(asked.body.decode()))
        problem = self._assertion_problem(form["assertion"]) if "assertion" in form else self._client_problem(form)
        if problem:
            return Reply(400, {"error": problem, "error_description": "authentication failure"})
        token = f"00D-{len(self.tokens)}"
        self.tokens[token] = self.uses
        return Reply(200, {"access_token": token, "instance_url": self.instance, "token_type": "Bearer"})

    def _client_problem(self, form: dict[str, str]) -> str:
        is_good = form["grant_type"] == "client_credentials" and form["client_secret"] == self.secret
        return "" if is_good else "invalid_client"

    def _assertion_problem(self, assertion: str) -> str:
        head, claims, signature = assertion.split(".")
        assert self.key is not None
        try:
            self.key.verify(_unpacked(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return "invalid_grant"
        told = msgspec.json.decode(_unpacked(claims))
        is_good = told["aud"] == "https://login.salesforce.com" and told["sub"] and 0 < told["exp"] - self.at.timestamp() <= 180
        return "" if is_good else "invalid_grant"

    def get_objects(self, asked: Asked) -> Reply:
        return Reply(200, {"sobjects": [{"name": name, "queryable": True} for name in PREFIXES if name not in self.hidden]})

    def describe(self, asked: Asked, name: str) -> Reply:
        fields = [{"name": one, "label": one, "type": TYPES.get(one, "string"), "picklistValues": []} for one in FIELDS[name]]
        return Reply(200, {"fields": fields})

    def update_collection(self, asked: Asked) -> Reply:
        assert asked.json["allOrNone"] is False
        return Reply(200, [self._updated(one) for one in asked.json["records"]])

    def _updated(self, one: Thing) -> Thing:
        kind, number = one["attributes"]["type"], one["id"]
        if number in self.guarded or number not in self.objects[kind]:
            code = "FIELD_CUSTOM_VALIDATION_EXCEPTION" if number in self.guarded else "INVALID_CROSS_REFERENCE_KEY"
            return {
                "id": number,
                "success": False,
                "errors": [{"statusCode": code, "message": "locked by a validation rule", "fields": []}],
            }
        if self._random.random() < self.held:
            return {"success": False, "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access"}]}
        self.put(kind, number, **{name: value for name, value in one.items() if name not in ("attributes", "id")})
        return {"id": number, "success": True, "errors": []}

    def add_task(self, asked: Asked) -> Reply:
        if asked.json["WhoId"] in self.guarded:
            return Reply(400, [{"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "locked by a validation rule"}])
        done = asked.json["Status"] == "Completed"
        number = self.put("Task", **asked.json, IsClosed=done, CompletedDateTime=stamp(self.at), OwnerId=None)
        return Reply(201, {"id": number, "success": True, "errors": []})

    def get_query(self, asked: Asked, manner: str) -> Reply:
        try:
            names, kind, holds = parsed(asked.query["q"])
        except ValueError as problem:
            return Reply(400, [{"errorCode": "MALFORMED_QUERY", "message": str(problem)}])
        if kind in self.hidden:
            return Reply(400, [{"errorCode": "INVALID_TYPE", "message": f"sObject type '{kind}' is not supported."}])
        found = [one for one in self.objects[kind].values() if holds(one) and (manner == "queryAll" or not one.get("IsDeleted"))]
        order = re.search(r"ORDER BY (\w+), Id", asked.query["q"])
        found.sort(key=lambda one: (one[order[1]] if order else "", one["Id"]))
        locator = f"01g{len(self.locators):04d}"
        self.locators[locator] = [{name: one.get(name) for name in names} for one in found]
        return self._page(locator, 0)

    def create_job(self, asked: Asked) -> Reply:
        query = asked.json["query"]
        if not self.has_jobs:
            return Reply(403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "no jobs for this user"}])
        if "ORDER BY" in query or asked.json["operation"] != "queryAll":
            return Reply(400, [{"errorCode": "INVALIDJOB", "message": "what this fake wants is no order, and what is deleted too"}])
        end = "JobComplete" if self.fails <= 0 else "Failed"
        self.fails -= 1
        self.made += 1
        number = f"750{self.made:012d}"
        self.jobs[number] = Job(query, [*["UploadComplete", *["InProgress"] * self.looks][: self.looks], end])
        return Reply(200, {"id": number, "operation": "queryAll", "state": "UploadComplete", "contentType": "CSV"})

    def get_job(self, asked: Asked, number: str) -> Reply:
        if number not in self.jobs:
            return Reply(404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}])
        job = self.jobs[number]
        state = job.states[0]
        if len(job.states) > 1:
            job.states.pop(0)
        if state == "JobComplete" and not job.columns:
            job.columns, kind, holds = parsed(job.query)
            job.found = sorted((one for one in self.objects[kind].values() if holds(one)), key=lambda one: one["Id"], reverse=True)
            job.found = [dict(one) for one in job.found]
        return Reply(200, {"id": number, "state": state, "numberRecordsProcessed": len(job.found)})

    def get_results(self, asked: Asked, number: str) -> Reply:
        """In no order that anybody asked for, packed when that is understood."""
        job = self.jobs.get(number)
        if job is None or not job.columns:
            return Reply(404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}])
        after, size = int(asked.query.get("locator", "MT0").removeprefix("MT")), int(asked.query["maxRecords"])
        part = job.found[after : after + size]
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([job.columns, *([_cell(one.get(name)) for name in job.columns] for one in part)])
        more = f"MT{after + size}" if after + size < len(job.found) else "null"
        headers = {"content-type": "text/csv", "sforce-locator": more, "sforce-numberofrecords": str(len(part))}
        if "gzip" not in asked.headers.get("accept-encoding", ""):
            return Reply(200, raw=out.getvalue().encode(), headers=headers)
        return Reply(200, raw=gzip.compress(out.getvalue().encode()), headers={**headers, "content-encoding": "gzip"})

    def get_more(self, asked: Asked, locator: str, after: str) -> Reply:
        if self.forgets or locator not in self.locators:
            return Reply(400, [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}])
        return self._page(locator, int(after))

    def _page(self, locator: str, after: int) -> Reply:
        found = self.locators[locator]
        records = [_nested(one) for one in found[after : after + self.size]]
        end = after + self.size
        more = {} if end >= len(found) else {"nextRecordsUrl": f"{ROOT}/query/{locator}-{end}"}
        return Reply(200, {"totalSize": len(found), "done": not more, "records": records, **more})


def _unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _nested(one: Thing) -> Thing:
    """`Campaign.Name` is given as an object within the record."""
    told: Thing = {"attributes": {"type": "x"}}
    for name, value in one.items():
        parent, _, child = name.rpartition(".")
        (told.setdefault(parent, {}) if parent else told)[child] = value
    return told


def _cell(value: Any) -> str:
    """A value as a file has it: moments in another form than in JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    return text.replace("+0000", "Z") if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+0000", text) else text


Holds = Callable[[Thing], bool]
_WORDS = re.compile(r"'((?:[^'\\]|\\.)*)'|(\(|\)|,|>=|<=|=|>|<)|([^\s(),=<>]+)")


def parsed(query: str) -> tuple[list[str], str, Holds]:
    """(fields, object, condition) of a query. Raises ValueError for what this fake does not know."""
    found = re.fullmatch(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY .+)?", query)
    if found is None or found[2] not in PREFIXES:
        raise ValueError(f"not understood: {query[:200]}")
    words = iter(_WORDS.findall(found[3] or ""))
    return found[1].split(", "), found[2], _any(list(words)) if found[3] else lambda one: True


def _any(words: list[tuple[str, str, str]]) -> Holds:
    parts = _cut(words, "OR")
    if len(parts) > 1:
        each = [_any(part) for part in parts]
        return lambda one: any(holds(one) for holds in each)
    parts = _cut(words, "AND")
    if len(parts) > 1:
        each = [_any(part) for part in parts]
        return lambda one: all(holds(one) for holds in each)
    if words[0][1] == "(":
        return _any(words[1:-1])
    name = words[0][2]
    if words[1][2] == "IN":
        values = {_value(word) for word in words[3:-1] if word[1] != ","}
        return lambda one: one.get(name) in values
    told = _value(words[2])
    tests = {"=": lambda a, b: a == b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
    test = tests[words[1][1]]
    return lambda one: test(_comparable(one.get(name)), told)


def _cut(words: list[tuple[str, str, str]], at: str) -> list[list[tuple[str, str, str]]]:
    parts: list[list[tuple[str, str, str]]] = [[]]
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word[1], 0)
        if depth == 0 and word[2] == at:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _value(word: tuple[str, str, str]) -> Any:
    return _comparable(word[2]) if word[2] else word[0]


def _comparable(value: Any) -> Any:
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return datetime.fromisoformat(value)
    return value
