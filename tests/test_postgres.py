"""The second database: every test marked `db` again, on a private PostgreSQL cluster."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.often import often

pytestmark = [pytest.mark.needs_system("postgresql"), pytest.mark.begins]


def test_every_database_test_passes_on_postgresql_too():
    command = [
        "bash",
        "scripts/postgres.sh",
        sys.executable,
        "-m",
        "pytest",
        "-m",
        often("db and not needs_system and not decides", "db and not needs_system"),
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
    ]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
