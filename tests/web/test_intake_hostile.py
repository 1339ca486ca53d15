"""Hostile bodies at every intake door: never a 5xx, never a good event lost, never much memory (reliability G9).

`TREATY_HOSTILE=5000` runs as many as the goal names; a test run takes a sample.
"""

import gzip
import json
import os
import random
import resource
import time

import pytest
from django.test import Client, override_settings
from django.utils.timezone import now

from tests.unpacked import events
from treaty.connectors.absorbing import absorb_waiting
from treaty.connectors.inbox import the_inbox
from treaty.connectors.lookup import KEYRING
from treaty.connectors.sources import add_source
from treaty.truth.models import Touch
from treaty.web.intake import gates
from treaty.web.intake.buckets import Buckets

pytestmark = pytest.mark.django_db(transaction=True)
HOW_MANY = int(os.environ.get("TREATY_HOSTILE", "400"))
GOOD = {"type": "track", "event": "Good", "userId": "u", "timestamp": "2026-03-10T12:00:00Z"}

TEXTS = (
    "", "x" * 40_000, "\x00", "\u202eevil", "=cmd|' /C calc'!A0", "<img src=x onerror=alert(1)>", "' or 1=1 --", "😀" * 300, "９９", "null",
    "NaN", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z", "-1", "1e400", "../../etc/passwd", "javascript:alert(1)", "http://[", "a@b",
)  # fmt: skip
NAMES = (
    "type",
    "event",
    "userId",
    "anonymousId",
    "messageId",
    "timestamp",
    "sentAt",
    "traits",
    "properties",
    "context",
    "groupId",
    "batch",
)
RAW = (
    b"", b"{", b"[]", b"nul", b'{"a":NaN}', b'{"a":1e999}', b'{"a":1,"a":2}', b"\xff\xfe{\x00}\x00", b'{"a":"\xff"}', b'{"a":"\\ud800"}',
    b"[" * 30_000, b'{"a":' * 5_000, b'{"batch":' + b"[" * 200 + b"]" * 200 + b"}", b'{"batch":[' + b"{}," * 2_600 + b"{}]}", bytes(900),
    b'{"a":' + b"9" * 6_000 + b"}", b'{"batch":[1,2,null,"x",[],{}]}', b"{}" * 10, b"\xef\xbb\xbf{}", b"'" * 70_000, b"email=a%00b&x=%ff",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _open_door(monkeypatch, django_db_setup):
    KEYRING.forget()
    monkeypatch.setattr(gates, "BUCKETS", Buckets())
    with override_settings(ROOT_URLCONF="treaty.web.intake.urls"):
        yield
    the_inbox().stop()


def value(choose, depth=0):
    kind = choose.randrange(9 if depth < 4 else 6)
    if kind == 6:
        return [value(choose, depth + 1) for _ in range(choose.randrange(4))]
    if kind >= 7:
        names = [choose.choice((*NAMES, *TEXTS[2:])) for _ in range(choose.randrange(5))]
        return {name: value(choose, depth + 1) for name in names}
    return choose.choice([None, True, choose.randrange(-(10**30), 10**30), choose.uniform(-1e308, 1e308), *TEXTS])


def payload(choose):
    """Raw bytes of one hostile body: from the corpus, made at random, or a good one with some bytes broken."""
    kind = choose.randrange(4)
    if kind == 0:
        return choose.choice(RAW)
    event = {choose.choice(NAMES): value(choose) for _ in range(choose.randrange(1, 8))}
    raw = json.dumps(event if kind == 1 else {"batch": [event, value(choose)]}).encode("utf-8", "replace")
    if kind == 3:
        raw = bytearray(raw)
        for _ in range(choose.randrange(1, 6)):
            raw[choose.randrange(len(raw))] = choose.randrange(256)
    return bytes(raw)


def send(choose, keys):
    raw, path = payload(choose), choose.choice(["/v1/track", "/v1/batch", "/v1/identify/", "/v1/g", "/v1/alias", "/v1/import", "form"])
    key = keys["form" if path == "form" else "server"]
    headers = {} if path == "form" else {"Authorization": "Basic " + key[1]}
    if choose.random() < 0.2:
        raw, headers["Content-Encoding"] = gzip.compress(raw, 1), choose.choice(["gzip", "br", "GZIP"])
    kind = choose.choice(["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
    return Client().post(f"/forms/{key[0]}/" if path == "form" else path, raw, content_type=kind, headers=headers)


def test_no_body_breaks_a_door_and_every_good_event_survives(monkeypatch):
    import base64

    monkeypatch.setattr(gates, "FORM", (1000.0, 1e6))
    server, key = add_source("server", kind="server", at=now())
    _, form_key = add_source("form", kind="form", at=now())
    keys = {"server": (key, base64.b64encode(f"{key}:".encode()).decode()), "form": (form_key, "")}
    choose, slowest, codes = random.Random(7), 0.0, set()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(HOW_MANY):
        began = time.monotonic()
        response = send(choose, keys)
        slowest = max(slowest, time.monotonic() - began)
        codes.add(response.status_code)
        assert response.status_code < 500, response.content
        if number % 10 == 0:
            good = json.dumps({"batch": [{**GOOD, "messageId": f"good-{number}"}, payload(choose).decode("latin-1")[:200]]})
            assert (
                Client()
                .post("/v1/batch", good, content_type="text/plain", headers={"Authorization": "Basic " + keys["server"][1]})
                .status_code
                == 200
            )
    while absorb_waiting(at=now()):
        pass
    assert Touch.objects.filter(source=server, message_id__startswith="good-").count() == (HOW_MANY + 9) // 10
    assert not events().filter(state="waiting").exists()
    assert codes <= {200, 400, 403, 415}
    assert slowest < 2
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 64
