"""The home page of a fresh clone in a browser: clone, `make demo`, sign in as the head of sales, read the figures, photograph.

Called by demo.sh. Prints each step with the seconds since the start, the figures of the page, and what is left when it ends.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
LIMIT = 900


def main() -> int:
    leads, port = sys.argv[1], "8765"
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="treaty-fresh-") as folder:
        clone = Path(folder) / "treaty"
        subprocess.run(["git", "clone", "--quiet", str(HERE.parents[1]), str(clone)], check=True)
        say(f"a fresh clone; nothing installed in it; now: make demo LEADS={leads} PORT={port}")
        with (Path(folder) / "out").open("w+") as out:
            made = subprocess.Popen(
                ["make", "demo", f"LEADS={leads}", f"PORT={port}"], cwd=clone, stdout=out, stderr=out, start_new_session=True
            )
            url = wait_for_ready(made, Path(folder) / "out")
            say(f"ready {url}")
            look(url, say)
            os.killpg(made.pid, signal.SIGINT)  # what Ctrl-C in a terminal sends
            made.wait(30)
        say(f"after one interrupt {running(str(clone))} of its processes run")
    return 0


def wait_for_ready(made: subprocess.Popen[bytes], out: Path) -> str:
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        found = [line.split()[1] for line in out.read_text().splitlines() if line.startswith("ready http")]
        if found:
            return found[0]
        if made.poll() is not None:
            break
        time.sleep(0.2)
    raise SystemExit(f"it never was ready:\n{out.read_text()[-2000:]}")


def look(url: str, say: Callable[[str], None]) -> None:
    sys.path.insert(0, str(HERE.parents[1]))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(url)
        page.get_by_role("button", name="Sam Okafor").click()
        page.wait_for_load_state("networkidle", timeout=60_000)
        say(f"Home, signed in as the head of sales: {page.locator('h1').first.inner_text()}")
        for line in page.locator("main").inner_text().splitlines():
            if any(letter.isdigit() for letter in line) and len(line) > 25:
                say(f"    {line[:150]}")
        page.screenshot(path=HERE / "demo.jpg", type="jpeg", quality=60)
        browser.close()


def running(clone: str) -> int:
    """How many processes were started from the clone."""
    told = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return sum(clone in line for line in told.splitlines())


if __name__ == "__main__":
    sys.exit(main())
