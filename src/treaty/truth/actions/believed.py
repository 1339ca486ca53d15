"""Bring the columns of people and accounts up to what is believed of them, after values were taken from them or given to them."""

from collections.abc import Collection, Iterable

from treaty.bulk import update
from treaty.truth.actions.facts import ACCOUNT, COLUMNS, PERSON, ROWS, Held, Kind, claimants, latest, put
from treaty.truth.models import Account, Person


def refresh(people: Collection[int], *, is_whole: bool = False) -> None:
    """Bring the columns of people up to the latest of their values, whosever they were.

    is_whole: a column of which no value is known is empty, for who stated it may have been parted from them.
    """
    _refresh(PERSON, people, COLUMNS[PERSON] if is_whole else ())


def refresh_accounts(accounts: Collection[int]) -> None:
    """The same of accounts. A name, a domain and what an account is a part of may be known without a stated value: they stay."""
    _refresh(ACCOUNT, accounts, [field for field in COLUMNS[ACCOUNT] if field not in ("name", "domain", "parent")])


def _refresh(kind: Kind, numbers: Collection[int], emptied: Collection[str]) -> None:
    """emptied: columns that are empty where no value is known"""
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
    name, empty = (f"{field}_id", None) if field in ROWS else (field, None if field == "employees" else "")
    if not is_emptied or getattr(row, name) == empty:
        return False
    setattr(row, name, empty)
    return True
