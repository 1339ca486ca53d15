"""A real server on loopback with a fresh data folder, and a small site whose pages carry the browser clients."""

# ruff: noqa: S310, S603 the addresses and commands are our own

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The product's own web process; yields its address. It ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "treaty.web", "127.0.0.1", str(port)]
    env = {**os.environ, "TREATY_HOME": str(home), "DJANGO_SETTINGS_MODULE": "treaty.settings"}
    running = subprocess.Popen(command, env=env)
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(20)


def wait_for(url: str, seconds: float = 30) -> None:
    """Until something answers there, be it an error."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers at {url}")


class Quiet(SimpleHTTPRequestHandler):
    """Pages from beside this file, and the clients' own files under /lib/."""

    lib = Path()

    def translate_path(self, path: str) -> str:
        bare = path.partition("?")[0]
        return str(self.lib / bare.removeprefix("/lib/")) if bare.startswith("/lib/") else str(HERE / bare.lstrip("/"))

    def log_message(self, *_: object) -> None:
        """Silence."""


Quiet.extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}


@contextmanager
def site(lib: Path) -> Iterator[str]:
    """The site the browser clients live on: another origin than the server's, so the browser asks before it sends."""
    handler = type("Pages", (Quiet,), {"lib": lib})
    serving = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(HERE)))
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
