"""Attribution of plain tables, without a server: `attribute(touches, conversions, models=["linear", "markov"])`.

Any table that offers itself as Arrow is taken: pandas, Polars, Arrow, a DuckDB relation. Its columns carry the names below.

- touches: `journey`, `channel`; `at`, a moment or microseconds UTC, without which their order counts; `lead_at`, `opportunity_at`;
  `n` (converted) and `value` where there is no table of conversions.
- conversions: `journey`, `at`; `n` (1 if absent), `value`, `lead_at`, `opportunity_at`.
- or written paths: `path`, `n`, `value`, `lost`.
"""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from treaty.attribution import credit, journeys
from treaty.attribution.credit import NONE, Credit, Journeys
from treaty.attribution.measures import USUAL, Terms
from treaty.attribution.weights import DECAY, RULES, Rule, named
from treaty.engine import duck


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
    first, second = _arrow(touches), None if conversions is None else _arrow(conversions)
    _check(first, second, names, terms, has_weights=weights is not None)
    rules = RULES | ({"custom": weights} if weights else {})
    with closing(_Engine()) as engine:
        made = _written(first, separator, engine) if "path" in first.column_names else _timed(first, second, terms, engine)
        return credit.credit(made, names, engine.fetch, terms=terms, order=order, rules=rules, by_value=by_value)


_PATIENCE = 3_600.0


class _Engine:
    """A DuckDB of this question alone. `keep`: name a table of Arrow, or the answer to an expression, for further expressions."""

    def __init__(self) -> None:
        self._connection = duck.connect(memory_limit="4GB")

    def keep(self, name: str, rows: Any) -> Any:
        if isinstance(rows, pa.Table):
            self._connection.register(name, rows)
            return ibis.table(ibis.Schema.from_pyarrow(rows.schema), name=name)
        self._connection.execute(f"create temp table {name} as {duck.sql(rows)}")
        return ibis.table(rows.schema(), name=name)

    def fetch(self, expression: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = duck.fetch(expression, self._connection, seconds=_PATIENCE).to_pylist()
        return rows

    def close(self) -> None:
        self._connection.close()


def _check(touches: pa.Table, conversions: pa.Table | None, models: Sequence[str], terms: Terms, *, has_weights: bool) -> None:
    known = set(touches.column_names)
    if "path" not in known and not {"journey", "channel"} <= known:
        lacks = " and ".join(name for name in ("journey", "channel") if name not in known)
        raise Unfit(f"nothing says the {lacks} of a touch: name the columns with a mapping, or bring paths (path, total_conversions)")
    if "at" not in known and (terms.lookback or DECAY in models):
        raise Unfit("the table has no times: a look-back and time decay need one for each touch")
    if conversions is not None and "at" not in conversions.column_names and (terms.lookback or DECAY in models):
        raise Unfit("the conversions have no times: a look-back and time decay need one for each")
    if not models:
        raise Unfit("no model is named: ask for one or more, such as linear")
    if "custom" in models and not has_weights:
        raise Unfit("a custom model is its weights: say them")
    if "path" not in known and conversions is None and not {"n", "value"} & known:
        raise Unfit("nothing says which journeys converted: bring a table of conversions, or a column `converted` or `value`")
    if conversions is not None and "journey" not in conversions.column_names:
        raise Unfit("nothing says whose a conversion is: name the column of the journey")


def _written(rows: pa.Table, separator: str, engine: _Engine) -> Journeys:
    """Paths written in one text, with how often they converted and how often not."""
    count, nothing = rows.num_rows, pa.nulls(rows.num_rows, pa.int64())
    n = _column(rows, "n", 0.0 if "value" not in rows.column_names else 1.0)
    ids = pa.array(range(count), pa.int64())
    value, lost = _column(rows, "value", 0.0), _column(rows, "lost", 0.0)
    written = engine.keep("written", pa.table({"journey": ids, "path": pc.fill_null(rows["path"], "")}))
    touches = engine.keep("touches", journeys.exploded(written, separator).mutate(at_us=ibis.null("int64")))
    base = {"journey": ids, "n": n, "value": value}
    return Journeys(
        touches,
        engine.keep("conversions", pa.table({**base, "conversion": ids, "at_us": nothing, "lead_us": nothing, "opportunity_us": nothing})),
        engine.keep("paths", pa.table({**base, "path": ids, "after_us": nothing, "until_us": nothing, "lost": lost})),
        pc.sum(n).as_py() or 0.0,
        pc.sum(value).as_py() or 0.0,
    )


def _timed(rows: pa.Table, told: pa.Table | None, terms: Terms, engine: _Engine) -> Journeys:
    """Touches, each with its journey and moment, or in the order of their rows."""
    order = pa.array(range(rows.num_rows), pa.int64())
    shown = pa.table(
        {
            "journey": rows["journey"].cast(pa.string()),
            "channel": _channels(rows["channel"].cast(pa.string())),
            "row": order,
            "at_us": _moments(rows, "at") if "at" in rows.column_names else order,
            "n": _column(rows, "n", None if "value" not in rows.column_names else 0.0),
            "value": _column(rows, "value", 0.0),
            "lead_us": _moments(rows, "lead_at"),
            "opportunity_us": _moments(rows, "opportunity_at"),
        }
    )
    if "n" not in rows.column_names and "value" in rows.column_names:
        shown = shown.set_column(4, "n", pc.greater(shown["value"], 0).cast(pa.float64()))
    if "opportunity_at" not in rows.column_names and told is None:
        shown = shown.set_column(7, "opportunity_us", shown["at_us"])
    raw = engine.keep("told", shown.filter(pc.and_(pc.is_valid(shown["journey"]), pc.is_valid(shown["at_us"]))))
    touches = engine.keep("touches", journeys.placed(raw).select("journey", "channel", "place", "at_us"))
    has_opportunities = "opportunity_at" in {*rows.column_names, *(told.column_names if told is not None else ())}
    found = journeys.conversions_in(raw) if told is None else _conversions(told, raw, engine, has_opportunities=has_opportunities)
    conversions = engine.keep("conversions", journeys.numbered(found))
    paths = engine.keep("paths", journeys.paths(touches, conversions, terms))
    total = engine.fetch(conversions.agg(n=conversions.n.sum(), value=conversions.value.sum()))[0]
    return Journeys(touches, conversions, paths, total["n"] or 0.0, total["value"] or 0.0)


def _conversions(told: pa.Table, raw: Any, engine: _Engine, *, has_opportunities: bool) -> Any:
    """Conversions of a table of their own; when a lead was made is said there or, for the journey, beside its touches."""
    order = pa.array(range(told.num_rows), pa.int64())
    rows = engine.keep(
        "told_conversions",
        pa.table(
            {
                "journey": told["journey"].cast(pa.string()),
                "n": _column(told, "n", 1.0),
                "value": _column(told, "value", 0.0),
                "at_us": _moments(told, "at"),
                "lead_at": _moments(told, "lead_at"),
                "opportunity_at": _moments(told, "opportunity_at"),
                "row": order,
            }
        ),
    )
    known = raw.group_by("journey").agg(lead_us=raw.lead_us.max(), opportunity_us=raw.opportunity_us.max())
    both = rows.filter(rows.n > 0).left_join(known, "journey")
    by_then = ibis.coalesce(both.opportunity_at, both.opportunity_us)
    if not has_opportunities:
        by_then = both.at_us
    return both.select(
        "journey", "n", "value", "at_us", "row",
        lead_us=ibis.coalesce(both.lead_at, both.lead_us), opportunity_us=by_then,
    )  # fmt: skip


def _channels(column: Any) -> Any:
    """A touch that names no channel has one that says so."""
    return pc.if_else(pc.equal(pc.fill_null(column, ""), ""), NONE, column)


def _column(rows: pa.Table, name: str, default: float | None) -> Any:
    if name not in rows.column_names:
        return pa.array([default] * rows.num_rows, pa.float64())
    return pc.fill_null(rows[name].cast(pa.float64()), 0.0)


def _moments(rows: pa.Table, name: str) -> Any:
    """A column of moments as microseconds UTC; one without a zone is UTC."""
    if name not in rows.column_names:
        return pa.nulls(rows.num_rows, pa.int64())
    column = rows[name]
    if pa.types.is_temporal(column.type):
        column = column.cast(pa.timestamp("us"))
    return column.cast(pa.int64())


def _arrow(table: Any) -> pa.Table:
    """pandas, Polars, Arrow and DuckDB all offer a stream of Arrow."""
    return table if isinstance(table, pa.Table) else pa.table(table)


__all__ = ["Credit", "Terms", "Unfit", "attribute"]
