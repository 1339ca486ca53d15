"""What an import would do: everything is done, part by part, and each part taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from treaty.connectors.fates import fate_of
from treaty.connectors.files.exports import Exports
from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.makers import MAKERS
from treaty.connectors.files.plans import Recognised
from treaty.connectors.files.row import Directory
from treaty.connectors.files.to_records import directory_of
from treaty.connectors.importing import in_order, name_of, parts, rows_in, source_for, unkept


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
    """Do everything, part by part, and take each part back. What a part says of another is not seen: a row that stands
    twice, more than 200 rows apart, counts as stored twice.
    """
    directory = directory_of(exports)
    found = [_rehearse_file(one, exports, directory, source, clock) for one in in_order(exports)]
    return found + [Rehearsed(name_of(unread.name), problem=unread.problem) for unread in exports.unread]


def _rehearse_file(one: Recognised, exports: Exports, directory: Directory, source: str, clock: Callable[[], datetime]) -> Rehearsed:
    told = Rehearsed(name_of(one.table.name), one.kind)
    if one.kind not in MAKERS:
        told.read = told.rejected = rows_in(one)
        told.problem = unkept(one.kind)
        return told
    try:
        for _, part in parts(one, exports, directory):
            with transaction.atomic():
                fate = fate_of(part, source_for(source, at=clock()), clock())
                transaction.set_rollback(True)
            told.read += len(part)
            told.stored, told.merged, told.rejected = (
                told.stored + fate.stored,
                told.merged + fate.merged,
                told.rejected + len(fate.refused),
            )
    except FileRefused as refused:
        told.problem = exports.shown(str(refused))
    return told
