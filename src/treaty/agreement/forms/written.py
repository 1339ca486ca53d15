"""A value on a line of a form, in the spelling of the document: quotes where a word would be taken for something else."""

import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from treaty.agreement.forms.kinds import One
from treaty.agreement.layout import flat
from treaty.agreement.rewriting import node_of
from treaty.agreement.yamltext import Unreadable
from treaty.agreement.yamltree import parse
from treaty.agreement.yamlvalues import resolve

_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
"""60,000 as people write it; the document has 60_000."""


class Unfit(Exception):
    """Something stands here that this form cannot show without losing it; the message says what."""


def as_line(kind: One, data: Any) -> str:
    """Raises Unfit for a mapping, a list where one value stands, a number where text does."""
    if kind.may_be_many and isinstance(data, list):
        return ", ".join(_word(item) for item in data)
    if isinstance(data, list | dict) or (kind.is_text and not isinstance(data, str)):
        raise Unfit(f"{str(data)[:60]!r} is not of the form this part has")
    return data if kind.is_text else _word(data)


def _word(data: Any) -> str:
    if isinstance(data, list | dict):
        raise Unfit(f"{str(data)[:60]!r} is not of the form this part has")
    return flat(node_of(data), in_brackets=True)


def from_line(kind: One, line: str) -> Any:
    """What was typed, as the document's data. What cannot be read stays text: the check says what is wrong with it."""
    line = line.strip()
    if kind.is_text:
        return line
    found = from_words(line)
    if kind.may_be_many:
        return found[0] if len(found) == 1 and not _wants_list(kind, found[0]) else found
    return found[0] if len(found) == 1 else line


def from_words(line: str) -> list[Any]:
    """`manufacturing, "5", 60_000` as a list; the whole line as one text where it cannot be read."""
    if _GROUPED.fullmatch(line):
        return [resolve(line.replace(",", ""))]
    try:
        found = parse(f"said: [{line}]").data["said"]
    except Unreadable:
        return [line]
    return found if isinstance(found, list) and all(_is_plain(item) for item in found) else [line]


def _is_plain(item: Any) -> bool:
    return item is not None and not isinstance(item, list | dict)


def _wants_list(kind: One, item: Any) -> bool:
    """Whether a single value is good only within a list."""
    if kind.reads is None:
        return False
    return not _reads(kind.reads, item) and _reads(kind.reads, [item])


def _reads(annotation: Any, data: Any) -> bool:
    try:
        _adapter(annotation).validate_python(data)
    except ValidationError:
        return False
    return True


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)
