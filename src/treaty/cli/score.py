"""`treaty score train|apply`: a score learnt from a plain table, and that score on other rows. No set-up; leaves only the files named."""

import csv
import json as json_format
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treaty.diagnosis.say import visible

if TYPE_CHECKING:
    from treaty.connectors.files.plain import ArrowTable
    from treaty.qualification.learning.model import Model

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Before numpy loads: its sums here are small, and threads that wait for each other cost far more on a busy machine (measured)."""
app = typer.Typer(add_completion=False, no_args_is_help=True)
MOST_ROWS = 1_000_000
_SHOWN = 5

File = Annotated[Path, typer.Argument(metavar="FILE", help="Leads, one a row: CSV, Excel, Parquet.", show_default=False)]
ModelFile = Annotated[
    Path, typer.Option("--model", metavar="M.json", help="The model: written by train, read by apply.", show_default=False)
]
Outcome = Annotated[
    str, typer.Option("--outcome", metavar="COL", help="Who converted: 0 and 1, yes and no, won and lost, a date.", show_default=False)
]
Positive = Annotated[
    str, typer.Option("--positive", metavar="VALUE", help="The value of the outcome that means converted.", show_default=False)
]
Dictionary = Annotated[
    Path | None, typer.Option("--dictionary", metavar="FILE", help="What the columns mean: names and descriptions.", show_default=False)
]
Time = Annotated[
    str,
    typer.Option(
        "--time", metavar="COL", help="When a lead came, a date or a running number: the newest quarter is kept back.", show_default=False
    ),
]
Contacted = Annotated[
    str, typer.Option("--contacted", metavar="COL", help="When sales first contacted it; recognised by its name.", show_default=False)
]
Points = Annotated[
    str, typer.Option("--points", metavar="COL", help="The agreed points, to compare with; never a signal.", show_default=False)
]
Segment = Annotated[str, typer.Option("--segment", metavar="COL", help="By which column to look at parts one by one.", show_default=False)]
Keep = Annotated[
    list[str], typer.Option("--keep", metavar="COL", help="Use this column, whatever the evidence; may be said often.", show_default=False)
]
Refuse = Annotated[list[str], typer.Option("--refuse", metavar="COL", help="Never use this column; may be said often.", show_default=False)]
Rising = Annotated[list[str], typer.Option("--rising", metavar="COL", help="A number with which points may only rise.", show_default=False)]
Falling = Annotated[
    list[str], typer.Option("--falling", metavar="COL", help="A number with which points may only fall.", show_default=False)
]
Out = Annotated[Path, typer.Option("--out", metavar="OUT.csv", help="The same rows with probability and points.", show_default=False)]
Why = Annotated[bool, typer.Option("--why", help="Also a column that says what gave and took the most points.")]
Json = Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")]


@app.command()
def train(  # noqa: PLR0913, PLR0917 each is an option of the command
    file: File,
    outcome: Outcome,
    model: ModelFile,
    positive: Positive = "",
    dictionary: Dictionary = None,
    time: Time = "",
    contacted: Contacted = "",
    points: Points = "",
    segment: Segment = "",
    keep: Keep = [],  # noqa: B006 typer makes a new list for each call
    refuse: Refuse = [],  # noqa: B006
    rising: Rising = [],  # noqa: B006
    falling: Falling = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Learn a score of whole points from leads whose end is known; leaking columns are refused or suspected, and said.

    Prints a report. A score with leaks that were forced in carries a warning on its first line.
    Exit 0: done · 3: done, some rows refused · 1: nothing can be learnt from the file · 2: wrong usage.
    """
    from treaty.cli.score_said import report
    from treaty.qualification.learning.document import as_data, written
    from treaty.qualification.learning.model import Asked
    from treaty.qualification.learning.train import train as trained

    with _failing(model):
        from treaty.connectors.files.typed import typed

        told = _read(file)
        names = told.table.column_names
        described = _described(dictionary, names) if dictionary else {}
        lists = {"keep": keep, "refuse": refuse, "rising": rising, "falling": falling}
        asked = Asked(
            outcome, positive, time, contacted, points, segment,
            **{option: _names(said, names) for option, said in lists.items()},
            descriptions=described,
        )  # fmt: skip
        read = typed(told.table)
        read.notes += [f"The dictionary describes {len(described)} of {len(names)} columns."] if dictionary else []
        made = replace(trained(read.table, asked), written=read.written)
        model.write_text(written(made), encoding="utf-8")
    if json:
        _print({**as_data(made), "model": str(model), "notes": read.notes, "refused": _refused(told)})
    else:
        typer.echo(report(made, model, told.name, read.notes, _refused(told)))
    raise typer.Exit(3 if told.refused else 0)


@app.command(name="apply")
def apply_model(file: File, model: ModelFile, out: Out, why: Why = False, json: Json = False) -> None:
    """Score every row of a file: writes it again, its rows and columns as they are, with probability and points.

    Exit 0: done · 3: done, some rows refused · 1: the model does not fit the file · 2: wrong usage.
    """
    from treaty.qualification.learning.apply import apply, reasons
    from treaty.qualification.learning.document import read as read_model

    with _failing(out):
        from treaty.connectors.files.typed import NUMBER, TEXT, typed

        known = read_model(_text(model))
        told = _read(file)
        _check_out(file, out, told.table.column_names)
        kinds = {signal.name: NUMBER if signal.bins.kind == "number" else TEXT for signal in known.card.signals}
        named = [name for name in told.table.column_names if name in kinds]
        read = typed(told.table.select(named), kinds, known.written)
        done = apply(known, read.table if named else told.table)
        added = {
            "probability": [f"{each:.6f}" for each in done.probability.tolist()],
            _free(told): [str(each) for each in done.points.tolist()],
        }
        if why:
            added["why"] = reasons(known.card, done.columns, len(done.points))
        _write(out, told, added)
    _say_applied(known, told, [*read.notes, *done.told], out, as_json=json)
    raise typer.Exit(3 if told.refused else 0)


@contextmanager
def _failing(target: Path) -> Iterator[None]:
    """Every fault ends in one sentence."""
    from treaty.connectors.files.limits import FileRefused
    from treaty.connectors.files.reader import NoSuchFile
    from treaty.qualification.learning.tables import CannotLearn

    try:
        yield
    except (FileRefused, NoSuchFile, CannotLearn) as fault:
        sentence = str(fault)
    except OSError as fault:
        sentence = f"{fault.filename or target} cannot be opened ({fault.strerror}): name a file you may read or write"
    else:
        return
    typer.echo(visible(sentence), err=True)
    raise typer.Exit(1)


def _read(file: Path) -> "ArrowTable":
    from treaty.connectors.files.plain import read_arrow

    return read_arrow(file, MOST_ROWS)


def _text(model: Path) -> str:
    from treaty.qualification.learning.tables import CannotLearn

    try:
        return model.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CannotLearn(f"{model} is no model: name a file that `treaty score train` wrote") from None


def _names(said: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Names as they were said, one by one or several with commas where no column is called like that."""
    found: list[str] = []
    for one in said:
        parts = [part.strip() for part in one.split(",")]
        found += parts if one not in names and len(parts) > 1 else [one]
    return tuple(dict.fromkeys(found))


def _described(dictionary: Path, names: Sequence[str]) -> dict[str, str]:
    """What a dictionary says of these columns: its first column names them, the longest other one describes them."""
    from treaty.connectors.files.plain import read_plain
    from treaty.qualification.learning.placeholders import same
    from treaty.qualification.learning.tables import CannotLearn

    columns = list(read_plain(dictionary).columns.values())
    if len(columns) < 2:
        raise CannotLearn(f"{dictionary} is no dictionary: two columns are needed, the name of a column and what it means")
    named = max(columns, key=lambda texts: len({same(text) for text in texts} & {same(name) for name in names}))
    described = max((texts for texts in columns if texts is not named), key=lambda texts: sum(map(len, texts)))
    says: Mapping[str, str] = {same(name): text for name, text in zip(named, described, strict=True)}
    return {name: says[same(name)] for name in names if says.get(same(name))}


def _check_out(file: Path, out: Path, names: Sequence[str]) -> None:
    from treaty.qualification.learning.tables import CannotLearn

    if out.resolve() == file.resolve():
        raise CannotLearn(f"{out} is the file that is scored: name another with --out")
    if "probability" in names:
        raise CannotLearn("the file has a column 'probability' already: rename it or leave it out")


def _free(told: "ArrowTable") -> str:
    """The agreed points may be called `points` already."""
    return "points" if "points" not in told.table.column_names else "score_points"


def _write(out: Path, told: "ArrowTable", added: Mapping[str, Sequence[str]]) -> None:
    columns = [*told.table.columns, *added.values()]
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*told.table.column_names, *added])
        writer.writerows(zip(*(one if isinstance(one, list) else one.to_pylist() for one in columns), strict=True))


def _refused(told: "ArrowTable") -> list[dict[str, Any]]:
    return [{"line": row.line, "problem": row.problem} for row in told.refused]


def _say_applied(model: "Model", told: "ArrowTable", notes: Sequence[str], out: Path, *, as_json: bool) -> None:
    if as_json:
        warning = {"warning": model.warning} if model.warning else {}
        _print({**warning, "rows": told.table.num_rows, "out": str(out), "notes": list(notes), "refused": _refused(told)})
        return
    if model.warning:
        typer.echo(model.warning)
    for note in notes:
        typer.echo(visible(note))
    for row in told.refused[:_SHOWN]:
        typer.echo(visible(f"{told.name}, line {row.line}: {row.problem}"))
    if len(told.refused) > _SHOWN:
        typer.echo(f"{len(told.refused):,} rows were refused in all")
    typer.echo(f"{told.table.num_rows:,} leads scored: {out}")


def _print(data: Mapping[str, Any]) -> None:
    """JSON with the first of its members on the first line: a warning stands there."""
    typer.echo(json_format.dumps(data, ensure_ascii=False, indent=1).replace("{\n ", "{", 1))
