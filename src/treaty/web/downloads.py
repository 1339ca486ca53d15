"""The same list as a file: CSV as it is read, a workbook with typed cells. What a spreadsheet would run is text."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from treaty.connectors.files.escapes import escape

Value = str | int | float | Decimal | bool | date | datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575
"""Rows below the head that one sheet of Excel holds."""
MOST_LETTERS = 32_767
_EXACT = 10**15
_DAY_ONE = date(1900, 1, 1)


class TooManyRows(Exception):
    """A list does not fit into a sheet; the message says what to take instead."""


def csv_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> HttpResponseBase:
    """Written row by row as it is read. Moments are UTC in ISO 8601, numbers plain, text that begins like a formula marked."""
    response = StreamingHttpResponse(_lines([heads], rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(head: Iterable[Sequence[Value]], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for part in (head, rows):
        for row in part:
            writer.writerow([_text(value) for value in row])
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return escape(value) if isinstance(value, str) else str(value)


def xlsx_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]], *, zone: str, total: int) -> HttpResponseBase:
    """A workbook on disk, then sent: memory stays small. Moments stand in `zone`, which the sheet's name says.

    Numbers Excel cannot hold exactly (over 15 digits) and dates before 1900 are text. Raises TooManyRows.
    """
    if total > MOST_ROWS:
        raise TooManyRows(f"{total:,} rows do not fit into one Excel sheet of {MOST_ROWS:,}: take the CSV, or narrow the list")
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    _write_book(out, heads, rows, zone)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _write_book(out: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Value]], zone: str) -> None:
    import xlsxwriter

    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"constant_memory": True, **plain_text}) as book:
        sheet = book.add_worksheet(f"times in {zone}".replace("/", " ")[:31])
        styles = {
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "head": book.add_format({"bold": True}),
        }
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, styles["head"])
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                _write_cell(sheet, number, place, value, styles, ZoneInfo(zone))


def _write_cell(sheet: Any, row: int, column: int, value: Value, styles: dict[str, Any], zone: ZoneInfo) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and -_EXACT < value < _EXACT:
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime) and value.year > _DAY_ONE.year:
        sheet.write_datetime(row, column, value.astimezone(zone).replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date) and not isinstance(value, datetime) and value > _DAY_ONE:
        sheet.write_datetime(row, column, value, styles["day"])
    else:
        sheet.write_string(row, column, str(value)[:MOST_LETTERS])
