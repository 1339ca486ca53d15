"""From the 200 of a signed HubSpot webhook to the first read of a page that shows the person.

    .venv/bin/python scripts/bench_webhook.py [--seconds 60] [--rate 5] [--present 1000]

A founded company with its real processes on loopback (`treaty serve`: web, worker, the process of the system), connected to a fake
HubSpot with 1,000 contacts, which are pulled first. Then contacts are made there, and every second time one is changed; each is told
by a webhook of its own, signed as the vendor signs. Whoever was told of is asked for every 50 ms over HTTP with the session of
RevOps: a person's page shows who was made by their name, who was changed by their new title. The address of a new person's
page, which nobody can know before, is read from the database. The quota of the vendor is kept to as it always is.
"""

# ruff: noqa: S101, S603 a measurement, not the product

import argparse
import http.client
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench_house import ask, house, load, used

EVERY = 0.05
PATIENCE = 30.0
SECRET = "what both sides know"  # noqa: S105 - of a fake
CONNECT = """
import django; django.setup()
import sys
from django.test import Client
from treaty.connectors.connections import connect
from treaty.connectors.hooks import replace_secret
from treaty.jobs.clock import now
from treaty.team.models import Member, Role

connection = connect("HubSpot", "hubspot", {"token": "pat-good"}, clock=now, address=sys.argv[1])
replace_secret(connection, sys.argv[2], at=now())
client = Client()
client.force_login(Member.objects.filter(role=Role.REVOPS).first(), backend="django.contrib.auth.backends.ModelBackend")
print(connection.key, client.cookies["sessionid"].value)
"""
PULLED = "select count(*) from truth_person where email like 'p%@there%.example'"
READ_ON = "select count(*) from connectors_streamplace where ended_at is null or round_at is not null"


class Vendor:
    """The fake, and how people there make and change contacts."""

    def __init__(self, present: int) -> None:
        from tests.fakes.hubspot import FakeHubSpot

        self.fake = FakeHubSpot(quotas=())
        self.present = [self.contact(f"p{number}@there{number // 10}.example", f"Nr {number}") for number in range(present)]

    def contact(self, email: str, last: str) -> str:
        return self.fake.put("contacts", email=email, firstname="Ada", lastname=last, jobtitle="Buyer", lifecyclestage="lead")

    def happen(self, number: int) -> tuple[str, str, str]:
        """(contact, e-mail, what their page shows then)"""
        with self.fake._lock:
            self.fake.at = datetime.now(UTC)
            if number % 2 == 0:
                email = f"new{number}@there{number}.example"
                return self.contact(email, f"Newcomer {number}"), email, f"Ada Newcomer {number}"
            place = number % len(self.present)
            self.fake.put("contacts", self.present[place], jobtitle=f"Buyer of lot {number}")
            return self.present[place], f"p{place}@there{place // 10}.example", f"Buyer of lot {number}"


class Looking:
    """Asks for pages until each shows its person; what each waited."""

    def __init__(self, address: str, session: str, home: Path) -> None:
        self.address, self.cookie, self.home = address, {"Cookie": f"sessionid={session}"}, home
        self.waited: list[float] = []
        self.missed: list[str] = []

    def look(self, email: str, shows: str, answered: float) -> None:
        link = http.client.HTTPConnection(self.address, timeout=30)
        with closing(sqlite3.connect(f"file:{self.home / 'treaty.db'}?mode=ro", uri=True, timeout=30)) as rows:
            while time.monotonic() < answered + PATIENCE:
                asked = time.monotonic()
                key = rows.execute("select key from truth_person where email = ?", (email,)).fetchone()
                if key and shows in self._page(link, f"/people/{key[0]}/"):
                    self.waited.append(time.monotonic() - answered)
                    return
                time.sleep(max(0.0, asked + EVERY - time.monotonic()))
        self.missed.append(email)

    def _page(self, link: http.client.HTTPConnection, path: str) -> str:
        link.request("GET", path, headers=self.cookie)
        answer = link.getresponse()
        body = answer.read().decode()
        assert answer.status == http.client.OK, (answer.status, path)
        return body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=5)
    parser.add_argument("--present", type=int, default=1_000)
    given = parser.parse_args()
    from tests.fakes.server import served
    from tests.kills.homes import founded

    vendor = Vendor(given.present)
    with tempfile.TemporaryDirectory(prefix="bench-webhook-") as folder, served(vendor.fake) as there:
        home = Path(folder) / "home"
        env = founded(home)[0] | {"TREATY_REACHABLE": "127.0.0.1"}
        told = subprocess.run([sys.executable, "-c", CONNECT, there, SECRET], env=env, capture_output=True, text=True, check=True)
        key, session = told.stdout.split()
        before = used()
        with house(home, env) as address:
            wait(home, given.present)
            looking = Looking(address, session, home)
            run(given, Hooks(address, key), vendor, looking)
        report(looking, given, used() - before)


def wait(home: Path, present: int) -> None:
    """Until all that is there was pulled and the quota of ten seconds is whole again."""
    until = time.monotonic() + 120
    while ask(home, PULLED) < present or ask(home, READ_ON):
        assert time.monotonic() < until, "the contacts were not pulled"
        time.sleep(0.5)
    time.sleep(11)


class Hooks:
    """Sends webhooks as the vendor does."""

    def __init__(self, address: str, key: str) -> None:
        self.link, self.path = http.client.HTTPConnection(address, timeout=30), f"/hooks/{key}/"
        self.uri = f"http://{address}{self.path}"

    def send(self, contact: str) -> float:
        """The moment it was answered."""
        from tests.connectors.test_signatures import hubspot

        message: dict[str, Any] = {"eventId": 1, "subscriptionType": "contact.propertyChange", "objectId": int(contact)}
        body = json.dumps([message]).encode()
        signed = hubspot(uri=self.uri, body=body, at=datetime.now(UTC), secret=SECRET)
        self.link.request("POST", self.path, body, {"Content-Type": "application/json", **signed})
        answer = self.link.getresponse()
        said = answer.read()
        assert answer.status == http.client.OK, said
        return time.monotonic()


def run(given: argparse.Namespace, hooks: Hooks, vendor: Vendor, looking: Looking) -> None:
    begun, lookers = time.monotonic(), list[threading.Thread]()
    for number in range(int(given.seconds * given.rate)):
        time.sleep(max(0.0, begun + number / given.rate - time.monotonic()))
        contact, email, shows = vendor.happen(number)
        looker = threading.Thread(target=looking.look, args=(email, shows, hooks.send(contact)))
        looker.start()
        lookers.append(looker)
    for looker in lookers:
        looker.join()


def report(looking: Looking, given: argparse.Namespace, spent: float) -> None:
    cuts = statistics.quantiles(looking.waited, n=100, method="inclusive")
    print(f"{len(looking.waited)} people told by {given.rate:g} webhooks a second, {len(looking.missed)} not seen within {PATIENCE:g} s")
    said = f"median {cuts[49] * 1e3:.0f} ms   p95 {cuts[94] * 1e3:.0f} ms   p99 {cuts[98] * 1e3:.0f} ms"
    most = f"most {max(looking.waited) * 1e3:.0f} ms"
    print(f"webhook answered to seen, over {given.present:,} people: {said}   {most}   (target: p99 1,000 ms)")
    print(f"all processes of the house: {spent:.0f} s processor; {load()}")


if __name__ == "__main__":
    main()
