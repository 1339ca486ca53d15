"""A first agreement in a real browser: drafted, a fault corrected, proposed, signed by both sides, in force, its seal whole."""

import os
import re

import pytest
from playwright import sync_api

from tests.parties import EXAMPLE, PASSWORD, PHRASE, parties
from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import damaged

pytestmark = [pytest.mark.browser, pytest.mark.needs_system("chromium"), pytest.mark.django_db(transaction=True)]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture
def people():
    found = parties(with_keys=False)
    for member in (found.mira, found.sam):
        member.set_password(PASSWORD)
        member.save()
    return found


@pytest.fixture
def open_as(live_server, monkeypatch):
    """A browser of one's own for a member who signs in at the door. What the page complains of fails the test."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's loop runs in this thread; the database is not touched from it
    faults = []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)

        def enter(member):
            page = browser.new_context(base_url=live_server.url).new_page()
            page.set_default_timeout(20_000)
            page.on("pageerror", lambda fault: faults.append(str(fault)))
            page.on("console", lambda said: faults.append(said.text) if said.type == "error" and "status of 400" not in said.text else None)
            page.goto("/sign-in/?next=/agreement/")
            page.get_by_label("E-mail").fill(member.email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            return page

        yield enter
        browser.close()
    assert faults == []


def shoot(page, name):
    """Pictures for whoever wants to look: TREATY_SHOTS names the folder."""
    if folder := os.environ.get("TREATY_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_from_a_few_answers_to_a_whole_seal(people, open_as):
    mira = open_as(people.mira)
    draft_and_correct(mira)
    propose(mira)
    sign(mira, "Waited for: Sam Okafor")
    sam = open_as(people.sam)
    ask_and_settle(sam, mira)
    sam.get_by_role("link", name="Sign version 1").click()
    sign(sam, "Everyone has signed version 1")
    for page in (sam, mira):
        page.goto("/agreement/")
        assert page.get_by_role("heading", name=re.compile("Version 1 is in force since")).is_visible()
        assert page.get_by_text("The seal is whole, because both sides have signed").is_visible()
        assert page.locator(".colophon .seal-wait").count() == 0
    shoot(sam, "in-force")
    with sam.expect_download() as bundle:
        sam.get_by_role("link", name="The bundle").click()
    assert bundle.value.suggested_filename == "treaty-agreement-1.zip"
    assert (InForce.objects.get().version.number, damaged()) == (1, [])


def draft_and_correct(page):
    """From a few answers; a wrong word is said by line while it is typed, and a click goes there."""
    page.get_by_role("link", name="Begin").click()
    page.get_by_label("What is the company called?").fill("Halden Instruments")
    shoot(page, "begin")
    page.get_by_role("button", name="Write the draft").click()
    page.get_by_role("heading", name="Ready to be proposed").wait_for()
    build(page)
    page.get_by_role("link", name="As text").click()
    page.get_by_role("heading", name="Ready to be proposed").wait_for()
    text = page.get_by_label("The document, in YAML")
    shoot(page, "draft")
    text.fill(EXAMPLE.replace("model: w_shaped", "model: w_shapd"))
    line = EXAMPLE[: EXAMPLE.index("model: w_shaped")].count("\n") + 1
    page.get_by_role("link", name=f"Line {line}").click()
    shoot(page, "fault")
    assert "Did you mean w_shaped?" in page.locator("#problems").inner_text()
    chosen = text.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert chosen.endswith("w_shapd")
    page.keyboard.type(chosen.replace("w_shapd", "w_shaped"))
    page.get_by_role("heading", name="Ready to be proposed").wait_for()
    assert text.input_value() == EXAMPLE


def build(page):
    """One part as a form: how it reads follows what is typed, before it is saved; the bar of weights always makes the whole."""
    page.get_by_role("link", name="What we promise each other").click()
    row = page.locator("[id='row-promises.sales.0']")
    row.locator("summary").click()
    row.locator("[name='promises.sales.0.within']").fill("3 working hours")
    page.locator("#beside").get_by_text("3 working hours", exact=True).wait_for()
    shoot(page, "form")
    page.get_by_role("button", name="Save this part").click()
    page.get_by_text("Saved.").wait_for()
    page.get_by_role("link", name="How credit is shared").click()
    page.locator("[name='attribution.weights.0.of']").fill("30%")
    last = page.locator(".ask-weight input[readonly]")
    shares = [float(box.input_value().rstrip("%")) for box in page.locator(".ask-weight input:not([type=hidden], [type=range])").all()]
    assert (sum(shares), shares[0]) == (100, 30)
    assert last.input_value() == f"{shares[-1]:g}%"
    page.get_by_role("button", name="Save this part").click()
    page.get_by_text("Saved.").wait_for()


def propose(page):
    """The file it names is given as text; the hash stands on the page before anything is proposed."""
    page.get_by_role("button", name="Save and look at the proposal").click()
    page.get_by_label("or its text").fill("message: sees it weeks before\n")
    page.get_by_role("button", name="Bind and look").click()
    digest = page.locator(".verdict-now .hash").inner_text()
    shoot(page, "proposal")
    page.get_by_role("button", name="Propose version 1").click()
    page.get_by_text("Version 1 is proposed").wait_for()
    assert page.locator(".colophon .hash").inner_text() == digest
    assert page.locator(".colophon .seal-wait").count() == 64
    page.get_by_role("link", name="Sign version 1").click()


def ask_and_settle(sam, mira):
    """Beside the clause it is about; nobody signs before somebody has said how it is settled."""
    clause = sam.locator("#promise-first-contact")
    clause.hover()
    clause.get_by_role("link", name="Remark on this clause").click()
    sam.get_by_label("Your words").fill("Why four hours?")
    sam.get_by_role("button", name="Say it").click()
    sam.get_by_text("nobody signs before it is settled.").first.wait_for()
    sam.goto("/agreement/versions/1/sign/")
    sam.get_by_text("has an open question of Sam Okafor about article 6").wait_for()
    mira.goto("/agreement/versions/1/")
    mira.get_by_role("link", name="See what is open").click()
    mira.get_by_text("Settle", exact=True).click()
    mira.get_by_label("How was it settled?").fill("As measured in May.")
    mira.get_by_role("button", name="Settle it").click()
    mira.get_by_text("Settled by Mira Lang").wait_for()
    shoot(mira, "settled")
    sam.goto("/agreement/versions/1/")


def sign(page, says):
    """A key under a passphrase, then the passphrase again under the words."""
    shoot(page, "key")
    page.get_by_label("Passphrase, 12 characters or more").fill(PHRASE)
    page.get_by_label("The same passphrase again").fill(PHRASE)
    page.get_by_label("The password you sign in with").fill(PASSWORD)
    page.get_by_role("button", name="Make my key").click()
    page.get_by_label("Your passphrase").fill("not the weir at all")
    page.get_by_role("button", name="Sign version 1").click()
    page.get_by_text("does not open your signing key").wait_for()
    shoot(page, "wrong")
    page.get_by_label("Your passphrase").fill(PHRASE)
    page.get_by_role("button", name="Sign version 1").click()
    page.get_by_text(says).wait_for()
    shoot(page, "signed")
    assert Version.objects.count() == 1
