"""The address that is called for somebody, and the values an answer holds. Pure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from treaty.truth.records import Value

EMAIL, DOMAIN = "{email}", "{domain}"
LONGEST = 500
"""Letters of a value that are kept."""
OF_ACCOUNT = "account."
IDENTITY = ("account", "parent", "owner", "email", "domain", "consent", "opted_out", "external_id")
"""Fields no service may fill."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
OURS = ("host", "content-length", "transfer-encoding", "connection")
"""Headers that say how a call travels: a service asks for none of them."""


class BadEnricher(ValueError):
    """What was said about a service cannot be used. The text names the value and the way out."""


def check_address(address: str) -> str:
    """The address, trimmed. Raises BadEnricher unless it is https, without a password, and says where the person stands in it."""
    address = address.strip()
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        raise BadEnricher(f"{address[:200]!r} is not the address of a service: write it such as https://api.example/people?email={EMAIL}")
    if EMAIL not in address and DOMAIN not in address:
        raise BadEnricher(f"{address[:200]!r} asks about nobody: put {EMAIL} or {DOMAIN} where the service wants them")
    if EMAIL in parts.netloc or DOMAIN in parts.netloc:
        raise BadEnricher(f"{address[:200]!r} would call a host that a person's address names: put {EMAIL} behind the host")
    return address


def check_header(header: str, secret: str) -> None:
    """Raises BadEnricher for a header that cannot be sent (RFC 9110, 5.1 and 5.5). What the secret is, the message does not tell."""
    if not header and not secret:
        return
    if not _HEADER.fullmatch(header) or header.lower() in OURS:
        raise BadEnricher(f"{header[:60]!r} is no header a service asks for: write its name as the service has it, such as Authorization")
    odd = next((place for place, letter in enumerate(secret, 1) if not " " <= letter <= "~"), 0)
    if odd:
        raise BadEnricher(
            f"what {header} says has a letter in place {odd} that no header can carry: only letters without accents, digits and "
            "signs travel there; copy it again from the service"
        )
    if not secret:
        raise BadEnricher(f"nothing is said in {header}: enter what it says, such as Bearer and a key, or leave the header empty")


def read_fields(text: str) -> dict[str, str]:
    """Our fields and where the answer has them, a line each: `title = person.job.title`. Raises BadEnricher naming the line."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, is_said, path = (part.strip() for part in line.partition("="))
        if not is_said or not path or not name.removeprefix(OF_ACCOUNT).replace("_", "").isalnum():
            raise BadEnricher(f"{line.strip()[:80]!r} names no field and where it stands: write it such as title = person.job.title")
        if name.lower().removeprefix(OF_ACCOUNT) in IDENTITY or name.lower().startswith("crm_"):
            raise BadEnricher(f"{name!r} says who somebody is or whose: a service that knows by hearsay cannot say that")
        fields[name.lower()] = path
    if not fields:
        raise BadEnricher("nothing is taken from the answers: name a field and where it stands, such as title = person.job.title")
    return fields


def filled(address: str, email: str) -> str:
    """The address for one person; what is put in is a value there, whatever it holds."""
    return address.replace(EMAIL, quote(email, safe="")).replace(DOMAIN, quote(email.rpartition("@")[2], safe=""))


def values_in(answer: Any, fields: Mapping[str, str]) -> dict[str, Value]:
    """What the answer holds of the fields; what is empty, a list or an object, says nothing."""
    found = {name: _at(answer, path) for name, path in fields.items()}
    return {
        name: value.strip()[:LONGEST] if isinstance(value, str) else value
        for name, value in found.items()
        if (isinstance(value, str) and value.strip()) or (isinstance(value, bool | int | float))
    }


def _at(answer: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdecimal() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    return answer
