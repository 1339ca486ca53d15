"""Outcomes by segment: everybody in the first segment that held when they qualified, held against plain loops; and whom a draft hurts."""

import random
from dataclasses import replace

import pytest

from tests.conftest import NOON
from tests.given_lake import given
from tests.pilot import plain
from tests.pilot.company import NOW, company, laid
from tests.pilot.test_backtest import BIG, DEFINITIONS, DEMO, DIRECTOR, TERMS, document, figures, one_person
from treaty.agreement.conditions import Condition
from treaty.pilot import said
from treaty.pilot.backtest import backtest, returns_of

pytestmark = pytest.mark.django_db
SEGMENTS = {"big": BIG, "directors": DIRECTOR}


def in_segments(one, segments):
    profile = one.terms.profile.model_copy(update={"segments": {name: Condition.model_validate(told) for name, told in segments.items()}})
    return replace(one, terms=one.terms.model_copy(update={"profile": profile}))


def placed(rows, one, entered):
    """{segment: {person: moment}}, by plain loops."""
    found = {}
    for person, at in entered.items():
        held = (
            name
            for name, condition in one.terms.profile.segments.items()
            if plain.held_at(rows, condition, one.zone, one.lists, person, at)
        )
        found.setdefault(next(held, ""), {})[person] = at
    return found


@pytest.mark.parametrize("seed", range(4))
def test_each_segment_is_what_plain_loops_say(seed, tmp_path):
    dice = random.Random(seed)
    rows = company(dice)
    one = in_segments(document(dice.choice(DEFINITIONS)), SEGMENTS)
    found = backtest(given(tmp_path, NOON, **laid(rows)), one).new
    by = placed(rows, one, plain.entries(rows, one.condition, one.zone, one.lists, NOW))
    assert {name: figures(replace(found, all=became)) for name, became in found.segments.items()} == {
        name: plain.told(rows, entered, set(returns_of(TERMS))) for name, entered in by.items()
    }


def test_without_segments_nothing_is_said(tmp_path):
    found = backtest(given(tmp_path, NOON, **one_person()), in_segments(document(DEMO), {}))
    assert (dict(found.new.segments), list(said.hurt(found))) == ({}, [])


def test_segments_that_lose_leads_are_named(tmp_path):
    """Ada works at a company of 60. Demanding a director as well, nobody of `big` is left."""
    new, old = (in_segments(one, SEGMENTS) for one in (document({"all": [DEMO, DIRECTOR]}), document(DEMO, "version 1")))
    found = backtest(given(tmp_path, NOON, **one_person()), new, old)
    assert list(said.hurt(found)) == ["Big: 0 people instead of 1."]
    other = backtest(given(tmp_path / "b", NOON, **one_person()), old, replace(new, name="version 2"))
    assert list(said.hurt(other)) == ["No segment has fewer leads, or a smaller share of them accepted or won."]
