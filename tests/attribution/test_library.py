"""Questions of the same form are written as a statement once; each has its own answer."""

import pyarrow as pa
import pytest

from treaty.attribution import given
from treaty.attribution.library import attribute
from treaty.engine import duck

MODELS = ["last_touch", "w_shaped", "markov", "shapley"]


def tables(channels: str, value: float) -> tuple[pa.Table, pa.Table]:
    touches = pa.table({"journey": [1] * len(channels), "at": range(len(channels)), "channel": list(channels)})
    return touches, pa.table({"journey": [1], "at": [9], "value": [value]})


def test_a_question_asked_again_is_not_written_again_and_answers_for_the_tables_at_hand(monkeypatch):
    given._statement.cache_clear()
    first = attribute(*tables("ab", 10.0), models=MODELS)
    with monkeypatch.context() as nothing_written:
        nothing_written.setattr(duck, "sql", lambda _: pytest.fail("written again"))
        again = attribute(*tables("xy", 20.0), models=MODELS)
    assert [(row.model, row.channel, row.value) for row in first if row.model == "last_touch"] == [
        ("last_touch", "a", 0.0),
        ("last_touch", "b", 10.0),
    ]
    assert [row._replace(channel=dict(zip("xy", "ab", strict=True))[row.channel], value=row.value / 2) for row in again] == first


def test_another_form_is_another_statement():
    touches, won = tables("ab", 10.0)
    texts = touches.set_column(0, "journey", pa.array(["1", "1"])), won.set_column(0, "journey", pa.array(["1"]))
    assert attribute(*texts, models=MODELS) == attribute(touches, won, models=MODELS)
