"""`treaty numbers [list|NAME]`: any number of the catalogue, from the lake, for a period and by a dimension."""

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from treaty.funnel.frame import Frame

Name = Annotated[str, typer.Argument(metavar="[list|NAME]", help="A number's name, or `list` for all of them.")]
By = Annotated[str, typer.Option("--by", help="A dimension, such as channel or segment.")]
Per = Annotated[Literal["day", "week", "month", "quarter", "year"], typer.Option("--per", help="How long the period is.")]
On = Annotated[str, typer.Option("--on", help="A date in the period, such as 2026-03-31; today if not given.")]
Records = Annotated[bool, typer.Option("--records", help="List what it counts, as CSV, instead of the number.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def numbers(name: Name = "list", by: By = "", per: Per = "quarter", on: On = "", records: Records = False, json: Json = False) -> None:
    """A number with what it rests on. Exit 0: done · 1: no such number, or there are no figures yet."""
    from treaty.attribution.chain import TooManyStates
    from treaty.cli import numbers_said as said
    from treaty.cli.ready import ready
    from treaty.funnel.catalogue import CATALOGUE, NoSuchNumber, ask, find

    if name == "list":
        said.catalogue(list(CATALOGUE.values()), as_json=json)
        return
    try:
        number = find(name)
        ready(only_reads=True)
        frame = _frame()
        period = frame.containing(_day(on, frame), per)
        if records:
            said.records(frame, number, period, by)
        else:
            said.number(number, ask(frame, name, period, by), said.Asked(frame, period, by), as_json=json)
    except (NoSuchNumber, TooManyStates, _NoFigures) as told:
        print(told, file=sys.stderr)
        raise typer.Exit(1) from None


class _NoFigures(Exception):
    """There is nothing to compute from; the text says what to do."""


def _frame() -> "Frame":
    from treaty.config import home
    from treaty.engine.elsewhere import Unfit
    from treaty.engine.lake import LakeDamaged, LakeMissing, open_lake
    from treaty.funnel.frame import frame_of
    from treaty.jobs.clock import now

    try:
        lake = open_lake(home())
    except (LakeMissing, LakeDamaged) as told:
        raise _NoFigures(f"{told}: start `treaty serve`, the worker exports within a minute") from None
    except Unfit as told:
        raise _NoFigures(str(told)) from None
    frame = frame_of(lake, now())
    if frame is None:
        raise _NoFigures("no agreement is in force yet: its currency and calendar make the figures")
    return frame


def _day(text: str, frame: "Frame") -> date:
    if not text:
        return frame.today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _NoFigures(f"--on {text!r}: write a date such as 2026-03-31") from None
