"""`treaty serve`'s own process: brings the tables up to date, keeps web and worker running, ends them with itself."""

import http.client
import json as json_format
import socket
import sqlite3
import time
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from treaty import locks
from treaty.processes import JUDGES, Child, Stop, end_all, python, run

ENDING = 5.0
"""Seconds to wait for processes whose parent was killed a moment ago."""
STARTING = 180.0


class CannotServe(Exception):
    """One sentence that names the value and the way out."""


@dataclass
class Voice:
    """What the command says: lines for people, or one JSON object a line."""

    as_json: bool = False

    def say(self, event: str, text: str, **facts: object) -> None:
        print(json_format.dumps({"event": event, **facts}) if self.as_json else text, flush=True)


def web(host: str, port: int) -> Child:
    return Child("web", python("treaty.web", host, str(port)))


def worker() -> Child:
    return Child("worker", python("treaty.jobs", "worker", told=JUDGES))


def keep_house(home: Path, children: Sequence[Child], url: str, voice: Voice) -> None:
    """Run until a signal asks to end: start the children, say when the page answers, start again whoever is killed.

    Raises CannotServe when another `treaty serve` or a single worker has this data folder, or the port is taken.
    """
    stop = Stop()
    with _house_lock(home):
        wait_for_orphans(home, [child.name for child in children])
        check_port(url)
        bring_up_to_date(home)
        try:
            _run(children, url, voice, stop)
        finally:
            end_all(children)
    voice.say("ended", "ended")


def _run(children: Sequence[Child], url: str, voice: Voice, stop: Stop) -> None:
    is_ready, started = False, time.monotonic()
    while not stop.asked.is_set():
        for child in children:
            status = child.tend()
            if status is not None:
                voice.say("restarting", f"the {child.name} process ended ({status}), starting it again", child=child.name, status=status)
        if not is_ready and answers(url):
            is_ready = True
            seconds = round(time.monotonic() - started, 1)
            voice.say("ready", f"ready {url}", url=url, seconds=seconds, pids={c.name: c.process.pid for c in children if c.process})
        if not is_ready and time.monotonic() - started > STARTING:
            raise CannotServe(f"{url} did not answer within {STARTING:g} s: the lines above say why")
        stop.asked.wait(0.05)


def answers(url: str) -> bool:
    """Does the web process answer at all? Any page will do, also one that asks to sign in."""
    host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection(host.strip("[]"), int(port), timeout=5)) as link:
        link.request("GET", "/")
        return link.getresponse().status < 500
    return False


def _house_lock(home: Path) -> AbstractContextManager[object]:
    """On SQLite one household at a time; on PostgreSQL there may be several, each on a port of its own."""
    from treaty.config import config

    if config().database_url:
        return nullcontext()
    try:
        return locks.take(home / "serve.lock")
    except locks.Held as held:
        raise CannotServe(f"Treaty is already running on {home} (process {held.pid}): end that one, or set TREATY_HOME") from None


def wait_for_orphans(home: Path, names: Sequence[str]) -> None:
    """Children of a household that was killed die within moments; a worker started by hand does not. Raises CannotServe."""
    from treaty.config import config

    if config().database_url:
        return
    for name in names:
        try:
            locks.take(home / f"{name}.lock", wait=ENDING).release()
        except locks.Held as held:
            raise CannotServe(f"a {name} is already running on {home} (process {held.pid}): end it first") from None


def check_port(url: str) -> None:
    """Raises CannotServe if something else listens there."""
    host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise CannotServe(f"port {port} on {host} cannot be used ({error.strerror}): choose another with --port") from None


# Tables


def bring_up_to_date(home: Path) -> None:
    """Migrate, unless the database itself says that it was brought to exactly this version. Raises CannotServe."""
    from treaty.config import config

    path = home / "treaty.db"
    wanted = fingerprint()
    if not config().database_url and _version(path) == wanted:
        return
    if run("migrate", python("treaty.jobs", "migrate")):
        raise CannotServe("the tables could not be brought up to date: the lines above say why; nothing was started")
    if not config().database_url:
        with closing(sqlite3.connect(path, timeout=20)) as link:
            link.execute(f"pragma user_version = {wanted}")


def fingerprint() -> int:
    """A number for the migrations of this version, of ours and of Django; 31 bits, as SQLite keeps beside its tables."""
    django = find_spec("django")
    places = [Path(__file__).parents[1], *(Path(place) / "contrib" for place in (django and django.submodule_search_locations) or ())]
    names = sorted(f"{path.parent.parent.name}/{path.name}" for place in places for path in place.glob("*/migrations/0*.py"))
    return zlib.crc32(" ".join([version("django"), *names]).encode()) & 0x7FFFFFFF


def _version(path: Path) -> int | None:
    if not path.exists():
        return None
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as link:
        return int(link.execute("pragma user_version").fetchone()[0])
    return None
