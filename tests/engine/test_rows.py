"""SQLite read in columns gives what it gives in rows, whatever the values."""

import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import often
from treaty.engine.rows import Rows
from treaty.engine.tables import Table, flag, money, number, rate, real, text

TABLE = Table(
    "things",
    "thing as t",
    {
        "id": number("t.id"),
        "words": text("t.words"),
        "share": real("t.share"),
        "many": number("t.many"),
        "worth": money("t.worth"),
        "rate": rate("t.rate"),
        "is_new": flag("t.is_new"),
    },
)
WHOLE = st.integers(-(2**63), 2**63 - 1)
things = st.lists(
    st.tuples(
        st.none() | st.sampled_from((",", '","', "null", "\\", "")) | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | WHOLE,
        st.none() | st.decimals(-9_999_999_999, 9_999_999_999, places=4, allow_nan=False),
        st.none() | st.decimals(0, 99_999, places=10, allow_nan=False),
        st.none() | st.booleans(),
    ),
    max_size=12,
)


def database(rows):
    link = sqlite3.connect(":memory:")
    link.execute(
        "create table thing (id integer primary key, words text, share real, many integer, worth decimal, rate decimal, is_new bool)"
    )
    given_ = [(3 * place, *(str(one) if isinstance(one, Decimal) else one for one in row)) for place, row in rows]
    link.executemany("insert into thing values (?, ?, ?, ?, ?, ?, ?)", given_)
    return Rows(link.cursor)


@settings(max_examples=often(60, 1000), deadline=None)
@given(things, st.integers(1, 5), st.integers(0, 12))
def test_columns_are_what_rows_are(found, some, since):
    rows = database(enumerate(found))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("treaty.engine.rows.SOME", some)
        parts = list(rows.tables(TABLE, since - 1))
    wanted = TABLE.arrow(rows.all(TABLE.select(f"t.id >= {since}")))
    assert [row for part in parts for row in part.to_pylist()] == wanted.to_pylist()
    assert all(part.cast(TABLE.schema).schema == TABLE.schema and 0 < part.num_rows <= some for part in parts)


def test_rows_come_in_order_of_their_number_whichever_way_sqlite_goes():
    """Through the index on `words` it meets the second row first."""
    rows = database([(1, ("c", 0.5, 1, None, None, None)), (2, ("b", 0.25, 2, None, None, None)), (3, ("d", 1.0, 3, None, None, None))])
    rows.all("create index by_words on thing(words)")
    other_way = replace(TABLE, rows="thing as t indexed by by_words", where="t.words > ''")
    assert rows.all(other_way.gathered("group_concat({})"))[0][0] == "6,3,9"
    [part] = rows.tables(other_way, 0)
    assert [(row["id"], row["words"], row["share"]) for row in part.to_pylist()] == [(3, "c", 0.5), (6, "b", 0.25), (9, "d", 1.0)]
