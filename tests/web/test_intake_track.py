import base64
import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client, override_settings
from django.utils.timezone import now

from tests.unpacked import events
from treaty.connectors.absorbing import absorb_waiting
from treaty.connectors.inbox import the_inbox
from treaty.connectors.lookup import KEYRING
from treaty.connectors.models import Event
from treaty.connectors.sources import add_source, deactivate
from treaty.connectors.tracking.parse import CALLS
from treaty.jobs.models import Beat
from treaty.truth.models import Person, Touch
from treaty.web.intake import gates
from treaty.web.intake.buckets import Buckets
from treaty.web.intake.pressure import Pressure

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
SHOP = "https://www.halden.example"
EVENT = {"userId": "u1", "event": "Pricing Viewed", "messageId": "m1", "timestamp": "2026-03-10T12:00:00Z"}


@pytest.fixture(autouse=True, scope="module")
def _inbox_ends(django_db_setup):
    """Its thread holds a connection, and a database somebody is connected to cannot be dropped."""
    yield
    the_inbox().stop()


@pytest.fixture(autouse=True)
def _fresh_door(monkeypatch):
    """Each test begins with an empty keyring, full buckets and a worker nobody has asked about."""
    KEYRING.forget()
    monkeypatch.setattr(gates, "BUCKETS", Buckets())
    monkeypatch.setattr(gates, "PRESSURE", Pressure())
    with override_settings(ROOT_URLCONF="treaty.web.intake.urls"):
        yield


@pytest.fixture
def backend():
    return make("backend", "server")


@pytest.fixture
def site():
    return make("site", "browser", origins=[SHOP])


def make(name, kind, **more):
    source, key = add_source(name, kind=kind, at=now(), **more)
    source.secret = key
    KEYRING.forget()
    return source


def basic(key):
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


def post(path, body, *, key="", headers=None, content_type="application/json", client=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {**(basic(key) if key else {}), **(headers or {})}
    return (client or Client(enforce_csrf_checks=True)).post(path, raw, content_type=content_type, headers=sent)


def told(response):
    return (response.status_code, response.json().get("code", ""))


def ids():
    return list(events().values_list("message_id", flat=True))


# Rule 1: every route, with and without slash, never a redirect


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("call", CALLS)
def test_every_call_is_taken_with_and_without_a_slash(backend, call, slash):
    body = {"batch": [{**EVENT, "type": "track"}]} if CALLS[call] in ("batch", "import") else EVENT
    response = post(f"/v1/{call}{slash}", body, key=backend.secret)
    assert (response.status_code, response.json()) == (200, {"success": True})
    assert ids() == ["m1"]


@pytest.mark.parametrize("path", ["/v1/unknown", "/v1/", "/v1/track/extra", "/v1/projects/x/other"])
def test_no_path_redirects(backend, path):
    for response in (post(path, EVENT, key=backend.secret), Client().get(path)):
        assert told(response) == (404, "unknown_call")


def test_another_method_is_told_which_one_to_use(backend):
    response = Client().get("/v1/track")
    assert told(response) == (405, "method_not_allowed")
    assert "POST" in response.json()["message"]


# Rule 2: whatever the content type; gzip with a cap; no CSRF


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/json;charset=UTF-8", "application/x-www-form-urlencoded", "nonsense", ""]
)
def test_json_is_read_whatever_the_content_type_says(backend, content_type):
    assert post("/v1/track", EVENT, key=backend.secret, content_type=content_type).status_code == 200


def test_a_gzip_body_is_unpacked(backend):
    raw = gzip.compress(json.dumps({"batch": [{**EVENT, "type": "track"}]}).encode())
    assert post("/v1/batch", raw, key=backend.secret, headers={"Content-Encoding": "gzip"}).status_code == 200
    assert ids() == ["m1"]


@pytest.mark.parametrize(
    ("raw", "packing", "status", "code"),
    [
        (gzip.compress(bytes(50_000_000)), "gzip", 400, "body_too_large"),
        (gzip.compress(b"{}", mtime=0)[:-5], "gzip", 400, "invalid_gzip"),
        (gzip.compress(b"{}", mtime=0) + b"x", "gzip", 400, "invalid_gzip"),
        (b"not gzip", "gzip", 400, "invalid_gzip"),
        (b"{}", "br", 415, "unknown_encoding"),
        (b"", "", 400, "invalid_json"),
        (b'{"a": NaN}', "", 400, "invalid_json"),
        (b'{"a": 1, "a": 2}', "", 400, "duplicate_key"),
        (b'{"a": "\xff"}', "", 400, "invalid_encoding"),
        (b"[" * 100_000, "", 400, "too_deep"),
    ],
)
def test_a_bad_body_is_refused_aloud_and_nothing_is_kept(backend, raw, packing, status, code):
    response = post("/v1/track", raw, key=backend.secret, headers={"Content-Encoding": packing} if packing else {})
    assert told(response) == (status, code)
    assert response.json()["message"]
    assert ids() == []


def test_a_stranger_cannot_make_us_unpack_a_bomb(backend):
    bomb = gzip.compress(bytes(50_000_000))
    assert told(post("/v1/track", bomb, key="guess", headers={"Content-Encoding": "gzip"})) == (401, "unknown_key")


# Rule 3: the key and where it may stand; the browser client's settings


def test_the_key_may_stand_in_the_head_the_body_or_the_event(backend):
    batch = {"batch": [{**EVENT, "type": "track", "writeKey": backend.secret}]}
    for path, body in [
        ("/v1/track", {**EVENT, "writeKey": backend.secret}),
        ("/v1/batch", {**batch, "writeKey": backend.secret}),
        ("/v1/batch", batch),
    ]:
        assert post(path, body).status_code == 200
    assert backend.secret not in events().get().body


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_a_valid_key_nothing_is_taken(backend, key):
    assert post("/v1/track", EVENT, key=key).status_code == 401
    assert post("/v1/track", {**EVENT, "writeKey": key}).status_code == 401
    deactivate(backend, at=now())
    KEYRING.forget()
    assert told(post("/v1/track", EVENT, key=backend.secret)) == (401, "unknown_key")
    assert ids() == []


def test_segments_browser_client_is_told_to_send_here(site):
    for slash in ("", "/"):
        response = Client().get(f"/v1/projects/{site.secret}/settings{slash}", headers={"Origin": SHOP})
        told = response.json()["integrations"]["Segment.io"]
        assert (told["apiKey"], told["apiHost"], told["protocol"]) == (site.secret, "testserver/v1", "http")
        assert response.headers["Access-Control-Allow-Origin"] == SHOP


def test_rudderstacks_browser_client_is_told_it_may_send(site):
    source = Client().get("/sourceConfig/", {"p": "npm", "writeKey": site.secret}).json()["source"]
    assert (source["writeKey"], source["enabled"], source["destinations"]) == (site.secret, True, [])


@pytest.mark.parametrize("path", ["/v1/projects/unknown/settings", "/sourceConfig/?writeKey=unknown", "/sourceConfig"])
def test_a_stranger_learns_nothing(path):
    assert told(Client().get(path)) == (404, "unknown_key")


# Rule 4: CORS


@pytest.mark.parametrize("path", ["/v1/t", "/v1/batch/", "/v1/projects/x/settings", "/sourceConfig/"])
def test_every_route_answers_the_browsers_question(site, path):
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    response = Client().options(path, headers=asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert set(response.headers["Access-Control-Allow-Headers"].split(", ")) >= {
        "authorization",
        "content-type",
        "anonymousid",
        "x-retry-count",
    }


def test_a_page_that_is_not_listed_is_refused_before_and_after(site):
    other = {"Origin": "https://other.example"}
    assert "Access-Control-Allow-Origin" not in Client().options("/v1/t", headers=other).headers
    response = post("/v1/t", EVENT, key=site.secret, headers=other)
    assert told(response) == (403, "origin_not_listed")
    assert "Access-Control-Allow-Origin" not in response.headers
    assert ids() == []


def test_a_listed_page_may_read_the_answer_even_of_a_refusal(site):
    response = post("/v1/t", b"{", key=site.secret, headers={"Origin": SHOP})
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (400, SHOP)


def test_the_list_of_one_key_does_not_help_another(site):
    other = make("other site", "browser", origins=["https://other.example"])
    assert told(post("/v1/t", EVENT, key=other.secret, headers={"Origin": SHOP})) == (403, "origin_not_listed")


@pytest.mark.parametrize(("origin", "status"), [("http://localhost:3000", 200), ("http://127.0.0.1:8123", 200), (SHOP, 403), ("null", 403)])
def test_an_empty_list_admits_pages_on_this_machine_alone(origin, status):
    local = make("local", "browser")
    assert post("/v1/t", EVENT, key=local.secret, headers={"Origin": origin}).status_code == status


def test_a_secret_key_found_in_a_page_is_refused(backend):
    response = post("/v1/t", EVENT, key=backend.secret, headers={"Origin": SHOP})
    assert told(response) == (403, "secret_in_page")
    assert "rotate" in response.json()["message"]


# Rule 5: limits


def test_an_event_of_32_kb_is_taken_and_a_larger_one_refuses_the_request(backend):
    small = json.dumps({"a": ""}, separators=(",", ":"))
    fits = {"a": "x" * (32 * 1024 - len(small))}
    assert post("/v1/track", fits, key=backend.secret).status_code == 200
    too_large = {"a": fits["a"] + "x"}
    response = post("/v1/batch", {"batch": [EVENT, too_large]}, key=backend.secret)
    assert told(response) == (400, "event_too_large")
    assert "event 2" in response.json()["message"]
    assert events().count() == 1


def test_a_batch_of_500_kb_is_taken_and_a_larger_one_refused(backend):
    def batch(size):
        events = [{"type": "track", "event": "X", "userId": "u", "messageId": f"m{n}", "p": "x" * 20_000} for n in range(25)]
        raw = json.dumps({"batch": events, "pad": ""}).encode()
        return raw[:-2] + b"x" * (size - len(raw)) + b'"}'

    assert post("/v1/batch", batch(500 * 1024), key=backend.secret).status_code == 200
    assert told(post("/v1/batch", batch(500 * 1024 + 1), key=backend.secret)) == (400, "body_too_large")
    assert events().count() == 25


# Rule 6: back-pressure


def beat(lag_ms, age=0):
    Beat.objects.update_or_create(name="worker", defaults={"pid": 1, "at": now() - timedelta(seconds=age), "lag_ms": lag_ms})


def test_while_the_worker_lags_senders_are_asked_to_wait(backend):
    post("/v1/track", EVENT, key=backend.secret)  # so that something waits
    beat(4_200)
    gates.PRESSURE.looked_at = float("-inf")
    response = post("/v1/track", {**EVENT, "messageId": "m2"}, key=backend.secret)
    assert told(response) == (429, "busy")
    assert response.headers["Retry-After"] == "1"
    beat(1_900)
    gates.PRESSURE.looked_at = float("-inf")
    assert post("/v1/track", {**EVENT, "messageId": "m2"}, key=backend.secret).status_code == 200
    assert ids() == ["m1", "m2"]


def test_a_dead_worker_or_an_empty_line_stops_nobody(backend):
    beat(60_000, age=11)
    assert post("/v1/track", EVENT, key=backend.secret).status_code == 200
    events().update(state=Event.State.STORED)
    beat(60_000)
    gates.PRESSURE.looked_at = float("-inf")
    assert post("/v1/track", EVENT, key=backend.secret).status_code == 200


def test_the_lag_is_asked_at_most_four_times_a_second(backend, monkeypatch, django_assert_num_queries):
    moment = time.monotonic() + 1
    monkeypatch.setattr("treaty.web.intake.pressure.time", SimpleNamespace(monotonic=lambda: moment))  # however slow the machine is
    beat(4_200)
    Event.objects.create(source=backend, message_id="w", type="track", occurred_at=now(), received_at=now(), body="{}")
    KEYRING.refresh()
    with django_assert_num_queries(3):
        for _ in range(5):
            assert post("/v1/track", EVENT, key=backend.secret).status_code == 429


def test_a_key_that_sends_too_much_is_told_when_to_come_back():
    limited = make("limited", "server", settings={"limit": {"per_second": 2, "at_once": 10}})
    batch = {"batch": [{**EVENT, "type": "track", "messageId": f"m{n}"} for n in range(8)]}
    assert post("/v1/batch", batch, key=limited.secret).status_code == 200
    response = post("/v1/batch", batch, key=limited.secret)
    assert told(response) == (429, "too_many")
    assert response.headers["Retry-After"] == "3"  # 2 are left, 8 wanted, 2 a second


def test_who_guesses_keys_is_slowed_down(monkeypatch):
    monkeypatch.setattr(gates, "STRANGER", (0.001, 3))
    answers = [post("/v1/track", EVENT, key=f"guess{n}").status_code for n in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_a_store_that_fails_is_never_called_stored(backend, monkeypatch):
    from treaty.connectors.inbox import Full, NotStored

    class Broken:
        def put(self, source_id, rows):
            raise self.fault

    monkeypatch.setattr("treaty.web.intake.views.the_inbox", Broken)
    for fault, status in ((NotStored("database or disk is full"), 503), (Full("256"), 429)):
        Broken.fault = fault
        response = post("/v1/track", EVENT, key=backend.secret)
        assert (response.status_code, response.headers["Retry-After"]) == (status, "2")


# Rule 7: idempotent; corrected time


def test_sending_twice_changes_nothing(backend):
    answers = [post("/v1/track", EVENT, key=backend.secret, headers={"X-Retry-Count": str(n)}).content for n in range(3)]
    assert len(set(answers)) == 1
    assert ids() == ["m1"]


def test_the_same_id_from_two_sources_is_two_events(backend):
    other = make("other", "server")
    for source in (backend, other):
        post("/v1/track", EVENT, key=source.secret)
    assert ids() == ["m1", "m1"]


def test_the_moment_of_receipt_is_ours_alone(backend):
    early = datetime(2001, 1, 1, tzinfo=UTC).isoformat()
    post("/v1/track", {**EVENT, "receivedAt": early, "received_at": early, "known_at": early, "knownAt": early}, key=backend.secret)
    absorb_waiting(at=now())
    touch = Touch.objects.get()
    assert now() - touch.received_at < timedelta(minutes=1)
    assert touch.known_at == touch.received_at


# Rule 8: nobody's event is set aside, not dropped


def test_one_bad_event_does_not_cost_the_others_and_is_not_lost(backend):
    good = [{**EVENT, "type": "track", "messageId": f"m{n}"} for n in range(3)]
    bad = [7, {"type": "track", "event": "X", "messageId": "nobody", "userId": None, "anonymousId": None}]
    response = post("/v1/batch", {"batch": [*good, *bad]}, key=backend.secret)
    assert (response.status_code, response.json()) == (200, {"success": True})
    absorb_waiting(at=now())
    states = list(events().values_list("state", flat=True))
    assert states == ["stored"] * 3 + ["quarantined"] * 2
    assert Touch.objects.count() == 3


def test_traits_in_the_context_are_read_too(backend):
    context = {"traits": {"email": "ada@acme.example", "name": "Ada"}}
    post("/v1/identify", {"userId": "u1", "anonymousId": None, "messageId": "m1", "context": context}, key=backend.secret)
    absorb_waiting(at=now())
    assert Person.objects.get().name == "Ada"


# A browser key is not proof


def raise_hand(key, number, domain="acme.example", address="198.51.100.7"):
    wrote = {"email": f"p{number}@{domain}"}
    client = Client(REMOTE_ADDR=address)
    body = {"anonymousId": "a", "event": "Demo Requested", "messageId": f"{address}-{number}", "properties": wrote}
    return post("/v1/t", body, key=key, headers={"Origin": SHOP}, client=client)


def quarantined():
    return events().filter(state="quarantined").count()


def test_requests_for_sales_through_a_public_key_are_limited_and_none_is_lost(site, backend):
    for number in range(22):
        assert raise_hand(site.secret, number, domain=f"d{number}.example").status_code == 200
    assert (quarantined(), events().count()) == (2, 22)  # 20 from one address
    for number in range(32):
        raise_hand(site.secret, number, address=f"203.0.113.{number}")
    assert (quarantined(), events().count()) == (4, 54)  # 30 of one domain
    assert "within an hour" in events().filter(state="quarantined").first().problem


def test_a_server_key_may_report_as_many_as_there_were(backend):
    sent = [{**EVENT, "type": "track", "event": "Demo Requested", "messageId": f"m{n}"} for n in range(50)]
    post("/v1/batch", {"batch": sent}, key=backend.secret)
    assert (quarantined(), events().count()) == (0, 50)


def test_no_session_and_no_cookie(site):
    response = post("/v1/t", EVENT, key=site.secret, headers={"Origin": SHOP})
    assert not response.cookies
