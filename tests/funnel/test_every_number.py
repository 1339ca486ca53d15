"""Every number of the catalogue on a company as no source should send it, beside plain loops over the same rows."""

from datetime import UTC, datetime

import pytest

from tests.funnel.loops import compare
from tests.funnel.loops.dirty import agreed, company
from tests.often import often
from tests.plan.frames import frame as framed
from treaty.funnel.catalogue import CATALOGUE, dimensions_of

WEIGHTS = "  weights: {first_touch: 30%, lead_created: 30%, opportunity_created: 30%, rest: 10%}\n"
SEEDS = (1, 2, 3)[: often(1, 3)]
APART = often(9, 3)
"""Of so many dimensions one is asked by a seed; with `make proof` all by one of the three."""


def test_every_number_has_a_loop():
    """A new number needs one in `tests/funnel/loops`: what nobody has counted twice is not known to be true."""
    assert compare.without_a_loop() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_is_what_a_plain_loop_counts(seed):
    """All together for three quarters in one question; told apart by some of the dimensions, the other seeds by others."""
    records, told = company(seed), compare.Told()
    frame = framed(text=agreed(seed), **records.tables)
    for place, name in enumerate(compare.WITH_A_LOOP):
        compare.hold(told, records, frame, name, frame.last("quarter", 3))
        for by in dimensions_of(CATALOGUE[name])[(place + seed) % APART :: APART]:
            compare.hold(told, records, frame, name, frame.last("quarter", 1), by)
    assert told.differences == []
    assert told.compared > 500


OF_CREDIT = ("credited_revenue", "credited_customers", "spend", "return_on_spend", "cac_by_credit")


def test_credit_is_what_a_plain_loop_shares_by_the_version_of_each_close():
    """Removal effects and another rate are agreed in the middle of February; spend without a channel goes by what was won."""
    seed, told = 3, compare.Told()
    records, later = company(seed), agreed(seed).replace("model: w_shaped", "model: markov").replace(WEIGHTS, "")
    later = later.replace("USD: {source: ecb, on: deal_created}", "USD: {source: stated, on: deal_closed, rate: 0.5}")
    assert later.count("markov") == later.count("rate: 0.5") == 1
    frame = framed(text=agreed(seed), later=(later, datetime(2026, 2, 14, 11, tzinfo=UTC)), **records.tables)
    for name in OF_CREDIT:
        compare.hold(told, records, frame, name, frame.last("quarter", 2))
        for by in ("channel", "campaign"):
            compare.hold(told, records, frame, name, frame.last("quarter", 1), by)
    assert told.differences == []
    assert told.compared > 100
