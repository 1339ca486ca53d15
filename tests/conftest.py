"""What all tests share: where outside data lies, fixed moments, one small world."""

import gc
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from _pytest import runner
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.kills import homes
from treaty.processes import roomy

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""A Tuesday, in working hours everywhere our people work."""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data beside the project; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs_shared: no folder ../shared beside the project")
    return SHARED


hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")
"""A slow machine is no fault of what is tested."""
SYSTEM = {
    "chromium": lambda: shutil.which("chromium") is not None,
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "java": lambda: shutil.which("java") is not None,
    "linux": lambda: sys.platform == "linux",
    "node": lambda: shutil.which("node") is not None,
}


def pytest_configure(config: pytest.Config) -> None:
    """Before processes are started: what is made once is made once for all of them."""
    homes.of_run()


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays: the garbage collector need not go through it again and again, nor so often."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests without their data or system package are skipped aloud; in CI a missing package is a failure.

    A test of one database belongs to the run on that one, and a long proof to `make proof`.
    """
    other = "only_sqlite" if os.environ.get("TREATY_DATABASE_URL") else "only_postgresql"
    elsewhere = [item for item in items if item.get_closest_marker(other) or _is_for_proof(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = sorted((item for item in items if item not in elsewhere), key=lambda item: not item.get_closest_marker("begins"))
    for item in items:
        if item.get_closest_marker("needs_shared") and not SHARED.is_dir():
            item.add_marker(pytest.mark.skip(reason="needs_shared: no folder ../shared beside the project"))
        for mark in item.iter_markers("needs_system"):
            if not SYSTEM[mark.args[0]]() and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=f"needs_system: {mark.args[0]} is not installed"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """As processes of ours do, with room for deep calls: a third of the processor time of tests that ask for figures."""
    return roomy(runner.pytest_runtest_protocol, item, nextitem)


@pytest.fixture(autouse=True, scope="session")
def _what_only_costs_time(django_test_environment: None) -> None:
    """Passwords are hashed as always, at the lowest cost; static files are looked for when they are asked for.

    Each client of a test has middleware of its own; one that knows all static files looks through their folders first.
    """
    ScryptPasswordHasher.work_factor = 2**4
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """TREATY_TEST_FILE: SQLite lies in a file, as in the product; in memory many writers at once are told that a table is locked."""
    if os.environ.get("TREATY_TEST_FILE") and not os.environ.get("TREATY_DATABASE_URL"):
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "treaty.db")


@pytest.fixture(scope="session")
def _migrated(django_db_modify_db_settings: None) -> Iterator[None]:
    """The migrations run once for all processes: each begins with a copy in which Django finds nothing left to do."""
    if os.environ.get("TREATY_DATABASE_URL"):
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = homes.migrated_database()
    elif not os.environ.get("TREATY_TEST_FILE"):
        name = connection.creation._get_test_db_name()
        with closing(sqlite3.connect(name, uri=True)) as copy:
            with closing(sqlite3.connect(homes.migrated() / "treaty.db")) as source:
                source.backup(copy)
            yield
            return
    yield


@pytest.fixture(scope="session")
def django_db_setup(_migrated: None, django_db_setup: None) -> None:
    """A migrated database. Whoever empties it after a test need not fill in names of permissions, which nobody here asks for."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    assert post_migrate.disconnect(create_contenttypes)
    assert post_migrate.disconnect(create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions")


def _is_for_proof(item: pytest.Item) -> bool:
    return item.get_closest_marker("proof") is not None and not os.environ.get("TREATY_PROOF")


@pytest.fixture
def world(db: None) -> "object":
    """The small world, built anew for each test."""
    from tests.world import build

    return build()


@pytest.fixture
def nothing_kept():
    """Another process has none of this one's figures."""
    from treaty.engine.measuring import forget

    forget()
    yield
    forget()
