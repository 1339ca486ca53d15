"""One row by meaning, and what its values need from beside the row: zone, currency, addresses of members, stages."""

import hashlib
import re
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from treaty.connectors.files.values import Cell
from treaty.connectors.tracking.kinds import snake
from treaty.diagnosis.words import Outcome
from treaty.truth.identity import normal_email
from treaty.truth.records import AccountRef, PersonRef, Value

NO_ADDRESS = "members.invalid"
"""Reserved by RFC 2606: an address under it never reaches anybody."""


@dataclass(frozen=True, slots=True)
class Directory:
    """What other files of the same set say about names in this one.

    addresses: id or name of a member to e-mail · stages: id of a stage to its label and outcome
    """

    addresses: ReadOnly[str, str] = field(default_factory=dict)
    stages: ReadOnly[str, tuple[str, Outcome | None]] = field(default_factory=dict)

    def address_of(self, owner: str) -> str:
        """The e-mail of an owner; for one known by name or id alone, an address that names them and nobody else.

        So owner and member meet also where a system exports no addresses; the mapping can put real ones in.
        """
        if not owner:
            return ""
        if "@" in owner:
            return owner.lower()
        return self.addresses.get(owner.casefold()) or f"{snake(owner).replace('_', '.') or _digest(owner)}@{NO_ADDRESS}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row's values by meaning. Empty cells are not in it; `others` holds categories nobody named, by their header."""

    values: dict[str, Cell]
    others: dict[str, Cell]
    directory: Directory
    file: str
    zone: tzinfo = UTC
    currency: str = ""

    def text(self, meaning: str) -> str:
        value = self.values.get(meaning)
        return "" if value is None else str(value)

    def moment(self, meaning: str) -> datetime | None:
        """Aware: a moment without a zone, and a date (its midnight), are in the mapping's zone."""
        value = self.values.get(meaning)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=self.zone)).astimezone(UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=self.zone).astimezone(UTC)
        return None

    def on(self, meaning: str) -> date | None:
        value = self.values.get(meaning)
        return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None

    def amount(self, meaning: str = "amount") -> Decimal | None:
        value = self.values.get(meaning)
        return value if isinstance(value, Decimal) else None

    def whole(self, meaning: str) -> int | None:
        value = self.amount(meaning)
        return None if value is None else int(value)

    def money(self) -> str:
        """The currency of the row's amount: its own, else the mapping's."""
        return (self.text("currency").upper().replace("$", "") or self.currency) if self.amount() is not None else ""

    def owner(self, meaning: str = "owner") -> str:
        return self.directory.address_of(self.text(meaning))

    def person(self, *ids: str) -> PersonRef:
        """Raises ValueError for an e-mail that cannot be one."""
        email = self.text("email") or self.text("contact")
        known = next((self.text(meaning) for meaning in ids if self.text(meaning)), "")
        return PersonRef(email=normal_email(email) if "@" in email else "", anonymous_id=self.text("anonymous id"), external_id=known)

    def account(self) -> AccountRef:
        return AccountRef(external_id=self.text("account id"), domain=self.text("domain"), name=self.text("account"))

    def fields(self, *names: str) -> dict[str, Value]:
        """The filled values of these meanings, and every category nobody named, under plain names."""
        stated = {name.replace(" ", "_"): self._plain(name) for name in names if self.values.get(name) is not None}
        return {**{snake(header): value for header, value in self.others.items() if value is not None}, **stated}

    def _plain(self, meaning: str) -> Value:
        value = self.values[meaning]
        if isinstance(value, datetime):
            return self.moment(meaning)
        return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value

    def key(self, meaning: str, *parts: object) -> str:
        """The row's own id; without one, a key of what makes it this row, so that reading it again finds it again."""
        return self.text(meaning) or _digest("\x1f".join([re.sub(r"\s+", " ", str(part)) for part in parts]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
