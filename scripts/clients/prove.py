"""The official clients, unchanged, pointed at us: 100 sent is 100 stored, and sending twice changes nothing.

    .venv/bin/python scripts/clients/prove.py [docs/proof/clients.txt]

Starts a server with a fresh data folder on loopback, installs the npm clients into a temporary folder, and sends with
each client to a source of its own. Ends with 1 if any figure is off. Needs npm, node and /usr/bin/chromium.
"""

# ruff: noqa: S603, S607 the commands are our own

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
NPM = ("@segment/analytics-node", "@segment/analytics-next", "@rudderstack/analytics-js")


def main(out: Path | None) -> int:
    with tempfile.TemporaryDirectory(prefix="clients") as folder:
        home, lib = Path(folder) / "home", Path(folder) / "npm" / "node_modules"
        os.environ["TREATY_HOME"] = str(home)
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser driver runs a loop in this thread; nothing here is concurrent
        install(lib.parent)
        lines = list(prove(home, lib))
    print("\n".join(lines))
    if out is not None:
        out.write_text("\n".join(lines) + "\n")
    return 0 if lines[-1].startswith("All") else 1


def install(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", *NPM], cwd=folder, check=True, timeout=300)


def prove(home: Path, lib: Path) -> Iterator[str]:
    from senders import Browser, node, python_rudderstack, python_segment, python_segment_plain, python_version
    from serving import server, site

    from treaty.cli.ready import ready

    ready()
    yield f"Official clients against the tracking API, {dt.datetime.now(dt.UTC):%Y-%m-%d}, commit {commit()}"
    yield "100 events each through a real server (granian, one worker), absorbed, then the same again."
    yield ""
    yield f"{'client':52}{'sent':>6}{'stored':>8}{'absorbed':>10}{'twice':>8}"
    segment, rudder = python_version("segment-analytics-python"), python_version("rudder-sdk-python")
    next_, rudder_js = npm_version(lib, "@segment/analytics-next"), npm_version(lib, "@rudderstack/analytics-js")
    good = []
    with server(home) as url, site(lib) as pages:
        cases = [
            (f"{segment}, gzip", "server", python_segment),
            (f"{segment}, plain", "server", python_segment_plain),
            (rudder, "server", python_rudderstack),
            (npm_version(lib, "@segment/analytics-node"), "server", node(lib)),
            (f"{next_}, Chromium", "browser", Browser("segment.html", pages)),
            (f"{next_}, Chromium, batching", "browser", Browser("segment.html", pages, "&batching=1")),
            (f"{rudder_js}, Chromium", "browser", Browser("rudderstack.html", pages)),
        ]
        for name, kind, send in cases:
            line, is_good = case(name, kind, send, url, pages)
            good.append(is_good)
            yield line
    yield ""
    yield "All as sent, nothing doubled." if all(good) else "NOT as sent: see the lines above."


def case(name: str, kind: str, send: object, url: str, pages: str) -> tuple[str, bool]:
    """One client: (its line of the table, are its figures right?)."""
    from senders import EVENTS

    from treaty.connectors.models import Event
    from treaty.connectors.sources import add_source

    source, key = add_source(name, kind=kind, origins=[pages] if kind == "browser" else [], at=dt.datetime.now(dt.UTC))
    events = Event.objects.filter(source=source)
    send(url, key, False)  # type: ignore[operator]
    wait(lambda: (absorb(), events.count())[1] >= EVENTS)
    stored, absorbed, before = events.count(), events.filter(state=Event.State.STORED).count(), state()
    send(url, key, True)  # type: ignore[operator]
    time.sleep(0.5)
    absorb()
    is_same = state() == before
    line = f"{name:52}{EVENTS:>6}{stored:>8}{absorbed:>10}{'same' if is_same else 'CHANGED':>8}"
    return line, stored == absorbed == EVENTS and is_same


def state() -> list[tuple[str, int]]:
    """How many rows of each kind there are: what a second delivery must not change."""
    from treaty.connectors.models import Event
    from treaty.truth.models import Account, AccountIdentity, Fact, Identity, Merge, Person, Touch

    return [(kind.__name__, kind.objects.count()) for kind in (Event, Person, Identity, Account, AccountIdentity, Touch, Fact, Merge)]


def absorb() -> None:
    from treaty.connectors.absorbing import absorb_waiting

    while absorb_waiting(at=dt.datetime.now(dt.UTC)):
        pass


def wait(is_done: object, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not is_done():  # type: ignore[operator]
        time.sleep(0.1)


def npm_version(lib: Path, package: str) -> str:
    return f"{package} {json.loads((lib / package / 'package.json').read_text())['version']}"


def commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "none"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
