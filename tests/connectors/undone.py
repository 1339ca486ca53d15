"""Imports of given records, and all that is known, row by row, to see that an import taken back left nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps

from tests.conftest import NOON
from treaty.connectors import importing, undoing
from treaty.connectors.files.to_records import Made
from treaty.connectors.models import Import, ImportFile
from treaty.connectors.undoing import Result
from treaty.truth.records import Record

UNTOLD = ("truth.source", "truth.takenout")
"""Where records come from stays, and so does that rows were taken out."""


def imported(*records: Record, source: str = "files", at: datetime = NOON, rows: int = importing.ROWS) -> Import:
    """One record a row, so many rows a part."""
    file = begun(len(records), source=source, at=at)
    for start in range(0, len(records), rows):
        read(file, start, records[start : start + rows], at=at)
    return ended(file, at=at)


def begun(total: int, *, source: str = "files", at: datetime = NOON) -> ImportFile:
    """A file of so many rows, of which none is read yet."""
    run = Import.objects.create(source=importing.source_for(source, at=at), started_at=at)
    return ImportFile.objects.create(run=run, name="rows.csv", total=total)


def read(file: ImportFile, start: int, records: Iterable[Record], *, at: datetime = NOON) -> None:
    """A part of it, from a row on."""
    importing.take(file, start, [Made(line, [], (record,)) for line, record in enumerate(records, start + 1)], at=at)


def ended(file: ImportFile, *, at: datetime = NOON) -> Import:
    Import.objects.filter(pk=file.run_id).update(finished_at=at)
    assert file.rejected == 0
    return Import.objects.get(pk=file.run_id)


def truth() -> dict[str, dict[int, dict[str, Any]]]:
    """Every row of what is known, by table and number."""
    models = [model for model in apps.get_app_config("truth").get_models() if model._meta.label_lower not in UNTOLD]
    return {model._meta.label_lower: {row["id"]: row for row in model._default_manager.values()} for model in models}


def taken_back(run: Import, at: datetime = NOON, why: str = "an old export") -> Result:
    """Take it back; what was foreseen is what comes of it."""
    foreseen = undoing.foresee(run)
    done = undoing.run_undoing(undoing.begin(run, why=why, by=None, at=at), clock=lambda: at)
    result = undoing.result_of(done)
    assert _plain(foreseen) == _plain(result)
    return result


def _plain(result: Result) -> tuple[Any, Any, Any]:
    return result.goes, result.falls, sorted((one.model, one.number, one.why) for one in result.stays)


def reasons(result: Result) -> dict[str, set[str]]:
    """By label why something stays."""
    found: dict[str, set[str]] = {}
    for one in result.stays:
        found.setdefault(one.model, set()).add(one.why)
    return found


def differing(before: dict[str, dict[int, Any]], after: dict[str, dict[int, Any]]) -> Iterable[str]:
    """Where two states differ, in words."""
    for label, rows in before.items():
        for number in rows.keys() | after[label].keys():
            one, other = rows.get(number), after[label].get(number)
            if one != other:
                columns = {name: (one[name], other[name]) for name in one if one[name] != other[name]} if one and other else (one, other)
                yield f"{label} {number}: {columns}"
