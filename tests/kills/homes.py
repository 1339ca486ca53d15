"""A data folder of its own for processes that will be killed: migrated, on SQLite or in a database of its own on PostgreSQL."""

import atexit
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from treaty import locks
from treaty.config import config

MIGRATE = "import django; django.setup(); from django.core.management import call_command as c; c('migrate', verbosity=0, skip_checks=True)"


def environment(home: Path, database_url: str = "") -> dict[str, str]:
    """What a child needs to work in this folder, and nothing of the parent's own Treaty settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TREATY_")}
    kept |= {"TREATY_HOME": str(home), "DJANGO_SETTINGS_MODULE": "treaty.settings"}
    return kept | ({"TREATY_DATABASE_URL": database_url} if database_url else {})


def run(code: str, env: Mapping[str, str], *args: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *args], env=dict(env), text=True, capture_output=True, timeout=timeout, check=False)


def start(code: str, env: Mapping[str, str], *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *args], env=dict(env), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@lru_cache
def of_run() -> Path:
    """A folder all processes of one run of the tests share, by a variable they inherit; whoever makes it removes it in the end."""
    if "TREATY_TEST_RUN" not in os.environ:
        os.environ["TREATY_TEST_RUN"] = mkdtemp(prefix="treaty-run-")
        atexit.register(_remove, os.environ["TREATY_TEST_RUN"], os.getpid())
    return Path(os.environ["TREATY_TEST_RUN"])


def _remove(folder: str, maker: int) -> None:
    """A forked child that ends leaves it to its parent."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)


def _once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once in a run, by whoever needs it first; the others wait for it."""
    place = of_run() / name
    with locks.take(place.with_suffix(".lock"), wait=300):
        if not place.exists():
            part = place.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            make(part)
            part.rename(place)
    return place


def migrated() -> Path:
    """A migrated home on SQLite, to be copied."""

    def make(home: Path) -> None:
        done = run(MIGRATE, environment(home))
        assert done.returncode == 0, done.stderr

    return _once("migrated", make)


def fresh_sqlite(home: Path) -> dict[str, str]:
    """A migrated home; the migrations run once and are copied."""
    shutil.copytree(migrated(), home)
    return environment(home)


def _beside(name: str) -> str:
    """The address of another database of the configured server."""
    base, _, _ = config().database_url.rpartition("/")
    return f"{base}/{name}"


def _administer(statement: str) -> None:
    import psycopg

    with psycopg.connect(config().database_url, autocommit=True) as admin:
        admin.execute(statement)


@lru_cache
def migrated_database() -> str:
    """The name of a migrated database beside the configured one, to be a template."""
    name = f"treaty_migrated_{uuid.uuid4().hex[:12]}"
    _administer(f"create database {name}")
    atexit.register(_administer, f"drop database {name} with (force)")
    with TemporaryDirectory() as home:
        done = run(MIGRATE, environment(Path(home), _beside(name)))
    assert done.returncode == 0, done.stderr
    return name


@contextmanager
def fresh_postgres(home: Path) -> Iterator[dict[str, str]]:
    """A migrated database beside the configured one, dropped in the end; the migrations run once per session and are copied."""
    name = f"treaty_kills_{uuid.uuid4().hex[:12]}"
    _administer(f"create database {name} template {migrated_database()}")
    try:
        yield environment(home, _beside(name))
    finally:
        _administer(f"drop database {name} with (force)")


@contextmanager
def fresh(home: Path) -> Iterator[dict[str, str]]:
    """The environment of a fresh home on the database these tests run on."""
    if config().database_url:
        with fresh_postgres(home) as env:
            yield env
    else:
        yield fresh_sqlite(home)


FOUND = """
import django; django.setup()
import sys
from datetime import timedelta
from zoneinfo import ZoneInfo
from treaty.connectors.sources import add_source
from treaty.demo.company import Company
from treaty.demo.founding import found
from treaty.jobs.clock import now

start_on = now().astimezone(ZoneInfo("Europe/Berlin")).date() - timedelta(days=14)
found(Company(7, leads=60, start_on=start_on, days=14), start_on)
print(add_source("Website", kind="server", at=now())[1])
"""


def founded(home: Path) -> tuple[dict[str, str], str]:
    """A home in which both sides have signed, and nobody has visited yet: its environment and a server's write key."""

    def make(made: Path) -> None:
        done = run(FOUND, fresh_sqlite(made), timeout=300)
        assert done.returncode == 0, done.stderr
        made.with_name("founded.key").write_text(done.stdout.strip().splitlines()[-1])

    source = _once("founded", make)
    shutil.copytree(source, home)
    return environment(home), source.with_name("founded.key").read_text()
