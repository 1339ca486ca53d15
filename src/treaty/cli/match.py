"""`treaty match PEOPLE.csv`: which records speak of the same person or company. No set-up, nothing left behind but two files."""

import csv
import json as json_format
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from treaty.connectors.files.plain import PlainTable
    from treaty.truth.matching.matcher import Matched

THRESHOLD = 0.8
"""As `matcher.THRESHOLD`, which costs a second to import; a test keeps them equal."""
_SHOWN = 5

People = Annotated[Path, typer.Argument(metavar="PEOPLE.csv", help="People or companies: CSV, Excel, Parquet.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where pairs.csv and clusters.csv go.", show_default=False)]
With = Annotated[Path | None, typer.Option("--with", metavar="OTHER.csv", help="Link to the records of another file.", show_default=False)]
Id = Annotated[str, typer.Option("--id", metavar="COL", help="The column that names the rows; else one whose values all differ.")]
Ignore = Annotated[str, typer.Option("--ignore", metavar="COL,…", help="Columns never compared.")]
Threshold = Annotated[float, typer.Option("--threshold", metavar="P", help="From which probability on two records are one.")]
Evidence = Annotated[bool, typer.Option("--evidence", help="Also write evidence.csv: what speaks for every pair, in bits.")]
Json = Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")]


def match(
    people: People,
    out: Out,
    other: With = None,
    id_column: Id = "",
    ignore: Ignore = "",
    threshold: Threshold = THRESHOLD,
    evidence: Evidence = False,
    json: Json = False,
) -> None:
    """Find records of the same person or company, in one file or between two: writes pairs.csv and clusters.csv.

    Columns are recognised by themselves; columns called cluster, entity or label, and ids, are never compared.
    Exit 0: done · 3: done, some rows refused · 1: the files cannot be matched · 2: wrong usage.
    """
    from treaty.connectors.files.limits import FileRefused
    from treaty.connectors.files.plain import read_plain
    from treaty.connectors.files.reader import NoSuchFile
    from treaty.truth.matching.compare import NoSplink
    from treaty.truth.matching.matcher import match as matched
    from treaty.truth.matching.tables import CannotMatch

    if not 0 < threshold < 1:
        raise typer.BadParameter(f"{threshold:g} is no probability above 0 and below 1, such as {THRESHOLD}", param_hint="--threshold")
    ignored = [name.strip() for name in ignore.split(",") if name.strip()]
    try:
        told = [read_plain(path) for path in (people, other) if path is not None]
        found = matched(*(one.columns for one in told), id_column=id_column, ignored=ignored, threshold=threshold, prove=evidence)
        _write(out, found, linked=other is not None, evidence=evidence)
    except (FileRefused, NoSuchFile, CannotMatch, NoSplink) as fault:
        raise _failed(str(fault)) from None
    except OSError as fault:
        raise _failed(f"{fault.filename or out} cannot be written ({fault.strerror}): name a folder you may write to") from None
    refused = _refused(told, found)
    _say(told, found, refused, out, as_json=json)
    raise typer.Exit(3 if refused else 0)


def _failed(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(1)


def _write(out: Path, found: "Matched", *, linked: bool, evidence: bool) -> None:
    """Ids are written as the files have them. Of two files the left id is of the first, and clusters say whose in a third column."""
    out.mkdir(parents=True, exist_ok=True)
    _file(out / "pairs.csv", ("left", "right", "probability"), ((one.left, one.right, f"{one.probability:.6f}") for one in found.pairs))
    if linked:
        _file(out / "clusters.csv", ("id", "cluster", "side"), found.clusters)
    else:
        _file(out / "clusters.csv", ("id", "cluster"), (one[:2] for one in found.clusters))
    if evidence:
        lines = ((one.left, one.right, one.compared, one.found, f"{one.bits:.3f}") for one in found.evidence)
        _file(out / "evidence.csv", ("left", "right", "compared", "found", "bits"), lines)


def _file(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _refused(told: "list[PlainTable]", found: "Matched") -> list[tuple[str, int, str]]:
    """(file, line, problem) of every row that is in no cluster."""
    unread = [(one.name, row.line, row.problem) for one in told for row in one.refused]
    return unread + [(told[side].name, told[side].lines[row], problem) for side, row, problem in found.refused]


def _say(told: "list[PlainTable]", found: "Matched", refused: list[tuple[str, int, str]], out: Path, *, as_json: bool) -> None:
    counts = {
        "rows": len(found.clusters),
        "pairs": len(found.pairs),
        "clusters": len({cluster for _, cluster, _ in found.clusters}),
        "refused": len(refused),
    }
    if as_json:
        files: list[dict[str, Any]] = [
            {"file": one.name, "columns": [{"column": c.header, "taken_for": c.kind, "why": c.why} for c in columns]}
            for one, columns in zip(told, found.columns, strict=True)
        ]
        problems = [{"file": name, "line": line, "problem": problem} for name, line, problem in refused]
        typer.echo(json_format.dumps({**counts, "out": str(out), "files": files, "problems": problems}, ensure_ascii=False, indent=1))
        return
    for one, columns in zip(told, found.columns, strict=True):
        typer.echo(f"{one.name}: " + ", ".join(f"{c.header} as {c.kind}" for c in columns), err=True)
    for name, line, problem in refused[:_SHOWN]:
        typer.echo(f"{name}, line {line}: {problem}", err=True)
    if len(refused) > _SHOWN:
        typer.echo(f"{len(refused):,} rows were refused in all", err=True)
    typer.echo(
        f"{counts['rows']:,} records, {counts['clusters']:,} of their own, {counts['pairs']:,} pairs: {out}/pairs.csv, {out}/clusters.csv"
    )
