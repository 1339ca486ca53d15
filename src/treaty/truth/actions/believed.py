"""Bring the columns of people and accounts up to what is believed of them, after values were taken from them or given to them."""

from collections.abc import Collection, Iterable
from typing import Any

from treaty.bulk import update
from treaty.truth.actions.columns import ACCOUNT, COLUMNS, PERSON, Kind, put
from treaty.truth.actions.facts import Held, claimants, latest
from treaty.truth.models import Account, Person


def refresh(subjects: Collection[int], *, kind: Kind = PERSON, is_whole: bool = False) -> None:
    """Bring the columns of people or accounts up to the latest of their values, whosever they were.

    is_whole: a column of which no value is known is as it was at first, for who stated it may have been parted from them.
    """
    _refresh(kind, subjects, COLUMNS[kind] if is_whole else ())


def refresh_accounts(accounts: Collection[int]) -> None:
    """The same of accounts. A name and a domain may be known without a stated value: they stay."""
    _refresh(ACCOUNT, accounts, [field for field in COLUMNS[ACCOUNT] if field not in ("name", "domain")])


def _refresh(kind: Kind, numbers: Collection[int], emptied: Collection[str]) -> None:
    """emptied: columns that are as they were at first where no value is known"""
    said, changed = latest(numbers, claimants(), kind), []
    rows: Iterable[Person | Account] = (Person if kind == PERSON else Account)._default_manager.filter(pk__in=numbers)
    for row in rows:
        is_changed = [_put_latest(row, field, said[row.pk].get(field), is_emptied=field in emptied) for field in COLUMNS[kind]]
        changed += [row] if any(is_changed) else []
    update(changed, COLUMNS[kind])


def _put_latest(row: Person | Account, field: str, held: Held | None, *, is_emptied: bool) -> bool:
    """True if that changed the column."""
    if held is not None:
        return put(row, field, held.text if held.text is not None else held.number)
    name, first = _at_first(row, field)
    if not is_emptied or getattr(row, name) == first:
        return False
    setattr(row, name, first)
    return True


def _at_first(row: Person | Account, field: str) -> tuple[str, Any]:
    """The column of a field and what it holds before any value is stated."""
    given = (row.given or {}).get(field) if isinstance(row, Account) else None
    column: Any = row._meta.get_field(field)
    return column.attname, given or (None if column.null else "")
