"""The doctor's checks name what is wrong."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty import locks
from treaty.config import home
from treaty.connectors.models import Parcel
from treaty.connectors.parcels import unpack
from treaty.connectors.sources import add_source
from treaty.engine.lake import folder
from treaty.jobs import health
from treaty.jobs.models import Beat, Job

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.parametrize(
    ("version", "has_it"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.45.0", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
    ],
)
def test_the_linked_sqlite_is_held_against_the_list_of_faulty_ones(version, has_it):
    assert health.has_wal_reset_fault(tuple(map(int, version.split(".")))) is has_it


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    monkeypatch.setattr(health, "home", lambda: tmp_path)
    return tmp_path


def says(check, *at):
    return [f"{standing}: {sentence}" for standing, sentence in check(*at)]


def test_a_given_up_job_is_a_fault_with_its_reason():
    Job.objects.create(kind="mail", run_at=NOON, made_at=NOON, ended_at=NOON, state=Job.State.PARKED, problem="no network")
    assert says(health.work)[0].endswith("(mail) was given up: no network")
    assert says(health.work)[0].startswith("fault")


def test_a_request_that_cannot_be_unpacked_is_a_fault():
    site = add_source("site", kind="browser", at=NOON)[0]
    Parcel.objects.create(source=site, received_at=NOON, events=1, rows=b"torn")
    unpack(1)
    assert says(health.work)[0].startswith("fault: 1 accepted requests cannot be unpacked")


def test_a_silent_worker_is_noted():
    assert says(health.worker, NOON) == ["note: no worker has given a sign of life in 30 seconds: events are kept, nothing is judged"]
    Beat.objects.create(name="worker", pid=12, at=NOON - timedelta(seconds=29))
    assert says(health.worker, NOON) == ["fine: the worker lives (process 12) and is 0.0 s behind"]


@pytest.mark.only_sqlite
def test_running_processes_are_named(own_home):
    with locks.take(own_home / "web.lock") as lock:
        web, worker = says(health.processes)
    assert web == f"fine: web is running (process {locks.holder(lock.path)})"
    assert worker == "note: worker is not running: `treaty serve` starts it"


def test_lake_and_database_are_compared_row_by_row(own_home):
    assert says(health.as_of, NOON)[0].startswith("note: there is no lake")
    assert says(health.compared, NOON) == ["fine: every row of the lake is what the database says"]
    assert says(health.as_of, NOON + timedelta(seconds=5)) == ["fine: the lake is 5 s behind the database"]


def test_a_lake_that_cannot_be_read_is_a_fault(own_home):
    folder(own_home).mkdir()
    (folder(own_home) / "manifest.json").write_text("[")
    assert says(health.as_of, NOON)[0].startswith("fault")
    assert home() != own_home


def test_every_check_says_something():
    assert {check.name for check in health.checks(at=NOON)} >= {"sqlite", "disk", "worker", "work", "lake"}
