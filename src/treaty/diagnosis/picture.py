"""The tables joined: leads with their deals and first answers, deals with their accounts, whatever the files allow."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from treaty.diagnosis.tables import Cell, Table
from treaty.diagnosis.words import STAGES, Outcome

Moment = date | datetime
ENTRIES = {f"{stage} at".replace("_", " "): stage for stage in STAGES[1:]}
"""Meaning of a date column to the stage it enters: `marketing qualified at`."""


@dataclass(slots=True)
class Lead:
    """One row about a person's pass. row: its place in the table; key: what to call it in an example."""

    table: Table
    row: int
    key: str
    entered: dict[str, Moment] = field(default_factory=dict)
    stage: str | None = None
    deals: list["Deal"] = field(default_factory=list)
    first_activity: Moment | None = None
    activities: int = 0
    is_contacted: bool = False
    is_won: bool = False
    """By a deal, by a customer's date, by its lifecycle stage, or by a plain `Converted`."""

    def get(self, meaning: str) -> Cell:
        return cell(self.table, meaning, self.row)

    def reached(self, stage: str) -> bool:
        """This stage or a later one."""
        rank = STAGES.index(stage)
        if self.stage and STAGES.index(self.stage) >= rank:
            return True
        if any(STAGES.index(entered) >= rank for entered in self.entered) or (stage != "customer" and self.get("converted") is True):
            return True
        return bool(self.deals) if stage != "customer" else self.is_won


@dataclass(slots=True)
class Deal:
    """One opportunity. amount: None when the cell is empty or no column is a deal amount."""

    table: Table
    row: int
    key: str
    outcome: Outcome | None
    amount: Decimal | None
    opened: Moment | None
    ended: Moment | None
    lead: Lead | None = None

    def get(self, meaning: str) -> Cell:
        return cell(self.table, meaning, self.row)

    @property
    def is_decided(self) -> bool:
        return self.outcome in ("won", "lost")


@dataclass(slots=True)
class Picture:
    """Everything the figures and findings look at. as_of: the last thing that happened in the files."""

    tables: tuple[Table, ...]
    leads: list[Lead]
    deals: list[Deal]
    linked: int = 0
    history: dict[str, list[tuple[Moment, str]]] = field(default_factory=dict)
    sees_activities: bool = False
    as_of: date | None = None

    def of(self, kind: str) -> list[Table]:
        return [table for table in self.tables if table.kind == kind]

    def has(self, kind: str, *meanings: str) -> bool:
        """Some table of that kind has a filled column of one of these meanings."""
        return any(any(v is not None for v in table.values(m)) for table in self.of(kind) for m in meanings if table.column(m))

    def names(self, kind: str, meaning: str) -> bool:
        """Some table of that kind has such a column, filled or not."""
        return any(table.column(meaning) for table in self.of(kind))

    def files(self, kind: str) -> tuple[str, ...]:
        return tuple(file for table in self.of(kind) for file in table.files)


def cell(table: Table, meaning: str, row: int) -> Cell:
    column = table.by_meaning.get(meaning)
    return column.values[row] if column else None


def is_label(table: Table) -> bool:
    """`Converted` beside a conversion to an opportunity is that conversion; alone it is the label of a sale."""
    return table.column("opportunity at") is None and table.column("opportunity id") is None


def day_of(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def days_between(start: Moment, end: Moment) -> float:
    """Days from start to end. In whole dates if one of the two is a date, or only one states its zone."""
    if isinstance(start, datetime) and isinstance(end, datetime) and (start.tzinfo is None) == (end.tzinfo is None):
        return (end - start).total_seconds() / 86_400
    return float((day_of(end) - day_of(start)).days)
