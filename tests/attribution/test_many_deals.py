"""Goal G8 in small; a million deals: docs/proof/money.txt."""

import pytest

from tests.attribution.many_deals import Lake, faults, made, prove, shared
from tests.often import often
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES


def test_every_unit_of_random_deals_in_ten_currencies_is_shared_by_every_model():
    found = prove(often(300, 600))
    assert set(found) == {*RULES, "custom", "shapley", "markov"}
    assert not any(found.values()), found


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("units = units + 1", "deals whose parts are not the whole"),
        ("converted = converted - 1", "deals whose parts are not the whole"),
        ("converted = null", "parts not converted as the whole"),
        ("touch_id = touch_id + 1", "touches that must not count"),
        ("share = -0.001", "shares below nothing"),
        ("conversion = 0", "deals whose parts are not the whole"),
    ],
)
def test_a_planted_fault_is_found(fault, says, planted):
    lake = planted
    lake.connection.raw_sql(f"create or replace table credit as select * from kept; update credit set {fault} where rowid = 3")
    assert says in faults(lake)


@pytest.fixture(scope="module")
def planted():
    tables, wanted = made(5, 40)
    lake = Lake("planted", tables | {"wanted": wanted})
    shared(lake, Model(RULES["linear"]))
    lake.connection.raw_sql("create table kept as select * from credit where currency <> 'SEK'")
    lake.connection.raw_sql("delete from wanted where code = 'SEK'; update credit set n = n")
    return lake
