"""Values that name a record of another file and find none there: reported with the name meant, never dropped."""

import difflib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from treaty.diagnosis.figures import currencies, total
from treaty.diagnosis.picture import Picture
from treaty.diagnosis.report import Finding
from treaty.diagnosis.say import count, listed, quoted, safe
from treaty.diagnosis.tables import Cell, Table, key_of, noun_of
from treaty.diagnosis.words import plain

JOINS = (
    ("opportunities", "product", "products", ("product",)),
    ("opportunities", "account", "accounts", ("account",)),
    ("opportunities", "account id", "accounts", ("account id",)),
    ("opportunities", "owner", "members", ("member", "member id", "email")),
    ("opportunities", "lead id", "leads", ("lead id",)),
    ("opportunities", "person id", "leads", ("lead id",)),
    ("leads", "account", "accounts", ("account",)),
    ("leads", "account id", "accounts", ("account id",)),
    ("leads", "owner", "members", ("member", "member id", "email")),
    ("leads", "opportunity id", "opportunities", ("opportunity id",)),
    ("activities", "lead id", "leads", ("lead id",)),
    ("activities", "person id", "leads", ("lead id",)),
    ("activities", "opportunity id", "opportunities", ("opportunity id",)),
    ("touches", "lead id", "leads", ("lead id",)),
    ("touches", "person id", "leads", ("lead id",)),
    ("stage history", "opportunity id", "opportunities", ("opportunity id",)),
    ("accounts", "parent", "accounts", ("account",)),
)
"""Which column of which kind names a record of which other kind, by which of its columns."""
_COMPARED = 2_000
_ALIKE = 0.84


@dataclass(frozen=True, slots=True)
class _Gap:
    """Values of one column that the list they should come from does not have."""

    child: Table
    meaning: str
    parent: Table
    key: str
    rows: dict[str, list[int]]

    @property
    def header(self) -> str:
        column = self.child.column(self.meaning)
        return column.header if column else self.meaning


def dirty_join(picture: Picture) -> Iterator[Finding]:
    """Nothing is dropped for it: a value that joins nothing still counts, under its own name."""
    for table in picture.tables:
        yield from _in_another_case(table)
    for kind, meaning, parent_kind, keys in JOINS:
        for child in picture.of(kind):
            parent = _parent(child, meaning, picture.of(parent_kind), keys)
            if parent is not None:
                gap = _Gap(child, meaning, *parent, _absent(child, meaning, parent[0].values(parent[1])))
                yield from _told(picture, gap)


def _in_another_case(table: Table) -> Iterator[Finding]:
    for one in table.respelt:
        n, where = len(one.rows), listed([safe(file) for file in one.files[:3]])
        says = (
            f"{safe(one.header)} of {count(n, noun_of(table))} of {table.used:,} is written in another case than in {where}, "
            f"such as {quoted(one.written, 30)}: joined all the same, for no two ids there differ in case alone"
        )
        yield Finding(
            "dirty_join", says, n, n / table.used, None, tuple(key_of(table, row) for row in one.rows[:5]), (*table.files, *one.files)
        )


def _parent(child: Table, meaning: str, tables: list[Table], keys: tuple[str, ...]) -> tuple[Table, str] | None:
    """The list the values come from: the one with most of them, and some at least."""
    mine = {value for value in child.values(meaning) if value is not None}
    found = [(len(mine & set(table.values(key))), -n, table, key) for n, key in enumerate(keys) for table in tables if table.column(key)]
    best = max(found, key=lambda entry: entry[:2], default=None)
    return None if best is None or not best[0] else (best[2], best[3])


def _absent(child: Table, meaning: str, known: list[Cell]) -> dict[str, list[int]]:
    have, rows = set(known), defaultdict(list)
    for row, value in enumerate(child.values(meaning)):
        if value is not None and value not in have:
            rows[str(value)].append(row)
    return rows


def _told(picture: Picture, gap: _Gap) -> Iterator[Finding]:
    names = sorted({str(value) for value in gap.parent.values(gap.key) if value is not None})
    proposed = {value: name for value in sorted(gap.rows)[:_COMPARED] if (name := nearest(value, names))}
    for value, name in sorted(proposed.items(), key=lambda pair: -len(gap.rows[pair[0]]))[:10]:
        yield _misspelt(picture, gap, value, name)
    rest = {value: rows for value, rows in gap.rows.items() if value not in proposed}
    if rest:
        yield _missing(picture, gap, rest)


def nearest(value: str, names: list[str]) -> str:
    """The name meant by a value, if one is near: equal without case, spaces and signs, else nearly equal letters.

    Codes (ids, hashes) are never guessed at: one digit apart is another record.
    """
    if sum(c.isdigit() for c in value) * 4 > len(value) or len(names) > _COMPARED:
        return ""
    wanted = plain(value)
    same = next((name for name in names if plain(name) == wanted), "")
    return same or next(iter(difflib.get_close_matches(value, names, 1, _ALIKE)), "")


def _misspelt(picture: Picture, gap: _Gap, value: str, name: str) -> Finding:
    rows = gap.rows[value]
    says = (
        f"{gap.header} {quoted(value)} is on {count(len(rows), noun_of(gap.child))}{_won_with(picture, gap.child, rows)} but not in "
        f"{safe(gap.parent.file)}; it reads like {quoted(name)}. Here it counts under its own name; merged, it would join that one"
    )
    return _of_rows(picture, gap, rows, says)


def _missing(picture: Picture, gap: _Gap, rest: dict[str, list[int]]) -> Finding:
    rows = [row for places in rest.values() for row in places]
    told = sum(value is not None for value in gap.child.values(gap.meaning))
    shown = listed([quoted(value, 30) for value in sorted(rest, key=lambda v: -len(rest[v]))[:3]])
    says = (
        f"{gap.header} of {count(len(rows), noun_of(gap.child))} of {told:,} is not in {safe(gap.parent.file)} "
        f"({count(len(rest), 'value')}, such as {shown}); none reads like one that is there"
        + (", so the list may be of something narrower" if len(rows) > told * 0.3 else "")
    )
    return _of_rows(picture, gap, sorted(rows), says)


def _of_rows(picture: Picture, gap: _Gap, rows: list[int], says: str) -> Finding:
    deals = {deal.row: deal for deal in picture.deals if deal.table is gap.child}
    won = [deals[row] for row in rows if row in deals and deals[row].outcome == "won"]
    value = total(won) if len(currencies(picture)) < 2 else None
    examples = tuple(key_of(gap.child, row) for row in rows[:5])
    return Finding("dirty_join", says, len(rows), len(rows) / gap.child.used, value, examples, (*gap.child.files, *gap.parent.files))


def _won_with(picture: Picture, table: Table, rows: list[int]) -> str:
    wanted = set(rows)
    won = sum(deal.outcome == "won" for deal in picture.deals if deal.table is table and deal.row in wanted)
    return f" ({won:,} won)" if won else ""
