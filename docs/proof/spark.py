"""Every measure, asked of DuckDB here and of a Spark cluster there. Called by spark.sh.

The cluster: a master and two workers, each a process, on loopback. While a question in the middle is being answered one worker is
killed with SIGKILL, by its id; its executor ends with it, and the other carries on. The lake is a random one, in many small files,
with nulls, ties in time, merges, several currencies. Exit 1 if an answer differs or the cluster did not lose what it should.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
sys.path.insert(0, str(Path(__file__).parents[2]))
OPTIONS = "spark.executor.memory=1g&spark.sql.shuffle.partitions=2&spark.driver.host=127.0.0.1&spark.driver.bindAddress=127.0.0.1"
INTO_IT = 0.3
"""Seconds after a question has begun."""
PATIENCE = 60


def main() -> int:
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whoever ends this ends the cluster

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="treaty-spark-") as folder:
        os.environ["TREATY_HOME"] = f"{folder}/home"
        import django

        django.setup()
        with cluster(Path(folder), say) as (address, workers):
            return compare(Path(folder) / "lake", address, workers, say)


@contextmanager
def cluster(folder: Path, say: Callable[[str], None]) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of the master, and the workers; all have ended afterwards."""
    port, running = free_port(), []
    address = f"spark://127.0.0.1:{port}"
    try:
        running.append(started("master.Master", folder, "--port", str(port), "--webui-port", str(free_port())))
        reachable(port)
        for number in (1, 2):
            options = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work{number}"), "--webui-port", str(free_port()))
            running.append(started("worker.Worker", folder, *options, address))
        say(f"master {running[0].pid} at {address}; workers {running[1].pid} and {running[2].pid}")
        yield address, running[1:]
    finally:
        for process in running:
            process.kill()
            process.wait(30)
        say("master and workers have ended")


def started(what: str, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    env = {**os.environ, "SPARK_HOME": str(home), "SPARK_DAEMON_MEMORY": "512m"}
    with (folder / f"{what}-{time.monotonic_ns()}.log").open("wb") as log:
        command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{what}", "--host", "127.0.0.1", *options]
        return subprocess.Popen(command, env=env, stdout=log, stderr=log)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def reachable(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the master never listened")


def compare(place: Path, address: str, workers: list[subprocess.Popen[bytes]], say: Callable[[str], None]) -> int:
    from tests.engine import random_lake, registry
    from tests.engine.alike import difference
    from treaty.engine.lake import opened

    manifest = random_lake.written(place, seed=11, scale=int(sys.argv[1]))
    rows = sum(table.rows for table in manifest.tables.values())
    say(f"a lake of {rows:,} rows in {len(manifest.names)} files and {len(manifest.tables)} tables")
    here = opened(manifest, place, "duckdb")
    there = opened(manifest, place, f"{address}?{OPTIONS}")
    executors = Executors(there.engine)
    before = executors.settled(2)
    say(f"executors: {before}")
    every, failed = registry.every(), []
    for place_, (name, build) in enumerate(every):
        expected = here.fetch(build(here))
        if place_ == len(every) // 2:
            killed_in_the_middle(workers[0], say)
        answer = there.fetch(build(there), seconds=300)
        said = difference(expected, answer, build(here).as_table().schema().to_pyarrow())
        failed += [name] if said else []
        print(f"{'DIFFERS' if said else 'equal  '}  {expected.num_rows:6} rows  {name}  {said}", flush=True)
    after = executors.settled(1)
    there.engine.stop()  # type: ignore[attr-defined]  # Spark's own
    say(f"executors: {before} at the beginning, {after} in the end; worker {workers[0].pid} ended with {workers[0].wait(30)}")
    say(f"{len(every)} measures, {len(every) - len(failed)} equal on both engines")
    return 1 if failed or (before, after) != (2, 1) else 0


def killed_in_the_middle(worker: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
    def kill() -> None:
        os.kill(worker.pid, signal.SIGKILL)
        say(f"killed worker {worker.pid} while the next question is being answered")

    threading.Timer(INTO_IT, kill).start()


class Executors:
    """How many the session has; the driver counts as one of those Spark lists."""

    def __init__(self, engine: object) -> None:
        self._context = engine._session.sparkContext._jsc.sc()  # type: ignore[attr-defined]

    def settled(self, wanted: int) -> int:
        """As many as there are once there are so many, or after a minute."""
        until = time.monotonic() + PATIENCE
        while self.count != wanted and time.monotonic() < until:
            time.sleep(0.2)
        return self.count

    @property
    def count(self) -> int:
        return int(self._context.getExecutorMemoryStatus().size()) - 1


if __name__ == "__main__":
    sys.exit(main())
