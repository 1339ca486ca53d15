import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.test import Client, override_settings
from django.utils.timezone import now
from playwright.sync_api import sync_playwright

from tests.unpacked import events
from treaty.connectors.absorbing import absorb_waiting
from treaty.connectors.inbox import the_inbox
from treaty.connectors.lookup import KEYRING
from treaty.connectors.sources import add_source, change_origins
from treaty.truth.models import Fact, Person, Touch
from treaty.web.intake import gates
from treaty.web.intake.buckets import Buckets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
SITE = "https://www.halden.example"
DEMO = {
    "title": "See a demo", "kind": "demo_request", "campaign": "spring", "thanks": "Thank you, <Ada>.",
    "fields": ["email", {"name": "company", "required": True}, {"name": "timeline", "options": ["this year", "later"]}],
    "consent": "You may write to me.",
}  # fmt: skip
ADA = {"email": "ada@acme.example", "company": "Acme GmbH", "timeline": "this year", "consent": "yes", "nonce": "n-1234567890"}


@pytest.fixture(autouse=True, scope="module")
def _inbox_ends(django_db_setup):
    """Its thread holds a connection, and a database somebody is connected to cannot be dropped."""
    yield
    the_inbox().stop()


@pytest.fixture(autouse=True)
def _fresh_door(monkeypatch):
    KEYRING.forget()
    monkeypatch.setattr(gates, "BUCKETS", Buckets())
    with override_settings(ROOT_URLCONF="treaty.web.intake.urls"):
        yield


@pytest.fixture
def demo():
    source, key = add_source("demo form", kind="form", settings=DEMO, origins=[SITE], at=now())
    source.address = f"/forms/{key}/"
    return source


def send(source, values, client=None, **headers):
    return (client or Client(enforce_csrf_checks=True)).post(source.address, values, headers=headers)


def test_the_page_asks_what_is_described_and_works_without_script(demo):
    response = Client().get(demo.address)
    page = response.content.decode()
    assert response.status_code == 200
    assert all(f'name="{name}"' in page for name in ("email", "company", "timeline", "consent", "nonce"))
    assert 'method="post"' in page
    assert "style=" not in page
    assert "<script>" not in page


def test_only_the_listed_sites_may_frame_it(demo):
    response = Client().get(demo.address)
    assert f"frame-ancestors {SITE}" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers
    _, key = add_source("unlisted", kind="form", at=now())
    KEYRING.forget()
    response = Client().get(f"/forms/{key}/")
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


def test_what_is_sent_becomes_a_person_an_answer_and_a_touch(demo):
    response = send(demo, {**ADA, "page": f"{SITE}/demo?utm_source=linkedin&utm_medium=cpc", "visitor": "a1"})
    assert (response.status_code, "Thank you, &lt;Ada&gt;." in response.content.decode()) == (200, True)
    absorb_waiting(at=now())
    ada = Person.objects.get(email="ada@acme.example")
    touch = Touch.objects.get()
    assert (touch.person, touch.kind, touch.form, touch.campaign, touch.channel, touch.path) == (
        ada, "demo_request", "See a demo", "spring", "paid_social", "/demo",
    )  # fmt: skip
    assert ada.account.name == "Acme GmbH"
    facts = dict(Fact.objects.filter(subject="person", subject_id=ada.pk).values_list("field", "text"))
    assert (facts["answer.timeline"], facts["consent"]) == ("this year", "true")


def test_a_double_click_is_one_message(demo):
    assert [send(demo, ADA).status_code for _ in range(2)] == [200, 200]
    send(demo, {**ADA, "nonce": "n-another-page"})
    assert events().count() == 2


def test_each_page_shown_has_its_own_number(demo):
    pages = {Client().get(demo.address).content.decode().split('name="nonce" value="')[1].split('"')[0] for _ in range(3)}
    assert len(pages) == 3


def test_what_is_missing_is_said_beside_its_field_and_nothing_written_is_lost(demo):
    response = send(demo, {"email": 'no"address', "company": "", "timeline": "this year", "nonce": "n-1234567890"})
    page = response.content.decode()
    assert response.status_code == 400
    assert 'value="no&quot;address"' in page
    assert 'aria-describedby="p-company"' in page
    assert "n-1234567890" in page
    assert events().count() == 0


def test_a_listed_sites_own_form_may_send_json(demo):
    response = Client().post(demo.address, json.dumps(ADA), content_type="application/json", headers={"Origin": SITE})
    assert (response.status_code, response.json()) == (200, {"success": True, "message": "Thank you, <Ada>."})
    assert response.headers["Access-Control-Allow-Origin"] == SITE
    wrong = Client().post(demo.address, '{"email": "x"}', content_type="application/json", headers={"Origin": SITE})
    assert (wrong.status_code, set(wrong.json()["fields"])) == (400, {"email", "company"})


def test_another_site_may_not(demo):
    response = Client().post(demo.address, json.dumps(ADA), content_type="application/json", headers={"Origin": "https://other.example"})
    assert (response.status_code, response.json()["code"]) == (403, "origin_not_listed")
    assert send(demo, ADA, Origin="https://other.example").status_code == 403
    assert send(demo, ADA, Origin="http://testserver").status_code == 200
    assert events().count() == 1


def test_a_field_no_person_sees_gives_a_program_away_and_still_nothing_is_lost(demo):
    assert send(demo, {**ADA, "contact_me_by_fax": "buy now"}).status_code == 200
    assert events().get().state == "quarantined"


def test_one_address_may_not_flood_and_keeps_what_was_written(demo):
    answers = [send(demo, {**ADA, "nonce": f"n-{number:010}"}) for number in range(11)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert answers[-1].headers["Retry-After"]
    assert "ada@acme.example" in answers[-1].content.decode()
    assert events().count() == 10


def test_a_store_that_fails_is_said_and_keeps_what_was_written(demo, monkeypatch):
    from treaty.connectors.inbox import NotStored

    class Broken:
        def put(self, source_id, rows):
            raise NotStored("disk full")

    monkeypatch.setattr("treaty.web.intake.views.the_inbox", Broken)
    response = send(demo, ADA)
    assert response.status_code == 503
    assert "press the button again in 2 seconds" in response.content.decode()
    assert "ada@acme.example" in response.content.decode()


@pytest.mark.parametrize("path", ["/forms/unknown/", "/forms/unknown/embed.js"])
def test_a_stranger_gets_404(path):
    assert Client().get(path).status_code == 404


def test_another_kinds_key_is_no_form():
    _, key = add_source("site", kind="browser", at=now())
    assert Client().get(f"/forms/{key}/").status_code == 404


HOSTILE = "<script>alert(1)</script>"


def test_nothing_sent_or_described_is_ever_markup(demo):
    demo.settings = {**DEMO, "title": HOSTILE, "intro": HOSTILE, "button": HOSTILE, "consent": HOSTILE}
    demo.save()
    KEYRING.forget()
    sent = {"email": HOSTILE, "company": "", "page": f"javascript:{HOSTILE}", "referrer": HOSTILE, "visitor": HOSTILE, "nonce": HOSTILE}
    for page in (send(demo, sent).content.decode(), Client().get(demo.address, sent).content.decode()):
        assert "<script>alert" not in page
        assert "javascript:" not in page


@pytest.mark.browser
@pytest.mark.needs_system("chromium")
def test_a_site_includes_the_form_and_two_clicks_are_one_message(demo, live_server, monkeypatch):
    """In a real browser: the listed page shows the form in a frame, another page does not."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    script = (
        f'<!doctype html><title>Site</title><h1>Demo</h1><script src="{live_server.url}{demo.address}embed.js" data-title="Demo"></script>'
    )
    with site(script) as listed, site(script) as other, sync_playwright() as tool:
        change_origins(demo, add=[listed], at=now())
        KEYRING.forget()
        chromium = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = chromium.new_page()
        tab.goto(f"{listed}/demo?utm_campaign=fair")
        inside = tab.frame_locator("iframe")
        inside.get_by_label("Work e-mail").fill("ada@acme.example")
        inside.get_by_label("Company").fill("Acme")
        inside.get_by_role("button").dblclick()
        inside.get_by_role("status").wait_for()
        strange = chromium.new_page()
        strange.goto(other)
        strange.wait_for_timeout(500)
        assert strange.frames[1].get_by_label("Work e-mail").count() == 0
        chromium.close()
    event = json.loads(events().get().body)
    assert event["properties"]["url"] == f"{listed}/demo?utm_campaign=fair"


class site:
    """A page of some company's own site, on an origin of its own."""

    def __init__(self, page):
        class Page(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
