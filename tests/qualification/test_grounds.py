"""Why a definition held for somebody at a moment: the clauses that made it so, of a document nobody has signed."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.agreement.conditions import Condition
from treaty.moments import to_us
from treaty.qualification.counters import Definition
from treaty.qualification.grounds import Grounds
from treaty.truth.actions import absorb
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def touch(world, kind, at, email="ada@acme.example"):
    record = TouchRecord(ref=PersonRef(email=email), kind=kind, occurred_at=at, known_at=at, message_id=f"{email} {kind} {at:%H%M}")
    absorb([record], source=world.source, received_at=at)


def grounds(asked, person, at=NOON):
    return Grounds(Definition(Condition.model_validate(asked)), "Europe/Berlin").of(person.pk, to_us(at))


def test_every_clause_that_was_needed_is_named_with_what_was_found(world):
    ada = world.person()
    touch(world, "demo_request", NOON - HOUR)
    asked = {
        "all": [{"touches": {"kind": "demo_request"}}, {"account": {"employees": {"at_least": 50}}}],
        "none": [
            {"touches": {"kind": "unsubscribed"}},
            {"all": [{"person": {"seniority": {"is": "vp"}}}, {"person": {"country": {"is": "FR"}}}]},
        ],
    }
    assert grounds(asked, ada) == (
        "at least one request for a demonstration (1 of 1)",
        "a company of 50 or more people (240)",
        "not at least one cancelled subscription",
        "not a person who is a vice president and a person whose country is FR",
    )


def test_of_several_ways_the_first_that_held_is_told(world):
    ada = world.person()
    touch(world, "webinar_attended", NOON - HOUR)
    asked = {
        "any": [
            {"touches": {"kind": "demo_request"}},
            {"touches": {"kind": "webinar_attended"}},
            {"account": {"employees": {"known": True}}},
        ]
    }
    assert grounds(asked, ada) == ("at least one webinar attended (1 of 1)",)


def test_touches_of_colleagues_count_where_the_clause_counts_them(world):
    ada = world.person()
    world.person("ben@acme.example", name="Ben")
    for email in ("ada@acme.example", "ben@acme.example"):
        touch(world, "page_view", NOON - HOUR, email)
    asked = {"touches": {"by": "account", "people": 2, "within": "30 days"}}
    [told] = grounds(asked, ada)
    assert told.endswith("(2 of 2 people)")


def test_at_a_moment_before_it_held_there_are_no_grounds(world):
    ada = world.person()
    touch(world, "demo_request", NOON)
    asked = {"touches": {"kind": "demo_request"}}
    assert grounds(asked, ada, NOON - HOUR) == ()
    assert grounds(asked, ada, NOON) == ("at least one request for a demonstration (1 of 1)",)
