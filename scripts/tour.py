"""Every page of the product as people see it: a demo company and a brand-new one, light and dark, on a desk and in a hand.

tour.py OUT                      serve both, photograph all, one sheet a page into OUT and the list into OUT.txt
tour.py OUT --only queue         the pages whose name holds this
tour.py OUT --keep FOLDER        keep the single pictures in full size as well
tour.py OUT --at URL             a demo that runs already, instead of one of its own

The demo changes on the way: a draft is written and proposed, a file is imported. Tour a demo that may be thrown away.
"""

# ruff: noqa: S603 the commands are our own
import argparse
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from shots import CHROMIUM, FLAGS, THEMES, WIDTHS
from tour_stops import PASSWORD, RUI, Stop, brand_new_stops, entered, prepared, stops

ROOT = Path(__file__).resolve().parents[1]
TREATY = [sys.executable, "-c", "from treaty.cli.main import main; main()"]
SHEET = """<style>body{margin:0;width:2080px;background:#888;display:flex;gap:8px;padding:8px;align-items:flex-start}
img{display:block;min-width:0}.w1440{width:780px}.w390{width:240px}</style>"""


# The tour


def tour(out: Path, *, only: str, keep: Path | None, at: str) -> None:
    with ExitStack() as closed:
        scratch = Path(closed.enter_context(TemporaryDirectory(prefix="treaty-tour-")))
        pictures = keep or scratch / "pictures"
        pictures.mkdir(parents=True, exist_ok=True)
        browser = closed.enter_context(sync_playwright()).chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        names: list[str] = []
        if any(only in stop.name for stop in stops("", "")):
            url = at or closed.enter_context(serving(scratch / "demo", "demo", "--leads", "400", "--systems"))
            names += walk(browser, url, [stop for stop in prepared(browser, url, scratch) if only in stop.name], pictures)
        if any(only in stop.name for stop in brand_new_stops()):
            new = closed.enter_context(serving(brand_new(scratch / "new"), "serve"))
            names += walk(browser, new, [stop for stop in brand_new_stops() if only in stop.name], pictures)
        out.mkdir(parents=True, exist_ok=True)
        for name in names:
            sheet(browser, pictures, name, out)
        browser.close()
    if not only:
        out.with_suffix(".txt").write_text(listing(out, names))


def walk(browser: Browser, url: str, path: list[Stop], pictures: Path) -> list[str]:
    """Photograph each stop in each theme and width; the names."""
    keys = {who: keyring(browser, url, who) for who in {stop.who for stop in path}}
    for width in WIDTHS:
        for who, key in keys.items():
            size = {"width": width, "height": 900 if width > 600 else 844}
            view = browser.new_context(base_url=url, viewport=size, storage_state=key, reduced_motion="reduce")
            for stop in path:
                if stop.who == who:
                    photograph(view, stop, pictures / f"{stop.name}-THEME-{width}.png")
            view.close()
    return [stop.name for stop in path]


def keyring(browser: Browser, url: str, who: str) -> dict | None:
    """What a browser holds after somebody came in; a brand-new company has one member, with a password."""
    view = browser.new_context(base_url=url)
    page = view.new_page()
    page.goto("/sign-in/")
    if who:
        entered(view, who)
    elif page.get_by_role("heading", name="Or look around as").count() == 0:
        page.get_by_label("E-mail").fill("rui.costa@halden.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(url + "/")
    return view.storage_state()


def photograph(view: BrowserContext, stop: Stop, file: Path) -> None:
    page = view.new_page()
    page.on("dialog", lambda asked: asked.accept())  # the draft is left unsaved
    page.goto(stop.path)
    if stop.link:
        links = [link.get_attribute("href") or "" for link in page.locator("main a").all()]
        page.goto(next(link for link in links if re.search(stop.link, link)))
    if stop.act:
        stop.act(page)
    expect(page.get_by_text("Reading the clauses.")).to_have_count(0, timeout=30_000)
    if stop.on_paper:
        on_paper(page, stop.name)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=file.with_name(file.name.replace("THEME", theme)), full_page=True)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        print(f"{file.stem}: wider than its window", file=sys.stderr)
    page.close()


def on_paper(page: Page, name: str) -> None:
    """As it would lie on A4, and on how many sheets."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1020})
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    print(f"{name}: {sheets} pages of A4", file=sys.stderr)


def sheet(browser: Browser, pictures: Path, name: str, out: Path) -> None:
    """The four pictures of a page side by side, small."""
    shown = "".join(f'<img class="w{width}" src="{name}-{theme}-{width}.png">' for width in WIDTHS for theme in THEMES)
    file = pictures / f"{name}.html"
    file.write_text(SHEET + shown)
    page = browser.new_page(viewport={"width": 2096, "height": 400})
    page.goto(file.as_uri())
    page.screenshot(path=out / f"{name}.jpg", type="jpeg", quality=45, full_page=True)
    page.close()


def listing(out: Path, names: list[str]) -> str:
    told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    size = sum((out / f"{name}.jpg").stat().st_size for name in names) / 1e6
    head = f"# {datetime.now(UTC):%Y-%m-%dT%H:%MZ}, commit {told.stdout.strip()}\n# make shots\n"
    says = f"{len(names)} pages, each light and dark, {WIDTHS[0]} and {WIDTHS[1]} wide; {size:.1f} MB\n"
    return head + says + "".join(f"{out.name}/{name}.jpg\n" for name in names)


# What is photographed


def brand_new(home: Path) -> Path:
    words = ["member", "add", "rui.costa@halden.example", "--name", RUI, "--role", "revops", "--zone", "Europe/Berlin"]
    env = environment(home)
    subprocess.run([*TREATY, *words], env=env, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True, timeout=120)
    return home


def environment(home: Path) -> dict[str, str]:
    """Nothing listens where e-mail would be sent: nobody is told anything by a tour."""
    own = {"TREATY_HOME": str(home), "TREATY_SMTP": "smtp://127.0.0.1:9", "TREATY_MAIL_FROM": "Treaty <treaty@halden.example>"}
    return {name: value for name, value in os.environ.items() if not name.startswith("TREATY_")} | own


@contextmanager
def serving(home: Path, *words: str) -> Iterator[str]:
    """Treaty as anybody runs it, on a free port; it ends with the tour."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    house = subprocess.Popen([*TREATY, *words, "--port", port], env=environment(home), text=True, stdout=subprocess.PIPE)
    try:
        if not any(line.startswith("ready") for line in house.stdout or ()):
            raise SystemExit(f"treaty {' '.join(words)} did not become ready")
        yield f"http://127.0.0.1:{port}"
    finally:
        house.send_signal(signal.SIGTERM)
        house.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--at", default="")
    given = parser.parse_args()
    tour(given.out, only=given.only, keep=given.keep, at=given.at)


if __name__ == "__main__":
    main()
