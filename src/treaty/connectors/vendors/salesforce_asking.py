"""How Salesforce is asked, and what it means by what it answers. Source: the vendor's reference of the version below."""

from datetime import UTC, datetime

from treaty.connectors.vendors.salesforce_objects import Json
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, Lost, SignedOut, Talk
from treaty.outward import Answer, Call

VERSION = "v64.0"
ROOT = f"/services/data/{VERSION}"
SIZE = 200
"""Records of a page, the fewest the vendor gives: a page is stored in one transaction."""
MOST_USED = 0.9
"""Of the calls a company may make in 24 hours; the rest is left to others."""
PATIENCE = 900.0
"""Seconds until the calls of a day are looked at again, once they are used up."""
LOCATOR = "sforce-locator"
"""The header by which a part of a file is known: it is no JSON."""
BUSY = {"QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW", "EXCEEDED_RATE_LIMIT", "API_CURRENTLY_DISABLED"}


def check(answer: Answer) -> None:
    if answer.status < 300:
        if LOCATOR not in answer.headers:
            answer.json()
        return
    code, says = told(answer)
    if code == "REQUEST_LIMIT_EXCEEDED":
        raise Busy(says, PATIENCE if "TotalRequests" in says else None)
    if code in BUSY or answer.status == 429 or answer.status >= 500 or (code == "unknown_error" and "retry" in says.lower()):
        raise Busy(says)
    if answer.status == 401 or code in ("invalid_grant", "invalid_client", "invalid_client_id", "inactive_user"):
        raise SignedOut(says)
    if code == "INVALID_QUERY_LOCATOR":
        raise Lost(says)
    raise Forbidden(says) if answer.status == 403 else Declined(says)


def rest(answer: Answer) -> float:
    """Seconds for which the rest of a day's calls is left to others."""
    used, _, most = answer.headers.get("sforce-limit-info", "").partition("api-usage=")[2].partition(";")[0].partition("/")
    is_much = used.isdigit() and most.isdigit() and int(used) >= MOST_USED * int(most)
    return PATIENCE if is_much else 0.0


def told(answer: Answer) -> tuple[str, str]:
    """(the vendor's word for what went wrong, a sentence). Its API answers with a list, signing in with an object."""
    try:
        said = answer.json()
        first = said[0] if isinstance(said, list) else said
        code = str(first.get("errorCode") or first.get("error") or "")
        return code, f"{answer.status}: {code}: {first.get('message') or first.get('error_description') or ''}"[:300]
    except Exception:
        return "", f"{answer.status}: {answer.body[:80]!r}"


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def quoted(text: str) -> str:
    """A text within a query."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def asked(query: str) -> Call:
    return Call("GET", f"{ROOT}/queryAll", query={"q": query}, headers={"sforce-query-options": f"batchSize={SIZE}"})


def paged(url: str) -> Call:
    return Call("GET", url, headers={"sforce-query-options": f"batchSize={SIZE}"})


def everything(query: str) -> Talk[list[Json]]:
    """Every record a query finds."""
    found: list[Json] = []
    answer = yield Call("GET", f"{ROOT}/query", query={"q": query})
    found += answer.json()["records"]
    while not answer.json()["done"]:
        answer = yield Call("GET", answer.json()["nextRecordsUrl"])
        found += answer.json()["records"]
    return found
