"""What pages will ask of a new lake, asked before it is in force: nobody's first look has to wait for it."""

import logging
from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.utils.module_loading import import_string

from treaty.engine.ahead import noting
from treaty.engine.lake import Snapshot
from treaty.engine.measuring import forget
from treaty.funnel.frame import frame_of
from treaty.jobs.clock import now

logger = logging.getLogger("treaty.lake")


class Asker:
    """Opens the pages of `FIRST_LOOKS` once per version of the lake and day of the agreement's calendar.

    most: no more than the first so many, for who cannot wait until the statements of all are written.
    """

    def __init__(self, clock: Callable[[], datetime] = now, *, most: int | None = None) -> None:
        self._clock, self._most = clock, most
        self._asked: tuple[str, date] | None = None

    def __call__(self, lake: Snapshot) -> None:
        """Never raises: a figure that fails must not hold the lake up; the page that needs it says so."""
        try:
            at = self._clock()
            frame = frame_of(lake, at)
            if frame is not None and self._asked != (lake.manifest.space, frame.today):
                ask(lake, at, self._most)
                self._asked = (lake.manifest.space, frame.today)
        except Exception:
            logger.exception("figures could not be computed ahead")


def ask(lake: Snapshot, at: datetime, most: int | None = None) -> None:
    """Ask, and lay the answers beside the lake; what this process kept of them is let go again."""
    look = import_string(settings.FIRST_LOOKS)
    forget()
    with noting(lake.folder, lake.manifest.space):
        look(lake, at, most=most)
    forget()
