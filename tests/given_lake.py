"""A lake of rows that are given: real files of the declared tables, read as any lake is."""

from treaty.engine import files, manifest
from treaty.engine.lake import Snapshot, opened
from treaty.engine.manifest import Exported, Manifest
from treaty.jobs.lake import TABLES
from treaty.moments import to_us


def given(folder, at, **rows) -> Snapshot:
    """rows: by table, as dicts; a column that a row does not name is null. All other tables are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    unknown = set(rows) - {table.name for table in TABLES}
    assert not unknown, unknown
    found = Manifest(1, to_us(at), {table.name: _exported(table, rows.get(table.name, []), folder) for table in TABLES})
    manifest.save(folder, found)
    return opened(found, folder)


def _exported(table, rows, folder):
    for row in rows:
        assert set(row) <= set(table.columns), set(row) - set(table.columns)
    listed = [[row.get(name) for name in table.columns] for row in rows]
    made = (files.add(table, table.arrow(listed), folder),) if rows else ()
    return Exported(table.shape, {name: column.kind for name, column in table.columns.items()}, made, follow=table.follow)
