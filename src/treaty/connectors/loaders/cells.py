"""One row of a loader's table by the names of its columns, and how a loader writes moments, flags and amounts."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from treaty.connectors.files.dates import DateForm, read_date
from treaty.connectors.files.values import is_empty, read_flag, read_number
from treaty.connectors.tracking.kinds import snake
from treaty.truth.identity import normal_email
from treaty.truth.records import PersonRef

_HASH = re.compile(r"[0-9a-fA-F]{32,}|[A-Za-z0-9+/]{22,}={0,2}")
_HASHES_OF_NOTHING = {"d41d8cd98f00b204e9800998ecf8427e", "1B2M2Y8AsgTpgAmY7PhCfg=="}
"""What an empty text becomes where addresses are made unreadable: everybody without one has it."""


def columns(headers: Iterable[str]) -> list[str]:
    """`_fivetran_synced`, `AccountNumber`, `property_firstname` are `fivetran_synced`, `account_number`, `firstname`.

    A property named like another column keeps its `property_`.
    """
    names = [snake(header) for header in headers]
    return [bare if (bare := name.removeprefix("property_")) not in names else name for name in names]


class Cells:
    """The filled cells of a row, by the names that `columns` gives."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {name: text.strip() for name, text in values.items() if not is_empty(text)}

    def text(self, *names: str) -> str:
        """The first of these that is filled, or nothing."""
        return next((self.values[name] for name in names if name in self.values), "")

    def moment(self, *names: str) -> datetime | None:
        """The first of these that is a moment, in UTC where no zone stands; placeholders (year 9999) are none. Raises ValueError."""
        for name in names:
            if name in self.values and (found := _moment(self.values[name])) is not None:
                return found
        return None

    def day(self, *names: str) -> date | None:
        found = self.moment(*names)
        return found.date() if found else None

    def flag(self, name: str) -> bool:
        """False also for a cell that is empty. Raises ValueError."""
        return name in self.values and read_flag(self.values[name])

    def amount(self, *names: str) -> Decimal | None:
        """Raises ValueError for what is no number."""
        text = self.text(*names)
        return read_number(text) if text else None

    def email(self, *names: str) -> str:
        """An address in its normal form; nothing for what cannot be one."""
        return _address(self.text(*names))

    def person(self, *, email: str, external_id: str = "") -> PersonRef:
        """Who is meant by the address in the column `email` and an id. An address that was made unreadable names its owner all the same."""
        text = self.text(email)
        hidden = text if _HASH.fullmatch(text) and text not in _HASHES_OF_NOTHING else ""
        return PersonRef(email=_address(text), anonymous_id=hidden, external_id=external_id)

    def ids(self, *names: str) -> list[str]:
        """Ids in one cell: `1;2`, `[1, 2]`, or `1:1569;2:1570` with moments behind them."""
        parts = re.split(r"[;,\s]+", self.text(*names).strip("[] "))
        return [number for part in parts if (number := part.split(":")[0].strip("\"'"))]

    @property
    def is_gone(self) -> bool:
        """The loader or the system says that the record was deleted."""
        return any(self.flag(name) for name in ("fivetran_deleted", "is_deleted"))

    @property
    def seen_at(self) -> datetime | None:
        """When the loader last read the row."""
        return self.moment("fivetran_synced")


def _moment(text: str) -> datetime | None:
    try:
        found = read_date(text, DateForm())
    except ValueError as problem:
        if "outside" in str(problem):
            return None
        raise
    if not isinstance(found, datetime):
        return datetime(found.year, found.month, found.day, tzinfo=UTC)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _address(text: str) -> str:
    try:
        return normal_email(text)
    except ValueError:
        return ""
