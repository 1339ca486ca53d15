"""One day of two teams in a real browser, on Treaty as anybody runs it: from an empty folder to a won deal with its path.

As a program it tells every step with the time it took and keeps a picture of it:

    python -m tests.browser.day docs/proof/day
"""

import base64
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.standing import standing

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
TREATY = [sys.executable, "-c", "from treaty.cli.main import main; main()"]
PASSWORD, PHRASE = "a long secret of Rui's", "seven grey herons at the weir"
DOCUMENT = Path(__file__).with_name("day_document.yaml")
CAMPAIGN = {"name": "autumn-sensors", "source": "linkedin", "medium": "paid-social"}
ANSWERS = {"Budget": "120,000 EUR, in next year's plan", "Timeline": "Before March", "Need": "Three lines stand still twice a month"}
WITHIN = timedelta(seconds=1)
PATIENCE = 30.0


@dataclass
class Protocol:
    """What happened and how long it took. folder: where pictures of each step go; None keeps none."""

    folder: Path | None = None
    began: float = field(default_factory=time.monotonic)
    n: int = 0

    def step(self, says: str, page: Page | None = None) -> None:
        self.n += 1
        print(f"{self.n:2}  {time.monotonic() - self.began:5.1f} s  {says}", flush=True)
        if self.folder and page:
            page.screenshot(path=self.folder / f"{self.n:02}.jpg", type="jpeg", quality=70)


@dataclass
class Day:
    """A served house, a browser, and the people in it, each with a window of their own."""

    home: Path
    url: str
    browser: Browser
    protocol: Protocol
    faults: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    write_key: str = ""
    today: date = field(default_factory=lambda: datetime.now(ZoneInfo("Europe/Berlin")).date())

    def enter(self, email: str, path: str = "/") -> Page:
        """Sign in at the door. What a page's script raises, or its policy refuses, is kept as a fault."""
        page = self.browser.new_context(base_url=self.url, viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", lambda said: self.faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(f"/sign-in/?next={path}")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(self.secrets[email])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        if page.get_by_text("Choose one of your own").count():
            self.choose_own(page, email)
            page.goto(path)
        return page

    def choose_own(self, page: Page, email: str) -> None:
        """A password told by RevOps opens nothing else until its owner has chosen another."""
        own = f"{email} has chosen"
        page.get_by_label("Present password").fill(self.secrets[email])
        page.get_by_label("New password").fill(own)
        page.get_by_label("The new one again").fill(own)
        page.get_by_role("button", name="Change it").click()
        page.wait_for_url(lambda url: "/settings/" not in url)
        self.secrets[email] = own

    def send(self, *events: dict) -> float:
        """One request as a tracking client makes it; the moment it was answered. 200 means the events are durable."""
        key = base64.b64encode(f"{self.write_key}:".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {key}"}
        asked = urllib.request.Request(f"{self.url}/v1/batch", json.dumps({"batch": events}).encode(), headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            assert answer.status == 200
        return time.monotonic()

    def wait_for(self, what: str, n: int) -> None:
        """Until there are so many rows of a table."""
        until = time.monotonic() + PATIENCE
        while self.ask(f"select count(*) from {what}") != [(n,)]:
            assert time.monotonic() < until, f"there are not {n} rows in {what}"
            time.sleep(0.05)

    def ask(self, question: str, *values: str) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.home / 'treaty.db'}?mode=ro", uri=True)) as link:
            return link.execute(question, values).fetchall()

    def stored(self, email: str) -> tuple[timedelta, int]:
        """From the rows: how long after the last touch was received the handoff was made, and the parts of its brief.

        The touch says when it was received, not the handoff: what the product believes of itself is not asked.
        """
        ((microseconds, brief),) = self.ask(
            "select h.made_at - (select max(t.received_at) from truth_touch t where t.person_id = p.id), h.brief"
            " from handoff_handoff h join truth_lead l on l.id = h.lead_id join truth_person p on p.id = l.person_id where p.email = ?",
            email,
        )
        return timedelta(microseconds=microseconds), len(json.loads(brief))


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """`treaty member add` for the first member, then `treaty serve`: web and worker, ended by a signal."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TREATY_")} | {"TREATY_HOME": str(home)}
    words = ["member", "add", "rui.costa@halden.example", "--name", "Rui Costa", "--role", "revops", "--zone", "Europe/Berlin"]
    subprocess.run([*TREATY, *words], env=env, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True, timeout=120)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = subprocess.Popen([*TREATY, "serve", "--port", str(port)], env=env, text=True, stdout=subprocess.PIPE)
    try:
        assert house.stdout is not None
        assert house.stdout.readline().startswith("ready")
        yield f"http://127.0.0.1:{port}"
    finally:
        house.send_signal(signal.SIGTERM)
        assert house.wait(30) == 0


def people_and_source(day: Day) -> None:
    """RevOps adds the people and a source, each shown its secret once."""
    day.secrets["rui.costa@halden.example"] = PASSWORD
    rui = day.enter("rui.costa@halden.example", "/team/new/")
    for name, role in (("Mira Lang", "marketing"), ("Sam Okafor", "sales_manager"), ("Sol Meyer", "sales_rep")):
        email = f"{name.lower().replace(' ', '.')}@halden.example"
        rui.goto("/team/new/")
        rui.get_by_label("E-mail").fill(email)
        rui.get_by_label("Name", exact=True).fill(name)
        rui.get_by_label("Role").select_option(role)
        rui.get_by_label("Time zone").fill("Europe/Berlin")
        rui.get_by_label("Country").fill("DE")
        rui.get_by_role("button", name="Add them").click()
        day.secrets[email] = rui.locator(".secret-once code").inner_text()
    day.protocol.step("RevOps adds marketing, the head of sales and a rep; each has a password shown once", rui)
    rui.goto("/sources/new/")
    rui.get_by_label("Name").fill("web site")
    rui.get_by_label("Where its key will live").select_option("server")
    rui.get_by_role("button", name="Add it").click()
    day.write_key = rui.locator("code.key").first.inner_text()
    day.protocol.step("RevOps adds a source; its write key is shown once", rui)
    rui.context.close()


def document(today: date) -> str:
    """The agreement of the day: from today on, for two quarters."""
    text = DOCUMENT.read_text("utf-8")
    return text.replace("2026-01-01", str(today)).replace("2026-06-30", str(today + timedelta(days=180)))


def agree(day: Day, mira: Page) -> None:
    """Marketing drafts and signs, sales signs: the agreement is in force."""
    mira.get_by_role("link", name="Begin").click()
    mira.get_by_label("What is the company called?").fill("Halden Instruments")
    mira.get_by_role("button", name="Write the draft").click()
    day.protocol.step("A few answers make a first draft", mira)
    mira.get_by_role("link", name="As text").click()
    mira.get_by_label("The document, in YAML").fill(document(day.today))
    mira.get_by_role("heading", name="Ready to be proposed").wait_for()
    day.protocol.step("Marketing drafts the agreement; it is checked while it is typed", mira)
    mira.get_by_role("button", name="Save and look at the proposal").click()
    mira.get_by_role("button", name="Propose version 1").click()
    mira.get_by_role("link", name="Sign version 1").click()
    sign(day, mira, "mira.lang@halden.example", "Waited for: Sam Okafor")
    day.protocol.step("Marketing signs with a key under a passphrase; sales is waited for", mira)
    sam = day.enter("sam.okafor@halden.example", "/agreement/")
    sam.get_by_role("link", name="Sign version 1").click()
    sign(day, sam, "sam.okafor@halden.example", "Everyone has signed version 1")
    day.protocol.step("Sales signs: everyone has signed version 1", sam)
    sam.goto("/agreement/")
    expect(sam.get_by_role("heading", name=re.compile("Version 1 is in force since"))).to_be_visible()
    day.protocol.step("Version 1 is in force", sam)
    sam.context.close()


def sign(day: Day, page: Page, email: str, says: str) -> None:
    page.get_by_label("Passphrase, 12 characters or more").fill(PHRASE)
    page.get_by_label("The same passphrase again").fill(PHRASE)
    page.get_by_label("The password you sign in with").fill(day.secrets[email])
    page.get_by_role("button", name="Make my key").click()
    page.get_by_label("Your passphrase").fill(PHRASE)
    page.get_by_role("button", name="Sign version 1").click()
    page.get_by_text(says).wait_for()


def person(email: str, name: str, title: str, company: str) -> dict:
    account = {"name": company, "industry": "manufacturing", "employees": 240}
    traits = {"email": email, "name": name, "title": title, "address": {"country": "DE"}, "company": account}
    return {"type": "identify", "userId": email, "messageId": f"who {email}", "traits": traits}


def touch(n: int, email: str, event: str, **properties: str) -> dict:
    """A call of a tracking client on a page that a campaign led to."""
    page = {"path": "/guides/downtime", "url": "https://www.halden.example/guides/downtime", "title": "What an hour of downtime costs"}
    context = {"campaign": CAMPAIGN, "page": page}
    return {
        "type": "track", "userId": email, "messageId": f"{n} {email}", "event": event, "properties": properties, "context": context,
    }  # fmt: skip


def arrives(day: Day, sol: Page, email: str, name: str, *events: dict) -> None:
    """The deciding touch is sent; the rep's queue is asked again and again until the lead stands in it."""
    answered = day.send(*events)
    while name not in sol.request.get("/queue/").text():
        assert time.monotonic() < answered + PATIENCE, (
            f"{name} never came into the queue; {standing(day.ask, email, time.time_ns() // 1000)}"
        )
    seen = time.monotonic() - answered
    delay, parts = day.stored(email)
    said = f"received to handed over with a brief of {parts} parts {delay / timedelta(milliseconds=1):.0f} ms (stored)"
    day.protocol.step(f"{events[-1]['event']}: {name} qualifies; {said}; answered to seen in the queue {seen * 1000:.0f} ms")
    assert delay <= WITHIN, delay
    assert parts > 0


def reject(day: Day, sol: Page) -> None:
    """By keyboard: R, the reason's number, the detail it asks for, Enter."""
    day.wait_for("sla_slaclock", 2)
    sol.goto("/queue/")
    expect(sol.locator("#lead-name")).to_have_text("Ada Brenner")
    expect(sol.locator("#lead .clock")).to_be_visible()
    expect(sol.locator("#lead")).to_contain_text("What an hour of downtime costs")
    expect(sol.locator("#lead h3", has_text="Why they are here")).to_contain_text("version 1")
    day.protocol.step("The rep finds Ada Brenner in the queue, with the brief beside", sol)
    sol.keyboard.press("r")
    sol.keyboard.press("2")
    detail = sol.locator(".pop:visible input[name=detail]")
    expect(sol.locator(".pop:visible [data-ask]")).to_contain_text("which one")
    detail.fill("Vibrosys, signed in September")
    day.protocol.step("The rep rejects her by keyboard: competitor, which asks which one", sol)
    sol.keyboard.press("Enter")
    expect(sol.locator(".toast p")).to_have_text("Ada Brenner went back to marketing: competitor.")
    day.protocol.step("She is back with marketing", sol)


def marketing_sees_it(day: Day, mira: Page) -> None:
    """Rejections count from the lake, which follows within a minute."""
    asked = time.monotonic()
    row = mira.locator("tr", has_text=CAMPAIGN["name"].replace("-", " ")).or_(mira.locator("tr", has_text=CAMPAIGN["name"]))
    mira.get_by_text("More", exact=True).click()
    mira.get_by_role("link", name="Rejections").click()
    while not row.count():
        assert time.monotonic() < asked + 2 * PATIENCE, "the rejection never came to the page"
        mira.wait_for_timeout(500)
        mira.reload()
    expect(mira.locator("h1")).to_contain_text("rejected in")
    expect(row.first).to_contain_text("1")
    expect(mira.get_by_role("row", name=re.compile("Competitor"))).to_contain_text("becomes disqualified")
    day.protocol.step(f"Marketing sees it by campaign, {time.monotonic() - asked:.1f} s after asking for the first time", mira)


def win(day: Day, sol: Page) -> None:
    """The other lead: accepted, tried, qualified, an opportunity, won; then its path."""
    sol.goto("/queue/")
    expect(sol.locator("#lead-name")).to_have_text("Jonas Falk")
    sol.keyboard.press("a")
    expect(sol.locator(".toast p")).to_have_text("Jonas Falk is accepted.")
    sol.keyboard.press("c")
    expect(sol.locator(".toast p")).to_have_text("A contact with Jonas Falk is logged.")
    day.protocol.step("The rep accepts Jonas Falk and logs a call: two keys", sol)
    sol.locator(".acts").get_by_role("link", name=re.compile("Qualify|qualified")).click()
    for label, said in ANSWERS.items():
        sol.get_by_role("textbox", name=label).fill(said)
    day.protocol.step("What the agreement wants captured is asked for", sol)
    sol.get_by_role("button", name="Make it sales qualified").click()
    deal = sol.locator("#opportunity")
    deal.get_by_label("Name").fill("Nordwerk, three lines")
    deal.get_by_label("Amount").fill("48000")
    deal.get_by_label("Expected to close on").fill(str(day.today + timedelta(days=30)))
    deal.get_by_label("Economic buyer").select_option(label="Jonas Falk, VP Operations")
    day.protocol.step("He is sales qualified; an opportunity is opened", sol)
    deal.get_by_role("button", name="Open it").click()
    sol.get_by_text("It is won").click()
    sol.locator("#won").get_by_role("button", name="Close it as won").click()
    path = sol.locator(".timeline")
    expect(sol.get_by_role("heading", name="From first touch to close")).to_be_visible()
    expect(path).to_contain_text(CAMPAIGN["name"])
    day.protocol.step("The deal is won, and its page shows the whole path: the touches, their campaign, every step of sales", sol)
    if day.protocol.folder:
        path.scroll_into_view_if_needed()
        day.protocol.step("The path, entry by entry", sol)


def live(day: Day) -> None:
    """The whole day. Raises AssertionError where it does not go as the agreement says."""
    people_and_source(day)
    mira = day.enter("mira.lang@halden.example", "/agreement/")
    agree(day, mira)
    sol = day.enter("sol.meyer@halden.example", "/queue/")
    ada, jonas = "ada.brenner@acme.example", "jonas.falk@nordwerk.example"
    day.send(person(ada, "Ada Brenner", "Head of maintenance", "Acme"), touch(1, ada, "Content Downloaded", content="downtime-guide"))
    day.send(person(jonas, "Jonas Falk", "VP Operations", "Nordwerk"), touch(1, jonas, "Content Downloaded", content="downtime-guide"))
    day.wait_for("truth_lead", 2)
    day.protocol.step("Two people download a guide of a campaign: two leads, with marketing")
    arrives(day, sol, ada, "Ada Brenner", touch(2, ada, "Content Downloaded", content="sensor-checklist"))
    reject(day, sol)
    marketing_sees_it(day, mira)
    arrives(day, sol, jonas, "Jonas Falk", touch(2, jonas, "Demo Requested", message="Can we see it on a press line?"))
    win(day, sol)
    assert day.faults == []


def run(folder: Path | None = None) -> None:
    protocol = Protocol(folder)
    with ExitStack() as closed:
        home = Path(closed.enter_context(TemporaryDirectory(prefix="treaty-day-"))) / "home"
        url = closed.enter_context(serving(home))
        protocol.step("`treaty member add`, `treaty serve` in an empty folder: ready")
        browser = closed.enter_context(sync_playwright()).chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        live(Day(home, url, browser, protocol))
        browser.close()
    print("the day is done", flush=True)


if __name__ == "__main__":
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        for old in pictures.glob("*.jpg"):
            old.unlink()
    run(pictures)
