"""Ids that another file writes in another case are the same id, unless case tells ids apart."""

import re
from collections.abc import Iterable
from dataclasses import replace

from treaty.diagnosis.tables import Cell, Column, Respelt, Table

HOMES = {"lead id": "leads", "opportunity id": "opportunities", "account id": "accounts"}
"""Ids by the kind of file that lists them; `person id` names a lead too."""
_CASED = re.compile(r"[0-9A-Za-z]{15}")
"""Ids of Salesforce in their short form: two records may differ in nothing but the case of one letter."""


def id_key(text: str) -> str:
    """By what two ids of one column are the same: without regard to case, but of short ids in both cases, where it tells."""
    return text if _CASED.fullmatch(text) and not _is_one_case({text}) else text.lower()


def in_one_case(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Tables whose ids are spelt as the list they come from spells them; how many were not is kept in `respelt`.

    Left alone is a column in which two ids differ only in case, and every column if the list itself has such ids, or if its
    ids all have fifteen letters and digits in both cases: there case may tell records apart.
    """
    for meaning, kind in HOMES.items():
        lists = [table for table in tables if table.kind == kind and table.column(meaning)]
        meant = _spellings(table.values(meaning) for table in lists)
        if meant:
            files = tuple(file for table in lists for file in table.files)
            tables = tuple(_respelt(table, {meaning, "person id"} if kind == "leads" else {meaning}, meant, files) for table in tables)
    return tables


def _spellings(lists: Iterable[list[Cell]]) -> dict[str, str]:
    """Every listed id by its folded form; none if case may tell them apart."""
    ids = {value for values in lists for value in values if isinstance(value, str)}
    folded = {value.casefold(): value for value in ids}
    if len(folded) < len(ids) or (all(map(_CASED.fullmatch, ids)) and not _is_one_case(ids)):
        return {}
    return folded


def _is_one_case(ids: set[str]) -> bool:
    return all(value == value.upper() for value in ids) or all(value == value.lower() for value in ids)


def _respelt(table: Table, meanings: set[str], meant: dict[str, str], files: tuple[str, ...]) -> Table:
    found = {column.header: fixed for column in table.columns if column.meaning in meanings and (fixed := _fixed(column, meant))}
    if not found:
        return table
    columns = [replace(column, values=found[column.header][0]) if column.header in found else column for column in table.columns]
    told = [Respelt(header, tuple(rows), first, files) for header, (_, rows, first) in found.items()]
    return replace(table, columns=tuple(columns), respelt=(*table.respelt, *told))


def _fixed(column: Column, meant: dict[str, str]) -> tuple[list[Cell], list[int], str] | None:
    """The column as the list spells it, the rows that changed and what the first of them said; None if nothing does."""
    ids = {value for value in column.values if isinstance(value, str)}
    odd = {value for value in ids if meant.get(value.casefold(), value) != value}
    if not odd or len({value.casefold() for value in ids}) < len(ids):
        return None
    rows = [row for row, value in enumerate(column.values) if value in odd]
    values = [meant[value.casefold()] if isinstance(value, str) and value in odd else value for value in column.values]
    return values, rows, str(column.values[rows[0]])
