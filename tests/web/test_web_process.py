"""The process that answers: what it does before its first request."""

import os
import subprocess
import sys

ASK = """
import gc
from treaty.processes import GARBAGE
from treaty.web.__main__ import loaded
loaded()
made = [[] for _ in range(GARBAGE // 2)]
print(gc.get_freeze_count() > 50_000, gc.get_threshold()[0] == GARBAGE, gc.isenabled(), len(gc.get_objects(generation=2)))
"""


def test_what_is_loaded_is_never_searched_for_garbage_and_requests_rarely(tmp_path):
    env = {**os.environ, "TREATY_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "treaty.settings"}
    said = subprocess.run([sys.executable, "-c", ASK], env=env, text=True, capture_output=True, check=True).stdout
    is_frozen, is_rare, is_on, old = said.split()
    assert (is_frozen, is_rare, is_on) == ("True", "True", "True")
    assert int(old) < 100
