"""Systems are pulled beside the worker: each by a process of its own, one at a time, again when it is due."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.jobs.children import begun_beside
from treaty import locks
from treaty.connectors.models import Connection, StreamPlace, ToldRecord
from treaty.connectors.pulling import is_due
from treaty.connectors.vendors.hubspot import HubSpot
from treaty.jobs import news, systems
from treaty.jobs.news import News
from treaty.truth.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(monkeypatch, tmp_path):
    yield from begun_beside(systems, monkeypatch, tmp_path)


@pytest.fixture
def connection() -> Connection:
    source = Source.objects.create(name="Our HubSpot", kind=Source.Kind.CONNECTOR, made_at=NOON)
    return Connection.objects.create(source=source, vendor="hubspot", made_at=NOON)


def test_every_connected_system_has_one_process(begun, connection) -> None:
    assert systems.begin_missing() == 1
    assert begun[0][0] == ("treaty.jobs.reading", "system", connection.key)
    assert systems.begin_missing() == 0, "it lives"
    begun[0][1].ended = -9
    assert systems.begin_missing() == 1, "it died"


def test_what_another_process_reads_is_left_to_it(begun, connection) -> None:
    with locks.take(systems.lock_of(connection.key)):
        assert systems.begin_missing() == 0


def test_one_that_is_switched_off_is_left_alone(begun, connection) -> None:
    Source.objects.update(is_active=False)
    assert systems.begin_missing() == 0


def test_between_two_rounds_nothing_is_due(connection) -> None:
    assert is_due(connection, NOON), "it was never read"
    for stream in HubSpot().streams:
        StreamPlace.objects.create(connection=connection, stream=stream.name, since=NOON, ended_at=NOON)
    assert not is_due(connection, NOON + timedelta(seconds=299))
    assert is_due(connection, NOON + timedelta(seconds=300))


def test_after_a_problem_there_is_a_minute_of_patience(connection) -> None:
    connection.problem_at = NOON
    assert not is_due(connection, NOON + timedelta(seconds=59))
    assert is_due(connection, NOON + timedelta(seconds=60))


def test_a_process_ends_when_its_system_is_switched_off(connection, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(systems, "home", lambda: tmp_path)
    turns: list[str] = []

    def turn(row: Connection, clock: object, outward: object) -> bool:
        turns.append(row.key)
        if len(turns) == 3:
            Source.objects.update(is_active=False)
        return len(turns) < 2

    monkeypatch.setattr(systems, "turn", turn)
    waited: list[float] = []
    systems.tend(connection.key, lambda: NOON, waited.append)
    assert len(turns) == 3
    assert sum(waited) == pytest.approx(2 * systems.PAUSES * systems.PAUSE), "two rests to their end"


def test_what_is_told_during_a_rest_ends_it(connection, monkeypatch) -> None:
    monkeypatch.setattr(news, "data_version", ToldRecord.objects.count)
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            ToldRecord.objects.create(connection=connection, stream="contacts", external_id="7", at=NOON)

    systems._rest(connection, News(), sleep)
    assert len(waited) == 2


def test_what_another_system_tells_ends_nobody_elses_rest(connection, monkeypatch) -> None:
    monkeypatch.setattr(news, "data_version", ToldRecord.objects.count)
    source = Source.objects.create(name="Our CRM", kind=Source.Kind.CONNECTOR, made_at=NOON)
    other = Connection.objects.create(source=source, vendor="pipedrive", made_at=NOON)
    ToldRecord.objects.create(connection=other, stream="persons", external_id="7", at=NOON)
    waited: list[float] = []
    systems._rest(connection, News(), waited.append)
    assert len(waited) == systems.PAUSES
