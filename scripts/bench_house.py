"""What the benches of the whole way share: a founded company served by its real processes, and the visitors of its site."""

# ruff: noqa: S101, S603 a measurement, not the product

import base64
import http.client
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
TREATY = [sys.executable, "-c", "from treaty.cli.main import main; main()"]
Event = dict[str, Any]
PACKED = "(select coalesce(sum(events), 0) from connectors_parcel)"
WAITING = f"select {PACKED} + (select count(*) from connectors_event where state = 'waiting')"  # noqa: S608 - our own names
STORED = f"select {PACKED} + (select count(*) from connectors_event)"  # noqa: S608 - our own names
"""Events the house has accepted, those it has not unpacked yet among them."""

ONE_REP = """
import django; django.setup()
import sys
from datetime import timedelta
from django.test import Client
from treaty.jobs.clock import now
from treaty.team.models import Absence, Member

sol = Member.objects.get(email="sol.meyer@halden.example")
at = now()
Absence.objects.all().delete()
for other in Member.objects.filter(email__in=["sam.okafor@halden.example", "kim.dale@halden.example"]):
    Absence.objects.create(member=other, starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=1), at=at)
client = Client()
client.force_login(sol, backend="django.contrib.auth.backends.ModelBackend")
print(client.cookies["sessionid"].value)
"""
"""Everybody else is away, so that it is known whose queue to look at. Prints the rep's session."""


@contextmanager
def house(home: Path, env: dict[str, str]) -> Iterator[str]:
    """`treaty serve`, web and worker; ended by a signal."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen([*TREATY, "serve", "--port", str(port)], env=env, text=True, stdout=subprocess.PIPE)
    try:
        assert served.stdout is not None
        assert served.stdout.readline().startswith("ready"), home
        yield f"127.0.0.1:{port}"
    finally:
        served.send_signal(signal.SIGTERM)
        served.wait(60)


class Sender:
    """One connection with a write key."""

    def __init__(self, address: str, key: str) -> None:
        self.link = http.client.HTTPConnection(address, timeout=60)
        self.head = {"Content-Type": "application/json", "Authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"}
        self.put_off = 0

    def send(self, path: str, body: Any) -> float:
        """Until it is accepted; the moment it was."""
        said = json.dumps(body)
        while True:
            status, wait = self._ask(path, said)
            if status == http.client.OK:
                return time.monotonic()
            assert status in (0, http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE), status
            self.put_off += 1
            time.sleep(wait)

    def _ask(self, path: str, said: str) -> tuple[int, float]:
        """(status, seconds to wait); 0 for a connection that broke: sending again is safe, events are known by their ids."""
        try:
            self.link.request("POST", path, said, self.head)
            answer = self.link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.link.close()
            return 0, 0.5
        return answer.status, float(answer.headers.get("Retry-After", 1))


def visits(run: str) -> Iterator[tuple[list[Event], Event | None]]:
    """(a visitor's events, the one that qualifies them or None), without end.

    Of ten visitors with five events each, one leaves an address and asks for a demonstration, and of every second ten one
    more leaves an address: 2 of 100 events qualify, 15 of 100 visitors are known.
    """
    number = 0
    while True:
        number += 1
        who = f"{run}-{number}"
        if number % 10 == 0:
            yield known(who, number), asks(who)
        elif number % 20 == 5:
            yield [*known(who, number), page(who, 9, "/pricing")], None
        else:
            yield [page(who, n, path) for n, path in enumerate(("/", "/product", "/library", "/pricing", "/about"))], None


def known(who: str, number: int) -> list[Event]:
    email = f"{who}@firm{number % 997}.example"
    firm = {"name": f"Firm {number % 997}", "domain": f"firm{number % 997}.example", "industry": "manufacturing", "employees": 240}
    traits = {"email": email, "name": f"Visitor {who}", "title": "Head of maintenance", "country": "DE", "company": firm}
    return [
        page(who, 1, "/"),
        page(who, 2, "/library"),
        {"type": "identify", "messageId": f"{who}-3", "anonymousId": who, "userId": email, "traits": traits},
        track(who, 4, "content_download", {"content": "downtime-guide", "path": "/library/downtime-guide"}),
    ]


def page(who: str, n: int, path: str) -> Event:
    place = {"path": path, "url": f"https://www.halden.example{path}", "title": f"Halden {path}"}
    return {"type": "page", "messageId": f"{who}-{n}", "anonymousId": who, "properties": place, "context": CONTEXT}


def asks(who: str) -> Event:
    return track(who, 5, "demo_request", {"path": "/demo", "form": "demo", "message": "Can we see it on a press line?"})


def track(who: str, n: int, event: str, properties: dict[str, str]) -> Event:
    return {"type": "track", "messageId": f"{who}-{n}", "anonymousId": who, "event": event, "properties": properties, "context": CONTEXT}


CONTEXT = {
    "campaign": {"name": "autumn-sensors", "source": "linkedin", "medium": "paid-social"},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    "locale": "en-GB",
}


def ask(home: Path, question: str) -> Any:
    """One value of the database."""
    with closing(sqlite3.connect(f"file:{home / 'treaty.db'}?mode=ro", uri=True, timeout=30)) as link:
        return link.execute(question).fetchone()[0]


def used() -> float:
    """Seconds of processor that all processes which have ended used."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def load() -> str:
    return "load " + " ".join(f"{one:.1f}" for one in os.getloadavg()) + f" on {os.cpu_count()} cores"
