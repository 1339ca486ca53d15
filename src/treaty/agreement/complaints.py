"""What pydantic found, said to people: the value, what is wrong with it, the way out."""

from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from treaty.agreement import shape
from treaty.agreement.yamltree import Path

_FORMS = {
    r"^[a-z][a-z0-9_-]{0,63}$": "write a name: small letters, digits, - and _, beginning with a letter",
    r"^[A-Z]{3}$": "write the three letters of the currency, such as EUR",
    r"^[a-z]{2,3}$": "write the language as de or en",
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$": "write of_owner, none, a country such as DE or DE-BY, or a list of days",
    r"^\w{1,20}$": "write a short word, such as A or 1",
}
_WANTED = {
    "string_type": "write text; quote it if it looks like a number or a day",
    "list_type": "write a list, such as [one, two]",
    "dict_type": "write fields, such as {name: value}",
    "model_type": "write fields, such as {name: value}",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "date_type": "write a day as 2026-01-31",
    "date_from_datetime_parsing": "write a day as 2026-01-31",
    "date_parsing": "write a day as 2026-01-31",
}


def say(detail: ErrorDetails, path: Path, shown: str) -> tuple[str, str]:
    """(what is wrong, the way out) of one finding. `path` is where it is; `shown` is the value as written."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f"{detail['loc'][-1]} is missing", "add it here"
    if kind == "extra_forbidden":
        return _unknown_field(str(detail["loc"][-1]), path[:-1])
    if kind == "value_error":
        return _split(str(context.get("error", detail["msg"])))
    if kind == "literal_error":
        return f"{shown} is not known here", _nearest(str(detail["input"]), _literals(context))
    if kind == "string_pattern_mismatch":
        return f"{shown} is not the right form", _FORMS.get(str(context.get("pattern")), detail["msg"])
    if kind in _WANTED:
        return f"{shown} does not fit here", _WANTED[kind]
    if kind == "too_short" and not context.get("actual_length", 0):
        return f"{detail['loc'][-1]} is empty", "name at least one"
    return f"{shown} does not fit here", _calm(detail["msg"])


def _calm(message: str) -> str:
    """`Input should be at most 5` becomes `it should be at most 5`."""
    subject, should, rest = message.partition(" should ")
    return f"it should {rest}" if should and len(subject.split()) <= 2 else message


def _split(message: str) -> tuple[str, str]:
    says, found, way_out = message.rpartition(": ")
    return (says, way_out) if found else (message, "correct it")


def _literals(context: dict[str, Any]) -> list[str]:
    return [word for i, word in enumerate(str(context.get("expected", "")).split("'")) if i % 2]


def _nearest(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"use {'one of ' if len(known) > 1 else ''}{', '.join(known)}"


def _unknown_field(name: str, parent: Path) -> tuple[str, str]:
    known = list(shape.names_at(parent))
    where = f"a field of {parent[-1]}" if parent and isinstance(parent[-1], str) else "a field of this part"
    return f"{name!r} is not {where if parent else 'a part of the agreement'}", _nearest(name, known)
