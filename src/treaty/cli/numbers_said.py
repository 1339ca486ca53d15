"""How `treaty numbers` says a number: a table that is CSV, the same as data, and the records it counts."""

import csv
import json as json_format
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from treaty.funnel.catalogue import Composed, Measure, NoSuchNumber, Number, behind, dimensions_of
from treaty.moments import from_us

if TYPE_CHECKING:
    from treaty.engine.periods import Period
    from treaty.funnel.frame import Frame

TOLD = ("name", "says", "formula", "unit", "counts", "over", "under", "version")
EXACT = 6
"""Digits of a share after the point, as data; k and n stand beside it. In the table four: 0.7458 is 74.58 %."""


@dataclass(frozen=True, slots=True)
class Asked:
    frame: "Frame"
    period: "Period"
    by: str


def catalogue(numbers: Sequence[Measure | Composed], *, as_json: bool) -> None:
    if as_json:
        print(json_format.dumps([about(one) for one in numbers], ensure_ascii=False, indent=1))
        return
    for one in numbers:
        print(f"{one.name:23} {one.says} {one.formula[0].upper()}{one.formula[1:]}; {one.unit}.")


def about(number: Measure | Composed) -> dict[str, Any]:
    """What people are told of a number; `always_by`: what it always tells apart, such as the step of a conversion."""
    always = number.of if isinstance(number, Measure) else ""
    return {name: getattr(number, name) for name in TOLD} | {"by": list(dimensions_of(number)), "always_by": always}


def number(measure: Measure | Composed, found: Sequence[Number], asked: Asked, *, as_json: bool) -> None:
    names = owners(one.value for one in found) if asked.by == "owner" else {}
    rows = [{**_row(one, measure), "value": names.get(one.value, one.value)} for one in found]
    if as_json:
        frame, period = asked.frame, asked.period
        when = {"from": period.first_on.isoformat(), "to": period.last_on.isoformat(), "as_of": frame.lake.as_of.isoformat()}
        said = {**about(measure), **when, "currency": frame.terms.currency, "told_apart_by": asked.by, "numbers": rows}
        print(json_format.dumps(said, ensure_ascii=False, indent=1))
        return
    _table(measure, rows, asked)


def owners(ids: Iterable[str]) -> dict[str, str]:
    """Members by their number, each by a name nobody else here has."""
    from treaty.team.models import Member

    found = {str(member.pk): member for member in Member.objects.filter(pk__in=[one for one in ids if one])}
    names = [member.name for member in found.values()]
    return {pk: member.name if names.count(member.name) == 1 else f"{member.name} <{member.email}>" for pk, member in found.items()}


def _row(one: Number, measure: Measure | Composed) -> dict[str, Any]:
    """Every key in every row: what was not measured is null."""
    row = {key: plain(value) for key, value in asdict(one).items()}
    if measure.unit == "share" and one.figure is not None:
        row["figure"] = f"{round(one.figure, EXACT):f}"
    return row


def plain(value: Any) -> Any:
    """Amounts as strings, to the last digit; measured figures as numbers."""
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value:f}" if len(value.as_tuple().digits) < 20 else f"{round(value, EXACT):f}"
    return round(value, EXACT) if isinstance(value, float) else value


def _table(measure: Measure | Composed, rows: Sequence[Mapping[str, Any]], asked: Asked) -> None:
    """One line a number: what it is told apart by, the figure, what it rests on, and what it is made of."""
    always = measure.of if isinstance(measure, Measure) else ""
    made_of = list(dict.fromkeys(name for row in rows for name, part in row["parts"].items() if not isinstance(part, dict | list)))
    heads = [*([always] if always else []), asked.by or "all", measure.name, "n", "low", "high", *made_of]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(heads)
    for row in rows:
        told = [*([row["part"]] if always else []), row["value"], _short(row["figure"], measure), row["n"]]
        out.writerow([*told, _round(row["low"]), _round(row["high"]), *(row["parts"].get(name) for name in made_of)])
    young = "; some cohorts are still followed" if any(not row["is_mature"] for row in rows) else ""
    span = "now" if measure.counts == "now" else f"{asked.period.first_on} to {asked.period.last_on}"
    as_of = asked.frame.lake.as_of.isoformat(timespec="seconds")
    print(f"{measure.formula}; {measure.unit}; {span}{young}; as of {as_of}", file=sys.stderr)


def _short(figure: str | None, measure: Measure | Composed) -> str | None:
    return figure if figure is None or measure.unit != "share" else f"{round(Decimal(figure), 4):f}"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def records(frame: "Frame", measure: Measure | Composed, period: "Period", by: str) -> None:
    """What a number counts, one line a case, as CSV. Raises NoSuchNumber of one that is made of others, and of a wrong dimension."""
    from treaty.truth.models import Lead, Opportunity

    if by and by not in dimensions_of(measure):
        raise NoSuchNumber(f"{measure.name} is not told apart by {by!r}: use {', '.join(dimensions_of(measure))}")
    rows = behind(frame, measure.name, period.us, with_=[by] if by else [])
    assert isinstance(measure, Measure)  # noqa: S101 - behind refuses every other
    subject, of = f"{measure.subject}_id", measure.of
    model: type[Lead] | type[Opportunity] = Lead if measure.subject == "lead" else Opportunity
    keys = dict(model.objects.filter(pk__in={row[subject] for row in rows}).values_list("pk", "key"))
    names = owners(str(row["owner"] or "") for row in rows) if by == "owner" else {}
    more = [name for name in ("counted", "currency", "outcome") if rows and name in rows[0]]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([measure.subject, "at", *([of] if of else []), *([by] if by else []), *(name for name in more if name != by)])
    for row in rows:
        at = "" if row["at_us"] is None else from_us(row["at_us"]).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        value = [names.get(str(row[by]), row[by])] if by else []
        told = [keys.get(row[subject], ""), at, *([row[of]] if of else []), *value]
        out.writerow([*told, *(plain(row[name]) for name in more if name != by)])
