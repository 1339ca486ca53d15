"""What the books call data that are not there, and what they let pass as a fault of the program."""

import ibis
import pytest
from ibis.common.exceptions import IbisTypeError

from treaty.books.figures import NotCountable, counting
from treaty.engine.mixed import Views

TABLE = ibis.table({"deal_id": "int64"}, name="deals")


@pytest.mark.parametrize(
    "ask",
    [lambda: TABLE.amount, lambda: TABLE["amount"], lambda: TABLE.select("amount"), lambda: Views("v", None, None, {}).table("deals")],
    ids=["column", "column by name", "selected", "table"],
)
def test_a_table_or_a_column_that_is_not_there_is_a_sentence(ask):
    with (
        pytest.raises(NotCountable, match=r"this release cannot compute 2026-Q1 from these data .*`treaty work` exports"),
        counting("2026-Q1"),
    ):
        ask()


@pytest.mark.parametrize(
    ("ask", "fault"),
    [
        (lambda: None.amount, AttributeError),
        (lambda: {}["amount"], KeyError),
        (lambda: list(TABLE.columns)[1], IndexError),
        (lambda: TABLE.fliter(TABLE.deal_id > 1), AttributeError),
        (lambda: TABLE.select("amuont"), IbisTypeError),
    ],
    ids=["attribute", "key", "place", "verb no table has", "column no release exports"],
)
def test_a_fault_of_the_program_stays_one(ask, fault):
    with pytest.raises(fault), counting("2026-Q1"):
        ask()
