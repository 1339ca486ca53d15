"""One company's leads sent through the doors as they stand open: the tracking API, webhooks, files and a poll, many at once."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock
from time import sleep

from django.db import OperationalError, connection
from django.test import Client

from tests.conftest import NOON
from tests.connectors.portal import HubSpotPortal
from tests.connectors.pulls import connected
from tests.connectors.test_signatures import hubspot
from tests.fakes.server import Transport
from treaty.connectors import importing
from treaty.connectors.absorbing import absorb_waiting
from treaty.connectors.files.exports import open_exports
from treaty.connectors.files.mapping import Mapping
from treaty.connectors.hooks import replace_secret
from treaty.connectors.lookup import KEYRING
from treaty.connectors.models import StreamPlace, ToldRecord
from treaty.connectors.pulling import pull, read_told
from treaty.connectors.sources import add_source
from treaty.outward import Outward

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FIRMS, AT_ONCE, IN_A_FILE = 97, 25, 250
SECRET = "what both sides know"


def clock():
    return NOON


def tried(act: Callable[[], bool]) -> None:
    """As every sender does: a door that is busy is asked again."""
    while True:
        try:
            if act():
                return
        except OperationalError:
            pass
        sleep(0.005)


class Company:
    """What happened, the same in every world: n people of 97 firms, whom we know from four doors."""

    def __init__(self, leads: int) -> None:
        self.leads = leads
        self.portal = HubSpotPortal(quotas=())
        fake = self.portal.fake
        fake.at = NOON - 30 * DAY
        firms = [self.portal.firm(f"Firm {k}", f"firm{k}.example") for k in range(min(FIRMS, leads))]
        self.contacts = []
        for n in range(leads):
            contact = self.portal.person(self.email(n), f"Person {n}", firms[n % FIRMS])
            self.portal.call(contact)
            fake.at = NOON - DAY + n * SECOND / 100
            self.portal.end(self.portal.deal(f"Deal {n}", firms[n % FIRMS], contact), "won")
            fake.at = NOON - 30 * DAY
            self.contacts.append(contact)
        fake.at = NOON

    def email(self, n: int) -> str:
        return f"p{n}@firm{n % FIRMS}.example"

    def calls(self, n: int) -> Iterator[dict[str, object]]:
        """What the site's client says of one lead: a visit, who they are, what they ask for."""
        on = NOON - (20 - n % 10) * DAY + n * SECOND
        who = {"anonymousId": f"v{n}"}
        context = {"campaign": {"source": "google", "medium": "cpc", "name": "guide"}, "page": {"path": "/pricing"}}
        yield {"type": "page", "messageId": f"s{n}", "timestamp": on.isoformat(), "context": context, **who}
        yield {"type": "identify", "messageId": f"i{n}", "timestamp": (on + DAY).isoformat(), "traits": {"email": self.email(n)}, **who}
        asked = {"type": "track", "event": "demo_request", "messageId": f"d{n}", "timestamp": (on + 2 * DAY).isoformat()}
        yield {**asked, "properties": {"email": self.email(n)}, **who}

    def line(self, n: int) -> str:
        """The lead in a list from a fair."""
        met = NOON - 25 * DAY + n * SECOND
        return f"r{n},{self.email(n)},Director {n % 7},Firm {n % FIRMS},firm{n % FIRMS}.example,fair,{met:%Y-%m-%dT%H:%M:%SZ}\n"


HEAD = "lead_id,email,title,company,website,source,first_contact\n"


class Doors:
    """Open in this database. sent: requests, notices, files and polls that went through, for the record."""

    def __init__(self, company: Company, folder: Path) -> None:
        KEYRING.forget()
        self.company, self.folder = company, folder
        _, key = add_source("site", kind="server", at=NOON)
        self._key = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
        self._connection = connected(company.portal)
        replace_secret(self._connection, SECRET, at=NOON)
        self._list = importing.source_for("fair", at=NOON)
        self._outward = Outward(Transport(company.portal.fake))
        self._lock, self.sent = Lock(), {"requests": 0, "notices": 0, "files": 0, "polls": 0}

    def _count(self, what: str) -> None:
        with self._lock:
            self.sent[what] += 1

    def track(self, calls: list[dict[str, object]]) -> None:
        answer = lambda: Client().post(  # noqa: E731
            "/v1/batch", json.dumps({"batch": calls}), content_type="application/json", headers=self._key
        )
        tried(lambda: answer().status_code == 200)
        self._count("requests")

    def hook(self, contacts: list[str]) -> None:
        body = json.dumps([{"eventId": 1, "subscriptionType": "contact.propertyChange", "objectId": int(one)} for one in contacts]).encode()
        address = f"/hooks/{self._connection.key}/"
        headers = hubspot(uri=f"http://testserver{address}", body=body, at=NOON, secret=SECRET)
        tried(lambda: Client().post(address, body, content_type="application/json", headers=headers).status_code == 200)
        self._count("notices")

    def file(self, name: str, people: list[int]) -> None:
        """A list is imported; an import that ended early goes on."""
        path = self.folder / f"{name}.csv"
        path.write_text(HEAD + "".join(map(self.company.line, people)), "utf-8")
        exports, made = open_exports([path], Mapping.model_validate({})), []

        def act() -> bool:
            if not made:
                made.append(importing.begin(exports, source=self._list, at=NOON))
            importing.run_import(made[0], exports, clock=clock)
            return True

        tried(act)
        self._count("files")

    def poll(self) -> None:
        """All of it, from the first record on."""

        def act() -> bool:
            self._connection.refresh_from_db()
            return not pull(self._connection, clock=clock, outward=self._outward).problems

        tried(lambda: StreamPlace.objects.filter(connection=self._connection).delete() is not None)
        tried(act)
        self._count("polls")

    def read_told(self) -> bool:
        self._connection.refresh_from_db()
        return read_told(self._connection, clock=clock, outward=self._outward) > 0


def send(doors: Doors, *, times: int, at_once: int, seed: int) -> None:
    """Everything so many times, shuffled; so many at once, with the worker and the process of the system among them."""
    chance, leads = random.Random(seed), range(doors.company.leads)
    parcels: list[Callable[[], None]] = []
    for time in range(times):
        calls = [call for n in leads for call in doors.company.calls(n)]
        contacts, people = list(doors.company.contacts), list(leads)
        for some in (calls, contacts, people):
            chance.shuffle(some)
        parcels += [lambda some=some: doors.track(some) for some in _parts(calls, AT_ONCE)]
        parcels += [lambda some=some: doors.hook(some) for some in _parts(contacts, 100)]
        parcels += [
            lambda name=f"{seed}-{time}-{part}", some=some: doors.file(name, some) for part, some in enumerate(_parts(people, IN_A_FILE))
        ]
    chance.shuffle(parcels)
    senders, is_over = max(1, at_once - 2), Event()
    with ThreadPoolExecutor(senders + 2) as pool:
        shares = [pool.submit(_each, parcels[number::senders]) for number in range(senders)]
        others = [pool.submit(_worker, is_over), pool.submit(_system, doors, times, is_over)]
        try:
            for share in shares:
                share.result()
        finally:
            is_over.set()
        for other in others:
            other.result()


def _parts(some: list, size: int) -> list[list]:
    return [some[start : start + size] for start in range(0, len(some), size)]


def _each(parcels: list[Callable[[], None]]) -> None:
    try:
        for parcel in parcels:
            parcel()
    finally:
        connection.close()


def _worker(is_over: Event) -> None:
    """Absorbs what waits, until nothing does and nothing comes any more."""
    try:
        while True:
            was_over = is_over.is_set()
            try:
                taken = absorb_waiting(200, at=NOON)
            except OperationalError:
                taken = 1
            if not taken:
                if was_over:
                    return
                sleep(0.01)
    finally:
        connection.close()


def _system(doors: Doors, times: int, is_over: Event) -> None:
    """Polls again and again, and reads in between what was told."""
    try:
        for _ in range(times):
            doors.poll()
            tried(lambda: not doors.read_told())
        while not is_over.is_set() or ToldRecord.objects.exists():
            tried(lambda: not doors.read_told())
            sleep(0.01)
    finally:
        connection.close()
