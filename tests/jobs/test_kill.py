"""A worker killed in the middle of a job: the job runs again, once."""

import time

import pytest

from tests.kills import homes

pytestmark = pytest.mark.db

SETUP = """
import django; django.setup()
import sys, time
from datetime import timedelta
from pathlib import Path
from treaty.jobs import queue
from treaty.jobs.clock import now

@queue.handles("slow")
def slow(*, at, log, seconds):
    with open(log, "a") as out:
        out.write("started\\n")
    time.sleep(seconds)
    with open(log, "a") as out:
        out.write("done\\n")
"""
ENQUEUE = SETUP + "queue.enqueue('slow', {'log': sys.argv[1], 'seconds': float(sys.argv[2])}, at=now())"
WORK = (
    SETUP
    + """
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    queue.run_one(lease=timedelta(seconds=1)) or time.sleep(0.02)
"""
)
STATE = SETUP + "from treaty.jobs.models import Job; job = Job.objects.get(); print(job.state, job.attempts)"


def wait_for(log, text):
    until = time.monotonic() + 20
    while not (log.exists() and text in log.read_text()):
        assert time.monotonic() < until, f"{log} never said {text!r}"
        time.sleep(0.01)


def test_a_job_whose_worker_was_killed_runs_again_once(tmp_path):
    log = tmp_path / "log"
    with homes.fresh(tmp_path / "home") as env:
        homes.run(ENQUEUE, env, str(log), "1.5")
        first = homes.start(WORK, env, "30")
        wait_for(log, "started")
        first.kill()
        first.wait()
        assert homes.run(WORK, env, "5").returncode == 0
        assert log.read_text() == "started\nstarted\ndone\n"
        assert homes.run(STATE, env).stdout == "done 2\n"


def run_two_workers(env, log, work):
    homes.run(ENQUEUE, env, str(log), "2.5")
    workers = [homes.start(work, env, "5") for _ in range(2)]
    for worker in workers:
        _, errors = worker.communicate()
        assert worker.returncode == 0, errors
    return log.read_text().splitlines()


def test_a_job_longer_than_its_lease_is_not_taken_by_a_second_worker(tmp_path):
    """The lease is 1 s, the job takes 2.5 s: only the signs of life keep the second worker away."""
    with homes.fresh(tmp_path / "home") as env:
        assert run_two_workers(env, tmp_path / "log", WORK) == ["started", "done"]


def test_without_signs_of_life_the_same_job_is_taken_twice(tmp_path):
    """The twin of the test above with the guard off: it shows that the test can fail."""
    careless = WORK.replace("end =", "queue._keep = lambda *_: None\nend =")
    with homes.fresh(tmp_path / "home") as env:
        assert run_two_workers(env, tmp_path / "log", careless).count("started") > 1
