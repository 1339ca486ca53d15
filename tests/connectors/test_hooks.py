"""What a system tells us by itself: believed when it proves who it is, noted before it is answered, read a moment later."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import NOON
from tests.connectors.portal import Portal, begun, state
from tests.connectors.pulls import connected, pulled
from tests.connectors.test_signatures import hubspot
from tests.connectors.waits import Waits
from tests.fakes.server import Transport
from treaty.connectors.hooks import replace_secret
from treaty.connectors.models import Connection, ToldRecord
from treaty.connectors.pulling import read_told
from treaty.outward import Outward
from treaty.truth.models import Opportunity, Person

pytestmark = pytest.mark.django_db
SECRET = "what both sides know"
PEOPLE = {"hubspot": "contact", "pipedrive": "person"}


@pytest.fixture(params=sorted(PEOPLE))
def portal(request: pytest.FixtureRequest, waits: Waits) -> Portal:
    return begun(request.param, people=10, clock=lambda: waits.now)


@pytest.fixture
def connection(portal: Portal) -> Connection:
    connection = connected(portal)
    pulled(connection, portal.fake)
    replace_secret(connection, SECRET, at=NOON)
    return connection


def message(vendor: str, kind: str, number: str) -> Any:
    """The word that one record of a kind was changed, as the vendor words it."""
    if vendor == "hubspot":
        return {"eventId": 1, "subscriptionType": f"{kind}.propertyChange", "objectId": int(number), "occurredAt": 1764504000000}
    return {"meta": {"id": "1", "entity": kind, "entity_id": number, "action": "change", "timestamp": "2026-11-30T12:00:00Z"}, "data": {}}


def send(connection: Connection, *messages: Any, secret: str = SECRET) -> list[Any]:
    """As the vendor sends them, by the clock of this machine: all in one, or each by itself. The answers."""
    bodies = [list(messages)] if connection.vendor == "hubspot" else list(messages)
    return [post(connection, json.dumps(body).encode(), secret) for body in bodies]


def post(connection: Connection, body: bytes, secret: str = SECRET) -> Any:
    address = f"/hooks/{connection.key}/"
    if connection.vendor == "hubspot":
        headers = hubspot(uri=f"http://testserver{address}", body=body, at=timezone.now(), secret=secret)
    else:
        headers = {"authorization": "Basic " + base64.b64encode(f"treaty:{secret}".encode()).decode()}
    return Client().post(address, body, content_type="application/json", headers=headers)


def told(connection: Connection, portal: Portal) -> int:
    connection.refresh_from_db()
    return read_told(connection, clock=lambda: portal.fake.at, outward=Outward(Transport(portal.fake)))


def test_a_person_who_was_made_there_is_here_a_moment_later(portal: Portal, connection: Connection) -> None:
    portal.fake.later(hours=1)
    number = portal.person("new@firm0.example", "Noa New", "1001" if portal.vendor == "hubspot" else "1")
    answers = send(connection, message(portal.vendor, PEOPLE[portal.vendor], number))
    assert [answer.json() for answer in answers] == [{"noted": 1}]
    assert told(connection, portal) == 1
    assert Person.objects.get(email="new@firm0.example").name == "Noa New"
    assert not ToldRecord.objects.exists()


def test_twice_shuffled_and_beside_the_next_pull_it_is_the_same(portal: Portal, connection: Connection) -> None:
    portal.fake.later(hours=1)
    person = str(Person.objects.get(email="p1@firm0.example").identities.get(kind="id").value)
    deal = Opportunity.objects.get(name="Deal 5").external_id
    portal.rename(person, "Chief buyer")
    portal.end(deal, "won")
    some = [message(portal.vendor, "deal", deal), *[message(portal.vendor, PEOPLE[portal.vendor], person)] * 2]
    for messages in (some, some[::-1], some[:1]):
        assert {answer.status_code for answer in send(connection, *messages)} == {200}
    portal.fake.later(minutes=1)
    assert told(connection, portal) == (5 if portal.vendor == "hubspot" else 7), "of one request each record once"
    assert Opportunity.objects.get(external_id=deal).outcome == "won"
    assert Person.objects.get(email="p1@firm0.example").title == "Chief buyer"
    by_hooks = state()
    pulled(connection, portal.fake)
    assert state() == by_hooks


@pytest.mark.parametrize("secret", ["another", ""])
def test_who_does_not_prove_it_is_not_believed(portal: Portal, connection: Connection, secret: str) -> None:
    (answer,) = send(connection, message(portal.vendor, "deal", "5"), secret=secret)
    assert answer.status_code == 401
    assert SECRET not in answer.content.decode()
    assert not ToldRecord.objects.exists()


def test_the_secret_before_is_believed_until_the_next(portal: Portal, connection: Connection) -> None:
    one = message(portal.vendor, "deal", "5")
    replace_secret(connection, "the second", at=NOON)
    assert send(connection, one)[0].status_code == 200
    assert send(connection, one, secret="the second")[0].status_code == 200
    replace_secret(connection, "the third", at=NOON)
    assert send(connection, one)[0].status_code == 401


def test_before_a_secret_was_agreed_on_nobody_is_believed(portal: Portal, connection: Connection) -> None:
    Connection.objects.update(hook_secrets="")
    for secret in (SECRET, ""):
        assert send(connection, message(portal.vendor, "deal", "5"), secret=secret)[0].status_code == 401


@pytest.mark.parametrize("body", [b"", b"[", b"null", b'"x"', b"[1]", b'{"meta": 5}', b"\xff", b"[" * 5000])
def test_nonsense_is_named(portal: Portal, connection: Connection, body: bytes) -> None:
    assert post(connection, body).status_code == 400
    assert not ToldRecord.objects.exists()


def test_what_we_do_not_read_is_taken_and_left(portal: Portal, connection: Connection) -> None:
    assert send(connection, message(portal.vendor, "ticket", "5"))[0].json() == {"noted": 0}
    assert Client().post("/hooks/nobody/", b"[]", content_type="application/json").status_code == 404
    assert Client().get(f"/hooks/{connection.key}/").status_code == 405


def test_what_cannot_be_read_now_stays_to_be_read(portal: Portal, connection: Connection) -> None:
    portal.fake.later(hours=1)
    number = portal.person("late@firm0.example", "Lou Late", "1001" if portal.vendor == "hubspot" else "1")
    send(connection, message(portal.vendor, PEOPLE[portal.vendor], number))
    portal.fake.faults, portal.fake.kinds = 1.0, ("away",)
    assert told(connection, portal) == 0
    connection.refresh_from_db()
    assert "webhooks: 503" in connection.problem
    portal.fake.faults = 0.0
    assert told(connection, portal) == 1
    assert Person.objects.filter(email="late@firm0.example").exists()


def test_one_that_is_not_there_any_more_is_forgotten(portal: Portal, connection: Connection) -> None:
    send(connection, message(portal.vendor, "deal", "999999"))
    assert told(connection, portal) == 1
    assert not ToldRecord.objects.exists()


def test_a_stamp_of_another_hour_is_not_believed(waits: Waits) -> None:
    portal = begun("hubspot", people=1, clock=lambda: waits.now)
    connection = connected(portal)
    replace_secret(connection, SECRET, at=NOON)
    address = f"/hooks/{connection.key}/"
    headers = hubspot(uri=f"http://testserver{address}", body=b"[]", at=timezone.now() - timedelta(hours=1), secret=SECRET)
    assert Client().post(address, b"[]", content_type="application/json", headers=headers).status_code == 401
