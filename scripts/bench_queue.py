"""From the 200 of /v1/track to the first read of the owner's queue that shows the lead.

    .venv/bin/python scripts/bench_queue.py [--seconds 120] [--rate 100]

A founded company with its real processes on loopback. Visitors send 100 events a second, 2 of 100 qualify somebody; for
each of those the rep's queue is asked over HTTP every 50 ms with their session, searched for that person (the page shows
fifty leads, and newer ones stand behind older ones), until it shows them.
"""

# ruff: noqa: S101, S603 a measurement, not the product

import argparse
import http.client
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

from bench_house import ONE_REP, STORED, Event, Sender, ask, house, load, used, visits

EVERY = 0.05
SENDERS = 3
PATIENCE = 30.0


class Looking:
    """Asks the queue for people until each is there; what each waited."""

    def __init__(self, address: str, session: str) -> None:
        self.address, self.cookie = address, {"Cookie": f"sessionid={session}"}
        self.waited: list[float] = []
        self.missed: list[str] = []

    def look(self, who: str, answered: float) -> None:
        link = http.client.HTTPConnection(self.address, timeout=30)
        while time.monotonic() < answered + PATIENCE:
            asked = time.monotonic()
            link.request("GET", f"/queue/?q={quote(who)}@", headers=self.cookie)
            answer = link.getresponse()
            body = answer.read().decode()
            assert answer.status == http.client.OK, answer.status
            if f"Visitor {who}" in body:
                self.waited.append(time.monotonic() - answered)
                return
            time.sleep(max(0.0, asked + EVERY - time.monotonic()))
        self.missed.append(who)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rate", type=float, default=100)
    given = parser.parse_args()
    from tests.kills.homes import founded

    with tempfile.TemporaryDirectory(prefix="bench-queue-") as folder:
        home = Path(folder) / "home"
        env, key = founded(home)
        session = subprocess.run([sys.executable, "-c", ONE_REP], env=env, capture_output=True, text=True, check=True).stdout.strip()
        before = used()
        with house(home, env) as address:
            looking = Looking(address, session)
            time.sleep(3)  # the worker compiles the version in force
            sent, took = run(given, address, key, looking)
            stored = ask(home, STORED)
        report(looking, sent, took, stored, used() - before)


def run(given: argparse.Namespace, address: str, key: str, looking: Looking) -> tuple[int, float]:
    """(events sent, seconds)"""
    begun, sent, lookers = time.monotonic(), [0] * SENDERS, list[threading.Thread]()

    def send(place: int) -> None:
        sender = Sender(address, key)
        for number, (events, decides) in enumerate(visits(f"q{place}")):
            due = begun + (number * SENDERS + place) * 5 / given.rate
            if due > begun + given.seconds:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            sender.send("/v1/batch", {"batch": events})
            sent[place] += len(events) + (decides is not None)
            if decides is not None:
                lookers.append(follow(sender, decides))

    def follow(sender: Sender, decides: Event) -> threading.Thread:
        answered = sender.send("/v1/track", decides)
        looker = threading.Thread(target=looking.look, args=(decides["anonymousId"], answered))
        looker.start()
        return looker

    senders = [threading.Thread(target=send, args=(place,)) for place in range(SENDERS)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    took = time.monotonic() - begun
    for thread in lookers:
        thread.join()
    return sum(sent), took


def report(looking: Looking, sent: int, took: float, stored: int, spent: float) -> None:
    cuts = statistics.quantiles(looking.waited, n=100, method="inclusive")
    print(f"{sent:,} events in {took:.0f} s, {sent / took:.0f} a second; {stored - sent:+} in the database against those sent")
    print(f"{len(looking.waited)} people qualified and were seen in the queue, {len(looking.missed)} were not within {PATIENCE:g} s")
    said = f"median {cuts[49] * 1e3:.0f} ms   p95 {cuts[94] * 1e3:.0f} ms   p99 {cuts[98] * 1e3:.0f} ms"
    print(f"track answered to seen: {said}   most {max(looking.waited) * 1e3:.0f} ms   (target: p99 1,000 ms)")
    print(f"all processes of the house: {spent:.0f} s processor; {load()}")


if __name__ == "__main__":
    main()
