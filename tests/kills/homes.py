"""A data folder of its own for processes that will be killed: migrated, on SQLite or in a database of its own on PostgreSQL."""

import atexit
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

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
def _migrated_once() -> Path:
    home = Path(mkdtemp(prefix="treaty-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    done = run(MIGRATE, environment(home))
    assert done.returncode == 0, done.stderr
    return home


def fresh_sqlite(home: Path) -> dict[str, str]:
    """A migrated home; the migrations run once per session and are copied."""
    shutil.copytree(_migrated_once(), home)
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
def _migrated_database() -> str:
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
    _administer(f"create database {name} template {_migrated_database()}")
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


@lru_cache
def _founded_once() -> tuple[Path, str]:
    home = Path(mkdtemp(prefix="treaty-founded-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    shutil.copytree(_migrated_once(), home, dirs_exist_ok=True)
    done = run(FOUND, environment(home), timeout=300)
    assert done.returncode == 0, done.stderr
    return home, done.stdout.strip().splitlines()[-1]


def founded(home: Path) -> tuple[dict[str, str], str]:
    """A home in which both sides have signed, and nobody has visited yet: its environment and a server's write key."""
    source, key = _founded_once()
    shutil.copytree(source, home)
    return environment(home), key
