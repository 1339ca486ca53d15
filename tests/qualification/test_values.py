"""One meaning of each test, in Python and in the engine."""

import sys

import ibis
import pyarrow as pa
import pytest

from treaty.agreement.conditions import Test as ValueTest
from treaty.engine import duck
from treaty.qualification.values import folded, passes, passes_points

VALUES = [
    ("VP", None),
    ("Änderung", None),
    ("50", None),
    (None, 50.0),
    (None, 49.5),
    ("true", None),
    ("", None),
    ("a%b\nc", None),
    (None, None),
]


def passing(asked, lists=None):
    """The values of VALUES that pass."""
    cursor = duck.cursor()
    cursor.register(
        "some_values", pa.table({"n": list(range(len(VALUES))), "text": [t for t, _ in VALUES], "number": [x for _, x in VALUES]})
    )
    table = ibis.table({"n": "int64", "text": "string", "number": "float64"}, name="some_values")
    chosen = table.filter(passes(ValueTest.model_validate(asked), table.text, table.number, lists or {})).n
    return [VALUES[n] for (n,) in sorted(cursor.execute(duck.sql(chosen)).fetchall())]


@pytest.mark.parametrize(("asked", "expected"), [
    ({"at_least": 50}, [(None, 50.0)]),  # the text '50' is not a number
    ({"at_most": "49.5"}, [(None, 49.5)]),
    ({"is": "vp"}, [("VP", None)]),
    ({"is": "50"}, [("50", None)]),
    ({"is": 50}, [(None, 50.0)]),
    ({"is": True}, [("true", None)]),
    ({"in": ["ÄNDERUNG", 50]}, [("Änderung", None), (None, 50.0)]),
    ({"in_list": "chosen"}, [("VP", None), ("Änderung", None)]),
    ({"starts_with": "ä"}, [("Änderung", None)]),
    ({"contains": "%"}, [("a%b\nc", None)]),  # an ordinary letter
    ({"contains": "_"}, []),
    ({"matches": "^Vp$"}, [("VP", None)]),
    ({"matches": "b.c"}, [("a%b\nc", None)]),
    ({"known": True}, VALUES[:-1]),
])  # fmt: skip
def test_a_value_passes(asked, expected):
    assert passing(asked, {"chosen": ("vP", "ÄnderunG")}) == expected


def test_an_empty_list_has_no_members():
    assert passing({"in_list": "chosen"}, {"chosen": ()}) == []


def test_python_and_the_engine_lower_every_letter_alike():
    letters = [chr(n) for n in range(1, sys.maxunicode + 1) if not 0xD800 <= n <= 0xDFFF]
    assigned = [letter for letter in letters if letter.lower() != letter or letter.upper() != letter]
    cursor = duck.cursor()
    cursor.register("letters", pa.table({"letter": assigned}))
    lowered = cursor.execute("select letter, lower(letter) from letters").fetchall()
    assert [(letter, low) for letter, low in lowered if folded(letter) != low] == []


@pytest.mark.parametrize(("asked", "expected"), [
    ({"at_least": 60}, [60_000, 61_500]),
    ({"at_most": 59}, [-1, 0, 59_999]),
    ({"is": 60}, [60_000]),
    ({"is": -1}, [-1]),  # whole points are rounded down
    ({"in": [0, 61]}, [0, 61_500]),
    ({"at_least": "59.5"}, [60_000, 61_500]),
    ({"known": True}, [-1, 0, 59_999, 60_000, 61_500]),
    ({"is": "60"}, []),
    ({"contains": "6"}, []),
])  # fmt: skip
def test_points_are_asked_in_whole_points(asked, expected):
    cursor = duck.cursor()
    cursor.register("points", pa.table({"milli": [-1, 0, 59_999, 60_000, 61_500]}))
    points = ibis.table({"milli": "int64"}, name="points")
    found = cursor.execute(duck.sql(points.filter(passes_points(ValueTest.model_validate(asked), points.milli)))).fetchall()
    assert sorted(milli for (milli,) in found) == expected


@pytest.mark.parametrize("dialect", ["duckdb", "clickhouse", "trino", "postgres", "snowflake", "bigquery", "databricks"])
def test_every_clause_kind_compiles_for_every_engine(dialect):
    import importlib

    from tests.qualification.test_holds import engagement
    from treaty.agreement.conditions import Condition
    from treaty.qualification.counters import Definition
    from treaty.qualification.measures import holds
    from treaty.qualification.schemas import named

    asked = {
        "any": [
            {"touches": {"by": "account", "people": 2, "where": {"path": {"matches": "x"}}, "within": "1 day"}},
            {"answer": {"budget": {"known": True}}},
        ],
        "all": [
            {"touches": {"at_least": 2, "within": "30 days"}},
            {"account": {"employees": {"at_least": 5}}},
            {"score": {"engagement": {"at_least": 1}}},
        ],
        "none": [{"person": {"seniority": {"in": ["vp"]}}}],
    }
    definition = Definition(Condition.model_validate(asked), engagement(({"touches": {}}, 3, 9), half_life=2))
    compiler = importlib.import_module(f"ibis.backends.sql.compilers.{dialect}").compiler
    for form in ("by the tree", "sweep"):
        assert "SELECT" in compiler.to_sqlglot(holds(definition, named(), form=form)).sql(compiler.dialect)
