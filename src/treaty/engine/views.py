"""The lake's tables as statements every engine understands: the files of a table, and who a visitor is known to be today."""

from collections.abc import Iterable, Mapping

from treaty.engine.manifest import Exported, Manifest

TYPES = {
    "number": "bigint",
    "moment": "bigint",
    "text": "varchar",
    "real": "double",
    "flag": "boolean",
    "money": "decimal(18, 4)",
    "rate": "decimal(18, 10)",
    "day": "date",
}
"""Kinds of columns in the words of DuckDB; other engines say what they call otherwise."""


def in_order(manifest: Manifest) -> Iterable[tuple[str, Exported]]:
    """The tables, those first through which others are led."""
    return sorted(manifest.tables.items(), key=lambda pair: pair[1].follow is not None)


def columns(table: Exported) -> dict[str, str]:
    """The columns as they are read, with their kinds; the one that follows merges last."""
    return table.columns | ({table.follow.name: "number"} if table.follow else {})


def view(table: Exported, files: str, through: str) -> str:
    """The statement that reads a table with files. files: the engine's own words for them; through: the table of merges.

    Rows of those who stayed who they were, and rows of the others: in each half the person of today is a plain column, so a
    question about few people skips the files that hold none of them. A left join and `coalesce` would read every row.
    """
    follow = table.follow
    if follow is None:
        return f"select * from {files} as t"  # noqa: S608 - names of our own manifest
    also = f" and t.{follow.where[0]} = '{follow.where[1]}'" if follow.where else ""
    on = f"{through} as f on f.id = t.{follow.column} and f.canonical_id is not null{also}"
    stayed = f"select t.*, t.{follow.column} as {follow.name} from {files} as t left join {on} where f.id is null"  # noqa: S608
    return f"{stayed} union all select t.*, f.canonical_id as {follow.name} from {files} as t join {on}"  # noqa: S608


def empty(table: Exported, types: Mapping[str, str] = TYPES) -> str:
    """The statement that reads a table without files."""
    named = [f"cast(null as {types[kind]}) as {name}" for name, kind in columns(table).items()]
    return f"select {', '.join(named)} where false"
