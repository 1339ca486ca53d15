"""What the audit says, in the shape others read (`treaty audit --json`): null where the files cannot tell."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from treaty.diagnosis.tables import Table


@dataclass(frozen=True, slots=True)
class Step:
    """How many reached this stage or a later one. is_joined: they are among those of the step before, so a share of it means something."""

    stage: str
    count: int
    is_joined: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """One value of a dimension. count: leads, or decided deals; None for the empty cell, which is not `unknown`."""

    value: str | None
    count: int
    won: int

    @property
    def rate(self) -> float | None:
        return self.won / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Dimension:
    """Conversion by one column. of: `leads` that were won, or won among decided `deals`."""

    name: str
    of: str
    meaning: str
    shares: tuple[Share, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """Days from one thing to another; p90: nine of ten took no longer (nearest rank)."""

    n: int
    median: float
    mean: float
    p90: float
    days: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Pile:
    """Deals of one outcome. value: None if no column is a deal amount, none is filled, or currencies differ."""

    count: int
    value: Decimal | None
    stages: tuple[tuple[str, int], ...] = ()
    is_mixed: bool = False
    """Amounts are recorded, in several currencies."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One leak. share: of what it was looked for in · value: deal value of these records, if recorded · files: where."""

    id: str
    says: str
    count: int
    share: float
    value: Decimal | None = None
    examples: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unseen:
    """A question the files cannot answer, and what is missing."""

    question: str
    because: str


@dataclass(frozen=True, slots=True)
class Report:
    """The joint audit. `as_json` is the agreed shape; the rest serves the pages made of it."""

    funnel: tuple[Step, ...]
    conversion: tuple[Dimension, ...]
    timing: dict[str, Timing]
    opportunities: dict[str, Pile | None]
    findings: tuple[Finding, ...]
    unseen: tuple[Unseen, ...]
    tables: tuple[Table, ...]
    currency: str = ""
    as_of: date | None = None
    unread: tuple[tuple[str, str], ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Plain values for `json.dumps`: the keys and nesting of the published example, and no others."""
        return {
            "funnel": [{"stage": step.stage, "count": step.count} for step in self.funnel],
            "conversion": {dimension.name: [_share(s) for s in dimension.shares] for dimension in self.conversion},
            "timing": {
                name: {"n": t.n, "median": _tidy(t.median), "mean": round(t.mean, 1), "p90": _tidy(t.p90)}
                for name, t in self.timing.items()
            },
            "opportunities": {
                outcome: None if pile is None else {"count": pile.count, "value": number(pile.value)}
                for outcome, pile in self.opportunities.items()
            },
            "findings": [_finding(finding) for finding in self.findings],
            "unseen": [{"question": unseen.question, "because": unseen.because} for unseen in self.unseen],
            "files": [_file(table) for table in self.tables],
        }


def number(value: Decimal | None) -> int | float | None:
    """A whole amount as an integer, any other to the cent."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(round(value, 2))


def _tidy(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 1)


def _share(share: Share) -> dict[str, Any]:
    rate = share.rate
    return {"value": share.value, "count": share.count, "won": share.won, "rate": None if rate is None else round(rate, 4)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "says": finding.says,
        "count": finding.count,
        "share": round(finding.share, 4),
        "value": number(finding.value),
        "examples": list(finding.examples),
        "files": list(finding.files),
    }


def _file(table: Table) -> dict[str, Any]:
    columns = {header: meaning or "unused" for header, meaning in table.headers.items()}
    return {
        "file": table.file,
        "kind": table.kind,
        "read": table.read,
        "used": table.used,
        "rejected": table.rejected,
        "columns": columns,
    }
