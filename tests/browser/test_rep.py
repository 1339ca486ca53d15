"""A rep's day in a real browser: the whole queue by keyboard, the same by thumb on a phone."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla.actions import start
from treaty.truth.models import Activity, Assignment, Lead, Person

pytestmark = [pytest.mark.browser, pytest.mark.needs_system("chromium"), pytest.mark.django_db(transaction=True)]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAMES = ("Ada Brenner", "Berta Castell", "Clara Vik")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the driver's event loop runs in this thread, beside the ORM
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def leads(world) -> list[Handoff]:
    """Three leads with Sol, handed over a minute apart, the first due first."""
    now = datetime.now(UTC) - timedelta(minutes=10)
    return [_lead(world, name, now + timedelta(minutes=n)) for n, name in enumerate(NAMES)]


def _lead(world, name: str, at: datetime) -> Handoff:
    email = f"{name.split(maxsplit=1)[0].lower()}@acme.example"
    handoff = world.handed_over(at, email)
    Person.objects.filter(email=email).update(name=name)
    Handoff.objects.filter(pk=handoff.pk).update(owner=world.sol)
    Lead.objects.filter(pk=handoff.lead_id).update(owner=world.sol)
    Assignment.objects.filter(lead=handoff.lead_id, ends_at=None).update(owner=world.sol)
    handoff.refresh_from_db()
    start(handoff)
    return handoff


def opened(browser: Browser, site: str, member, path: str, width: int) -> Iterator[Page]:
    """A signed-in window. The test fails if the content policy was broken or a script raised."""
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(path)
    yield page
    page.wait_for_load_state("networkidle", timeout=60_000)  # what is still fetched reads the database of this test
    assert faults == []
    context.close()


@pytest.fixture
def desk(browser, live_server, world, leads) -> Iterator[Page]:
    yield from opened(browser, live_server.url, world.sol, "/queue/", 1440)


@pytest.fixture
def phone(browser, live_server, world, leads) -> Iterator[Page]:
    yield from opened(browser, live_server.url, world.sol, "/queue/", 390)


def shown(page: Page) -> str:
    return page.locator("#lead-name").inner_text()


def test_a_day_by_keyboard_alone(desk, leads):
    expect(desk.locator("h1")).to_have_text("Three leads are yours")
    assert shown(desk) == "Ada Brenner"

    desk.keyboard.press("j")  # to Berta; Enter opens her beside the list
    desk.keyboard.press("Enter")
    expect(desk.locator("#lead-name")).to_have_text("Berta Castell")

    desk.keyboard.press("a")  # Berta is accepted; the next one opens
    expect(desk.locator(".toast p")).to_have_text("Berta Castell is accepted.")
    expect(desk.locator("#lead-name")).to_have_text("Clara Vik")

    desk.keyboard.press("u")  # and taken back
    expect(desk.locator(".toast p")).to_have_text("Berta Castell waits for an answer again.")
    assert not Disposition.objects.filter(withdrawn_at=None).exists()

    desk.keyboard.press("c")  # a contact: one press
    expect(desk.locator(".toast p")).to_have_text("A contact with Berta Castell is logged.")
    assert Activity.objects.get().kind == "call"


def test_a_rejection_by_keyboard_asks_for_its_detail_and_keeps_it(desk, leads):
    desk.keyboard.press("r")
    expect(desk.locator(".pop:visible h3")).to_have_text("Why is it not for sales?")
    desk.keyboard.press("7")  # competitor, which asks which one
    detail = desk.locator(".pop:visible input[name=detail]")
    expect(desk.locator(".pop:visible [data-ask]")).to_contain_text("which one")
    assert detail.get_attribute("required") is not None
    detail.fill("Vibrosys")
    desk.keyboard.press("Enter")
    expect(desk.locator(".toast p")).to_have_text("Ada Brenner went back to marketing: competitor.")
    expect(desk.locator("h1")).to_have_text("Two leads are yours")
    given = Disposition.objects.get()
    assert (given.reason, given.detail) == ("competitor", "Vibrosys")

    desk.keyboard.press("u")
    expect(desk.locator("h1")).to_have_text("Three leads are yours")


def test_a_refusal_opens_the_panel_again_with_what_was_typed(desk, leads):
    desk.keyboard.press("r")
    desk.keyboard.press("1")  # unable to reach, which needs five attempts
    desk.locator(".pop:visible input[name=detail]").fill("Line engaged")
    desk.keyboard.press("Enter")
    expect(desk.locator(".pop:visible .error")).to_have_text("Unable to reach needs 5 attempts first; 0 logged so far.")
    expect(desk.locator(".pop:visible input[name=detail]")).to_have_value("Line engaged")
    expect(desk.locator(".pop:visible input[value=unable_to_reach]")).to_be_checked()


def test_several_are_selected_and_accepted_at_once(desk, leads):
    for _ in range(2):
        desk.keyboard.press("j")
        desk.keyboard.press("x")
    desk.get_by_role("button", name="Accept all selected").click()
    expect(desk.locator(".toast p")).to_have_text("2 leads accepted.")
    assert Disposition.objects.filter(outcome="accepted").count() == 2
    desk.keyboard.press("u")
    expect(desk.locator(".toast p")).to_have_text("2 leads waiting for an answer again.")


def test_the_reason_why_they_are_here_is_fetched_into_the_brief(desk, leads):
    expect(desk.locator("#lead h3", has_text="Why they are here")).to_contain_text("version 1", timeout=60_000)
    desk.goto(f"/leads/{leads[0].lead.key}/")
    expect(desk.locator(".why")).to_contain_text("Under agreement version 1.", timeout=60_000)


def test_on_a_phone_the_list_comes_first_and_the_answer_is_under_the_thumb(phone, leads):
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    expect(phone.locator("#lead")).to_be_hidden()
    phone.locator(".lead-row a").first.click()
    expect(phone.locator("#lead-name")).to_have_text("Ada Brenner")
    expect(phone.locator(".list")).to_be_hidden()
    for button in phone.locator(".acts .btn:visible").all():
        assert button.bounding_box()["height"] >= 44
    phone.locator(".acts").get_by_role("button", name="Accept").click()
    expect(phone.locator(".toast p")).to_have_text("Ada Brenner is accepted.")
    expect(phone.locator(".toast button", has_text="Undo")).to_be_in_viewport()
    expect(phone.locator("#lead-name")).to_have_text("Berta Castell")
    phone.locator(".back").click()
    expect(phone.locator("h1")).to_have_text("Three leads are yours")
