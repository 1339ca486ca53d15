"""The same record more than once. Exact cases only; likely ones are proposed by `treaty match`, with evidence."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

from treaty.diagnosis.cases import id_key
from treaty.diagnosis.picture import Picture
from treaty.diagnosis.report import Finding
from treaty.diagnosis.say import count, listed, safe
from treaty.diagnosis.tables import Cell, Table, key_of
from treaty.diagnosis.words import plain

_FORMS = "incorporated inc corporation corp limited ltd llc gmbh ag sarl sas sa bv plc co kg spa".split()


def duplicates(picture: Picture) -> Iterator[Finding]:
    """The same id or address, or the same name at the same company, without regard to case and signs."""
    for kind, noun, keys in _SAME:
        for table in picture.of(kind):
            if table.again:
                yield _in_several(table, noun)
            if table.repeats:
                yield _repeated(table, noun)
            for what, key in keys:
                yield from _twice(table, noun, what, [key(table, row) for row in range(table.used)])
            if table.columns and not any(table.column(meaning) for meaning in _IDS[kind]):
                yield from _word_for_word(table, noun)


def _in_several(table: Table, noun: str) -> Finding:
    names = listed([safe(file, 60) for file in table.files[:3]]) + (" and more" if len(table.files) > 3 else "")
    says = f"{count(table.again, noun)} {'stands' if table.again == 1 else 'stand'} in more than one of {names}: each counts once"
    return Finding("duplicates", says, table.again, table.again / (table.used + table.again), None, (), table.files)


def _repeated(table: Table, noun: str) -> Finding:
    n, once = len(table.repeats), len({row for row, _ in table.repeats})
    rows = f"{count(n, 'row')} of {listed([safe(file, 60) for file in table.files[:3]])} {'repeats' if n == 1 else 'repeat'}"
    says = f"{rows} the id of {count(once, noun)} in the same file: each counts once"
    examples = tuple(f"{key_of(table, row)} (again on line {line})" for row, line in table.repeats[:5])
    return Finding("duplicates", says, n, n / (table.used + n), None, examples, table.files)


def _word_for_word(table: Table, noun: str) -> Iterator[Finding]:
    """Rows without an id of their own that are the same in every column that is read."""
    rows: dict[tuple[Cell, ...], list[int]] = defaultdict(list)
    for row, cells in enumerate(zip(*(column.values for column in table.columns), strict=True)):
        rows[cells].append(row)
    groups = [places for places in rows.values() if len(places) > 1]
    extra = sum(map(len, groups)) - len(groups)
    if extra:
        how = "repeats another row word for word and counts" if extra == 1 else "repeat another row word for word and count"
        says = f"{count(extra, noun)} of {table.used:,} {how} again: no id tells them apart"
        examples = tuple(f"{_shown(table, places[0], '')} (lines {_lines(table, places)})" for places in groups[:5])
        yield Finding("duplicates", says, extra, extra / table.used, None, examples, table.files)


def _twice(table: Table, noun: str, what: str, keys: list[str]) -> Iterator[Finding]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if key:
            rows[key].append(row)
    groups = [places for places in rows.values() if len(places) > 1]
    if groups:
        involved = sum(map(len, groups))
        extra = involved - len(groups)
        article = "an" if what[0] in "ei" else "a"
        groups_told = f"in {count(len(groups), 'group')}: {count(extra, 'record')} too many"
        says = f"{count(involved, noun)} share {article} {what} with another, {groups_told}"
        examples = tuple(f"{_shown(table, places[0], what)} (lines {_lines(table, places)})" for places in groups[:5])
        yield Finding("duplicates", says, extra, extra / table.used, None, examples, table.files)


def _lines(table: Table, places: list[int]) -> str:
    return listed([table.where(place) for place in places[:3]]) + (" and more" if len(places) > 3 else "")


def _shown(table: Table, row: int, what: str) -> str:
    first = {"e-mail address": ("email",), "name and company": ("name", "last name"), "name": ("account",)}.get(what, ())
    values = (table.values(m)[row] for m in (*first, "lead id", "opportunity id", "account id", "email") if table.column(m))
    return next((str(value) for value in values if value is not None), table.place(row))


def _key(table: Table, row: int, meaning: str) -> str:
    column = table.column(meaning)
    value = column.values[row] if column else None
    return "" if value is None else str(value).strip().lower()


def _id(table: Table, row: int, meaning: str) -> str:
    value = table.values(meaning)[row]
    return "" if value is None else id_key(str(value).strip())


def _person(table: Table, row: int) -> str:
    """Name and company, both needed: two people may well share a name."""
    name = _key(table, row, "name") or f"{_key(table, row, 'first name')} {_key(table, row, 'last name')}"
    company = _key(table, row, "account") or _key(table, row, "account id") or _key(table, row, "phone")
    return f"{plain(name)} {plain(company)}" if plain(name) and plain(company) else ""


def _company(table: Table, row: int) -> str:
    """A company's name without its legal form."""
    words = _key(table, row, "account").replace(".", "").replace(",", " ").split()
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return plain(" ".join(words))


_Key = Callable[[Table, int], str]
_PERSON: tuple[tuple[str, _Key], ...] = (
    ("id", partial(_id, meaning="lead id")),
    ("e-mail address", partial(_key, meaning="email")),
    ("name and company", _person),
)
_IDS = {"leads": ("lead id", "email"), "accounts": ("account id", "account"), "opportunities": ("opportunity id",)}
_SAME: tuple[tuple[str, str, tuple[tuple[str, _Key], ...]], ...] = (
    ("leads", "lead", _PERSON),
    ("accounts", "account", (("id", partial(_id, meaning="account id")), ("name", _company))),
    ("opportunities", "opportunity", (("id", partial(_id, meaning="opportunity id")),)),
)
"""Kind, what to call its record, and by which keys two of them are one."""
