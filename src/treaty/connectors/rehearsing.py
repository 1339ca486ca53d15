"""What an import would do: everything is done, part by part, and each part taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from treaty.connectors.fates import Fate, fate_of
from treaty.connectors.files.exports import Exports
from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.plans import Recognised
from treaty.connectors.files.row import Directory
from treaty.connectors.files.rows import Refused
from treaty.connectors.files.to_records import Made, directory_of
from treaty.connectors.importing import in_order, name_of, parts, rows_in, source_for, unkept
from treaty.connectors.repeats import Repeats

MOST_TRIES = 3
"""How often a part is done again because a row was refused that others seemed to repeat; the second time it is known."""


@dataclass(slots=True)
class Rehearsed:
    """What an import would do with one file, by the same names as `ImportFile`."""

    name: str
    kind: str = ""
    read: int = 0
    stored: int = 0
    merged: int = 0
    rejected: int = 0
    problem: str = ""


def rehearse(exports: Exports, source: str, *, clock: Callable[[], datetime]) -> list[Rehearsed]:
    """Do everything, part by part, and take each part back, so that others can write between two of them.

    What earlier parts and files would have made is remembered by its identities alone (`repeats`), and a row that
    repeats it counts as merged.
    """
    directory = directory_of(exports)
    with Repeats() as known:
        found = [_rehearse_file(one, exports, directory, source, clock, known) for one in in_order(exports)]
    return found + [Rehearsed(name_of(unread.name), problem=unread.problem) for unread in exports.unread]


def _rehearse_file(
    one: Recognised, exports: Exports, directory: Directory, source: str, clock: Callable[[], datetime], known: Repeats
) -> Rehearsed:
    told = Rehearsed(name_of(one.table.name), one.kind)
    told.problem = unkept(one)
    if told.problem:
        told.read = told.rejected = rows_in(one)
        return told
    try:
        for _, part in parts(one, exports, directory):
            fate = rehearse_part(part, source, clock, known, exports.system)
            told.read += len(part)
            told.stored, told.merged, told.rejected = (
                told.stored + fate.stored,
                told.merged + fate.merged,
                told.rejected + len(fate.refused),
            )
    except FileRefused as refused:
        told.problem = exports.shown(str(refused))
    return told


def rehearse_part(part: list[Made | Refused], source: str, clock: Callable[[], datetime], known: Repeats, system: str = "") -> Fate:
    """What would become of some rows after all that came before them. A row refused makes nothing known."""
    refused: set[int] = set()
    for _ in range(MOST_TRIES):
        again = known.again([row for row in part if isinstance(row, Made) and row.line not in refused])
        fate = _done_and_taken_back(part, again, source, clock, system)
        found = {row.line for row in fate.refused}
        if found <= refused:
            break
        refused |= found
        known.forget()
    known.keep()
    return fate


def _done_and_taken_back(part: list[Made | Refused], again: set[int], source: str, clock: Callable[[], datetime], system: str) -> Fate:
    """again: lines of rows that repeat what earlier ones made; they are merged, if they can be kept at all."""
    with transaction.atomic():
        origin, at = source_for(source, at=clock(), system=system), clock()
        first = fate_of([row for row in part if row.line not in again], origin, at)
        other = fate_of([row for row in part if row.line in again], origin, at)
        transaction.set_rollback(True)
    return Fate(first.stored, first.merged + other.merged + other.stored, first.refused + other.refused)
