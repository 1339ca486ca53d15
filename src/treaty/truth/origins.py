"""By what a campaign or a content is recognised, whoever writes it: its slug in small letters, without spaces around it."""

from typing import Any

ORIGINS = ("campaign", "content")
"""What touches, leads and spend name, each in the words of the system they come from."""


def slug(text: str | None) -> str:
    """The name under which it is counted, linked and looked up; empty for none."""
    return (text or "").strip().lower()


def origin(column: Any) -> Any:
    """`slug` of a column of a table: empty for none."""
    return column.coalesce("").strip().lower()


def with_origins(rows: Any) -> Any:
    """Rows with their campaign and content as they are recognised, those of the two that they have."""
    return rows.mutate(**{name: origin(rows[name]) for name in ORIGINS if name in rows.columns})
