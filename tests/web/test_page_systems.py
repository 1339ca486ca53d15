"""Outside systems as pages: connecting one, how far it was read, what was set aside."""

import pytest

from tests.conftest import NOON
from tests.fakes.hubspot import FakeHubSpot
from tests.fakes.salesforce import FakeSalesforce
from tests.fakes.server import served
from tests.web.test_page_sources import text_of
from treaty.config import config
from treaty.connectors.models import Connection, PulledProblem, StreamPlace
from treaty.connectors.vendors.hubspot import HubSpot
from treaty.journal.models import Entry
from treaty.sealed import unseal
from treaty.truth.models import Source


@pytest.fixture
def connection(world) -> Connection:
    source = Source.objects.create(name="Our HubSpot", kind=Source.Kind.CONNECTOR, made_at=NOON)
    return Connection.objects.create(source=source, vendor="hubspot", made_at=NOON)


def test_a_system_is_connected_by_revops_alone_and_its_token_is_nowhere_to_be_read(world, as_, monkeypatch):
    monkeypatch.setattr(config(), "reachable", "127.0.0.1")
    assert as_("kim").get("/sources/connect/hubspot/").status_code == 403
    rui = as_("rui")
    assert "Connect HubSpot" in text_of(rui.get("/sources/connect/hubspot/"))
    with served(FakeHubSpot()) as address:
        made = rui.post(
            "/sources/connect/hubspot/", {"name": "Our HubSpot", "token": "pat-good", "address": address, "since": "2026-01-01"}
        )
    connection = Connection.objects.get()
    assert made.status_code == 303
    assert made["Location"] == f"/sources/{connection.key}/"
    assert "pat-good" not in connection.secrets
    assert Entry.objects.filter(verb="source.connected").count() == 1
    assert "pat-good" not in text_of(rui.get(made["Location"]))


def test_of_several_ways_to_sign_in_one_is_enough_and_where_it_is_must_be_said(world, as_, monkeypatch):
    monkeypatch.setattr(config(), "reachable", "127.0.0.1")
    rui = as_("rui")
    fake = FakeSalesforce()
    with served(fake) as address:
        fake.instance = address
        told = {"name": "Ours", "client_id": "app", "client_secret": "good"}
        assert rui.post("/sources/connect/salesforce/", told).status_code == 422, "nothing says where"
        assert rui.post("/sources/connect/salesforce/", told | {"address": address}).status_code == 303
    assert Connection.objects.get().vendor == "salesforce"


def test_a_token_that_is_not_admitted_keeps_nothing_but_what_was_written(world, as_, monkeypatch):
    monkeypatch.setattr(config(), "reachable", "127.0.0.1")
    with served(FakeHubSpot()) as address:
        answer = as_("rui").post("/sources/connect/hubspot/", {"name": "Our HubSpot", "token": "pat-wrong", "address": address})
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "HubSpot does not admit these credentials" in shown
    assert "Our HubSpot" in shown
    assert "pat-wrong" not in shown
    assert not Source.objects.filter(name="Our HubSpot").exists()


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/", "https://127.0.0.1/", "https://[::1]/", "https://u:p@api.example/", "ftp://x/"]
)
def test_an_address_within_the_house_is_refused(world, as_, address):
    answer = as_("rui").post("/sources/connect/hubspot/", {"name": "Ours", "token": "x", "address": address})
    assert answer.status_code == 422
    assert not Connection.objects.exists()


def test_the_page_says_how_far_each_stream_was_read_and_what_was_set_aside(world, as_, connection):
    StreamPlace.objects.create(
        connection=connection, stream="contacts", since=NOON, ended_at=NOON, read=1200, stored=1190, merged=9, refused=1
    )
    StreamPlace.objects.create(connection=connection, stream="deals", round_at=NOON, next="150", read=150, stored=150)
    PulledProblem.objects.create(
        connection=connection, stream="contacts", external_id="77", shown="<b>Bo</b>", problem="'x' is not an e-mail address", at=NOON
    )
    Connection.objects.update(problem="deals: 503: away", problem_at=NOON)
    shown = text_of(as_("mira").get(f"/sources/{connection.key}/"))
    for words in (
        "read to its end",
        "first reading",
        "not begun",
        "1,200",
        "&lt;b&gt;Bo&lt;/b&gt;",
        "is not an e-mail address",
        "deals: 503: away",
    ):
        assert words in shown
    assert "Read what changed now" not in shown, "only revops may"
    assert as_("kim").get(f"/sources/{connection.key}/").status_code == 403


def test_reading_now_makes_every_stream_due(world, as_, connection):
    for stream in HubSpot().streams:
        StreamPlace.objects.create(connection=connection, stream=stream.name, since=NOON, ended_at=NOON)
    assert as_("mira").post(f"/sources/{connection.key}/pull/").status_code == 403
    assert as_("rui").post(f"/sources/{connection.key}/pull/").status_code == 303
    assert not StreamPlace.objects.exclude(ended_at=None).exists()
    assert as_("rui").post("/sources/nobodys/pull/").status_code == 404


def test_the_secret_of_webhooks_is_sealed_and_never_shown(world, as_, connection):
    shown = text_of(as_("rui").get(f"/sources/{connection.key}/"))
    assert f"http://testserver/hooks/{connection.key}/" in shown
    assert "none is believed yet" in shown
    assert as_("mira").post(f"/sources/{connection.key}/hook/", {"secret": "x"}).status_code == 403
    assert as_("rui").post(f"/sources/{connection.key}/hook/", {"secret": "app-secret-1"}).status_code == 303
    connection.refresh_from_db()
    assert "app-secret-1" not in connection.hook_secrets
    shown = text_of(as_("rui").get(f"/sources/{connection.key}/"))
    assert "signed messages are believed" in shown
    assert "app-secret-1" not in shown
    as_("rui").post(f"/sources/{connection.key}/hook/", {"secret": " "})
    connection.refresh_from_db()
    assert unseal(connection.hook_secrets) == {"secrets": ["app-secret-1"]}
