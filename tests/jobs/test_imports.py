"""The queue sees that uploads are read to the end: one process at a time, again after a death, and not for ever."""

import subprocess
import sys
from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty import locks
from treaty.connectors import importing, undoing, uploads
from treaty.connectors.models import Import, ImportFile, ImportPart, Undoing
from treaty.jobs import imports, queue
from treaty.jobs.models import Job
from treaty.trail import Trail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "home", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def begun(monkeypatch):
    """Stands in for the reading process: it lives for as long as the number of seconds in `begun.lives` says."""

    class Begun(list):
        lives = 0.0

    found = Begun()

    def python(*words):
        def begin():
            found.append(words)
            return subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({found.lives})"])

        return begin

    monkeypatch.setattr("treaty.jobs.beside.python", python)
    yield found
    for kept in (imports.OF_UPLOADS, imports.OF_IMPORTS):
        for child in kept.children.values():
            child.send_signal(9)
            child.wait()
        kept.children.clear()


@pytest.fixture
def run() -> Import:
    upload = uploads.begin(by="x", at=NOON)
    return Import.objects.create(key=upload.key, source=importing.source_for("files", at=NOON), started_at=NOON)


def turn(n: int) -> Job | None:
    """The n-th turn of the worker, two seconds after the one before it."""
    queue.run_one(lambda: NOON + n * imports.AGAIN)
    return Job.objects.order_by("-id").first()


def end_child(key: str) -> None:
    (imports.OF_UPLOADS.children | imports.OF_IMPORTS.children)[key].wait(10)


def test_one_process_reads_while_the_job_comes_back_to_look(run, begun):
    begun.lives = 30
    imports.ask(run.key, imports.READ, at=NOON)
    assert [turn(n).args["tries"] for n in range(3)] == [1, 1, 1]
    assert begun == [("treaty.jobs.reading", "read", run.key)]
    Import.objects.filter(pk=run.pk).update(finished_at=NOON)
    turn(3)
    assert not Job.objects.filter(state__in=["waiting", "running"]).exists()


def test_a_process_that_died_is_followed_by_another_and_five_that_read_nothing_by_none(run, begun):
    imports.ask(run.key, imports.READ, at=NOON)
    for n in range(5):
        turn(n)
        end_child(run.key)
    turn(5)
    run.refresh_from_db()
    assert len(begun) == 5
    assert "five times" in run.problem
    assert Job.objects.get(state="parked").problem.startswith("Refused")


def test_a_process_that_read_something_before_it_died_does_not_count(run, begun):
    file = ImportFile.objects.create(run=run, name="leads.csv")
    imports.ask(run.key, imports.READ, at=NOON)
    for n in range(9):
        turn(n)
        end_child(run.key)
        ImportFile.objects.filter(pk=file.pk).update(read=200 * (n + 1))
    run.refresh_from_db()
    assert (len(begun), run.problem) == (9, "")


def test_a_process_of_another_worker_is_left_alone(run, begun):
    imports.ask(run.key, imports.READ, at=NOON)
    with locks.take(uploads.folder() / run.key / "reading.lock"):
        turn(0)
    assert begun == []
    turn(1)
    assert len(begun) == 1


def test_files_that_are_gone_end_the_import_with_the_reason(run, begun):
    uploads.discard(run.key)
    imports.ask(run.key, imports.READ, at=NOON)
    turn(0)
    run.refresh_from_db()
    assert "not there any more" in run.problem
    assert run.finished_at == NOON
    assert begun == []


def test_asking_twice_is_one_job(run):
    first, second = (imports.ask(run.key, imports.READ, at=NOON + timedelta(seconds=n)) for n in range(2))
    assert first.pk == second.pk


def test_an_import_is_taken_back_by_a_process_too_and_five_that_did_nothing_are_followed_by_none(run, begun):
    Import.objects.filter(pk=run.pk).update(finished_at=NOON)
    ImportPart.objects.create(run=run, at=NOON, trail=Trail().packed())
    undoing.begin(run, why="old", by=None, at=NOON)
    imports.ask(run.key, imports.UNDO, at=NOON)
    for n in range(5):
        turn(n)
        end_child(run.key)
    turn(5)
    assert begun == [("treaty.jobs.reading", "undo", run.key)] * 5
    assert "five times" in Undoing.objects.get().problem
    assert Job.objects.get(state="parked").problem.startswith("Refused")
    undoing.begin(run, why="old", by=None, at=NOON)
    assert not imports.is_done(run.key, imports.UNDO), "who goes on has it tried again"
    undoing.run_undoing(Undoing.objects.get(), clock=lambda: NOON)
    assert imports.is_done(run.key, imports.UNDO)
