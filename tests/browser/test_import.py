"""Files in by a real browser, a real worker and its reading process: looked at, imported, the refused rows fixed and back."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from playwright import sync_api

pytestmark = [pytest.mark.browser, pytest.mark.needs_system("chromium")]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PASSWORD = "a long secret of Rui's"
TREATY = [sys.executable, "-c", "from treaty.cli.main import main; main()"]
GOOD = "".join(f"{n},person{n}@acme.example,web,2026-01-{n:02}\n" for n in range(1, 21))
LEADS = f"lead_id,email,origin,first_contact\n{GOOD},,web,2026-01-06\n22,bo@acme.example,web,2026-02-30\n"


@pytest.fixture
def served(tmp_path):
    """Treaty as it is run, in a data folder of its own; everything ends with the test."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TREATY_")} | {"TREATY_HOME": str(tmp_path / "home")}
    words = ["member", "add", "rui@halden.example", "--name", "Rui Costa", "--role", "revops"]
    subprocess.run([*TREATY, *words], env=env, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True, timeout=120)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = subprocess.Popen([*TREATY, "serve", "--port", str(port)], env=env, text=True, stdout=subprocess.PIPE)
    assert house.stdout is not None
    assert house.stdout.readline().startswith("ready")
    yield f"http://127.0.0.1:{port}"
    house.send_signal(signal.SIGTERM)
    assert house.wait(30) == 0


@pytest.fixture
def page(served):
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        faults = []
        page = browser.new_context(base_url=served, accept_downloads=True).new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto("/sign-in/?next=/imports/new/")
        page.get_by_label("E-mail").fill("rui@halden.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        yield page
        browser.close()
        assert faults == []


def test_files_are_looked_at_imported_and_their_refused_rows_come_back(page, tmp_path):
    (tmp_path / "leads.csv").write_text(LEADS, "utf-8")
    look_at(page, tmp_path / "leads.csv", "20 of 22 rows are ready; 2 need a look", source="HubSpot")
    assert page.get_by_label("What origin becomes").input_value() == "source"
    page.get_by_role("button", name="Import 20 rows").click()
    page.get_by_role("link", name="See what became of the rows").click()  # the progress asks by itself until it is there
    page.get_by_role("heading", name="20 rows are new").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    fixed = download.value.path().read_text("utf-8").replace("2026-02-30", "2026-02-28")
    (tmp_path / "leads.rejected.csv").write_text(fixed, "utf-8")
    page.get_by_role("link", name="import that file").click()
    look_at(page, tmp_path / "leads.rejected.csv", "1 of 2 rows is ready; 1 needs a look", source="")
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_role("link", name="See what became of the rows").click()
    page.get_by_role("heading", name="1 row is new").wait_for()
    again(page, tmp_path / "leads.csv")


def look_at(page, path, says, *, source):
    page.get_by_label("Files").set_input_files(path)
    if source:
        page.get_by_label("From which system").fill(source)
    page.get_by_role("button", name="Look at them").click()
    page.get_by_role("heading", name=says).wait_for()
    assert page.get_by_label("From which system").input_value() == "HubSpot"


def again(page, path):
    """The same file once more changes nothing; trying says so before."""
    page.goto("/imports/new/")
    look_at(page, path, "20 of 22 rows are ready; 2 need a look", source="HubSpot")
    page.get_by_role("button", name="Try without saving").click()
    for _ in range(60):
        if page.get_by_role("region", name="What an import would do").count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    cells = page.get_by_role("region", name="What an import would do").locator("tbody td").all_inner_texts()
    assert cells[:4] == ["22", "0", "20", "2"]
