"""Compare pairs of records with Splink, in memory: for every pair and comparison the level that holds."""

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treaty.truth.matching.candidates import Pairs
from treaty.truth.matching.features import Prepared
from treaty.truth.matching.levels import Comparison

Levels = NDArray[np.int8]
"""A row per pair, a column per comparison: the place of the level that holds, or -1 where one side says nothing."""

MEMORY = "1GB"


class NoSplink(Exception):
    """The extra `identity` is not installed."""


def compared(table: Prepared, pairs: Pairs) -> Levels:
    """The levels of these pairs, in their order. Raises NoSplink with the way out."""
    linker, api = _linker(table)
    blocked = _arrow({"match_key": np.zeros(len(pairs), np.int32), "join_key_l": pairs[:, 0], "join_key_r": pairs[:, 1]})
    linker.table_management.register_blocked_pairs_for_predict(api.register(blocked))
    found = linker.inference.predict(warning_mode="never")
    names = ", ".join(f"CAST(round(mw_c{at}) AS TINYINT) - 1 AS c{at}" for at in range(len(table.comparisons)))
    query = f"SELECT {names} FROM {found.physical_name} ORDER BY row_l, row_r"  # noqa: S608 names of ours
    told = api.duckdb_con.execute(query).fetchnumpy()
    api.duckdb_con.close()
    return np.stack([np.asarray(told[f"c{at}"], dtype=np.int8) for at in range(len(table.comparisons))], axis=1)


def check_installed() -> None:
    """Raises NoSplink with the way out."""
    if find_spec("splink") is None:
        raise NoSplink("matching needs Splink: install the extra, `pip install 'treaty[identity]'`")


def _linker(table: Prepared) -> tuple[Any, Any]:
    check_installed()
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(duckdb.connect(":memory:", config={"memory_limit": MEMORY, "threads": 2, "preserve_insertion_order": True}))
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        comparisons=[_settings(at, one) for at, one in enumerate(table.comparisons)],
        blocking_rules_to_generate_predictions=[{"blocking_rule": "l.row = r.row"}],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    rows = api.register(_arrow({"row": np.arange(table.rows), **table.fields}))
    return Linker(rows, settings, log_level=None, validate_settings=False), api


def _settings(at: int, comparison: Comparison) -> dict[str, Any]:
    """The levels, each with a weight of its place: Splink tells weights without carrying every compared text along, not levels."""
    levels: list[dict[str, Any]] = [{"sql_condition": comparison.absent, "label_for_charts": "nothing", "is_null_level": True}]
    levels += [
        {"sql_condition": level.sql or "ELSE", "label_for_charts": level.says, "m_probability": 0.5, "u_probability": 0.5 ** (place + 2)}
        for place, level in enumerate(comparison.levels)
    ]
    return {"output_column_name": f"c{at}", "comparison_levels": levels}


def _arrow(columns: dict[str, Sequence[Any] | NDArray[Any]]) -> Any:
    """As Arrow; a field that no row has keeps the type its comparison expects."""
    import pyarrow as pa

    listed = pa.list_(pa.string())
    nothing = {
        name: pa.int64() if name.endswith("_mask") else listed if name in ("emails", "phones") or name.endswith("_words") else pa.string()
        for name in columns
    }
    empty = {name for name, values in columns.items() if isinstance(values, list) and not any(value is not None for value in values)}
    return pa.table({name: pa.array(values, nothing[name] if name in empty else None) for name, values in columns.items()})
