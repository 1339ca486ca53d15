"""The whole way of an event at its most: accepted, absorbed, judged, followed.

    .venv/bin/python scripts/bench_path.py [--rate 2000] [--seconds 180] [--burst 10000] [--burst-seconds 0]

A founded company with its real processes on loopback; 100 events a request. First so many events a second are offered
for so long; who is asked to wait (429) keeps the events, waits and sends them again, as the vendors' clients do, until every
one is taken. Then, if asked for, a burst. Told of each: how long after the end of the offer the last was taken, and until all
had been absorbed and everybody judged and handed over.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench_house import STORED, WAITING, Event, Sender, ask, house, load, used, visits

SENDERS = 4
SIZE = 100
PATIENCE = 300.0
"""Seconds until what was taken must have gone its whole way."""
TABLES = ("truth_touch", "truth_person", "truth_lead", "handoff_handoff")
UNJUDGED = "select count(*) from qualification_nextjudgement where due_at <= cast(strftime('%s') as integer) * 1000000"
BEHIND = "select (select seq from journal_head) - (select min(seq) from jobs_cursor)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=2000)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--burst", type=float, default=10_000)
    parser.add_argument("--burst-seconds", type=float, default=0)
    given = parser.parse_args()
    from tests.kills.homes import founded

    with tempfile.TemporaryDirectory(prefix="bench-path-") as folder:
        home = Path(folder) / "home"
        env, key = founded(home)
        before = used()
        with house(home, env) as address:
            time.sleep(3)  # the worker compiles the version in force
            offer(home, address, key, f"{given.rate:,.0f} a second", given.rate, given.seconds)
            if given.burst_seconds:
                offer(home, address, key, f"burst of {given.burst:,.0f} a second", given.burst, given.burst_seconds)
            quarantined = ask(home, "select count(*) from connectors_event where state = 'quarantined'")
            found = [ask(home, "select count(*) from " + table) for table in TABLES]  # noqa: S608 - our own names
        print("{:,} touches, {:,} people, {:,} leads, {:,} handoffs; {:,} events in quarantine".format(*found, quarantined))
        print(f"all processes of the house: {used() - before:.0f} s processor; {load()}")


def offer(home: Path, address: str, key: str, name: str, rate: float, seconds: float) -> None:
    begun, stored = time.monotonic(), ask(home, STORED)
    senders = [Sender(address, key) for _ in range(SENDERS)]
    sent = [0] * SENDERS

    def send(place: int) -> None:
        for number, events in enumerate(batches(f"{name[:5]}{place}")):
            due = begun + (number * SENDERS + place) * SIZE / rate
            if due >= begun + seconds:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            senders[place].send("/v1/batch", {"batch": events})
            sent[place] += len(events)

    threads = [threading.Thread(target=send, args=(place,)) for place in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken, over, end = sum(sent), time.monotonic(), begun + seconds
    while (ask(home, WAITING) or ask(home, UNJUDGED) or ask(home, BEHIND)) and time.monotonic() < over + PATIENCE:
        time.sleep(0.1)
    drained, left = time.monotonic(), ask(home, WAITING)
    lost = taken - (ask(home, STORED) - stored)
    print(f"{name} for {seconds:g} s: {taken:,} events, all taken {over - end:.1f} s after the end, {lost} lost, ", end="")
    print(f"{sum(one.put_off for one in senders)} times a sender was asked to wait")
    if left:
        print(f"  not drained within {PATIENCE:g} s: {left:,} events still wait")
    rate_done = (taken - left) / (drained - begun)
    print(
        f"  absorbed, judged and handed over {drained - end:.1f} s after the end: {rate_done:,.0f} events a second; {load()}",
        flush=True,
    )


def batches(run: str) -> Iterator[list[Event]]:
    waiting: list[Event] = []
    for events, decides in visits(run.replace(",", "").replace(" ", "")):
        waiting += [*events, decides] if decides else events
        if len(waiting) >= SIZE:
            yield waiting[:SIZE]
            waiting = waiting[SIZE:]


if __name__ == "__main__":
    main()
