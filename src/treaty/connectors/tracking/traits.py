"""What a client says about a person or a company, under the names Treaty uses.

Standard trait names become fields; others are kept under their own name in snake_case if they hold one plain value.
The names Treaty itself writes (`account`, `email_domain`, …) cannot be set from outside.
"""

import re
from collections.abc import Collection, Mapping
from itertools import chain
from typing import Any

from treaty.connectors.tracking.kinds import snake
from treaty.truth.records import AccountRef, Value

PERSON = {
    "title": ("title", "job_title", "jobtitle", "position", "role"),
    "phone": ("phone", "phone_number", "mobile", "telephone"),
    "country": ("country", "country_code"),
    "language": ("language", "locale"),
    "lead_source": ("lead_source", "source"),
    "department": ("department",),
    "seniority": ("seniority",),
}
ACCOUNT = {
    "industry": ("industry",),
    "employees": ("employees", "employee_count", "number_of_employees", "size", "company_size", "headcount"),
    "country": ("country",),
}
COMPANY_NAME = ("company", "company_name", "organization", "organisation", "organization_name")
COMPANY_DOMAIN = ("company_domain", "company_website", "website", "domain")
NOT_CUSTOM = frozenset(chain(*PERSON.values(), *ACCOUNT.values(), COMPANY_NAME, COMPANY_DOMAIN))
NOT_CUSTOM_OF_ACCOUNT = frozenset([*chain(*ACCOUNT.values()), "website", "domain", "url"])

RESERVED = frozenset(
    "account account_id email email_domain first_name last_name name address avatar id key user_id anonymous_id external_id person owner"
    " lead stage score write_key password".split()
)
"""Written by Treaty itself, or read above; a client that sends one of these as a custom trait is not believed."""

MOST_CUSTOM = 50
MOST_TEXT = 500
NUMBERS = (int, float)


_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def text(value: Any, limit: int = MOST_TEXT) -> str:
    """A plain value as one trimmed text without control characters; empty for everything else."""
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, NUMBERS):
            return ""
        value = str(value)
    plain_text = value if value.isprintable() else _CONTROL.sub(" ", value)
    return plain_text.strip()[:limit]


def first(traits: Mapping[str, Any], *names: str) -> str:
    """The first of several names that holds a text."""
    if not traits:
        return ""
    for name in names:
        if name in traits and (found := text(traits[name])):
            return found
    return ""


def in_snake(traits: Any) -> dict[str, Any]:
    """The same mapping with its names in snake_case; empty for anything that is no mapping."""
    return {snake(name): value for name, value in traits.items()} if traits and isinstance(traits, dict) else {}


def person_fields(traits: Mapping[str, Any]) -> dict[str, Value]:
    """Fields of a person record from traits in snake_case. Empty values are left out: they never erase."""
    fields: dict[str, Value] = {"name": full_name(traits)}
    fields |= {field: first(traits, *names) for field, names in PERSON.items()}
    address = in_snake(traits.get("address"))
    fields["country"] = fields["country"] or text(address.get("country"))
    return {name: value for name, value in {**_custom(traits, NOT_CUSTOM), **fields}.items() if value != ""}


def full_name(traits: Mapping[str, Any]) -> str:
    """`name`, else first and last name."""
    parts = (first(traits, "first_name", "firstname", "given_name"), first(traits, "last_name", "lastname", "family_name", "surname"))
    return first(traits, "name", "full_name") or " ".join(part for part in parts if part)


def company_ref(traits: Mapping[str, Any]) -> AccountRef:
    """The company a person's traits name: a text, or an object with id, name and domain."""
    stated = traits.get("company")
    if isinstance(stated, dict):
        company = in_snake(stated)
        domain = first(company, "domain", "website", "url")
        return AccountRef(external_id=text(company.get("id"), 250), name=text(company.get("name"), 200), domain=domain[:200])
    return AccountRef(name=first(traits, *COMPANY_NAME)[:200], domain=first(traits, *COMPANY_DOMAIN)[:200])


def company_fields(traits: Mapping[str, Any]) -> dict[str, Value]:
    """What a person's traits say of their company: inside its object, or beside its name. The country is the person's."""
    stated = traits.get("company")
    if isinstance(stated, dict):
        return account_fields(in_snake(stated), with_custom=False)
    beside = (*ACCOUNT["industry"], *ACCOUNT["employees"])
    return account_fields({name: traits[name] for name in beside if name in traits}, with_custom=False)


def account_fields(traits: Mapping[str, Any], *, with_custom: bool = True) -> dict[str, Value]:
    """Fields of an account record from group traits in snake_case."""
    fields: dict[str, Value] = {name: first(traits, *names) for name, names in ACCOUNT.items() if name != "employees"}
    fields["country"] = fields["country"] or text(in_snake(traits.get("address")).get("country"))
    employees = headcount(first(traits, *ACCOUNT["employees"]))
    custom = _custom(traits, NOT_CUSTOM_OF_ACCOUNT) if with_custom else {}
    found = {name: value for name, value in {**custom, **fields}.items() if value != ""}
    return found if employees is None else {**found, "employees": employees}


def headcount(stated: str) -> int | None:
    """`250`, `1,200` and `51-200` (its lower end: a promise must not rest on the upper). None if there is no number."""
    found = re.match(r"\D{0,3}(\d{1,3}(?:[,.' ]\d{3})+|\d{1,9})(?!\d)", stated)
    return int(re.sub(r"\D", "", found.group(1))) if found else None


def _custom(traits: Mapping[str, Any], known: Collection[str]) -> dict[str, Value]:
    names = [name for name in traits if name and name not in known and name not in RESERVED and not name.startswith("answer_")]
    return {name[:60]: value for name in names[:MOST_CUSTOM] if (value := plain(traits[name])) not in (None, "")}


def plain(value: Any) -> Value:
    """A value worth keeping as a field: true, false, a number of ordinary size, a text. None for the rest."""
    if isinstance(value, bool):
        return value
    if isinstance(value, NUMBERS):
        return value if abs(value) < 2**53 else text(value)
    return text(value) or None
