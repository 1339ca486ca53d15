"""What pages will ask of a new lake, asked before it is in force: nobody's first look has to wait for it."""

import logging
from collections.abc import Callable
from datetime import date, datetime

from treaty.engine.ahead import noting
from treaty.engine.lake import Snapshot
from treaty.engine.measuring import forget
from treaty.funnel.frame import Frame, frame_of
from treaty.jobs.clock import now
from treaty.plan.answers import answers
from treaty.plan.queries import goals, shared
from treaty.rhythm.queries import sync_of, week

logger = logging.getLogger("treaty.lake")


class Asker:
    """Asks the figures of Home, Promises and Week once per version of the lake and day of the agreement's calendar."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._asked: tuple[str, date] | None = None

    def __call__(self, lake: Snapshot) -> None:
        """Never raises: a figure that fails must not hold the lake up; the page that needs it says so."""
        try:
            frame = frame_of(lake, self._clock())
            if frame is not None and self._asked != (lake.manifest.space, frame.today):
                ask(frame, lake)
                self._asked = (lake.manifest.space, frame.today)
        except Exception:
            logger.exception("figures could not be computed ahead")


def ask(frame: Frame, lake: Snapshot) -> None:
    """Ask, and lay the answers beside the lake; what this process kept of them is let go again."""
    forget()
    with noting(lake.folder, lake.manifest.space):
        goals(frame)
        shared(frame)
        answers(frame)
        week(frame, sync_of(frame, frame.today))
    forget()
