"""A trial: Treaty serves under load while its processes are killed at random; a checker compares log and database."""

import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.conftest import ROOT
from tests.kills.watch import Watch, is_ending
from treaty import locks

PATIENCE = 180.0
DRAINED = ("requests still packed", "events still waiting", "journal entries not followed", "judgements overdue")
VICTIMS = ("web", "web's parent", "worker", "worker's parent", "both", "supervisor")


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Trial:
    """One data folder, one `treaty serve` at a time, one load, and what was seen."""

    def __init__(self, home, env, key, *, seed, port=None):
        self.home, self.key, self.rng, self.seed = Path(home), key, random.Random(seed), seed
        self.port = port or free_port()
        self.env = {**env, "PYTHONPATH": os.pathsep.join([env.get("PYTHONPATH", ""), str(ROOT)]).strip(os.pathsep)}
        self.database, self.log, self.said = self.home / "treaty.db", self.home / "clients.log", self.home / "serve.log"
        self.house: subprocess.Popen[bytes] | None = None
        self.load: subprocess.Popen[bytes] | None = None
        self.kills, self.ready_after, self.watch = {}, {}, Watch(self.database)

    # Starting and ending

    def start(self, gone=None):
        """Start `treaty serve` and wait until it is ready; the seconds it took. gone: processes of the house before."""
        began = time.monotonic()
        command = [sys.executable, "-c", "from treaty.cli.main import main; main()", "serve", "--port", str(self.port), "--json"]
        with self.said.open("a") as out:
            self.house = subprocess.Popen(command, env=self.env, stdout=out, stderr=out)
        self.wait_ready(gone or {})
        return time.monotonic() - began

    def begin_load(self, seconds, rate):
        words = [f"http://127.0.0.1:{self.port}/", self.key, str(self.log), str(seconds), str(self.seed), str(rate)]
        self.load = subprocess.Popen([sys.executable, "-m", "tests.kills.load", *words], env=self.env, cwd=ROOT)

    def clean_up(self):
        """End whatever is still there, however the trial went."""
        if self.watch.is_alive():
            self.watch.stop()
        for process in (self.load, self.house):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def end(self):
        self.house.send_signal(signal.SIGTERM)
        assert self.house.wait(30) == 0, self.said.read_text()[-3000:]

    # Killing

    def victims(self):
        """Everything that can be killed now: name → process."""
        web, worker = (self.writer(role) for role in ("web", "worker"))
        parents = {"web's parent": parent_of(web), "worker's parent": parent_of(worker)}
        found = {"web": web, "worker": worker, **parents, "supervisor": self.house.pid}
        never = (0, 1, os.getpid())
        return {name: pid for name, pid in found.items() if pid not in never and not is_ending(pid)}

    def writer(self, role):
        """The process that holds the role's lock; 0 while only the house has had it in its hands."""
        pid = locks.holder(self.home / f"{role}.lock")
        return 0 if pid == self.house.pid else pid

    def kill(self, name):
        """kill -9 one of them, or web and worker at once; then wait until everything is back."""
        before = self.victims()
        names = ["web", "worker"] if name == "both" else [name]
        if any(one not in before for one in names):
            return False
        for one in names:
            os.kill(before[one], signal.SIGKILL)
        self.kills[name] = self.kills.get(name, 0) + 1
        if name == "supervisor":
            self.house.wait()
            seconds = self.start({role: before.get(role) for role in ("web", "worker")})
        else:
            gone = ["web", "worker"] if name == "both" else [name.removesuffix("'s parent")]
            seconds = self.wait_ready({lock: before[lock] for lock in gone})
        self.ready_after.setdefault(name, []).append(seconds)
        return True

    def wait_ready(self, gone):
        """Until the page answers and both locks are held by living processes other than those gone; the seconds it took."""
        began = time.monotonic()
        while not (self.is_back("web", gone) and self.is_back("worker", gone) and self.answers()):
            assert time.monotonic() - began < PATIENCE, f"not ready again: {self.state(gone)}; {self.said.read_text()[-3000:]}"
            time.sleep(0.1)
        return time.monotonic() - began

    def is_back(self, role, gone):
        path = self.home / f"{role}.lock"
        pid = locks.holder(path)
        if pid in (0, 1, self.house.pid) or pid == gone.get(role) or is_ending(pid) or not locks.is_held(path):
            return False
        return role == "web" or self.beats(pid)

    def state(self, gone):
        """What is there and what is not, for the message of a failed trial."""
        roles = {role: (locks.holder(self.home / f"{role}.lock"), self.is_back(role, gone)) for role in ("web", "worker")}
        return {"gone": gone, "answers": self.answers(), "house": self.house.poll(), **roles}

    def beats(self, pid):
        """Has this worker said that it lives?"""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as link:
            return bool(link.execute("select 1 from jobs_beat where pid = ?", [pid]).fetchone())

    def answers(self):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as link:
                link.request("GET", "/sign-in/")
                return link.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False

    # The whole

    def run(self, kills, *, rate=30, names=VICTIMS):
        """Start, load, kill so many times, let it drain, end. Every kind of victim has its turn."""
        self.watch.start()
        self.start()
        self.begin_load(10_000, rate)
        order = [names[number % len(names)] for number in range(kills)]
        self.rng.shuffle(order)
        for name in order:
            time.sleep(self.rng.uniform(0.2, 1.5))
            while not self.kill(name):
                time.sleep(0.05)
        return self.finish()

    def run_point(self, point, times, *, role, passages, rate=60):
        """Start with a crash point armed, let the process of that role die there so many times, disarm, drain, end."""
        self.watch.start()
        armed, calm = {**self.env, "TREATY_CRASH_AT": f"{point}:{passages}"}, self.env
        self.env = armed
        self.start()
        self.env = calm
        self.begin_load(10_000, rate)
        until = time.monotonic() + 60 * times
        while len(self.watch.seen[role]) <= times:
            assert time.monotonic() < until, f"{point}: only {len(self.watch.seen[role])} deaths; {self.said.read_text()[-1000:]}"
            time.sleep(0.2)
        self.kills[point] = len(self.watch.seen[role]) - 1
        self.house.send_signal(signal.SIGTERM)
        self.house.wait(30)
        self.start()
        return self.finish()

    def finish(self):
        self.load.send_signal(signal.SIGTERM)
        self.load.wait()
        self.drain()
        self.watch.stop()
        self.end()
        return self.report()

    def drain(self):
        """Until nothing waits any more."""
        until = time.monotonic() + PATIENCE
        while any(self.check()["wrong"][name] for name in DRAINED):
            assert time.monotonic() < until, self.check()
            time.sleep(0.5)

    def check(self):
        command = [sys.executable, "-m", "tests.kills.checker", str(self.database), str(self.log)]
        return json.loads(subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=True).stdout)

    def doctor(self):
        """Lake and database, row by row: the faults found."""
        command = [sys.executable, "-c", "from treaty.cli.main import main; main()", "doctor", "--deep", "--json"]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)
        return [check["says"] for check in json.loads(done.stdout) if check["standing"] == "fault"]

    def report(self):
        return {
            "kills": self.kills,
            "ready again, slowest": {name: round(max(seconds), 2) for name, seconds in self.ready_after.items()},
            "two writers at once": sorted(self.watch.overlaps),
            "writers one after another": {role: len(pids) for role, pids in self.watch.seen.items()},
            "looks at the writers": self.watch.samples,
            "faults the doctor finds": self.doctor(),
            **self.check(),
        }


def parent_of(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def is_clean(report):
    return not (any(report["wrong"].values()) or report["two writers at once"] or report["faults the doctor finds"])
