"""Is this a set of tables that a loader left of one system? Then they are read together, each by its own rules."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from treaty.connectors.files.exports import Exports
from treaty.connectors.files.plans import ColumnPlan, Loaded, Recognised
from treaty.connectors.files.rows import Row
from treaty.connectors.loaders.cells import Cells, columns
from treaty.connectors.loaders.hubspot import HUBSPOT
from treaty.connectors.loaders.marketo import MARKETO
from treaty.connectors.loaders.salesforce import SALESFORCE
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.connectors.loaders.tables import PROPERTY, System, Table
from treaty.connectors.tracking.kinds import snake
from treaty.truth.records import GoneRecord, Record

SYSTEMS = {system.name: system for system in (HUBSPOT, SALESFORCE, MARKETO)}
ACTIVITY = {"activity_type_id", "primary_attribute_value"}
"""Columns of a log of activities, which some copies have without any column of the loader's own."""
Member = tuple[Recognised, str]
"""A table of the set, and the name it has in the system."""


def joined(exports: Exports) -> Exports:
    """The same exports; where a loader's tables are among them, those are read as one set of the system they are of.

    A table that the mapping, or the person, says the kind of is left to that. The tables are recognised by their names and
    columns together, so that files of other people's making are what they were.
    """
    free = [one for one in exports.recognised if not exports.said(one).as_ and one.why != "as you said"]
    system, members = max(((system, _members(system, free)) for system in SYSTEMS.values()), key=lambda found: len(found[1]))
    if not any(_is_loaders(one) for one, _ in members):
        return exports
    elsewhere = {id(one): other.label for other in SYSTEMS.values() if other is not system for one, _ in _members(other, free)}
    shelf = cache(lambda: Shelf({name for _, name in members}, _kept(system, members)))
    of = {id(one): name for one, name in members}
    left = {id(one) for one in free if _is_loaders(one)} - set(of)
    recognised = [
        _loaded(one, of[id(one)], system, shelf)
        if id(one) in of
        else _unknown(one, system, elsewhere.get(id(one), ""))
        if id(one) in left
        else one
        for one in exports.recognised
    ]
    return replace(exports, recognised=recognised, system=system.name, last=lambda: _merged(shelf()))


def _members(system: System, tables: Sequence[Recognised]) -> list[Member]:
    return [(one, name) for one in tables if (name := _name_in(system, one))]


def _name_in(system: System, one: Recognised) -> str:
    """What a table is called in the system, by the name of its file and its columns; nothing for one that is none of its tables."""
    stem = snake(re.sub(r"\.[a-z0-9]{1,7}$", "", re.split(r"/|: ", one.table.name)[-1], flags=re.I))
    names = [stem, *(stem.removeprefix(prefix) for prefix in system.prefixes)]
    known = {*columns(one.table.header), *(PROPERTY for header in one.table.header if header.startswith(PROPERTY))}
    for name in (*names, *(name.removesuffix("_data") for name in names)):
        table = system.tables.get(name)
        if table and all(known & set(group.split("|")) for group in table.needs):
            return name
    return ""


def _is_loaders(one: Recognised) -> bool:
    """Do its columns say that a loader wrote it?"""
    known = set(columns(one.table.header))
    return any(name.startswith("fivetran_") for name in known) or known >= ACTIVITY


def _loaded(one: Recognised, name: str, system: System, shelf: Callable[[], Shelf]) -> Recognised:
    table = system.tables[name]
    why = f"the table {name} of {system.label}, as a loader leaves it"
    plans = [ColumnPlan(header, why=why) for header in one.table.header]
    place = list(system.tables).index(name)
    loaded = Loaded(_reader(one, table, shelf), place, table.note, table.refuse)
    return Recognised(one.table, one.profile, table.kind, 1.0, why, plans, loaded)


def _unknown(one: Recognised, system: System, elsewhere: str) -> Recognised:
    """elsewhere: the other system it is a table of, if it is."""
    refuse = f"it is no table of {system.label} that has a place here: leave it out, or say with --as what it holds"
    if elsewhere:
        refuse = f"it is a table of {elsewhere}, and these files are those of {system.label}: import each system's tables by themselves"
    loaded = Loaded(lambda _: (), len(system.tables), refuse=refuse)
    return replace(one, kind="other", confidence=0.0, why=refuse, columns=[ColumnPlan(h) for h in one.table.header], loaded=loaded)


def _reader(one: Recognised, table: Table, shelf: Callable[[], Shelf]) -> Callable[[Sequence[str]], tuple[Record, ...]]:
    names = columns(one.table.header)

    def read(cells: Sequence[str]) -> tuple[Record, ...]:
        return tuple(table.read(Cells(dict(zip(names, cells, strict=True))), shelf())) if table.read else ()

    return read


def _kept(system: System, members: Sequence[Member]) -> Iterator[Kept]:
    """What all rows say to those of other tables. One that cannot be read is refused in its turn, and says nothing here."""
    for one, name in members:
        keep, names = system.tables[name].keep, columns(one.table.header)
        for row in one.table.rows() if keep else ():
            if keep and isinstance(row, Row):
                try:
                    yield from list(keep(Cells(dict(zip(names, row.cells, strict=True)))))
                except ValueError:
                    continue


def _merged(shelf: Shelf) -> Iterator[GoneRecord]:
    """Every merge once more, now that everybody is known: the old ids and addresses lead to who was kept."""
    for kind, number, into, at in shelf.merges():
        email = shelf.get(f"address of {kind}", number).get("email", "")
        yield GoneRecord(kind=kind, external_id=number, into=into, at=Cells({"at": at}).moment("at"), email=email)  # type: ignore[arg-type]
