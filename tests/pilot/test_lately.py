"""The last quarter of a draft that is being written: the same people as the whole back-test finds, held against plain loops."""

import random

import pytest

from tests.conftest import NOON
from tests.given_lake import given
from tests.pilot import plain
from tests.pilot.company import DAY, NOW, company, laid
from tests.pilot.test_backtest import BIG, DEFINITIONS, DEMO, DIRECTOR, TERMS, TWO_DOWNLOADS, document, figures, one_person
from treaty.agreement.conditions import Condition
from treaty.pilot import entries
from treaty.pilot.backtest import NoHistory, returns_of
from treaty.pilot.lately import lately
from treaty.pilot.replayed import key_of

pytestmark = pytest.mark.django_db
WINDOW = NOW - 91 * DAY


def counted(one):
    return figures(type("Of", (), {"all": one}))


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_are_those_of_the_last_quarter(seed, tmp_path):
    """Three drafts one after the other of one lake, as somebody types: nothing of the one before is left over."""
    dice = random.Random(seed)
    rows = company(dice)
    for row in (*rows["touches"], *rows["facts"]):  # some of it before the quarter
        if dice.random() < 0.3:
            row["occurred_us"] -= 60 * DAY
            row["known_us"] -= 60 * DAY
    old, *drafts = (
        document(condition, "version 1" if place == 0 else "the draft") for place, condition in enumerate(dice.sample(DEFINITIONS, 4))
    )
    lake, returns = given(tmp_path, NOON, **laid(rows)), set(returns_of(TERMS))
    b = plain.entries(rows, old.condition, old.zone, old.lists, NOW)
    b_window = {person: at for person, at in b.items() if at >= WINDOW}
    for new in drafts:
        a = plain.entries(rows, new.condition, new.zone, new.lists, NOW)
        window = {person: at for person, at in a.items() if at >= WINDOW}
        found = lately(lake, new, old)
        assert counted(found.new) == plain.told(rows, window, returns)
        assert counted(found.old) == plain.told(rows, b_window, returns)
        assert (found.both, found.only_new) == (len(window.keys() & b.keys()), len(window.keys() - b.keys()))
        assert found.only_old == len(b_window.keys() - a.keys())


def test_beside_nothing(tmp_path):
    found = lately(given(tmp_path, NOON, **one_person()), document(DEMO), None)
    assert (found.new.people, found.old, found.both, found.only_new, found.only_old) == (1, None, 0, 0, 0)
    assert found.weeks == pytest.approx(10 / 7)  # the first touch was ten days ago


def test_without_a_touch_there_is_nothing_to_count(tmp_path):
    with pytest.raises(NoHistory):
        lately(given(tmp_path, NOON), document(DEMO), None)


@pytest.mark.parametrize(("condition", "ways"), [
    ({"any": [DEMO, {"any": [DIRECTOR, TWO_DOWNLOADS]}]}, [DEMO, DIRECTOR, TWO_DOWNLOADS]),
    ({"any": [DEMO], "none": [DIRECTOR]}, [{"any": [DEMO], "none": [DIRECTOR]}]),
    ({"all": [BIG, DIRECTOR]}, [{"all": [BIG, DIRECTOR]}]),
])  # fmt: skip
def test_each_way_in_is_asked_by_itself(condition, ways):
    assert entries.ways_in(Condition.model_validate(condition)) == [Condition.model_validate(way) for way in ways]


def test_what_a_definition_does_not_name_does_not_change_its_key():
    one = document(DEMO)
    other = document(DEMO)
    assert one.definition.scores
    bare = type(one.definition)(one.condition, {}, {})
    assert key_of(one.definition, one.zone) == key_of(bare, other.zone)
    assert key_of(one.definition, one.zone) != key_of(one.definition, "Asia/Tokyo")
    scored = document({"score": {"engagement": {"at_least": 60}}})
    halved = {name: score.model_copy() if hasattr(score, "model_copy") else score for name, score in scored.definition.scores.items()}
    halved["engagement"] = next(score for name, score in halved.items() if name != "engagement")
    assert key_of(scored.definition, one.zone) != key_of(type(one.definition)(scored.condition, halved, scored.lists), one.zone)
