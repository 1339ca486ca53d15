"""Two workers at once, and heads who press at the same moment: one closing, one restatement, pay made good once."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.kills import homes
from tests.often import often

pytestmark = pytest.mark.db
RACERS = often(2, 3)


@pytest.fixture
def race(tmp_path):
    with homes.fresh(tmp_path / "home") as env:

        def run(what, *, is_guarded=True):
            wanted = json.dumps({"what": what, "racers": RACERS, "is_guarded": is_guarded})
            words = [sys.executable, "-m", "tests.books.racers", wanted]
            ended = subprocess.run(words, env=env, cwd=ROOT, text=True, capture_output=True, timeout=180, check=False)
            assert ended.returncode == 0, ended.stderr
            return json.loads(ended.stdout)

        yield run


def test_restated_by_several_at_once_it_is_restated_and_made_good_once(race):
    seen = race("restate")
    assert (seen["restatements"], seen["made_good"], seen["told"], seen["failed"]) == ([1], ["700.00"], 1, 0)


@pytest.mark.proof
def test_without_lock_and_constraint_it_would_be_restated_several_times(race):
    """The twin with the guards off: it shows that the race happens."""
    seen = race("restate", is_guarded=False)
    assert len(seen["restatements"]) > 1


def test_closed_by_several_at_once_it_is_closed_once(race):
    seen = race("close")
    assert (seen["closings"], seen["refused"], seen["failed"]) == (1, RACERS - 1, 0)


@pytest.mark.proof
def test_without_lock_and_constraint_it_would_be_closed_several_times(race):
    assert race("close", is_guarded=False)["closings"] > 1
