"""What a back-test found, as plain data: for files and for other programs."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from treaty.pilot.found import Backtest
from treaty.pilot.shares import Share


def as_data(found: Backtest) -> dict[str, Any]:
    """All of it as plain data: moments in ISO 8601, UTC; each share with `share`, null of nothing; amounts in smallest units."""
    data: dict[str, Any] = _plain(found)
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Share):
        return {**asdict(value), "share": value.share}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else str(value) if isinstance(value, Decimal) else value
