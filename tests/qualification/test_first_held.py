"""Over all of history: the first moment a definition holds for everybody in a lake, against the slow model."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.given_lake import given
from tests.qualification import histories, slow_model
from tests.qualification.histories import DAY, SECOND
from tests.qualification.replay import definition, world
from treaty.agreement.conditions import Condition
from treaty.moments import from_us
from treaty.qualification.counters import Definition
from treaty.qualification.measures import first_held
from treaty.qualification.replaying import NotReplayable, fields_of, history

SOURCES = [{"source_id": 1, "kind": "connector"}]


def lake_of(case, folder):
    """The histories of a case as the lake holds them, all from one system of record."""
    touches = [row | {"seen_as_id": row["person_id"]} for one in case.histories for row in one.touches]
    facts = [row | {"stated_of_id": row["subject_id"], "source_id": 1} for one in case.histories for row in one.facts]
    for row in touches:
        del row["person_id"]
    for row in facts:
        del row["subject_id"]
        row.setdefault("assumed", False)
    return given(folder, from_us(case.last_us), touches=touches, facts=facts, sources=SOURCES)


def first_of_lake(case, lake, **how):
    asked = definition(case)
    rows = history(lake, asked, case.zone, (case.midnight_us - 10 * DAY, case.last_us), **how)
    found = lake.fetch(first_held(asked, rows)).to_pylist()
    return {row["person_id"]: row["at_us"] for row in found if row["at_us"] <= case.last_us}


def first_of_model(case, rows, person):
    """The first of all moments at which anything may change at which the slow model says that it holds; None: at none."""
    moments = {slow_model.starts(row) for row in rows.touches + rows.facts}
    windows = {node.touches.within.span for root in roots(case) for node in root.walk() if node.touches and node.touches.within}
    moments |= {touch["occurred_us"] + window // timedelta(microseconds=1) for touch in rows.touches for window in windows}
    moments |= {case.midnight_us + days * DAY + hours * 3600 * SECOND for days in range(-6, 1) for hours in range(-2, 3)}
    return next(
        (at for at in sorted(moments) if at <= case.last_us and slow_model.definition_holds(rows, case.condition, person, at)), None
    )


def roots(case):
    return [case.condition, *(rule.when for score in case.scores.values() for rule in score.rules)]


def differences(case, found):
    for number, one in enumerate(case.histories):
        rows = world(case, one)
        for person in one.people:
            slow = first_of_model(case, rows, person)
            if slow != found.get(person):
                yield f"history {number}, person {person}: slow {slow}, replayed {found.get(person)}"


@settings(max_examples=15, deadline=None)
@drawn(st.integers(0, 10**9))
def test_random_histories_agree_with_the_slow_model(tmp_path_factory, seed):
    case = histories.case(random.Random(seed), 8)
    lake = lake_of(case, tmp_path_factory.mktemp("lake"))
    assert list(differences(case, first_of_lake(case, lake))) == []


@settings(max_examples=8, deadline=None)
@drawn(st.integers(0, 10**9))
def test_without_assumed_values_the_slow_model_does_not_see_them_either(tmp_path_factory, seed):
    dice = random.Random(seed)
    case = histories.case(dice, 8)
    for one in case.histories:
        for fact in one.facts:
            fact["assumed"] = dice.random() < 0.4
    lake = lake_of(case, tmp_path_factory.mktemp("lake"))
    stated = [replace(one, facts=[fact for fact in one.facts if not fact["assumed"]]) for one in case.histories]
    assert list(differences(replace(case, histories=stated), first_of_lake(case, lake, without_assumed=True))) == []


def test_the_fields_a_definition_looks_at_are_named_once():
    asked = {
        "all": [
            {"person": {"seniority": {"is": "vp"}}},
            {"account": {"employees": {"at_least": 50}}},
            {"answer": {"budget": {"known": True}}},
        ]
    }
    assert fields_of(Definition(Condition.model_validate(asked))) == ("account", "answer.budget", "employees", "seniority")
    assert fields_of(Definition(Condition.model_validate({"touches": {"kind": "demo"}}))) == ()


def test_a_personal_field_is_refused_with_the_way_out(tmp_path):
    asked = Definition(Condition.model_validate({"person": {"email": {"contains": "acme"}}}))
    lake = given(tmp_path, from_us(0), sources=SOURCES)
    with pytest.raises(NotReplayable, match=r"'email' stays out of the lake.*email_domain"):
        history(lake, asked, "Europe/Berlin", (0, DAY))
