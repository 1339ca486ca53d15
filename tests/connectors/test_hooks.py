"""What a system tells us by itself: believed when signed, noted before it is answered, read a moment later, in any order."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stamina
from django.test import Client
from django.utils import timezone

from tests.conftest import NOON
from tests.connectors.portal import company, state
from tests.connectors.test_pull import connected, pulled
from tests.connectors.test_signatures import hubspot
from tests.connectors.waits import Waits, instead_of_time
from tests.fakes.hubspot import FakeHubSpot
from tests.fakes.server import Transport
from treaty.connectors.hooks import replace_secret
from treaty.connectors.models import Connection, ToldRecord
from treaty.connectors.pulling import read_told
from treaty.outward import Outward
from treaty.truth.models import Opportunity, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waits]:
    stamina.set_testing(True, attempts=3)
    yield instead_of_time(monkeypatch)
    stamina.set_testing(False)


@pytest.fixture
def fake(waits: Waits) -> FakeHubSpot:
    fake = FakeHubSpot(clock=lambda: waits.now)
    company(fake, people=10)
    return fake


@pytest.fixture
def connection(fake: FakeHubSpot) -> Connection:
    connection = connected(fake)
    pulled(connection, fake)
    replace_secret(connection, "the app's secret", at=NOON)
    return connection


def send(connection: Connection, events: object, *, secret: str = "the app's secret", **changed: object):
    """As the vendor sends it, by the clock of this machine."""
    body = json.dumps(events).encode()
    address = f"/hooks/{connection.key}/"
    headers = hubspot(uri=f"http://testserver{address}", body=body, at=timezone.now(), secret=secret)
    return Client().post(address, body, content_type="application/json", headers={**headers, **changed})


def event(kind: str, number: str, **more: object) -> dict[str, object]:
    return {"eventId": 1, "subscriptionType": kind, "objectId": int(number), "occurredAt": 1764504000000, **more}


def told(connection: Connection, fake: FakeHubSpot) -> int:
    connection.refresh_from_db()
    return read_told(connection, clock=lambda: fake.at, outward=Outward(Transport(fake)))


def test_a_person_who_was_made_there_is_here_a_moment_later(fake: FakeHubSpot, connection: Connection) -> None:
    fake.later(hours=1)
    number = fake.put("contacts", email="new@firm0.example", firstname="Noa", lifecyclestage="lead")
    fake.link("contacts", number, "companies", "1001")
    assert send(connection, [event("contact.creation", number)]).json() == {"noted": 1}
    assert told(connection, fake) == 1
    person = Person.objects.get(email="new@firm0.example")
    assert person.account is not None
    assert person.account.domain == "firm0.example"
    assert not ToldRecord.objects.exists()


def test_twice_shuffled_and_beside_the_next_pull_it_is_the_same(fake: FakeHubSpot, connection: Connection) -> None:
    fake.later(hours=1)
    fake.put("contacts", "1002", jobtitle="Chief buyer")
    fake.put("deals", "1001", dealname="Renamed")
    events = [event("deal.propertyChange", "1001"), event("contact.propertyChange", "1002"), event("contact.propertyChange", "1002")]
    for some in (events, events[::-1], events[:1]):
        assert send(connection, some).status_code == 200
    fake.later(minutes=1)
    assert told(connection, fake) == 5
    assert Opportunity.objects.get(external_id="1001").name == "Renamed"
    by_hooks = state()
    pulled(connection, fake)
    assert state() == by_hooks


@pytest.mark.parametrize("secret", ["another", ""])
def test_what_is_not_signed_is_not_noted(connection: Connection, secret: str) -> None:
    answer = send(connection, [event("contact.creation", "5")], secret=secret)
    assert answer.status_code == 401
    assert "secret" not in answer.json()["message"].replace("compare the secret", "")
    assert not ToldRecord.objects.exists()


def test_the_secret_before_is_believed_until_the_next(connection: Connection) -> None:
    replace_secret(connection, "the second", at=NOON)
    assert send(connection, []).status_code == 200
    assert send(connection, [], secret="the second").status_code == 200
    replace_secret(connection, "the third", at=NOON)
    assert send(connection, []).status_code == 401


def test_before_a_secret_was_agreed_on_nobody_is_believed(connection: Connection) -> None:
    Connection.objects.update(hook_secrets="")
    assert send(connection, []).status_code == 401
    assert send(connection, [], secret="").status_code == 401


def test_nonsense_is_named_and_unknown_addresses_are_not_there(connection: Connection) -> None:
    assert send(connection, {"no": "list"}).status_code == 400
    assert send(connection, [event("ticket.creation", "5"), {"objectId": "7"}]).json() == {"noted": 0}
    assert Client().post("/hooks/nobody/", b"[]", content_type="application/json").status_code == 404
    assert Client().get(f"/hooks/{connection.key}/").status_code == 405


def test_what_cannot_be_read_now_stays_to_be_read(fake: FakeHubSpot, connection: Connection) -> None:
    fake.later(hours=1)
    number = fake.put("contacts", email="late@firm0.example")
    send(connection, [event("contact.creation", number)])
    fake.faults, fake.kinds = 1.0, ("away",)
    assert told(connection, fake) == 0
    connection.refresh_from_db()
    assert "webhooks: 503" in connection.problem
    fake.faults = 0.0
    assert told(connection, fake) == 1
    assert Person.objects.filter(email="late@firm0.example").exists()


def test_one_that_is_not_there_any_more_is_forgotten(fake: FakeHubSpot, connection: Connection) -> None:
    send(connection, [event("contact.creation", "999999")])
    assert told(connection, fake) == 1
    assert not ToldRecord.objects.exists()


def test_a_stamp_of_another_hour_is_not_believed(connection: Connection) -> None:
    body = b"[]"
    address = f"/hooks/{connection.key}/"
    headers = hubspot(uri=f"http://testserver{address}", body=body, at=timezone.now() - timedelta(hours=1), secret="the app's secret")
    assert Client().post(address, body, content_type="application/json", headers=headers).status_code == 401
