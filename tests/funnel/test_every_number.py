"""Every number of the catalogue on a company as no source should send it, beside plain loops over the same rows."""

import pytest

from tests.funnel.loops import compare
from tests.funnel.loops.dirty import agreed, company
from tests.often import often
from tests.plan.frames import frame as framed
from treaty.funnel.catalogue import CATALOGUE, dimensions_of

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
