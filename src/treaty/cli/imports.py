"""`treaty import PATHS…`: absorb exports, or the tables of a database, into the one source of truth."""

import json as json_format
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.connectors.files.exports import Exports
    from treaty.connectors.models import ImportFile
    from treaty.connectors.rehearsing import Rehearsed

Paths = Annotated[
    list[str],
    typer.Argument(
        help="Exports: CSV, Excel, Parquet, .gz, .zip, or folders of them; or one database: postgresql://…, a SQLite or DuckDB file.",
        show_default=False,
    ),
]
Schema = Annotated[str, typer.Option("--schema", help="Which tables of a database are read.", show_default=False)]
As = Annotated[str, typer.Option("--as", help="What every file holds, if it is not recognised: leads, opportunities, …")]
Map = Annotated[Path | None, typer.Option("--map", help="A mapping file that overrules what is recognised.", show_default=False)]
Source = Annotated[str, typer.Option("--source", help="The system the files come from: ids mean the same within one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and keep nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
COUNTS = ("read", "stored", "merged", "rejected")
SAY_EVERY = 5.0
"""Seconds between two lines about a long file."""


def import_files(
    paths: Paths,
    kind: As = "",
    map_file: Map = None,
    source: Source = "",
    schema: Schema = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Absorb exports, or the tables of a database, into the one source of truth. Importing the same twice changes nothing.

    Exit 0: done · 3: done, some rows or files refused · 1: nothing could be read, or a path is wrong.
    """
    from treaty.connectors.files.mapping import MapRefused, known_kind

    try:
        known_kind(kind) if kind else ""
    except MapRefused as told:
        raise typer.BadParameter(str(told), param_hint="--as") from None
    os.environ.setdefault("TREATY_PROCESS", "import")  # on SQLite only the web process checkpoints
    with ExitStack() as open_for_it:
        exports = _open(paths, map_file, kind, schema, open_for_it)
        ready()
        done = _do(exports, source or exports.mapping.source, is_dry=dry_run)
    _tell(done, as_json=json)
    raise typer.Exit(3 if any(one["rejected"] or one["problem"] for one in done.files) else 0)


def _open(names: list[str], map_file: Path | None, kind: str, schema: str, open_for_it: ExitStack) -> "Exports":
    """open_for_it: what keeps a database open until everything was read"""
    from treaty.connectors.files.databases import NoDatabase, is_database, tables_of
    from treaty.connectors.files.exports import exports_of, open_exports
    from treaty.connectors.files.mapping import MapRefused
    from treaty.connectors.files.reader import NoSuchFile
    from treaty.connectors.loaders.sets import joined

    is_from_one = any(map(is_database, names))
    if is_from_one and len(names) > 1:
        raise typer.BadParameter("a database is imported by itself, without other files or databases", param_hint="PATHS")
    if schema and not is_from_one:
        raise typer.BadParameter("only a database has schemas: leave it out for files", param_hint="--schema")
    try:
        if is_from_one:
            exports = joined(exports_of(open_for_it.enter_context(tables_of(names[0], schema)), map_file, kind))
        else:
            exports = joined(open_exports(map(Path, names), map_file, kind))
    except (NoSuchFile, MapRefused, NoDatabase) as told:
        raise _failed(str(told)) from None
    if not exports.recognised:
        raise _failed("; ".join(unread.problem for unread in exports.unread) or "there is no table in what you named")
    return exports


@dataclass(frozen=True)
class Done:
    """key: of the import, empty after a dry run · files: a line of the result each."""

    key: str
    files: list[dict[str, Any]]


def _do(exports: "Exports", source: str, *, is_dry: bool) -> Done:
    from treaty.connectors.importing import NotForImports

    try:
        return _rehearsed(exports, source) if is_dry else _imported(exports, source)
    except NotForImports as told:
        raise _failed(str(told)) from None
    except OSError as fault:
        raise _failed(
            f"{fault.filename or 'a file'} cannot be written or read ({fault.strerror}): free space or rights, then again"
        ) from None


def _rehearsed(exports: "Exports", source: str) -> Done:
    from treaty.connectors.rehearsing import rehearse
    from treaty.jobs.clock import now

    notes = _notes(exports)
    return Done("", [_line(one, notes) for one in rehearse(exports, source, clock=now)])


def _imported(exports: "Exports", source: str) -> Done:
    from treaty.config import home
    from treaty.connectors import importing, refused
    from treaty.jobs.clock import now

    at = now()
    run = importing.begin(exports, source=importing.source_for(source, at=at, system=exports.system), at=at)
    importing.run_import(run, exports, clock=now, progress=Progress())
    lines, notes = [], _notes(exports)
    for file in run.files.order_by("id"):
        has_rows = file.refused.exists()
        lines.append({**_line(file, notes), "rejected_file": str(refused.write(file, home() / "rejected" / run.key)) if has_rows else ""})
    return Done(run.key, lines)


def _notes(exports: "Exports") -> dict[str, str]:
    """By file, what becomes of rows that say nothing of their own."""
    from treaty.connectors.importing import name_of

    return {name_of(one.table.name): one.loaded.note for one in exports.recognised if one.loaded is not None and one.loaded.note}


def _line(one: "ImportFile | Rehearsed", notes: dict[str, str]) -> dict[str, Any]:
    counts = {name: getattr(one, name) for name in COUNTS}
    return {"file": one.name, "kind": one.kind, **counts, "problem": one.problem, "note": notes.get(one.name, "")}


class Progress:
    """Says now and then how far a long file is read."""

    def __init__(self) -> None:
        self.said_at = time.monotonic()

    def __call__(self, file: "ImportFile") -> None:
        if time.monotonic() - self.said_at >= SAY_EVERY:
            self.said_at = time.monotonic()
            print(f"{file.name}: {file.read:,} of {file.total:,} rows", file=sys.stderr, flush=True)


def _tell(done: Done, *, as_json: bool) -> None:
    sums = {name: sum(one[name] for one in done.files) for name in COUNTS}
    if as_json:
        print(json_format.dumps({"import": done.key, "dry_run": not done.key, **sums, "files": done.files}, ensure_ascii=True, indent=1))
        return
    for line in _table(done.files):
        print(line)
    if not done.key:
        print("Nothing was kept: this was a dry run.")
    elif sums["stored"]:
        _tell_worker()


def _table(files: Iterable[dict[str, Any]]) -> Iterator[str]:
    for one in files:
        counts = " · ".join(f"{name} {one[name]:,}" for name in COUNTS)
        yield f"{_plain(one['file'])} ({one['kind'] or 'not read'}): {counts}"
        yield from (f"  {_plain(one[said])}" for said in ("problem", "note") if one[said])
        if one.get("rejected_file"):
            yield f"  the refused rows, each with its reason: {one['rejected_file']}"


def _plain(text: str) -> str:
    """What a terminal shows and does not obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _tell_worker() -> None:
    from datetime import timedelta

    from treaty.jobs.clock import now
    from treaty.jobs.models import Beat

    if not Beat.objects.filter(at__gte=now() - timedelta(seconds=30)).exists():
        print("No worker is running: leads are judged as soon as `treaty serve` or `treaty work` runs.", file=sys.stderr)


def _failed(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)
