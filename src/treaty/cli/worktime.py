"""`treaty worktime`: a file of business-hours cases in, `id,result` out. Loads neither Django nor the engine."""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from treaty.cli.worktime_files import Book, Row, Unreadable, read_book, read_rows
from treaty.sla.calendars import BadCalendar, Calendar, shown
from treaty.sla.worktime import EARLIEST, LATEST, History, Pauses, deadline, due_after_days, due_at, elapsed

Result = str | int

_SECONDS = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_DAYS = re.compile(r"(\d{1,5})( working days?)?", re.ASCII)
_ONE_SECOND = timedelta(seconds=1)
_LONGEST = timedelta(days=36_525)
"""A budget of more than a hundred years is a typing error."""


def worktime(
    cases: Annotated[
        Path, typer.Argument(metavar="CASES.csv", help="Columns id, kind, calendar, start, duration_s, end, pauses_utc, changes_utc.")
    ],
    calendars: Annotated[Path, typer.Option("--calendars", metavar="C.json", help="The calendars that the cases name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects instead of CSV.")] = False,
) -> None:
    """By when is it due, how much working time has passed? Exact to the second in every zone.

    kind: `due` (budget in `duration_s`), `elapsed` (until `end`) or `due_days` (working days in `days`).
    Prints a UTC instant, NONE, or whole seconds. Ends with 3 when rows were refused; they are named on stderr.
    """
    try:
        book, rows = read_book(calendars), list(read_rows(cases))
    except Unreadable as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    results = list(_answers(rows, book))
    _print(results, as_json=as_json)
    if len(results) < len(rows):
        raise typer.Exit(3)


def _answers(rows: list[tuple[int, Row | csv.Error]], book: Book) -> Iterator[tuple[str, Result]]:
    for line, row in rows:
        if isinstance(row, csv.Error):
            typer.echo(f"line {line}: {row}: close the quotes and write one case per line", err=True)
            continue
        try:
            result = answer(row, book)
            if _is_out_of_order(row):
                typer.echo(f"line {line}, id {shown(row['id'])}: end is before start, counted as 0: check the dates", err=True)
            yield row["id"], result
        except ValueError as fault:
            typer.echo(f"line {line}, id {shown(row.get('id', ''))}: {fault}", err=True)


def _print(results: list[tuple[str, Result]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([{"id": name, "result": result} for name, result in results], ensure_ascii=False, indent=1))
        return
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("id", "result"))
    out.writerows(results)


def answer(row: Row, book: Book) -> Result:
    """The result of one case: an instant, `NONE`, or seconds. Raises ValueError that names the value and the way out."""
    _check_id(row.get("id", ""))
    kind = row.get("kind", "").strip()
    if kind not in _KINDS:
        raise ValueError(f"kind {shown(kind)}: use {', '.join(_KINDS)}")
    return _KINDS[kind](row, _moment(row, "start"), _history(row, book), _pauses(row))


def _due(row: Row, start: datetime, history: History, pauses: Pauses) -> Result:
    text = row.get("duration_s", "").strip()
    if not text and row.get("duration", "").strip():
        return _shown(_in_words(row["duration"], start, history, pauses))
    return _shown(due_at(start, _budget(text), history, pauses))


def _due_days(row: Row, start: datetime, history: History, pauses: Pauses) -> Result:
    text = row.get("days", "").strip() or row.get("duration", "").strip()
    found = _DAYS.fullmatch(text)
    if not found:
        raise ValueError(f"days {shown(text)}: write a whole number in the column `days`, or `2 working days` in `duration`")
    return _shown(due_after_days(start, int(found[1]), history, pauses))


def _elapsed(row: Row, start: datetime, history: History, pauses: Pauses) -> Result:
    return elapsed(start, _moment(row, "end"), history, pauses) // _ONE_SECOND


def _is_out_of_order(row: Row) -> bool:
    return row["kind"].strip() == "elapsed" and _moment(row, "end") < _moment(row, "start")


_KINDS: dict[str, Callable[[Row, datetime, History, Pauses], Result]] = {"due": _due, "elapsed": _elapsed, "due_days": _due_days}


def _in_words(text: str, start: datetime, history: History, pauses: Pauses) -> datetime | None:
    from treaty.agreement.base import read_duration

    return deadline(start, read_duration(text), history, pauses)


def _shown(moment: datetime | None) -> str:
    return "NONE" if moment is None else moment.isoformat().replace("+00:00", "Z")


def _check_id(text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise ValueError("the id is empty or not printable: give each case a name of its own")


def _budget(text: str) -> timedelta:
    if not _SECONDS.fullmatch(text):
        raise ValueError(f"duration_s {shown(text)}: write the budget as seconds, such as 3600")
    microseconds = int(Decimal(text) * 1_000_000)
    if microseconds > _LONGEST // timedelta(microseconds=1):
        raise ValueError(f"duration_s {shown(text)}: more than a hundred years, use at most {_LONGEST // _ONE_SECOND}")
    return timedelta(microseconds=microseconds)


def _moment(row: Row, column: str) -> datetime:
    return _instant(row.get(column, ""), column)


def _instant(text: str, column: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is not None and EARLIEST <= moment < LATEST:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{column} {shown(text)}: write a date and time with its offset, 1900 to 2200, such as 2026-03-06T16:00:00+01:00")


def _history(row: Row, book: Book) -> History:
    changes = (part.partition("=") for part in _parts(row, "changes_utc"))
    later = ((_instant(at, "changes_utc"), _calendar(name, book)) for at, _, name in changes)
    return ((EARLIEST, _calendar(row.get("calendar", ""), book)), *later)


def _calendar(name: str, book: Book) -> Calendar:
    found = book.get(name.strip())
    if found is None:
        raise ValueError(f"calendar {shown(name)} is not among the calendars: use one of {', '.join(map(shown, list(book)[:8]))}")
    if isinstance(found, BadCalendar):
        raise ValueError(f"calendar {shown(name)}: {found}")
    return found


def _pauses(row: Row) -> Pauses:
    return [_pause(part) for part in _parts(row, "pauses_utc")]


def _pause(text: str) -> tuple[datetime, datetime | None]:
    start, slash, end = text.partition("/")
    if not slash:
        raise ValueError(f"pauses_utc {shown(text)}: write from/to, and nothing after the slash while it is open")
    stops, resumes = _instant(start, "pauses_utc"), _instant(end, "pauses_utc") if end.strip() else None
    if resumes is not None and resumes < stops:
        raise ValueError(f"pauses_utc {shown(text)}: it ends before it begins, swap the two")
    return stops, resumes


def _parts(row: Row, column: str) -> list[str]:
    return [part for part in row.get(column, "").split(";") if part.strip()]
