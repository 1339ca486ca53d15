"""A suggested definition put into a document: its comments stay, and fields of one's own are named. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from treaty.agreement.conditions import FIELDS, Condition
from treaty.agreement.rewriting import GONE, put
from treaty.agreement.terms import Terms
from treaty.agreement.yamltree import Path


def plain(condition: Condition) -> dict[str, Any]:
    """A condition as the document writes it."""
    data: dict[str, Any] = condition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return data


def drafted(text: str, terms: Terms, stage: str, ways: Sequence[Condition]) -> str:
    """The document with these ways into the stage: the first is its definition, the others shortcuts.

    text, terms: the same document. Fields the vocabulary does not have are added to `fields`.
    """
    changes: dict[Path, Any] = {("stages", stage, "enter"): plain(ways[0])}
    changes["stages", stage, "shortcuts"] = [plain(way) for way in ways[1:]] or GONE
    for subject in FIELDS:
        own = [*getattr(terms.fields, subject)]
        more = sorted({field for way in ways for field in _fields(way, subject)} - {*FIELDS[subject], *own})
        if more:
            changes["fields", subject] = [*own, *more]
    return put(text, changes)


def _fields(condition: Condition, subject: str) -> Iterator[str]:
    for node in condition.walk():
        yield from getattr(node, subject) or {}
