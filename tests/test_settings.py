"""How the process is told: what a flag switches on, and what a database URL says."""

import os
import subprocess
import sys

import pytest

from treaty.config import config, database


def checked(home, **flags):
    """What Django's own check for production says."""
    env = {**os.environ, "TREATY_HOME": str(home), "DJANGO_SETTINGS_MODULE": "treaty.settings", **flags}
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_behind_https_the_check_for_production_has_nothing_to_say(tmp_path):
    done = checked(tmp_path, TREATY_HTTPS="1")
    assert (done.returncode, done.stderr + done.stdout) == (0, "System check identified no issues (4 silenced).\n")


def test_without_it_the_check_names_the_cookies(tmp_path):
    done = checked(tmp_path, TREATY_HTTPS="0")
    assert [name in done.stderr for name in ("security.W004", "security.W012", "security.W016")] == [True] * 3


@pytest.fixture
def from_url(monkeypatch):
    def read(url):
        monkeypatch.setenv("TREATY_DATABASE_URL", url)
        config.cache_clear()
        return database()

    yield read
    monkeypatch.undo()
    config.cache_clear()


def test_what_a_database_url_says_beyond_the_place_reaches_the_driver(from_url):
    found = from_url("postgresql://mira:a%40b@db.example:5433/treaty?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&connect_timeout=5")
    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == ("db.example", "5433", "treaty", "a@b")
    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "connect_timeout": "5"}


def test_a_socket_is_named_as_the_host(from_url):
    found = from_url("postgresql:///treaty?host=%2Frun%2Fpostgresql")
    assert (found["HOST"], found["OPTIONS"]) == ("/run/postgresql", {})
