"""What one event costs the worker: absorbed, judged, handed over, without a web process beside it.

    .venv/bin/python scripts/bench_worker.py [--events 10000] [--reps 3]

The events of `bench_path.py`, stored in the inbox before the worker begins. Told: processor seconds of each thing the
worker does, and events a second of one core. The first of them prepares the version in force and is not counted.
"""

import argparse
import os
import tempfile
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from bench_house import load
from bench_path import batches

Spent = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--reps", type=int, default=3)
    given = parser.parse_args()
    from tests.kills.homes import founded

    with tempfile.TemporaryDirectory(prefix="bench-worker-") as folder:
        env, key = founded(Path(folder) / "home")
        os.environ.update(env)
        import django

        django.setup()
        run(key, "warm", 500)
        for rep in range(given.reps):
            spent = run(key, f"r{rep}", given.events)
            parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sorted(spent.items()) if seconds >= 0.005)
            total = sum(spent.values())
            print(f"{given.events:,} events: {total:.2f} s processor, {given.events / total:,.0f} a second and core ({parts}); {load()}")
        said()


def run(key: str, name: str, count: int) -> Spent:
    """Processor seconds by what the worker did, until nothing was left to do."""
    from treaty.connectors.inbox import the_inbox
    from treaty.connectors.lookup import KEYRING
    from treaty.connectors.tracking.parse import read
    from treaty.connectors.tracking.strict import encode
    from treaty.jobs.schedule import Recurring, Schedule
    from treaty.jobs.worker import Worker

    now = datetime.now(UTC)
    source = KEYRING.find(key, at=now)
    assert source is not None, "the home has no such key"  # noqa: S101 - a measurement, not the product
    for events, _ in zip(batches(name), range(count // 100), strict=False):
        the_inbox().put(source.id, read(encode({"batch": events}), "batch", now).rows)
    the_inbox().stop()
    spent: Spent = defaultdict(float)

    class Timed(Schedule):
        def run(self, thing: Recurring, *, at: datetime) -> int:
            begun = time.process_time()
            done = super().run(thing, at=at)
            spent[thing.name] += time.process_time() - begun
            return done

    worker = Worker(threading.Event(), Timed())
    quiet = 0
    while quiet < 5:
        quiet = 0 if worker.turn() else quiet + 1
        time.sleep(0.05)
    return spent


def said() -> None:
    from treaty.connectors.models import Event, Parcel
    from treaty.handoff.models import Handoff
    from treaty.sla.models import SlaClock

    waiting = Event.objects.filter(state="waiting").count() + Parcel.objects.count()
    print(f"{Event.objects.count():,} events, {waiting} waiting; {Handoff.objects.count():,} handoffs, {SlaClock.objects.count():,} clocks")


if __name__ == "__main__":
    main()
