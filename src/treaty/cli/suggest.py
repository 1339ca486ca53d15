"""`treaty suggest`: a definition from what was won and lost, short enough to be said aloud, and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treaty.cli.agreement_io import fail, print_json, read

if TYPE_CHECKING:
    from treaty.pilot.suggesting.suggestion import Suggestion

Base = Annotated[str, typer.Option("--in", metavar="FILE", help="A document, or a template by its name; the version in force unless said.")]
Stage = Annotated[str, typer.Option("--stage", help="Whose definition is suggested; the stage at which sales takes over unless said.")]
Keep = Annotated[list[str], typer.Option("--keep", metavar="NAME", help="Look at it whatever is said against it. May be repeated.")]
Capacity = Annotated[float | None, typer.Option("--capacity", min=0.0, help="Leads a week sales can work; as many as it did unless said.")]
PointNo = Annotated[
    int, typer.Option("--point", min=0, help="Which point of the curve --out writes, from 1; the one that fits unless said.")
]
Out = Annotated[
    str, typer.Option("--out", metavar="DRAFT.yaml", help="Write the document with the suggested definition; - to standard output.")
]
By = Annotated[str, typer.Option("--by", metavar="END", help="What counts as a good end: won, or accepted by sales.")]
Json = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


def suggest(
    base: Base = "",
    stage: Stage = "",
    keep: Keep = [],  # noqa: B006 - typer copies it
    capacity: Capacity = None,
    point: PointNo = 0,
    out: Out = "",
    by: By = "won",
    as_json: Json = False,
) -> None:
    """Suggest a definition from outcomes. Exit 0: done, also where there is too little to say · 1: it cannot be, with the way out."""
    from treaty.cli.ready import ready

    if by not in ("won", "accepted"):
        fail(f"--by {by}: a good end is `won` or `accepted`")
    text = _given(base) if base else ""
    ready(only_reads=True)
    from treaty.cli import suggest_said as said
    from treaty.cli.backtest import opened_lake, terms_of
    from treaty.engine.limit import TookTooLong
    from treaty.pilot.backtest import NoHistory
    from treaty.pilot.replayed import of_draft
    from treaty.pilot.suggesting.suggestion import suggest as find

    text = text or _in_force()
    terms = terms_of(base or "the version in force", text.encode())
    try:
        found = find(opened_lake(), of_draft(terms, stage), keep=keep, capacity=capacity, end=by)
    except (NoHistory, TookTooLong, ValueError) as told:
        fail(str(told))
    if out:
        _write(out, text, found, point)
    if as_json:
        print_json(said.as_data(found))
    elif out != "-":
        for line in said.as_lines(found):
            typer.echo(line)


def _given(base: str) -> str:
    from treaty.agreement.beginning import TEMPLATES, text_of
    from treaty.agreement.document import load

    return text_of(base) if base in TEMPLATES else load(read(base)).text


def _in_force() -> str:
    from treaty.agreement.queries import in_force
    from treaty.jobs.clock import now

    current = in_force(now())
    if current is None:
        fail("no version is in force to suggest for: name a document or a template with --in, such as `--in small-business`")
    return current.version.text


def _write(out: str, text: str, found: "Suggestion", point: int) -> None:
    from treaty.agreement.document import load
    from treaty.pilot.suggesting.drafting import drafted

    place = point - 1 if point else found.chosen
    if place is None or place >= len(found.points):
        fail(f"there is no point {point or 1} to write: the curve has {len(found.points)}; see `treaty suggest` for why")
    terms = load(text).terms
    assert terms is not None  # noqa: S101 - for the type checker: it was loaded before
    written = drafted(text, terms, found.stage, found.points[place].ways)
    if out == "-":
        typer.echo(written, nl=False)
        return
    try:
        Path(out).write_text(written, encoding="utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror or error}, check the path")
