import logging
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOON
from treaty.connectors import parcels
from treaty.connectors.absorbing import absorb_waiting
from treaty.connectors.models import Event, Parcel
from treaty.connectors.parcels import pack, unpack
from treaty.connectors.queries import heard, waits_since
from treaty.connectors.sources import add_source
from treaty.connectors.tracking.parse import Row
from treaty.moments import to_us
from treaty.truth.models import Touch

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)
PAGE = '{"anonymousId": "a1", "properties": {"url": "https://halden.example/pricing"}}'


@pytest.fixture
def site():
    return add_source("site", kind="browser", at=NOON)[0]


def row(message_id, at=NOON, body=PAGE, **more):
    return Row(message_id, "page", to_us(at), None, to_us(at), body)._replace(**more)


def arrive(source, *rows):
    return Parcel.objects.create(source=source, received_at=NOON, events=len(rows), rows=pack(rows))


def ids():
    return list(Event.objects.order_by("id").values_list("message_id", flat=True))


def test_events_come_out_in_the_order_they_came_in_with_all_that_was_said_of_them(site):
    first = row("m1", occurred_us=to_us(NOON - SECOND), sent_us=to_us(NOON - 2 * SECOND), state="quarantined", problem="too many: ä")
    arrive(site, first, row("m2"))
    arrive(site, row("m0"))
    assert unpack(10) == 2
    assert ids() == ["m1", "m2", "m0"]
    event = Event.objects.get(message_id="m1")
    assert (event.occurred_at, event.sent_at, event.received_at) == (NOON - SECOND, NOON - 2 * SECOND, NOON)
    assert (event.type, event.body, event.state, event.problem) == ("page", PAGE, "quarantined", "too many: ä")
    assert not Parcel.objects.exists()


def test_an_event_is_one_per_source_for_ever_and_the_first_is_kept(site):
    other = add_source("other", kind="server", at=NOON)[0]
    arrive(site, row("m1", body='"first"'), row("m1", body='"again"'))
    arrive(site, row("m1", body='"later"'))
    arrive(other, row("m1"))
    unpack(10)
    assert sorted(Event.objects.values_list("source__name", "body")) == [("other", PAGE), ("site", '"first"')]


@pytest.mark.parametrize(("limit", "parcels_", "events"), [(1, 1, 3), (3, 1, 3), (4, 2, 6), (100, 3, 9)])
def test_as_many_parcels_as_hold_what_is_asked_for_and_at_least_one(site, limit, parcels_, events):
    for number in range(3):
        arrive(site, *(row(f"{number}-{n}") for n in range(3)))
    assert unpack(limit) == parcels_
    assert Event.objects.count() == events


def test_one_that_cannot_be_unpacked_is_kept_with_its_reason_and_the_others_go_on(site, caplog):
    arrive(site, row("m1"))
    broken = Parcel.objects.create(source=site, received_at=NOON, events=1, rows=b"\xff torn")
    arrive(site, row("m2"))
    with caplog.at_level(logging.ERROR):
        assert unpack(10) == 3
    assert ids() == ["m1", "m2"]
    broken.refresh_from_db()
    assert "cannot be unpacked" in broken.problem
    assert f"parcel {broken.pk}" in caplog.text
    assert unpack(10) == 0
    assert waits_since() == NOON  # the events


def test_if_the_process_dies_in_between_nothing_is_lost_or_doubled(site, monkeypatch):
    arrive(site, row("m1"), row("m2"))
    monkeypatch.setattr(parcels.bulk, "remove", lambda *_: 1 / 0)
    unpack(10)
    assert (ids(), Parcel.objects.count()) == ([], 1)
    Parcel.objects.update(problem="")
    monkeypatch.undo()
    unpack(10)
    assert (ids(), Parcel.objects.count()) == (["m1", "m2"], 0)


def test_the_worker_takes_what_was_unpacked_before_and_then_what_is_packed(site):
    for number in range(3):
        arrive(site, row(f"{number}-a"), row(f"{number}-b"))
    unpack(1)
    assert absorb_waiting(4, at=NOON) == 4
    assert list(Touch.objects.order_by("id").values_list("message_id", flat=True)) == ["0-a", "0-b", "1-a", "1-b"]
    assert absorb_waiting(4, at=NOON) == 2
    assert absorb_waiting(4, at=NOON) == 0


def test_what_is_packed_waits_and_was_heard(site):
    assert waits_since() is None
    Parcel.objects.create(source=site, received_at=NOON - SECOND, events=2, rows=pack([row("m1"), row("m2")]))
    arrive(site, row("m3"))
    assert waits_since() == NOON - SECOND
    assert [(one.last_at, one.waiting) for one in heard()] == [(NOON, 3)]
    unpack(10)
    assert [(one.last_at, one.waiting) for one in heard()] == [(NOON, 3)]


texts = st.text('aä€\x00"\\ 😀', max_size=20)


@given(
    rows=st.lists(
        st.builds(Row, texts, texts, st.integers(-(2**60), 2**60), st.none() | st.integers(0, 2**60), st.integers(0, 2**60), texts)
    )
)
def test_what_is_packed_is_what_comes_out(rows):
    assert [Row(*one) for one in parcels._unpack(pack(rows))] == rows
