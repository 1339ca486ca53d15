"""The intake's own way in: what it answers is what Django's handler would have answered, and everything else goes there."""

import base64
import gzip
import io
import json

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.test import RequestFactory, override_settings
from django.utils.timezone import now

from tests.unpacked import events
from treaty.connectors.inbox import the_inbox
from treaty.connectors.lookup import KEYRING
from treaty.connectors.sources import add_source
from treaty.web.intake import gates, views
from treaty.web.intake.buckets import Buckets
from treaty.web.intake.door import IntakeDoor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
SHOP = "https://www.halden.example"
EVENT = {"userId": "u1", "event": "Pricing Viewed", "messageId": "m1", "timestamp": "2026-03-10T12:00:00Z", "type": "track"}
BATCH = json.dumps({"batch": [EVENT]}).encode()


@pytest.fixture(autouse=True, scope="module")
def _inbox_ends(django_db_setup):
    yield
    the_inbox().stop()


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setattr(gates, "BUCKETS", Buckets())
    _, key = add_source("site", kind="browser", at=now(), origins=[SHOP])
    KEYRING.forget()
    return key


@pytest.fixture
def door():
    return IntakeDoor(refuse_all)


def refuse_all(environ, start_response):
    start_response("299 Behind", [])
    return [b"behind"]


def send(application, method, path, body=b"", key="", **headers):
    """(status, headers, body) as the server gets them."""
    told = []
    environ = RequestFactory().generic(method, path, body, headers=headers).environ
    environ["wsgi.input"] = io.BytesIO(body)
    if key:
        environ["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    answer = application(environ, lambda status, headers: told.append((status, sorted(headers))))
    return *told[0], b"".join(answer)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/v1/batch", BATCH, {}, "200 OK"),
        ("POST", "/v1/b/", BATCH, {"Origin": SHOP}, "200 OK"),
        ("POST", "/v1/t", json.dumps(EVENT).encode(), {}, "200 OK"),
        ("POST", "/v1/batch", gzip.compress(BATCH, mtime=0), {"Content-Encoding": "gzip"}, "200 OK"),
        ("POST", "/v1/batch", BATCH, {"Origin": "https://elsewhere.example"}, "403 Forbidden"),
        ("POST", "/v1/batch", BATCH, {"Content-Encoding": "br"}, "415 Unsupported Media Type"),
        ("POST", "/v1/batch", b'{"a": 1, "a": 2}', {}, "400 Bad Request"),
        ("OPTIONS", "/v1/batch", b"", {"Origin": SHOP, "Access-Control-Request-Headers": "x-sent-by"}, "204 No Content"),
        ("GET", "/v1/batch", b"", {}, "405 Method Not Allowed"),
        ("POST", "/v1/nothing", BATCH, {}, "404 Not Found"),
        ("GET", "/v1/projects/unknown/settings", b"", {}, "404 Not Found"),
        ("GET", "/v1/projects/KEY/settings", b"", {}, "200 OK"),
    ],
)
def test_it_answers_as_djangos_handler_would(key, door, method, path, body, headers, status):
    path = path.replace("KEY", key)
    ours = send(door, method, path, body, key, **headers)
    assert ours[0] == status
    kept = set(dict(ours[1]))
    theirs = send(WSGIHandler(), method, path, body, key, **headers)
    assert (ours[0], ours[2]) == (theirs[0], theirs[2])
    assert [header for header in theirs[1] if header[0] in kept] == ours[1]
    assert {name for name, _ in theirs[1]} - kept <= {"Content-Length", "Vary"}  # added to pages by middleware of pages
    assert {"Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"} <= kept


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/v1/a%0Ab", "testserver", "404 Not Found"),  # no pattern of ours fits
        ("/v1/projects/KEY/settings", "elsewhere.example", "400 Bad Request"),  # a host we do not answer for
    ],
)
def test_what_no_view_can_answer_is_answered_by_a_page_for_nobody(key, door, path, host, status):
    found = send(door, "GET", path.replace("KEY", key), Host=host)
    assert found[0] == status
    assert b"<!doctype html>" in found[2]
    assert "Content-Security-Policy" in dict(found[1])


def test_what_it_accepted_is_stored(key, door):
    send(door, "POST", "/v1/batch", BATCH, key)
    assert list(events().values_list("message_id", flat=True)) == ["m1"]


@override_settings(SECURE_HSTS_SECONDS=60)
def test_over_https_it_insists_on_https_as_pages_do(key):
    answer = send(lambda environ, start: IntakeDoor(refuse_all)({**environ, "wsgi.url_scheme": "https"}, start), "GET", "/v1/x")
    assert ("Strict-Transport-Security", "max-age=60") in answer[1]


@pytest.mark.parametrize("path", ["/", "/v1", "/v12/batch", "/forms/x/", "/sourceConfig/", "//v1/batch"])
def test_what_is_no_call_goes_behind(door, path):
    assert send(door, "POST", path) == ("299 Behind", [], b"behind")


def test_a_fault_of_ours_is_told_as_one_and_stores_nothing(key, door, monkeypatch):
    monkeypatch.setattr(views, "read", lambda *_: 1 / 0)
    status, headers, _ = send(door, "POST", "/v1/batch", BATCH, key)
    assert status == "500 Internal Server Error"
    assert "Content-Security-Policy" in dict(headers)
    assert not events().exists()


def test_a_database_that_does_not_answer_is_told_as_such(key, door, monkeypatch):
    def broken():
        raise OperationalError("gone")

    monkeypatch.setattr(views, "check_pressure", broken)
    status, headers, body = send(door, "POST", "/v1/batch", BATCH, key)
    assert (status, json.loads(body)["code"]) == ("503 Service Unavailable", "no_database")
    assert dict(headers)["Retry-After"] == "2"


def test_a_connection_that_broke_is_closed_before_the_next_call(key, door, monkeypatch):
    """Django does so at the beginning and the end of a request; this way in does not pass there."""
    closed = []
    connection.ensure_connection()
    monkeypatch.setattr(connection, "errors_occurred", True)
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    send(door, "GET", "/v1/batch")
    assert closed
