"""`treaty audit FILES…`: raw exports in, leak report out. No set-up, nothing left behind."""

import gc
import json as json_format
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from treaty.diagnosis.report import Report

Files = Annotated[list[Path], typer.Argument(help="Exports: CSV, Excel, Parquet, .gz, .zip, or folders of them.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write the report as one page to forward.", show_default=False)]
Map = Annotated[Path | None, typer.Option("--map", help="A mapping file that overrules what is recognised.", show_default=False)]


def audit(files: Files, json: Json = False, html: Html = None, map_file: Map = None) -> None:
    """Joint audit of raw exports: no set-up, nothing left behind.

    Exit 0: done · 3: done, some rows or files refused · 1: nothing could be read, or a path is wrong.
    """
    from treaty.connectors.files.exports import open_exports
    from treaty.connectors.files.mapping import MapRefused
    from treaty.connectors.files.reader import NoSuchFile
    from treaty.diagnosis.audit import audit as audited

    gc.disable()  # a short run that makes millions of small values and no cycles: a fifth of the time went there
    try:
        exports = open_exports(files, map_file)
    except (NoSuchFile, MapRefused) as told:
        raise _failed(str(told)) from None
    tables = exports.tables()
    if not tables:
        raise _failed("; ".join(unread.problem for unread in exports.unread) or "there is no table in what you named")
    report = audited(tables, tuple((unread.name, unread.problem) for unread in exports.unread))
    _show(report, as_json=json)
    if html is not None:
        _write(report, html)
    raise typer.Exit(3 if exports.unread or any(table.rejected for table in tables) else 0)


def _show(report: "Report", *, as_json: bool) -> None:
    from treaty.diagnosis.as_text import as_text

    text = json_format.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n" if as_json else as_text(report)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))  # a terminal or pipe of any encoding gets UTF-8
    sys.stdout.flush()


def _write(report: "Report", path: Path) -> None:
    from treaty.diagnosis.as_page import as_page

    try:
        path.write_text(as_page(report), "utf-8", errors="backslashreplace")
    except OSError as error:
        raise _failed(f"the page cannot be written to {str(path)!r} ({error.strerror}): name a file in a folder you may write to") from None
    print(f"The page is in {path}", file=sys.stderr)


def _failed(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)
