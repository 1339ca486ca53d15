"""How each official client sends its 100 events, twice: a sender is called with `again` and must then send the very same."""

# ruff: noqa: S310, S603, S607 the addresses and commands are our own

import datetime as dt
import subprocess
import time
import urllib.request
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EVENTS = 100
Sender = Callable[[str, str, bool], None]
"""(the server's address, the write key, is it the second time?)"""


def python_segment(url: str, key: str, _again: bool) -> None:
    from segment.analytics.client import Client

    _python(Client(key, host=url, gzip=True, on_error=_raise), "segment")


def python_segment_plain(url: str, key: str, _again: bool) -> None:
    from segment.analytics.client import Client

    _python(Client(key, host=url, gzip=False, on_error=_raise), "segment-plain")


def python_rudderstack(url: str, key: str, _again: bool) -> None:
    from rudderstack.analytics.client import Client

    _python(Client(key, host=url, on_error=_raise), "rudder")


def _raise(problem: Exception, _items: Any) -> None:
    print(f"  the client reports: {problem}")


def _python(client: Any, prefix: str) -> None:
    for n in range(EVENTS):
        _python_call(client, n, f"{prefix}-{n % 10}", f"{prefix}-{n}")
    client.flush()
    client.join()


def _python_call(client: Any, n: int, user: str, message_id: str) -> None:
    """The n-th event: ten of each kind of call, then downloads."""
    about = {"message_id": message_id, "timestamp": dt.datetime(2026, 3, 10, 12, n // 60, n % 60, tzinfo=dt.UTC)}
    calls: list[Callable[[], Any]] = [
        lambda: client.identify(user, {"email": f"{user}@acme.example", "name": "Ada"}, **about),
        lambda: client.page(user, name="Pricing", properties={"url": "https://www.halden.example/pricing"}, **about),
        lambda: client.screen(user, name="Home", **about),
        lambda: client.group(user, "g1", {"name": "Acme"}, **about),
        lambda: client.alias(f"{user}-visitor", user, **about),
        lambda: client.track(user, "Content Downloaded", {"title": "Downtime guide"}, **about),
    ]
    calls[min(n // 10, 5)]()


def node(lib: Path) -> Sender:
    def send(url: str, key: str, _again: bool) -> None:
        subprocess.run(["node", str(HERE / "node.mjs"), url, key, "node"], cwd=lib.parent, check=True, timeout=120)

    return send


class Browser:
    """A client in headless Chromium. The second time the very requests it made are made again, byte for byte."""

    def __init__(self, page: str, site: str, query: str = "") -> None:
        self.page, self.site, self.query = page, site, query
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.preflights = 0

    def __call__(self, url: str, key: str, again: bool) -> None:
        if again:
            for target, headers, body in self.seen:
                urllib.request.urlopen(urllib.request.Request(target, body, headers), timeout=20).read()
            return
        from playwright.sync_api import sync_playwright

        with sync_playwright() as tool:
            chromium = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            tab = chromium.new_page()
            tab.on("request", lambda request: self._note(request, url))
            tab.on("console", lambda message: print("  the page says:", message.text) if message.type in ("error", "warning") else None)
            tab.goto(f"{self.site}/{self.page}?url={url}&key={key}{self.query}")
            tab.wait_for_function("document.title === 'sent'", timeout=60_000)
            self._settle(tab)
            chromium.close()

    def _note(self, request: Any, url: str) -> None:
        if request.method == "POST" and request.url.startswith(url):
            headers = {
                name: value for name, value in request.headers.items() if name in ("authorization", "content-type", "anonymousid", "sentat")
            }
            self.seen.append((request.url, {**headers, "origin": self.site}, request.post_data_buffer or b""))

    def _settle(self, tab: Any) -> None:
        """Until the client has sent nothing for two seconds."""
        count, since = -1, time.monotonic()
        while time.monotonic() - since < 2:
            if len(self.seen) != count:
                count, since = len(self.seen), time.monotonic()
            tab.wait_for_timeout(200)


def python_version(package: str) -> str:
    return f"{package} {version(package)}"
