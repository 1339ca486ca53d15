"""The live trickle: Segment calls a product can take as they come."""

import json
from datetime import UTC, datetime
from itertools import islice, pairwise

from tests.demo.conftest import company
from treaty.connectors.tracking.kinds import kind_of

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
FIT = {"director", "vp", "c_level"}


def first(count: int, seed: int = 0, after: datetime = NOON):
    return list(islice(company(leads=100, days=30).trickle(after, seed), count))


def test_the_same_moment_and_seed_give_the_same_events_and_another_run_new_message_ids():
    assert first(200) == first(200)
    ids = [event["messageId"] for _, event in first(400)]
    assert len(set(ids)) == 400
    assert not set(ids) & {event["messageId"] for _, event in first(400, after=NOON.replace(minute=1))}


def test_events_are_segment_calls_without_a_timestamp():
    for _, event in first(600):
        assert event["type"] in ("page", "identify", "group", "track")
        assert event.get("anonymousId") or event.get("userId")
        assert not {"timestamp", "sentAt", "originalTimestamp"} & event.keys()
        assert len(json.dumps(event)) < 4_000
        if event["type"] == "track":
            assert kind_of(event["event"]) == event["event"]
        if event["type"] == "identify":
            assert event["traits"]["email"].endswith(".example")


def test_a_touch_comes_every_few_seconds_and_somebody_asks_within_the_first_minute():
    waited, asked = 0.0, []
    for wait, event in first(900):
        assert 1 <= wait <= 6
        waited += wait
        if event.get("event") == "demo_request":
            asked.append(waited)
    gaps = [b - a for a, b in pairwise(asked)]
    assert asked[0] < 60
    assert 30 <= sum(gaps) / len(gaps) <= 120
    assert max(gaps) < 420


def test_who_asks_is_known_by_then_fits_and_has_read_something():
    people, engaged, asked = {}, set(), 0
    for _, event in first(900):
        if event["type"] == "identify":
            people[event["userId"]] = event["traits"]
        if event.get("event") == "content_download":
            engaged.add(event["userId"])
        if event.get("event") == "demo_request":
            asked += 1
            traits = people[event["userId"]]
            assert traits["seniority"] in FIT
            assert traits["company"]["employees"] >= 50
            assert event["userId"] in engaged
    assert asked >= 8
