"""The demo company's data folder, and its two helpers: `python -m treaty.cli.demo build|visit`."""

import http
import http.client
import json
import os
import shutil
import signal
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from treaty import locks
from treaty.cli.household import CannotServe, Voice, bring_up_to_date
from treaty.processes import JUDGES, Child, end_with_parent, python, run

ZONE = "Europe/Berlin"
WEBSITE = "Website"
SYSTEMS = Path("tests/fakes/company.py")
"""Two systems full of the company's people, in the project's folder."""
FIRST_PAGES = 3
"""Opened before the company is shown: Home, Promises and Week. The keeper opens the others while a newcomer reads these."""


@dataclass(frozen=True)
class Made:
    """Which company lives in the folder; written when its history is complete."""

    leads: int
    seed: int
    start_on: str
    days: int
    write_key: str


def prepare(home: Path, *, leads: int, seed: int, fresh: bool, voice: Voice) -> None:
    """Make the company if the folder has none; a history that was interrupted is made again. Raises CannotServe."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _refuse_if_running(home)
    made = None if fresh else read(home)
    if made is not None:
        voice.say("continuing", f"continuing the company of {made.leads} leads, seed {made.seed} (--fresh starts over)", **_facts(made))
        return
    _empty(home)
    words = ["build", str(leads), str(seed), *(["--json"] if voice.as_json else [])]
    if run("build", python("treaty.cli.demo", *words, told=JUDGES)):
        raise CannotServe("the demo company could not be made: the lines above say why")


def read(home: Path) -> Made | None:
    """What was made here, None if nothing was completed."""
    path = home / "demo.json"
    return Made(**json.loads(path.read_text())) if path.exists() else None


def visitors(url: str) -> Child:
    """Somebody is on the company's site from now on."""
    return Child("visitors", python("treaty.cli.demo", "visit", url))


def pretended() -> Child:
    """Two outside systems are on this machine, and connected, from now on."""
    return Child("systems", python("tests.fakes.company"))


def _facts(made: Made) -> dict[str, Any]:
    return {name: value for name, value in asdict(made).items() if name != "write_key"}


def _refuse_if_running(home: Path) -> None:
    try:
        locks.take(home / "serve.lock").release()
    except locks.Held as held:
        raise CannotServe(f"the demo is already running (process {held.pid}): open it, or end that process first") from None


def _empty(home: Path) -> None:
    """Remove what a demo left here; never a folder that holds anything else."""
    ours = {"treaty.db", "treaty.db-wal", "treaty.db-shm", "secret.key", "lake", "pinned", "uploads", "rejected", "demo.json"}
    here = {path.name for path in home.iterdir() if path.suffix != ".lock"}
    if here - ours:
        raise CannotServe(f"{home} holds {', '.join(sorted(here - ours)[:3])}, which no demo made: move it away, or set TREATY_HOME")
    for name in here:
        path = home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


# The helpers


def build(leads: int, seed: int, voice: Voice) -> None:
    """Make tables, the company and its history, export it to the lake, and note that it is complete. Raises CannotServe."""
    os.environ["TREATY_PROCESS"] = "web"  # nobody else is there: this process keeps the log short
    import django

    django.setup()
    from treaty.config import home

    with ThreadPoolExecutor(1) as beside:  # a process of its own makes the tables, while this one loads what it needs
        tables = beside.submit(bring_up_to_date, home())
        from treaty.connectors.sources import add_source
        from treaty.demo.run import DAYS
        from treaty.demo.run import build as live
        from treaty.demo.two_systems import plant
        from treaty.jobs import lake
        from treaty.jobs.ahead import Asker
        from treaty.jobs.clock import now
        from treaty.jobs.models import Cursor
        from treaty.jobs.reactions import REACTIONS
        from treaty.journal.queries import head
    tables.result()
    today = now().astimezone(ZoneInfo(ZONE)).date()
    with _unsynced():
        live(leads=leads, seed=seed, today=today, progress=Progress(voice), zone=ZONE)
    for name in REACTIONS:  # the history has been followed already
        Cursor.objects.update_or_create(reaction=name, defaults={"seq": head().seq})
    _, write_key = add_source(WEBSITE, kind="server", at=now())
    plant(now())
    lake.refresh(at=now(), ask=Asker(most=FIRST_PAGES))
    _sync()
    made = Made(leads, seed, (today - timedelta(days=DAYS)).isoformat(), DAYS, write_key)
    temporary = home() / "demo.json.tmp"
    temporary.write_text(json.dumps(asdict(made)))
    temporary.replace(home() / "demo.json")


@contextmanager
def _unsynced() -> Iterator[None]:
    """Commits do not wait for the disk, once for each day: a history that was interrupted is made again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("pragma synchronous = off")
        yield
        cursor.execute("pragma synchronous = full")


def _sync() -> None:
    """All that was committed is on the disk. What was written since commits wait again makes SQLite sync its file."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("pragma wal_checkpoint(truncate)")


class Progress:
    """Says how far the history has come, about twenty times in all."""

    def __init__(self, voice: Voice) -> None:
        self.voice, self.said = voice, -1

    def __call__(self, done: int, of: int, what: str) -> None:
        twentieth = done * 20 // max(of, 1)
        if twentieth > self.said:
            self.said = twentieth
            self.voice.say("progress", f"{done * 100 // max(of, 1):3d} %  {what}", done=done, of=of, what=what)


def visit(url: str) -> None:
    """Send what the visitors do, for ever. What the site does not take is sent again: it is recognised by its id."""
    from treaty.config import home
    from treaty.demo.company import Company

    made = read(home())
    if made is None:
        raise SystemExit(f"no demo company was completed in {home()}")
    company = Company(made.seed, leads=made.leads, start_on=date.fromisoformat(made.start_on), days=made.days, zone=ZONE)
    key = b64encode(f"{made.write_key}:".encode()).decode()
    for wait, event in company.trickle(datetime.now(UTC), made.seed):
        time.sleep(wait)
        while not _sent(url, key, event):
            time.sleep(1)


def _sent(url: str, key: str, event: dict[str, Any]) -> bool:
    host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {key}"}
    try:
        with closing(http.client.HTTPConnection(host, int(port), timeout=10)) as link:
            link.request("POST", f"/v1/{event['type']}", json.dumps(event), headers)
            return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


def main(role: str, *words: str) -> None:
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent says what there is to say
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    if role == "visit":
        visit(words[0])
    else:
        try:
            build(int(words[0]), int(words[1]), Voice("--json" in words))
        except CannotServe as told:
            raise SystemExit(str(told)) from None


if __name__ == "__main__":
    main(*sys.argv[1:])
