"""`treaty undo IMPORT`: take an import back, or say what that would do."""

import json as json_format
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.connectors.models import Import
    from treaty.connectors.undoing import Result

Key = Annotated[str, typer.Argument(metavar="[IMPORT]", help="The key of an import; without one the last imports are listed.")]
Why = Annotated[str, typer.Option("--why", help="Why it is taken back: it stands in the journal.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, with every row that stays.")]
LISTED = 20


def undo(key: Key = "", why: Why = "", dry_run: DryRun = False, json: Json = False) -> None:
    """Take an import back: what it wrote goes, falls back to what was known before, or stays, with the reason.

    Safe to run again: what was interrupted goes on. Exit 0: done · 3: done, something stays · 1: it cannot be taken back.
    """
    if key and not dry_run and not why.strip():
        raise typer.BadParameter("say why it is taken back; with --dry-run nothing is", param_hint="--why")
    os.environ.setdefault("TREATY_PROCESS", "import")  # as `treaty import`
    ready()
    if not key:
        for line in _imports():
            print(line)
        return
    found = _foreseen(_run(key)) if dry_run else _undone(_run(key), why)
    print(json_format.dumps(found, ensure_ascii=True, indent=1) if json else "\n".join(_lines(found)))
    raise typer.Exit(3 if found["stays"] else 0)


def _imports() -> Iterator[str]:
    from treaty.connectors.queries import imports

    rows: Iterable[Any] = imports()[:LISTED]  # with the sums of their files beside them
    for run in rows:
        state = "taken back" if run.undone_at else "done" if run.finished_at else "under way"
        counts = f"{run.n_stored or 0:,} new of {run.n_read or 0:,} rows"
        yield f"{run.key}  {run.started_at:%Y-%m-%d %H:%M}  {_plain(run.source.name)}: {counts}, {state}"


def _run(key: str) -> "Import":
    from treaty.connectors.models import Import

    run = Import.objects.select_related("source").filter(key=key).first()
    if run is None:
        raise _failed(f"there is no import {key!r}: `treaty undo` lists the last ones")
    return run


def _foreseen(run: "Import") -> dict[str, Any]:
    from treaty.connectors.undoing import CannotUndo, foresee

    try:
        return {"import": run.key, "dry_run": True, **_told(foresee(run), run)}
    except CannotUndo as told:
        raise _failed(str(told)) from None


def _undone(run: "Import", why: str) -> dict[str, Any]:
    from treaty.connectors import undoing
    from treaty.jobs.clock import now

    try:
        begun = undoing.begin(run, why=why, by=None, at=now())
    except undoing.CannotUndo as told:
        raise _failed(str(told)) from None
    done = undoing.run_undoing(begun, clock=now, progress=_progress)
    return {"import": run.key, "dry_run": False, **_told(undoing.result_of(done), run)}


def _progress(left: int) -> None:
    if left and left % 50 == 0:
        print(f"{left:,} parts of up to 200 rows are left", file=sys.stderr, flush=True)


def _told(result: "Result", run: "Import") -> dict[str, Any]:
    from treaty.connectors.undoing import closed_since

    stays = [{"kind": one.model.rpartition(".")[2], "row": one.number, "why": one.why} for one in result.stays]
    counts = {
        name: {label.rpartition(".")[2]: n for label, n in of.items()} for name, of in (("goes", result.goes), ("falls", result.falls))
    }
    return {**counts, "stays": stays, "closed_since": closed_since(run)}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    from treaty.connectors.undone_words import in_order, words_of

    would = found["dry_run"]
    for name, says in (("goes", "would go" if would else "went"), ("falls", "would be as before" if would else "are as before")):
        yield from (f"{n:,} {words_of(label, n)} {says}" for label, n in in_order(_labelled(found[name])))
    reasons: dict[tuple[str, str], int] = {}
    for one in found["stays"]:
        reasons[one["kind"], one["why"]] = reasons.get((one["kind"], one["why"]), 0) + 1
    for (kind, why), n in sorted(reasons.items()):
        (label,) = _labelled({kind: n})
        yield f"{n:,} {words_of(label, n)} {'stays' if n == 1 else 'stay'}: {why}"
    if found["closed_since"]:
        yield f"closed since then, their figures stay as they were signed: {', '.join(found['closed_since'])}"
    if would:
        yield "Nothing was changed: this was a dry run."


def _labelled(counts: dict[str, int]) -> dict[str, int]:
    return {f"{'team' if kind == 'member' else 'truth'}.{kind}": n for kind, n in counts.items()}


def _plain(text: str) -> str:
    """What a terminal shows and does not obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _failed(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)
