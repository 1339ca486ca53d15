"""A paper as PDF, set by a process of its own: it begins with nothing but the paper, and ends with its memory."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

SECONDS = 60
"""After which a paper is given up; a contract takes one."""


class NotPrinted(Exception):
    """The paper could not be set. The message says what helps."""


def as_pdf(paper: Mapping[str, Any]) -> bytes:
    """The PDF of a paper (`paper.paper_of`, with `colours` and `seal`). The same paper gives the same bytes. Raises NotPrinted."""
    return _set(json.dumps(paper, sort_keys=True))


@lru_cache(maxsize=4)
def _set(paper: str) -> bytes:
    """Both sides ask for the same paper, one after the other."""
    command, alone = [sys.executable, "-m", "treaty.agreement.typesetting"], {**os.environ, "RAYON_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, input=paper.encode(), capture_output=True, timeout=SECONDS, check=False, env=alone)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise NotPrinted(f"the paper took more than {SECONDS} seconds: ask again when the machine has less to do") from None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise NotPrinted(f"the paper could not be set, print its page from the browser instead ({last[:300] or 'its process was ended'})")
    return done.stdout
