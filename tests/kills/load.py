"""Load: posts batches and writes down what was sent and what was acknowledged. `python -m tests.kills.load URL KEY LOG SECONDS SEED RATE`.

It is never killed. What the server did not answer is sent again with the same ids, as the official clients do; now and
then also what it did answer.
"""

import http.client
import json
import random
import sys
import threading
import time
from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from treaty.demo.company import Company

THREADS = 3


class Sender:
    """One client: a connection, its batches, its lines in the log."""

    def __init__(self, url, key, log, until, events, rng, pause):
        self.host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
        self.port, self.log, self.until, self.events, self.rng, self.pause = int(port), log, until, events, rng, pause
        self.headers = {"Content-Type": "application/json", "Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"}
        self.link = None

    def run(self):
        while time.monotonic() < self.until:
            batch = list(islice(self.events, self.rng.randint(1, 10)))
            self.write("sent", batch)
            self.deliver(batch)
            if self.rng.random() < 0.1:
                self.deliver(batch)
            time.sleep(self.pause)

    def deliver(self, batch):
        """Until it is acknowledged, or 30 seconds after the end: then nobody knows."""
        while time.monotonic() < self.until + 30:
            status = self.post(batch)
            if status == 200:
                self.write("acked", batch)
                return
            if status not in (None, 429, 503):
                self.write(f"refused {status}", batch)
                return
            time.sleep(0.05 if status is None else 0.5)

    def post(self, batch):
        try:
            if self.link is None:
                self.link = http.client.HTTPConnection(self.host, self.port, timeout=30)
            self.link.request("POST", "/v1/batch", json.dumps({"batch": batch}), self.headers)
            answer = self.link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.link = None
            return None
        return answer.status

    def write(self, what, batch):
        self.log.write(json.dumps({"what": what, "ids": [event["messageId"] for event in batch], "at": time.time()}) + "\n")
        self.log.flush()


def visitors(seed, thread):
    """What visitors of a small company do, one of four asks for sales; ids are unique to this run and thread."""
    start_on = date(2026, 1, 1)
    company = Company(seed % 500, leads=60, start_on=start_on, days=14)
    after = datetime.now(UTC) + timedelta(days=seed % 500 * 10 + thread)
    for _, event in company.trickle(after, seed=seed % 500 * 100 + thread):
        yield event


def main(url, key, log, seconds, seed, rate):
    until = time.monotonic() + float(seconds)
    with Path(log).open("a") as out:
        senders = [
            Sender(url, key, out, until, visitors(int(seed), n), random.Random(f"{seed} {n}"), THREADS / float(rate))
            for n in range(THREADS)
        ]
        threads = [threading.Thread(target=sender.run) for sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
