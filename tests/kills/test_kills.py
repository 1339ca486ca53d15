"""Processes are killed under load: nothing acknowledged is lost, nothing is doubled, nobody writes beside another."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.conftest import ROOT
from tests.kills import homes
from tests.kills.checker import check
from tests.kills.trial import VICTIMS, Trial, is_clean
from tests.kills.watch import Watch, is_ending
from treaty import locks

pytestmark = pytest.mark.needs_system("linux")
TREATY = [sys.executable, "-c", "from treaty.cli.main import main; main()"]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Ten kills under load, once for this file."""
    home = tmp_path_factory.mktemp("kills") / "home"
    env, key = homes.founded(home)
    with_kills = Trial(home, env, key, seed=1)
    try:
        with_kills.result = with_kills.run(10)
        yield with_kills
    finally:
        with_kills.clean_up()


def test_ten_kills_lose_nothing_and_double_nothing(trial):
    report = trial.result
    assert sum(report["kills"].values()) == 10
    assert set(report["kills"]) == set(VICTIMS)
    assert report["seen"]["acknowledged"] > 100
    assert report["seen"]["open leads"] > 10
    assert report["seen"]["handoffs"] > 3
    assert report["writers one after another"]["web"] > 3
    assert is_clean(report), report


LAST_LEAD = "where id = (select max(id) from truth_lead)"
LAST_TURN = "where id = (select max(id) from truth_assignment)"
TAMPERING = {
    "acknowledged and lost": "delete from connectors_event where id = 1",
    "open leads without exactly one owner": f"update truth_assignment set ends_at = starts_at {LAST_TURN}",
    "open leads whose owner is not the ledger's": f"update truth_lead set owner_id = owner_id + 1 {LAST_LEAD}",
    "requests still packed": "insert into connectors_parcel select 1, source_id, 0, 1, 'x', '' from connectors_event where id = 1",
    "events still waiting": "update connectors_event set state = 'waiting' where id = 1",
    "events absorbed twice or never": "update connectors_event set state = 'quarantined' where id = 1",
    "touches missing or too many": "delete from truth_touch where id = (select max(id) from truth_touch)",
    "handoffs without a clock": "delete from sla_slaclock where handoff_id = (select max(handoff_id) from sla_slaclock)",
    "links of the journal broken": "delete from journal_entry where seq = 5",
    "judgements overdue": "insert into qualification_nextjudgement (person_id, due_at) select max(id), 0 from truth_person",
}


@pytest.mark.parametrize("fault", TAMPERING)
def test_the_checker_sees_what_it_looks_for(trial, tmp_path, fault):
    """The twin with the damage done: each sentence of the checker can fail."""
    spoilt = tmp_path / "spoilt.db"
    shutil.copy(trial.database, spoilt)
    link = sqlite3.connect(spoilt)
    link.execute("delete from qualification_nextjudgement")
    link.execute(TAMPERING[fault])
    link.commit()
    link.close()
    assert check(spoilt, [trial.log])["wrong"][fault] == 1


def test_a_server_that_acknowledges_before_the_commit_is_found_out(tmp_path):
    """The twin with the guard off: the same load and kills of the same server, only that it answers too early."""
    env, key = homes.founded(tmp_path / "home")
    careless = Trial(tmp_path / "home", {**env, "PYTHONPATH": str(ROOT / "tests/kills/careless")}, key, seed=2)
    try:
        report = careless.run(4, names=("web",))
    finally:
        careless.clean_up()
    assert report["wrong"]["acknowledged and lost"] > 0
    assert not is_clean(report)


UNLOCKED = """
from treaty import locks
locks.Lock.release = lambda lock: None
locks.take = lambda path, wait=0: locks.Lock(path, None)
from treaty.jobs import __main__ as jobs
jobs.main("worker")
"""


def test_two_workers_without_a_lock_are_seen(tmp_path):
    """The twin of the watch with the guard off."""
    env, _ = homes.founded(tmp_path / "home")
    watch = Watch(tmp_path / "home" / "treaty.db")
    watch.start()
    workers = [subprocess.Popen([sys.executable, "-c", UNLOCKED, "treaty.jobs", "worker"], env=env) for _ in range(2)]
    until = time.monotonic() + 60
    while not watch.overlaps and time.monotonic() < until:
        time.sleep(0.1)
    for worker in workers:
        worker.terminate()
    assert [worker.wait(20) for worker in workers] == [0, 0]
    watch.stop()
    assert {role for role, *_ in watch.overlaps} == {"worker"}


def run_treaty(env, *words):
    return subprocess.run([*TREATY, *words], env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_that_is_taken_is_refused_by_its_number(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = run_treaty(homes.environment(tmp_path / "home"), "serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"port {port} on 127.0.0.1 cannot be used")


def test_one_signal_ends_all_and_a_second_start_names_the_first(tmp_path):
    home = tmp_path / "home"
    env, key = homes.founded(home)
    house = Trial(home, env, key, seed=3)
    house.watch.start()
    try:
        house.start()
        again = run_treaty(env, "serve", "--port", "1")
        assert (again.returncode, again.stderr.count("\n")) == (1, 1)
        assert f"(process {house.house.pid})" in again.stderr
        second = run_treaty(env, "work")
        assert second.returncode == 1
        assert f"(process {locks.holder(home / 'worker.lock')})" in second.stderr
        children = set(house.victims().values())
        os.kill(house.house.pid, signal.SIGINT)
        assert house.house.wait(20) == 0
        assert [pid for pid in children if not is_ending(pid)] == []
    finally:
        house.clean_up()
