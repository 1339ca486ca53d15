"""Leads by signals: which of them each signal holds for, from counts and values as they were when sales first acted. Pure numpy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from treaty.pilot.suggesting.leaks import Looked
from treaty.pilot.suggesting.signals import Counted, Signal, of_field, of_touches
from treaty.pilot.suggesting.testing import LEAST
from treaty.qualification.learning.bins import Bins
from treaty.qualification.learning.tables import LEVELS, NUMBER, Bools, Floats, Ints, read_column


@dataclass(frozen=True, slots=True)
class Matrix:
    """holds: (signals, leads), simpler signals of a question first · question: of each signal the number of its question"""

    signals: tuple[Signal, ...]
    holds: Bools
    question: Ints


Few = NDArray[np.int32]
Counts = Mapping[str, Few]
"""Of each lead how many, by the name of the count, as `c0_30`."""


def own_counts(people: Ints, table: Any, keys: Any) -> dict[str, Few]:
    """people: rising · table: rows of `counting.own_touches` · keys: which of them each asked thing counts, of `counting.told_apart`."""
    coded = pc.index_in(table["key"], keys["key"]).to_numpy()
    at = np.searchsorted(people, table["person_id"].to_numpy())
    told = {name: table[name].to_numpy().astype(np.float64) for name in table.column_names[2:]}
    found = {}
    for asked in keys.column_names[1:]:
        mine = np.flatnonzero(keys[asked].to_numpy()[coded])
        who = at[mine]
        for name, numbers in told.items():
            found[f"{asked}{name[1:]}"] = np.bincount(who, numbers[mine], len(people)).astype(np.int32)
    return found


def account_counts(people: Ints, table: Any, asked: Mapping[str, Counted]) -> dict[str, Few]:
    """table: rows of `counting.account_touches` · asked: by key what is counted at accounts: a kind, or all of them."""
    at, told = np.searchsorted(people, table["person_id"].to_numpy()), {name: table[name].to_numpy() for name in table.column_names[2:]}
    kinds = table["kind"].combine_chunks().dictionary_encode()
    names, codes = kinds.dictionary.to_pylist(), kinds.indices.to_numpy()
    found = {}
    for key, one in asked.items():
        mine = np.flatnonzero(codes == names.index(one.kind or "")) if (one.kind or "") in names else np.zeros(0, np.int64)
        for name, numbers in told.items():
            column = np.zeros(len(people), np.int32)
            column[at[mine]] = numbers[mine]
            found[f"{key if name[0] == 'n' else f'p{key[1:]}'}{name[1:]}"] = column
    return found


def fields_of(people: Ints, table: Any) -> list[Looked]:
    """The fields that were told of leads, each as a column. table: rows of `counting.values`."""
    if not table.num_rows:
        return []
    keys = pc.binary_join_element_wise(table["subject"], table["field"], ".").combine_chunks().dictionary_encode()
    texts, numbers = (table[name].combine_chunks() for name in ("text", "number"))
    at, since = np.searchsorted(people, table["person_id"].to_numpy()), _floats(table["first_us"])
    names = keys.dictionary.to_pylist()
    order = np.argsort(keys.indices.to_numpy(), kind="stable")
    ends = np.cumsum(np.bincount(keys.indices.to_numpy(), minlength=len(names)))
    found = []
    for place in sorted(range(len(names)), key=lambda one: names[one]):
        rows = order[ends[place - 1] if place else 0 : ends[place]]
        of_lead = np.full(len(people), -1)
        of_lead[at[rows]] = rows
        taken = pa.array(of_lead, mask=of_lead < 0)
        text, number = texts.take(taken), numbers.take(taken)
        is_number = number.null_count < text.null_count or pa.types.is_null(text.type)
        column = read_column(names[place], number if is_number else text, NUMBER if is_number else LEVELS)
        known = np.full(len(people), np.nan)
        known[at[rows]] = since[rows]
        found.append(Looked(names[place], column, known))
    return found


def _floats(column: Any) -> Floats:
    found: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found


def matrix(counted: Mapping[str, Counted], counts: Counts, fields: Sequence[Looked], bins: Mapping[str, Bins], leads: int) -> Matrix:
    """Every signal that enough leads have and enough have not; of those that hold for the same leads, the simplest.

    counted: by key what was counted, as `c0` · counts: of all leads · fields, bins: of those that may be used
    """
    signals: list[Signal] = []
    rows: list[Bools] = []
    seen: set[bytes] = set()
    for signal, holds in _all(counted, counts, fields, bins):
        having = int(holds.sum())
        key = np.packbits(holds).tobytes()
        if min(having, leads - having) >= LEAST and key not in seen:
            seen.add(key)
            signals.append(signal)
            rows.append(holds)
    names = {name: at for at, name in enumerate(dict.fromkeys(one.question for one in signals))}
    question = np.array([names[one.question] for one in signals], np.int64)
    return Matrix(tuple(signals), np.array(rows, np.bool_).reshape(len(rows), leads), question)


def _all(
    counted: Mapping[str, Counted], counts: Counts, fields: Sequence[Looked], bins: Mapping[str, Bins]
) -> Iterator[tuple[Signal, Bools]]:
    for key, one in counted.items():
        for signal, (days, times, people) in of_touches(one):
            if people is None:
                yield signal, counts[f"{key}_{days or ''}"] >= times
            else:
                yield signal, counts[f"p{key[1:]}_{days or ''}"] >= people
    for looked in fields:
        told = bins[looked.name]
        codes = told.codes(looked.column)
        subject, _, field = looked.column.name.partition(".")
        for signal, at in of_field(subject, field, told):
            yield signal, (codes >= at) & looked.column.filled if told.kind == NUMBER else codes == at
