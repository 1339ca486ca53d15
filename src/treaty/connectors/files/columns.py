"""One column's reader: text in, value or problem out, each distinct text read once."""

from collections.abc import Callable
from dataclasses import dataclass

from treaty.connectors.files.dates import DateForm
from treaty.connectors.files.values import Cell, is_empty, reader_for

_REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class Problem:
    """A text that its column's reader cannot read."""

    says: str


class ColumnReader(dict[str, Cell | Problem]):
    """Look a text up to read it. `found_bad` tells whether any text so far was a problem."""

    def __init__(
        self, header: str, meaning: str, kind: str, sample: list[str], form: DateForm | None = None, values: dict[str, str] | None = None
    ) -> None:
        super().__init__()
        self.header, self.meaning, self.found_bad = header, meaning, False
        kind = "text" if kind == "email" and not any("@" in text for text in sample[:1_000]) else kind  # made anonymous: hashes
        self._is_typed = kind not in ("text", "email")
        self._read: Callable[[str], Cell]
        self._read, self.notes = reader_for(kind, sample, form)
        self._values = values or {}
        self._is_plain = kind in ("text", "id") and not self._values

    def __missing__(self, text: str) -> Cell | Problem:
        plain = self._is_plain and len(text) > 6 and text.isalnum() and not text.isalpha()  # an id: it is its own value
        value = text if plain else self._value(self._values.get(text, text))
        if len(self) < _REMEMBERED:
            self[text] = value
        return value

    def _value(self, text: str) -> Cell | Problem:
        if is_empty(text, typed=self._is_typed):
            return None
        try:
            value = self._read(text)
            return None if value == "" else value
        except ValueError as error:
            self.found_bad = True
            return Problem(f"{self.header}: {error}")
