"""Named points at which a test may end this process as `kill -9` would.

They do nothing unless TREATY_CRASH_AT names them: `lake-after-rename`, or `lake-after-rename:3` for the third
passage. Source: reliability facts 4 (crash points).
"""

import os
import signal
from collections import Counter

VARIABLE = "TREATY_CRASH_AT"
_passed: Counter[str] = Counter()


def crash_here(point: str) -> None:
    """Die at once, without clean-up, if this point is armed; otherwise pass."""
    armed = os.environ.get(VARIABLE)
    if not armed:
        return
    name, _, passage = armed.partition(":")
    _passed[point] += 1
    if name == point and _passed[point] >= int(passage or 1):
        os.kill(os.getpid(), signal.SIGKILL)
