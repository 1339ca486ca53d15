"""What a list behind a figure holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Behind:
    """What a list holds: leads, deals, people or spend, and what it says of them: `becoming marketing qualified`."""

    kind: Literal["leads", "deals", "people", "spend"]
    rows: Rows
    says: str
    note: str = ""
