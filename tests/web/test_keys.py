"""Keys, theme, menus and the phone, in a real browser, on pages rendered from samples and served on loopback under the real policy."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import django_htmx
import pytest
import web_samples as samples
import web_samples_work as work
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect, sync_playwright

import treaty.web
from treaty.web.security import policy

pytestmark = [pytest.mark.browser, pytest.mark.needs_system("chromium")]
STATIC = [Path(treaty.web.__file__).parent / "static", Path(django_htmx.__file__).parent / "static"]
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Halden(BaseHTTPRequestHandler):
    """A few pages of the sample company; posts are remembered."""

    posts: list[tuple[str, dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            self._send(next(root / path.removeprefix("/static/") for root in STATIC if (root / path.removeprefix("/static/")).is_file()))
        elif path == "/queue/":
            self._page(render_to_string("treaty/queue.html", {"bar": samples.bar("Queue"), **work.queue()}))
        elif path.startswith("/queue/"):
            self._page(render_to_string("treaty/parts/brief.html", {"brief": work.brief()}).replace("Ada Brenner", "Rubén Castell"))
        elif path == "/broken/brief/":
            self._page("no", 503)
        else:
            self._page(render_to_string("treaty/listing.html", {"bar": samples.bar("Leads"), **samples.leads()}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        kind = self.headers["Content-Type"]
        self.posts.append((self.path, parse_qs(body) if "urlencoded" in kind else {"raw": [body]}))
        self._page("<!doctype html><title>Done</title><p>done")

    def _send(self, file: Path) -> None:
        self._answer(file.read_bytes(), KINDS[file.suffix])

    def _page(self, page: str, status: int = 200) -> None:
        self._answer(page.encode(), "text/html; charset=utf-8", status)

    def _answer(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """A test needs no access log."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Halden) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    yield from opened(browser, site, 1440)


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Page]:
    yield from opened(browser, site, 390)


def opened(browser: Browser, site: str, width: int) -> Iterator[Page]:
    """The queue in a fresh window. The test fails if the policy was broken or a script raised."""
    Halden.posts.clear()
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site)
    context.set_default_timeout(5000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto("/queue/")
    yield page
    assert faults == []
    context.close()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.querySelector('.n')?.textContent ?? document.activeElement.textContent"))


def test_j_and_k_move_through_all_lists_from_the_open_lead_and_stop_at_the_ends(page):
    page.keyboard.press("j")
    assert focused(page) == "Rubén Castell"  # Ada is open, so the first step goes to the second
    for _ in range(9):
        page.keyboard.press("j")
    assert focused(page) == "Claire Demont"  # the last, in the second group
    page.keyboard.press("k")
    assert focused(page) == "Piotr Zielak"


def test_enter_opens_the_lead_beside_the_list_and_keeps_the_address(page):
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#lead-name")).to_have_text("Rubén Castell")
    expect(page.locator(".lead-row a[aria-current] .n")).to_have_text("Rubén Castell")
    assert page.url.endswith("/queue/?lead=2")


def test_x_selects_and_offers_the_bulk_answers(page):
    expect(page.locator(".bulk")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_be_visible()
    page.get_by_role("button", name="Accept all selected").click()
    page.wait_for_load_state()
    assert Halden.posts[-1] == ("/queue/answers/", {"lead": ["2", "3"], "answer": ["accept"]})


@pytest.mark.parametrize(("key", "answer"), [("a", "accept"), ("c", "contacted"), ("m", "meeting"), ("y", "recycle")])
def test_one_key_answers_the_open_lead(page, key, answer):
    page.keyboard.press(key)
    page.wait_for_url("**/disposition/")
    assert Halden.posts == [("/handoffs/1/disposition/", {"answer": [answer]})]


def test_r_opens_the_reasons_and_a_digit_chooses_one(page):
    page.keyboard.press("r")
    expect(page.get_by_text("Why is it not for sales?")).to_be_visible()
    page.keyboard.press("2")
    assert page.locator("input[value=no_budget]").is_checked()
    page.keyboard.press("Enter")  # in a choice, Enter sends the form
    page.wait_for_url("**/disposition/")
    assert Halden.posts == [("/handoffs/1/disposition/", {"reason": ["no_budget"], "answer": ["reject"]})]


def test_a_reason_that_asks_for_a_detail_is_not_sent_without_it(page):
    page.keyboard.press("r")
    page.keyboard.press("4")
    expect(page.get_by_text("This reason needs one thing more: which product.")).to_be_visible()
    page.get_by_role("button", name="Reject with reason").click()
    assert Halden.posts == []
    page.locator("input[name=detail]").first.fill("pumps")
    page.get_by_role("button", name="Reject with reason").click()
    page.wait_for_url("**/disposition/")
    assert Halden.posts[-1][1] == {"reason": ["other_product"], "detail": ["pumps"], "answer": ["reject"]}


def test_while_reasons_are_open_other_answers_rest_and_escape_closes_them(page):
    page.keyboard.press("r")
    page.keyboard.press("a")
    page.keyboard.press("j")
    assert Halden.posts == []
    page.keyboard.press("Escape")
    expect(page.get_by_text("Why is it not for sales?")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('summary')")


def test_an_answer_key_on_another_row_changes_nothing_and_says_so(page):
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_contain_text("Another lead is open. Press Enter to open this one first.")
    assert Halden.posts == []


def test_keys_rest_while_typing_and_with_ctrl_down(page):
    page.goto("/leads/")
    page.keyboard.press("/")
    page.keyboard.type("jax?")
    assert page.locator("input[name=q]").input_value() == "jax?"
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+j")
    assert page.locator(".is-here").count() == 0


def test_g_and_a_letter_go_somewhere(page):
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/promises/")
    page.keyboard.press("g")
    page.keyboard.press("f")  # stands in a closed menu
    page.wait_for_url("**/fairness/")


def test_the_help_opens_and_closes_and_takes_the_keys(page):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("a")
    assert Halden.posts == []
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_keys_can_be_turned_off_on_this_device(page):
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn keys off on this device").click()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("a")
    page.keyboard.press("j")
    assert Halden.posts == []
    assert page.locator(".is-here").count() == 0


def test_keys_turned_off_by_the_member_are_off(page):
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("a")
    assert Halden.posts == []
    expect(page.locator(".keys")).to_be_hidden()


def test_keys_move_through_a_table_and_select_its_rows(page):
    page.goto("/leads/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("input[name=lead]:checked").input_value() == "2"
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/2/")


def test_the_theme_changes_at_once_and_is_sent_to_be_kept(page):
    page.locator(".me summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 20, 17)"
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(200)
    path, sent = Halden.posts[-1]
    assert path == "/settings/theme/"
    assert "dark" in str(sent)


def test_a_menu_closes_on_escape_and_on_a_click_elsewhere(page):
    page.get_by_text("More").click()
    expect(page.get_by_role("link", name="Fairness")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Fairness")).to_be_hidden()
    page.get_by_text("More").click()
    page.locator(".gist").first.click()
    expect(page.get_by_role("link", name="Fairness")).to_be_hidden()


def test_a_failed_request_is_said_aloud(page):
    page.evaluate("document.querySelectorAll('[data-open]')[1].dataset.open = '/broken/brief/'")
    page.get_by_text("Rubén Castell", exact=True).first.click()
    expect(page.locator("#toasts")).to_contain_text("The server answered 503. Nothing was changed")
    expect(page.locator("#lead-name")).to_have_text("Ada Brenner")


def test_on_a_phone_a_lead_is_a_page_and_back_is_the_list(phone):
    expect(phone.locator(".brief")).to_be_hidden()
    phone.get_by_text("Rubén Castell", exact=True).first.click()
    phone.wait_for_url("**#lead")
    expect(phone.locator(".list")).to_be_hidden()
    expect(phone.get_by_role("button", name="Accept")).to_be_visible()
    phone.go_back()
    expect(phone.locator(".list")).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_window_and_targets_are_large(phone):
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    for name in ("Queue", "Week"):
        assert phone.get_by_role("link", name=name, exact=True).bounding_box()["height"] >= 43
    phone.get_by_text("Ada Brenner").first.click()
    phone.wait_for_url("**#lead")
    meeting = phone.get_by_role("button", name="Meeting")
    phone.wait_for_function("button => button.getBoundingClientRect().height >= 44", arg=meeting.element_handle(), timeout=5000)


def test_on_a_phone_the_menu_reaches_every_place(phone):
    phone.get_by_text("More").click()
    for name in ("Opportunities", "Rejections", "Sources", "Fairness", "Team", "Settings"):
        box = phone.get_by_role("link", name=name, exact=True).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 44
