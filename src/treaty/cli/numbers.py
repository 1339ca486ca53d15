"""`treaty numbers [list|NAME]`: any number of the catalogue, from the lake, for a period and by a dimension."""

import csv
import json as json_format
import sys
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from treaty.engine.periods import Period
    from treaty.funnel.catalogue import Composed, Measure, Number
    from treaty.funnel.frame import Frame

Name = Annotated[str, typer.Argument(metavar="[list|NAME]", help="A number's name, or `list` for all of them.")]
By = Annotated[str, typer.Option("--by", help="A dimension, such as channel or segment.")]
Per = Annotated[Literal["day", "week", "month", "quarter", "year"], typer.Option("--per", help="How long the period is.")]
On = Annotated[str, typer.Option("--on", help="A date in the period, such as 2026-03-31; today if not given.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def numbers(name: Name = "list", by: By = "", per: Per = "quarter", on: On = "", json: Json = False) -> None:
    """A number with what it rests on. Exit 0: done · 1: no such number, or there are no figures yet."""
    from treaty.cli.ready import ready
    from treaty.funnel.catalogue import CATALOGUE, NoSuchNumber, ask, find

    if name == "list":
        _list(list(CATALOGUE.values()), as_json=json)
        return
    try:
        measure = find(name)
        ready(only_reads=True)
        frame = _frame()
        period = frame.containing(_day(on, frame), per)
        found = ask(frame, name, period, by)
    except (NoSuchNumber, _NoFigures) as told:
        raise _failed(str(told)) from None
    _print(measure, found, period, frame, by, as_json=json)


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


def _list(catalogue: "list[Measure | Composed]", *, as_json: bool) -> None:
    if as_json:
        print(json_format.dumps([_about(measure) for measure in catalogue], ensure_ascii=False, indent=1))
        return
    for measure in catalogue:
        print(f"{measure.name:22} {measure.says} {measure.formula[0].upper()}{measure.formula[1:]}; {measure.unit}.")


def _about(measure: "Measure | Composed") -> dict[str, Any]:
    from treaty.funnel.catalogue import dimensions_of

    told = ("name", "says", "formula", "unit", "counts", "over", "under", "version")
    return {name: getattr(measure, name) for name in told} | {"by": list(dimensions_of(measure))}


def _print(measure: "Measure | Composed", found: "list[Number]", period: "Period", frame: "Frame", by: str, *, as_json: bool) -> None:
    if as_json:
        head = _about(measure)
        when = {"from": period.first_on.isoformat(), "to": period.last_on.isoformat(), "as_of": frame.lake.as_of.isoformat()}
        rows = [{key: _plain(value) for key, value in asdict(one).items() if value is not None} for one in found]
        print(
            json_format.dumps(
                {**head, **when, "currency": frame.terms.currency, "told_apart_by": by, "numbers": rows}, ensure_ascii=False, indent=1
            )
        )
        return
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow((by or "all", measure.name, "n", "low", "high"))
    out.writerows((one.value, _plain(one.figure), one.n, _plain(one.low), _plain(one.high)) for one in found)
    span = f"{period.first_on} to {period.last_on}" if measure.counts == "period" else "now"
    print(f"{measure.formula}; {measure.unit}; {span}; as of {frame.lake.as_of.isoformat(timespec='seconds')}", file=sys.stderr)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, Decimal):
        return f"{value:f}"
    return round(value, 6) if isinstance(value, float) else value


def _failed(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)
