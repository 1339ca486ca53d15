"""How Marketo is asked, and what it means by what it answers. Source: the vendor's reference."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from treaty.connectors.vendors.reading import says
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, SignedOut, Talk, Trouble
from treaty.outward import Answer, Call, NoAnswer

Json = Mapping[str, Any]
SIZE = 300
"""Activities of a page, and ids that may be asked for at once."""
PATIENCE = 900.0
"""Seconds until a daily quota is looked at again, once it is used up."""
EXPIRED, DENIED = {"601", "602"}, {"600", "603"}
FOR_A_WHILE = {"502", "604", "606", "608", "611", "614", "615", "713", "719"}
FOR_TODAY = {"607", "1029"}
NOTHING_FOUND = {"702"}


def check(answer: Answer) -> None:
    """Most troubles come inside of HTTP 200, as a code; a part of a file is no JSON."""
    if answer.status == 206:
        if "content-range" not in answer.headers:
            raise NoAnswer("a part of a file came without saying which")
        return
    if answer.status == 401:
        raise SignedOut(says(answer, "error_description", "error"))
    if answer.status == 403:
        raise Forbidden(says(answer, "error_description", "error"))
    if answer.status == 429 or answer.status >= 500:
        raise Busy(says(answer, "error_description", "error"))
    if answer.status >= 300:
        raise Declined(says(answer, "error_description", "error"))
    body = answer.json()
    if isinstance(body, dict) and body.get("success") is False:
        _raise_for(body)


def _raise_for(body: Json) -> None:
    """The trouble that the first code tells of."""
    first: Json = next(iter(body.get("errors") or ()), {})
    if str(first.get("code")) not in NOTHING_FOUND:
        raise trouble_of(first)


def trouble_of(said: Json) -> Trouble:
    """What a code and its message mean, of a whole call or of one record of it."""
    code = str(said.get("code") or "")
    told = f"{code}: {said.get('message') or ''}"[:300]
    if code in EXPIRED:
        return SignedOut(told)
    if code in DENIED:
        return Forbidden(told)
    if code in FOR_TODAY:
        return Busy(told, PATIENCE)
    return Busy(told) if code in FOR_A_WHILE else Declined(told)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def found_in(answer: Answer) -> list[Json]:
    """What is nowhere is left out of an answer."""
    return list(answer.json().get("result") or ())


def token_at(since: datetime) -> Talk[str]:
    """The word for a moment, from which on a log is read."""
    answer = yield Call("GET", "/rest/v1/activities/pagingtoken.json", query={"sinceDatetime": iso(since)})
    return str(answer.json()["nextPageToken"])


def following_of(answer: Answer) -> str:
    """The word for where the log goes on; nothing at its end. A page without anything may have another one behind it."""
    body = answer.json()
    return str(body["nextPageToken"]) if body.get("moreResult") else ""


def by_field(path: str, name: str, values: Sequence[str], fields: Sequence[str] = ()) -> Talk[list[Json]]:
    """Records of the vendor's database by one of their fields, however many there are."""
    found: list[Json] = []
    for start in range(0, len(values), SIZE):
        query = {"filterType": name, "filterValues": ",".join(values[start : start + SIZE]), "batchSize": str(SIZE)}
        query |= {"fields": ",".join(fields)} if fields else {}
        following = ""
        while True:
            answer = yield Call("GET", f"/rest/v1/{path}.json", query={**query, **({"nextPageToken": following} if following else {})})
            found += found_in(answer)
            following = following_of(answer)
            if not following:
                break
    return found
