"""Which of its two amounts a deal counts with in sums of a currency: said once for rows in hand, and once for tables."""

import ibis
import pytest

from treaty.attribution.sharing import counted_in, counts_as

CASES = [
    ("EUR", "EUR", 900, "units"),  # the agreement's own
    ("EUR", "USD", 1080, "units"),  # closed while the agreement counted in dollars: in euros it is what it is
    ("EUR", "USD", None, "units"),
    ("USD", "EUR", 810, "converted"),
    ("USD", "EUR", None, None),  # no rate of its day: named beside
    ("GBP", "USD", 1080, None),  # made dollars by its version, which are no euros
    ("", "EUR", None, None),
]
"""(currency, reported, converted, with what it counts in euros); each is worth 900 of its own units."""


@pytest.mark.parametrize(("currency", "reported", "converted", "kind"), CASES)
def test_it_counts_as_it_is_or_converted_or_not_at_all(currency, reported, converted, kind):
    assert counts_as({"currency": currency, "reported": reported, "is_converted": converted is not None}, "EUR") == kind


def test_tables_say_the_same():
    rows = [
        {"currency": currency, "reported": reported, "converted": converted, "units": 900} for currency, reported, converted, _ in CASES
    ]
    schema = {"currency": "string", "reported": "string", "converted": "int64", "units": "int64"}
    found = ibis.duckdb.connect().to_pyarrow(counted_in(ibis.memtable(rows, schema=schema), "EUR")).to_pylist()
    for row, (currency, _, converted, kind) in zip(found, CASES, strict=True):
        counted = {"units": ("EUR", 900), "converted": ("EUR", converted), None: (currency, 900)}[kind]
        assert (row["currency"], row["units"], row["deal_currency"]) == (*counted, currency)
