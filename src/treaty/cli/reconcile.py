"""`treaty reconcile [A B]`: what two systems count, where they differ, why, and by which records."""

import json as json_format
import sys
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.engine.lake import Snapshot
    from treaty.truth.comparing import What
    from treaty.truth.reconciled_records import Named, Told
    from treaty.truth.reconciling import Compared, System

System1 = Annotated[
    str, typer.Argument(metavar="[A", help="A system's name or key; every two systems if none is given, a single one with Treaty.")
]
System2 = Annotated[str, typer.Argument(metavar="B]", help="Another system, or `treaty` for Treaty itself.")]
OfMeasure = Annotated[
    Literal["people", "leads", "accounts", "opportunities", "amounts", ""],
    typer.Option("--measure", help="Only this one.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with every record that differs.")]


def reconcile(a: System1 = "", b: System2 = "", measure: OfMeasure = "", json: AsJson = False) -> None:
    """Compare systems by people, leads by stage, accounts, opportunities, and amounts by stage and month.

    Exit 0: they say the same · 3: they differ · 1: they could not be compared, in one sentence.
    """
    ready(only_reads=True)
    from treaty.engine.elsewhere import Unfit
    from treaty.engine.manifest import LakeDamaged, LakeMissing
    from treaty.jobs.clock import now
    from treaty.truth import reconciling

    try:
        found = _compared(a, b, measure, now())
    except (reconciling.NothingToCompare, LakeDamaged, Unfit) as told:
        raise _failed(str(told.args[0])) from None
    except LakeMissing as told:
        raise _failed(f"{told}: start `treaty serve`, the worker exports within a minute") from None
    if json:
        print(json_format.dumps([_data(one, records) for one, records in found], ensure_ascii=False, indent=1))
    else:
        print("\n\n".join("\n".join(_lines(one, records)) for one, records in found))
    if any(one.differing for one, _ in found):
        raise typer.Exit(3)


def _compared(a: str, b: str, measure: str, at: datetime) -> "list[tuple[Compared, list[Named]]]":
    from treaty.config import home
    from treaty.engine.lake import open_lake
    from treaty.truth import reconciling
    from treaty.truth.comparing import WHATS

    if a and not b:
        raise reconciling.NothingToCompare(f"{a} is compared with what? Name a second system, or `treaty`")
    both = [(reconciling.named(a, at), reconciling.named(b, at))] if a else _both(reconciling.pairs(at))
    if both[0][0].key == both[0][1].key:
        raise reconciling.NothingToCompare(f"{a} is the same system twice: name another, or `treaty`")
    lake = open_lake(home())
    return [_one(lake, here, there, what) for here, there in both for what in WHATS if what.startswith(measure)]


def _both(pairs: "list[tuple[System, System]]") -> "list[tuple[System, System]]":
    """Every two systems; where there is one alone, it and Treaty."""
    return [pair for pair in pairs if pair[1].source is not None] or pairs


def _one(lake: "Snapshot", here: "System", there: "System", what: "What") -> "tuple[Compared, list[Named]]":
    from treaty.truth import reconciled_records, reconciling

    if here.source is None:
        here, there = there, here
    one = reconciling.compare(lake, here, there, what)
    return one, reconciled_records.every_record(lake, one)


def _lines(one: "Compared", records: "list[Named]") -> list[str]:
    from treaty.truth.reconciled_words import CAUSE_WORDS, WHAT_WORDS, sentence

    lines = [f"{one.here.name} and {one.there.name}, {WHAT_WORDS[one.what]}: {sentence(one)}"]
    for part in one.over("cell", "currency"):
        cell = " ".join(word for word in (part.cell or "all", part.currency) if word)
        lines.append(f"  {cell:24} {_figure(part.here):>16} {_figure(part.there):>16} {_figure(part.difference):>16}")
    lines += [f"  {CAUSE_WORDS[cause]}: {count}" for cause, count in sorted(one.pairs.items()) if cause]
    lines += [f"    {record.name} · {record.cause} · {_told(record.here)} · {_told(record.there)}" for record in records]
    return lines


def _figure(value: Decimal) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def _told(told: "Told | None") -> str:
    if told is None:
        return "–"
    amount = [] if told.amount is None else [f"{_figure(told.amount)} {told.currency}".strip()]
    return " ".join(word for word in (told.external_id, told.stage, *amount, told.cell if told.cell != told.stage else "") if word)


def _data(one: "Compared", records: "list[Named]") -> dict[str, Any]:
    from treaty.truth.reconciled_words import sentence

    parts = [
        {
            "cell": part.cell, "currency": part.currency, "cause": part.cause, "records_here": part.records_here, "here": _exact(part.here),
            "records_there": part.records_there, "there": _exact(part.there), "difference": _exact(part.difference),
        }
        for part in one.over("cell", "currency", "cause")
    ]  # fmt: skip
    return {
        "here": one.here.name, "there": one.there.name, "measure": one.what, "as_of": one.as_of.isoformat(), "says": sentence(one),
        "pairs": {cause or "alike": count for cause, count in one.pairs.items()}, "differing": one.differing, "parts": parts,
        "records": [_record(record) for record in records],
    }  # fmt: skip


def _record(record: "Named") -> dict[str, Any]:
    sides = {name: _side(told) for name, told in (("here", record.here), ("there", record.there))}
    return {"name": record.name, "cause": record.cause, "believed": record.believed, **sides}


def _side(told: "Told | None") -> dict[str, Any] | None:
    if told is None:
        return None
    amount = None if told.amount is None else _exact(told.amount)
    changed = told.changed_at.isoformat() if told.changed_at else None
    return {
        "id": told.external_id,
        "stage": told.stage,
        "cell": told.cell,
        "amount": amount,
        "currency": told.currency,
        "changed_at": changed,
    }


def _exact(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _failed(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)
