"""Every model on a company as no source should send it, beside plain loops over the same rows, to the cent."""

from datetime import UTC, datetime

import pytest

from tests.funnel.fake_lake import FakeLake
from tests.funnel.loops import compare_credit
from tests.funnel.loops.compare import Told
from tests.funnel.loops.credit import Way
from tests.funnel.loops.dirty import company
from tests.funnel.loops.records import DAY, HOUR, us
from tests.often import often

START, END = us(datetime(2025, 9, 1, tzinfo=UTC)), us(datetime(2026, 3, 1, tzinfo=UTC))
WAYS = {
    4: Way(),
    5: Way(by_account=False, lookback=60 * DAY, half_life=30 * DAY),
    6: Way(lookback=90 * DAY, repeats=48 * HOUR, counts_direct=False, respread=False),
}


def test_every_model_has_a_loop():
    assert compare_credit.without_a_loop() == []


@pytest.mark.parametrize("seed", list(WAYS)[: often(1, len(WAYS))])
def test_every_model_is_what_a_plain_loop_shares(seed):
    records, told = company(seed, size=60), Told()
    compare_credit.hold(told, records, FakeLake(**records.tables), (START, END), WAYS[seed])
    assert told.differences == []
    assert told.compared > 200
