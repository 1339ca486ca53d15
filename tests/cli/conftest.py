"""The command as a person runs it, in a data folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kills import homes

Told = tuple[int, str, str]
"""(exit code, what it wrote, what it complained of)"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home") / "home"
    homes.fresh_sqlite(home)
    return home


@pytest.fixture
def treaty(home: Path) -> Callable[..., Told]:
    """dies_at: the point of `treaty.crash` at which it is killed"""
    code = "from treaty.cli.main import main; main()"

    def run(*words: object, dies_at: str = "") -> Told:
        env = {**os.environ, "TREATY_HOME": str(home), "TREATY_DATABASE_URL": "", "TREATY_CRASH_AT": dies_at}
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, words)], env=env, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run
