"""Every room's tables as this release exports them: what figures are counted from."""

from treaty.agreement import schemas as agreement
from treaty.engine.tables import Table
from treaty.feedback import schemas as feedback
from treaty.handoff import schemas as handoff
from treaty.sla import schemas as sla
from treaty.team import schemas as team
from treaty.truth import schemas as truth

TABLES: tuple[Table, ...] = tuple(table for room in (team, agreement, truth, handoff, feedback, sla) for table in room.TABLES)
COLUMNS = frozenset(name for table in TABLES for name in (*table.columns, *([table.follow.name] if table.follow else [])))
