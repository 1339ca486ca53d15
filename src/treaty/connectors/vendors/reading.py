"""Small readers that the vendors' files share: their texts into our values. Nothing here knows a vendor."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from treaty.moments import EARLIEST, LATEST, from_us
from treaty.outward import Answer, NoAnswer
from treaty.truth.records import Value

NUMBERS = {"employees", "score"}
"""Fields of ours that are numbers; all others are texts."""
BUYING_ROLES = {
    "economic buyer": "economic_buyer", "economic decision maker": "economic_buyer", "influencer": "influencer",
    "business user": "end_user", "champion": "champion", "blocker": "blocker",
}  # fmt: skip
"""What systems call roles in a deal, in lower case, and the agreement's; of the others nothing is known here."""
Change = tuple[datetime, str, str]
"""(from when on, which property, what it was then)."""


def moment(value: object) -> datetime | None:
    """A moment of ISO 8601 or in milliseconds since 1970; None for nothing and for what no date can be (year 0, year 9999)."""
    if value in (None, ""):
        return None
    return _moment(str(value))


@lru_cache(4096)
def _moment(text: str) -> datetime | None:
    """A page tells of few moments, each several times."""
    try:
        found = from_us(int(text) * 1000) if text.lstrip("-").isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if EARLIEST <= found <= LATEST else None


def day(value: object) -> date | None:
    """The day of a date or of a moment, as the vendor writes it."""
    text = str(value or "")
    if len(text) == len("2026-11-30"):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    found = moment(value)
    return found.date() if found else None


def amount(value: object) -> Decimal | None:
    """An amount of money; None for nothing and for what is no number. 1000.0 in JSON is 1000, as systems write it elsewhere."""
    try:
        found = (
            Decimal(f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)) if value not in (None, "") else None
        )
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def value_of(field: str, said: object) -> Value:
    """A value of one of our fields; None for nothing."""
    if said in (None, ""):
        return None
    if field in NUMBERS:
        number = amount(said)
        return int(number) if number is not None and number == int(number) else number
    return said if isinstance(said, bool) else str(said)


def text_of(value: object) -> str:
    """A value as a text that can be compared with another: nothing is empty, a whole number has no point."""
    if value is None:
        return ""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def fields_of(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Value]:
    """Our fields, by the system's own names; what is empty is left out, for it is not stated."""
    found = {field: value_of(field, said.get(name)) for field, name in names.items()}
    return {field: value for field, value in found.items() if value is not None}


def by_moment(changes: Iterable[Change]) -> list[tuple[datetime, dict[str, str]]]:
    """Changes made at the same moment together, the oldest first."""
    together: dict[datetime, dict[str, str]] = defaultdict(dict)
    for at, name, value in changes:
        together[at][name] = value
    return sorted(together.items())


def named(first: object, last: object) -> str:
    """A person's name of its two parts, either of which may be missing."""
    return " ".join(str(part).strip() for part in (first, last) if part and str(part).strip())


def field_told(
    name: str, label: object, type_: object, options: Iterable[Mapping[str, Any]] = (), value: str = "value", *, is_fixed: bool = False
) -> dict[str, Any]:
    """A field as `Vendor.learn` tells of it: what people call it, or its name; its choices.

    value: where a choice has its own word · is_fixed: nobody may write it
    """
    chosen = [{"value": str(option[value]), "label": str(option["label"])} for option in options or ()]
    told = {"name": name, "label": label or name, "type": type_ or "string", "options": chosen}
    return told | ({"read_only": True} if is_fixed else {})


def says(answer: Answer, *names: str) -> str:
    """What an answer says of its failure: the first of these that it has, or how it begins where it is no object."""
    try:
        said = answer.json()
    except NoAnswer:
        said = None
    if not isinstance(said, Mapping):
        return f"{answer.status}: {answer.body[:80]!r}"
    return f"{answer.status}: {next((said[name] for name in names if said.get(name)), '')}"[:300]
