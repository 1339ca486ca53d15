"""Salesforce, by its REST API. Sources: the vendor's reference of the version below; landscape facts 5.3.

Everything is asked for in the order of `SystemModstamp`, deleted records among the rest (`queryAll`). A page is remembered
by the vendor's own locator and by the record it ended with: where the locator has run out, the query is asked anew from there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from treaty.connectors.vendors.reading import field_told, moment
from treaty.connectors.vendors.salesforce_objects import (
    ACCOUNT,
    CAMPAIGN,
    CONTACT,
    EVENT,
    LEAD,
    MEMBER,
    OPPORTUNITY,
    ROLE,
    TASK,
    USER,
    Json,
    Kind,
)  # fmt: skip
from treaty.connectors.vendors.salesforce_rows import (
    Rows,
    account_row,
    campaign_row,
    contact_row,
    event_row,
    gone_row,
    lead_row,
    member_row,
    opportunity_row,
    role_row,
    task_row,
    user_row,
)  # fmt: skip
from treaty.connectors.vendors.salesforce_signing import token_of
from treaty.connectors.vendors.talk import (
    Busy,
    Declined,
    Forbidden,
    Lost,
    Page,
    Place,
    Quota,
    Row,
    SignedOut,
    Stream,
    Talk,
    Terms,
    Token,
)  # fmt: skip
from treaty.outward import Answer, Call

VERSION = "v64.0"
ROOT = f"/services/data/{VERSION}"
SIZE = 200
"""Records of a page, the fewest the vendor gives: a page is stored in one transaction."""
LAG = timedelta(minutes=5)
"""A record may come to be seen so much later than it says it was changed: what changes it took that long."""
MOST_USED = 0.9
"""Of the calls a company may make in 24 hours; the rest is left to others."""
PATIENCE = 900.0
"""Seconds until the calls of a day are looked at again, once they are used up."""
BUSY = {"QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW", "EXCEEDED_RATE_LIMIT", "API_CURRENTLY_DISABLED"}


@dataclass(frozen=True)
class Salesforce:
    """The vendor, see `talk.Vendor`. Each company has an address of its own, and is signed in there."""

    name: str = "salesforce"
    label: str = "Salesforce"
    address: str = ""
    example: str = "https://example.my.salesforce.com"
    domains: tuple[str, ...] = (".salesforce.com", ".force.com")
    optional: tuple[str, ...] = ("client_secret", "private_key", "user")

    @property
    def secrets(self) -> Mapping[str, str]:
        return {
            "client_id": "the consumer key of a connected app that may use the API",
            "client_secret": "its consumer secret, when the app may sign in by client credentials",
            "private_key": "instead of the consumer secret: the private key, in PEM, of the certificate the app was given",
            "user": "with a private key: the name of the user to sign in as",
        }

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """The vendor counts a day's calls, see `rest`; this keeps a pull from crowding out people at work."""
        return (Quota(20, 1),)

    @property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        """Leads and contacts are people both, each with names of its own."""
        return {
            "person": {"title": "Title", "phone": "Phone", "country": "MailingCountry", "lead_source": "LeadSource"},
            "lead": {"title": "Title", "phone": "Phone", "country": "Country", "lead_source": "LeadSource", "lead_status": "Status"},
            "account": {"industry": "Industry", "country": "BillingCountry", "employees": "NumberOfEmployees", "account_type": "Type"},
            "opportunity": {"currency": "CurrencyIsoCode"},
        }

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (
            Stream("users", _reader(USER, user_row), every=3600),
            *(
                Stream(name, _reader(kind, row), some=_some(kind, row), mapped=(kind.mapped,))
                for name, kind, row in (
                    ("accounts", ACCOUNT, account_row),
                    ("contacts", CONTACT, contact_row),
                    ("leads", LEAD, lead_row),
                    ("opportunities", OPPORTUNITY, opportunity_row),
                )
            ),
            Stream("opportunity contact roles", _reader(ROLE, role_row)),
            Stream("campaigns", _reader(CAMPAIGN, campaign_row), every=3600),
            Stream("campaign members", _reader(MEMBER, member_row)),
            Stream("tasks", _reader(TASK, task_row)),
            Stream("events", _reader(EVENT, event_row)),
        )

    @property
    def hooks(self) -> None:
        """Its outbound messages are not taken yet: what changed is asked for."""
        return None

    def sign_in(self, secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
        return token_of(secrets, address, at)

    def signed(self, call: Call, token: Token) -> Call:
        return replace(call, headers={**call.headers, "authorization": f"Bearer {token.value}"})

    def check(self, answer: Answer, at: datetime) -> None:
        if answer.status < 300:
            answer.json()
            return
        code, says = _told(answer)
        if code == "REQUEST_LIMIT_EXCEEDED":
            raise Busy(says, PATIENCE if "TotalRequests" in says else None)
        if code in BUSY or answer.status == 429 or answer.status >= 500 or (code == "unknown_error" and "retry" in says.lower()):
            raise Busy(says)
        if answer.status == 401 or code in ("invalid_grant", "invalid_client", "invalid_client_id", "inactive_user"):
            raise SignedOut(says)
        if code == "INVALID_QUERY_LOCATOR":
            raise Lost(says)
        raise Forbidden(says) if answer.status == 403 else Declined(says)

    def rest(self, answer: Answer) -> float:
        used, _, most = answer.headers.get("sforce-limit-info", "").partition("api-usage=")[2].partition(";")[0].partition("/")
        is_much = used.isdigit() and most.isdigit() and int(used) >= MOST_USED * int(most)
        return PATIENCE if is_much else 0.0

    def learn(self) -> Talk[dict[str, Any]]:
        """The objects there are, users by id, the stages of opportunities with what they mean, the fields and their options."""
        listed = yield Call("GET", f"{ROOT}/sobjects")
        objects = sorted(one["name"] for one in listed.json()["sobjects"] if one.get("queryable"))
        users = yield from _all("SELECT Id, Email FROM User")
        stages = yield from _all("SELECT ApiName, MasterLabel, IsClosed, IsWon FROM OpportunityStage")
        found: dict[str, Any] = {
            "objects": objects,
            "owners": {one["Id"]: one.get("Email") or "" for one in users},
            "stages": {one["ApiName"]: {"label": one["MasterLabel"], "outcome": _outcome(one)} for one in stages},
            "properties": {},
        }
        for kind in (kind for kind in (LEAD, CONTACT, ACCOUNT, OPPORTUNITY) if kind.name in objects):
            told = yield Call("GET", f"{ROOT}/sobjects/{kind.name}/describe")
            found["properties"][kind.mapped] = [_property(one) for one in told.json()["fields"]]
        return found


def _property(one: Json) -> dict[str, Any]:
    is_fixed = one.get("updateable") is False
    return field_told(one["name"], one.get("label"), one.get("type"), one.get("picklistValues") or (), is_fixed=is_fixed)


def _outcome(stage: Json) -> str:
    if not stage["IsClosed"]:
        return "open"
    return "won" if stage["IsWon"] else "lost"


def _told(answer: Answer) -> tuple[str, str]:
    """(the vendor's word for what went wrong, a sentence). Its API answers with a list, signing in with an object."""
    try:
        said = answer.json()
        first = said[0] if isinstance(said, list) else said
        code = str(first.get("errorCode") or first.get("error") or "")
        return code, f"{answer.status}: {code}: {first.get('message') or first.get('error_description') or ''}"[:300]
    except Exception:
        return "", f"{answer.status}: {answer.body[:80]!r}"


def _reader(kind: Kind, row: Rows) -> Callable[[Place, Terms], Talk[Page]]:
    """A page of a kind, with the history of what is on it."""

    def read(place: Place, terms: Terms) -> Talk[Page]:
        spot = _Spot.of(place)
        try:
            answer = yield spot.call(kind, terms)
        except Lost:
            spot = replace(spot, url="")
            answer = yield spot.call(kind, terms)
        body = answer.json()
        rows = yield from _rows(kind, row, body["records"], terms)
        return Page(rows, None if body["done"] else place.at(spot.following(body)))

    return read


def _rows(kind: Kind, row: Rows, found: Sequence[Json], terms: Terms) -> Talk[list[Row]]:
    kept = [one for one in found if not one.get("IsDeleted")]
    history = yield from _history(kind, kept, terms)
    return [gone_row(kind, one) if one.get("IsDeleted") else row(one, history.get(one["Id"], []), terms) for one in found]


def _some(kind: Kind, row: Rows) -> Callable[[Sequence[str], Terms], Talk[Sequence[Row]]]:
    """Some records by their ids."""

    def read(ids: Sequence[str], terms: Terms) -> Talk[Sequence[Row]]:
        found = yield from _all(kind.query(terms, f"Id IN ({', '.join(quoted(one) for one in ids)})"))
        return (yield from _rows(kind, row, found, terms))

    return read


@dataclass(frozen=True)
class _Spot:
    """Where a query stands. url: the vendor's locator of the next page; since, behind: the moment and id of the last record."""

    url: str = ""
    since: str = ""
    behind: str = ""

    @classmethod
    def of(cls, place: Place) -> "_Spot":
        if place.next:
            return cls(**msgspec.json.decode(place.next))
        return cls(since=_stamp(place.since - LAG) if place.since else "")

    def call(self, kind: Kind, terms: Terms) -> Call:
        return _paged(self.url) if self.url else _asked(kind.query(terms, self._condition()))

    def _condition(self) -> str:
        if not self.behind:
            return f"SystemModstamp >= {self.since}" if self.since else ""
        return f"(SystemModstamp > {self.since} OR (SystemModstamp = {self.since} AND Id > {quoted(self.behind)}))"

    def following(self, body: Json) -> str:
        last = body["records"][-1] if body["records"] else {}
        changed = moment(last.get("SystemModstamp"))
        spot = _Spot(body["nextRecordsUrl"], _stamp(changed), str(last["Id"])) if changed else replace(self, url=body["nextRecordsUrl"])
        return msgspec.json.encode({"url": spot.url, "since": spot.since, "behind": spot.behind}).decode()


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def quoted(text: str) -> str:
    """A text within a query."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _asked(query: str) -> Call:
    return Call("GET", f"{ROOT}/queryAll", query={"q": query}, headers={"sforce-query-options": f"batchSize={SIZE}"})


def _paged(url: str) -> Call:
    return Call("GET", url, headers={"sforce-query-options": f"batchSize={SIZE}"})


def _all(query: str) -> Talk[list[Json]]:
    """Every record a query finds."""
    found: list[Json] = []
    answer = yield Call("GET", f"{ROOT}/query", query={"q": query})
    found += answer.json()["records"]
    while not answer.json()["done"]:
        answer = yield Call("GET", answer.json()["nextRecordsUrl"])
        found += answer.json()["records"]
    return found


def _history(kind: Kind, found: Sequence[Json], terms: Terms) -> Talk[dict[str, list[Json]]]:
    """The rows of history of each record, the oldest first; none where the company does not keep them."""
    history: dict[str, list[Json]] = {}
    if kind.history is None or not found or kind.history.name not in terms.known.get("objects", ()):
        return history
    query = kind.history.query([quoted(str(one["Id"])) for one in found], [quoted(name) for name in kind.names(terms)])
    for one in (yield from _all(query)):
        history.setdefault(str(one[kind.history.of]), []).append(one)
    return history
