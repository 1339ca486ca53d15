"""How a vendor's file writes: talks like those that read, and nothing is sent twice that cannot be written twice.

A field may be written again, for it says the same afterwards. A note may not: it carries a mark, our outgoing key, by
which it is found again when nobody knows whether an earlier try came through.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from treaty.connectors.vendors.talk import Talk, Trouble

Values = Mapping[str, str]
"""Fields of one record by the system's own names, as texts; empty for nothing."""
Known = Mapping[str, Any]
"""What the system said of itself, see `Vendor.learn`."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes of a record, by (target, id of the record). find: the id of the one that carries a mark, empty for none · add: its id"""

    find: Callable[[str, str, str], Talk[str]]
    add: Callable[[str, str, str, datetime], Talk[str]]


@dataclass(frozen=True, slots=True)
class Writer:
    """How one vendor is written to.

    targets: its kinds of records that a person may be, the preferred first, each with a word; they key `properties` of what
    is known · target_of: which of them the record of an id is · usual: fields that are offered first, by kind of value and
    target · together: records of one update at most
    read: what records have in some fields, by id; one that is not there is left out
    update: write fields of records; by id the Trouble of each that was not written
    notes: None for a system whose records have none that a person would see
    """

    targets: Mapping[str, str]
    target_of: Callable[[str], str]
    together: int
    read: Callable[[str, Sequence[str], Sequence[str]], Talk[Mapping[str, Values]]]
    update: Callable[[str, Mapping[str, Values], Known], Talk[Mapping[str, Trouble]]]
    notes: Notes | None = None
    owner_field: Mapping[str, str] = field(default_factory=dict)
    """By target, the field that says who owns the record; its values are ids of owners."""
    reads_labels: bool = False
    """Of a choice its label is read, where its value is written."""


def typed(value: str, *, is_number: bool) -> str | int | float | None:
    """A text as a field takes it: nothing for an empty one; one that is no number is left for the system to decline."""
    if not value:
        return None
    if not is_number:
        return value
    try:
        return int(value) if value.lstrip("-").isdigit() else float(value)
    except ValueError:
        return value


def mark_of(key: str) -> str:
    """What a note of ours ends with: who reads it knows where it came from, and we know it again."""
    return f"Treaty note {key}"
