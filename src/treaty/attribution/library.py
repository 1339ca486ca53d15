"""Attribution of plain tables, without a server: `attribute(touches, conversions, models=["linear", "markov"])`.

Any table that offers itself as Arrow is taken: pandas, Polars, Arrow, a DuckDB relation; and the `Path` of a Parquet file, which is
read without being held in memory. Its columns carry the names below.

- touches: `journey`, `channel`; `at`, a moment or microseconds UTC, without which their order counts; `lead_at`, `opportunity_at`;
  `n` (converted) and `value` where there is no table of conversions.
- conversions: `journey`, `at`; `n` (1 if absent), `value`, `lead_at`, `opportunity_at`.
- or written paths: `path`, `n`, `value`, `lost`.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import ibis

from treaty.attribution import credit, journeys
from treaty.attribution.credit import Credit, Journeys
from treaty.attribution.given import Engine, given, journey, moment, names_of, number
from treaty.attribution.measures import USUAL, Terms
from treaty.attribution.weights import DECAY, RULES, Rule, named


class Unfit(ValueError):
    """The tables cannot answer what is asked; the text names what is missing and the way out."""


def attribute(
    touches: Any,
    conversions: Any = None,
    *,
    models: Sequence[str],
    terms: Terms = USUAL,
    order: int = 1,
    weights: Rule | None = None,
    by_value: bool = False,
    separator: str = ">",
) -> list[Credit]:
    """Credit per model and channel. Raises Unfit, credit.UnknownModel, chain.TooManyStates.

    models: names of RULES, `markov`, `shapley`, `custom` with its weights. order: of the Markov chain. by_value: see `credit`.
    """
    names = list(dict.fromkeys(named(name) for name in models))
    first, second = given(touches), None if conversions is None else given(conversions)
    _check(names_of(first), None if second is None else names_of(second), names, terms, has_weights=weights is not None)
    rules = RULES | ({"custom": weights} if weights else {})
    with closing(Engine((first, second))) as engine:
        made = (
            _written(first, separator, engine)
            if "path" in names_of(first)
            else _timed(first, second, terms, engine, chained=credit.MARKOV in names)
        )
        terms = replace(terms, direct=engine.numbers(terms.direct))
        return credit.credit(made, names, engine.fetch, terms=terms, order=order, rules=rules, by_value=by_value)


def _check(known: Sequence[str], told: Sequence[str] | None, models: Sequence[str], terms: Terms, *, has_weights: bool) -> None:
    if "path" not in known and not {"journey", "channel"} <= {*known}:
        lacks = " and ".join(name for name in ("journey", "channel") if name not in known)
        raise Unfit(f"nothing says the {lacks} of a touch: name the columns with a mapping, or bring paths (path, total_conversions)")
    if "at" not in known and (terms.lookback or DECAY in models):
        raise Unfit("the table has no times: a look-back and time decay need one for each touch")
    if told is not None and "at" not in told and (terms.lookback or DECAY in models):
        raise Unfit("the conversions have no times: a look-back and time decay need one for each")
    if not models:
        raise Unfit("no model is named: ask for one or more, such as linear")
    if "custom" in models and not has_weights:
        raise Unfit("a custom model is its weights: say them")
    if "path" not in known and told is None and not {"n", "value"} & {*known}:
        raise Unfit("nothing says which journeys converted: bring a table of conversions, or a column `converted` or `value`")
    if told is not None and "journey" not in told:
        raise Unfit("nothing says whose a conversion is: name the column of the journey")


def _written(paths: Any, separator: str, engine: Engine) -> Journeys:
    """Paths written in one text, with how often they converted and how often not."""
    raw = engine.take("given", paths, ("path", "n", "value", "lost"))
    rows = engine.keep(
        "written",
        raw.select(
            path=raw.path.cast("string").fill_null(""), journey=raw.row,
            n=number(raw, "n", 1 if "value" in raw.columns else 0), value=number(raw, "value", 0), lost=number(raw, "lost", 0),
        ),
    )  # fmt: skip
    nothing = ibis.null("int64")
    touches = engine.keep("touches", journeys.exploded(rows.select("journey", "path"), separator).mutate(at_us=nothing))
    known = rows.select("journey", "n", "value", conversion=rows.journey, at_us=nothing, lead_us=nothing, opportunity_us=nothing)
    stretches = rows.select("journey", "n", "value", "lost", path=rows.journey, after_us=nothing, until_us=nothing)
    return _with_totals(touches, known, lambda: stretches, engine)


def _timed(touches: Any, told: Any, terms: Terms, engine: Engine, *, chained: bool) -> Journeys:
    """Touches, each with its journey and moment, or in the order of their rows. chained: as the chain counts them fastest."""
    columns = ("journey", "channel", "at", "n", "value", "lead_at", "opportunity_at")
    raw = engine.take("given", touches, columns, numbered=chained)
    rows = None if told is None else engine.take("told", told, ("journey", "at", "n", "value", "lead_at", "opportunity_at"))
    shown = engine.view("shown", _shown(raw, rows))
    found = journeys.conversions_in(shown) if rows is None else _conversions(rows, raw, shown)
    is_file = rows is not None and not {"lead_at", "opportunity_at"} & {*raw.columns}
    conversions = (engine.view if is_file else engine.keep)("conversions", journeys.numbered(found))
    seen = shown.select("journey", "channel", "at_us", "row")
    return _with_totals(seen, conversions, lambda: engine.keep("paths", journeys.paths(conversions, terms)), engine, chained=chained)


def _shown(raw: Any, told: Any) -> Any:
    """Touches as `journeys` wants them. Without a table of conversions `n` says which converted: those of some value."""
    value = number(raw, "value", 0)
    n = (value > 0).cast("float64") if "n" not in raw.columns and "value" in raw.columns else number(raw, "n", None)
    at_us = moment(raw, "at") if "at" in raw.columns else raw.row.cast("int64")
    by_then = at_us if "opportunity_at" not in raw.columns and told is None else moment(raw, "opportunity_at")
    shown = raw.select(
        "row", journey=journey(raw, *(() if told is None else (told,))), channel=raw.channel, at_us=at_us, n=n, value=value,
        lead_us=moment(raw, "lead_at"), opportunity_us=by_then,
    )  # fmt: skip
    return shown.filter(shown.journey.notnull() & shown.at_us.notnull())


def _conversions(told: Any, raw: Any, shown: Any) -> Any:
    """Conversions of a table of their own; when a lead was made is said there or, for the journey, beside its touches."""
    if "n" in told.columns and told.n.type().is_numeric():
        told = told.filter(told.n > 0)  # of a file, before the rest of it is read
    rows = told.select(
        "row", journey=journey(told, raw), n=number(told, "n", 1), value=number(told, "value", 0), at_us=moment(told, "at"),
        lead_at=moment(told, "lead_at"), opportunity_at=moment(told, "opportunity_at"),
    )  # fmt: skip
    rows = rows.filter(rows.n > 0)
    beside = [name for name in ("lead", "opportunity") if f"{name}_at" in raw.columns]
    if beside:
        mine = shown.semi_join(rows, "journey")
        known = mine.group_by("journey").agg(**{f"{name}_us": mine[f"{name}_us"].max() for name in beside})
        rows = rows.left_join(known, "journey")
    lead, opportunity = (
        ibis.coalesce(rows[f"{name}_at"], *([rows[f"{name}_us"]] if name in beside else [])) for name in ("lead", "opportunity")
    )
    has_opportunities = "opportunity_at" in {*raw.columns, *told.columns}
    return rows.select(
        "journey", "n", "value", "at_us", "row", lead_us=lead, opportunity_us=opportunity if has_opportunities else rows.at_us
    )  # fmt: skip


def _with_totals(touches: Any, conversions: Any, paths: Callable[[], Any], engine: Engine, *, chained: bool = False) -> Journeys:
    sums = {"n": conversions.n.sum(), "value": conversions.value.sum()}
    once = {"once": ((conversions.n == 1) & conversions.at_us.notnull()).all()} if chained else {}
    [total] = engine.fetch(conversions.agg(**sums, **once))
    return Journeys(touches, conversions, paths, total["n"] or 0.0, total["value"] or 0.0, bool(total.get("once")))


__all__ = ["Credit", "Terms", "Unfit", "attribute"]
