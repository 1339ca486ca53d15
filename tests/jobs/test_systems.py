"""Systems are pulled beside the worker: each by a process of its own, one at a time, again when it is due."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty import locks
from treaty.connectors.models import Connection, StreamPlace
from treaty.connectors.vendors.hubspot import HubSpot
from treaty.jobs import systems
from treaty.truth.models import Source

pytestmark = pytest.mark.django_db


class Child:
    """Stands in for the pulling process."""

    def __init__(self) -> None:
        self.ended: int | None = None

    def poll(self) -> int | None:
        return self.ended


@pytest.fixture
def begun(monkeypatch, tmp_path):
    found: list[tuple[tuple[str, ...], Child]] = []

    def python(*words):
        def begin():
            found.append((words, Child()))
            return found[-1][1]

        return begin

    monkeypatch.setattr(systems, "python", python)
    monkeypatch.setattr(systems, "home", lambda: tmp_path)
    yield found
    systems._children.clear()


@pytest.fixture
def connection() -> Connection:
    source = Source.objects.create(name="Our HubSpot", kind=Source.Kind.CONNECTOR, made_at=NOON)
    return Connection.objects.create(source=source, vendor="hubspot", made_at=NOON)


def test_one_that_was_never_pulled_is_due_and_begun_once(begun, connection) -> None:
    assert systems.begin_due(NOON) == 1
    assert begun[0][0] == ("treaty.jobs.reading", "pull", connection.key)
    assert systems.begin_due(NOON) == 0, "it is being pulled"
    begun[0][1].ended = 0
    assert systems.begin_due(NOON) == 1, "it ended before anything was read"


def test_between_two_rounds_nothing_is_begun(begun, connection) -> None:
    for stream in HubSpot().streams:
        StreamPlace.objects.create(connection=connection, stream=stream.name, since=NOON, ended_at=NOON)
    assert systems.begin_due(NOON + timedelta(seconds=299)) == 0
    assert systems.begin_due(NOON + timedelta(seconds=300)) == 1


def test_after_a_problem_there_is_a_minute_of_patience(begun, connection) -> None:
    Connection.objects.update(problem="contacts: 503", problem_at=NOON)
    assert systems.begin_due(NOON + timedelta(seconds=59)) == 0
    assert systems.begin_due(NOON + timedelta(seconds=60)) == 1


def test_what_another_process_pulls_is_left_to_it(begun, connection) -> None:
    with locks.take(systems.lock_of(connection.key)):
        assert systems.begin_due(NOON) == 0


def test_one_that_is_switched_off_is_left_alone(begun, connection) -> None:
    Source.objects.update(is_active=False)
    assert systems.begin_due(NOON) == 0
