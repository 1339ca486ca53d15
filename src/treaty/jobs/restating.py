"""Closed periods are compared with later data at night, one a turn: it takes seconds, in which the worker does nothing else."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from treaty.agreement.queries import Damaged, agreed_zone
from treaty.books.actions import NotClosable
from treaty.books.figures import NotCountable
from treaty.books.queries import closings
from treaty.books.restating import restate
from treaty.config import home
from treaty.engine.lake import LakeDamaged, LakeMissing, open_lake

NIGHT = range(2, 5)
"""Hours of the agreement's zone in which it is done; `treaty books restate` does it at any time."""
_looked: dict[int, date] = {}
"""On which local date this process last compared a closing; another process may do it again, which changes nothing."""


def one_due(*, at: datetime) -> int:
    """Compare the oldest closed period that was not compared tonight; 1 if it was restated."""
    local = at.astimezone(ZoneInfo(agreed_zone(at) or "UTC"))
    if local.hour not in NIGHT:
        return 0
    rows = closings().exclude(closed_at=None).order_by("first_on")
    closing = next((row for row in rows if _looked.get(row.pk) != local.date()), None)
    if closing is None:
        return 0
    _looked[closing.pk] = local.date()
    try:
        return int(restate(closing, open_lake(home()), at=at) is not None)
    except (LakeMissing, LakeDamaged, NotClosable, NotCountable, Damaged):
        return 0  # health, `treaty doctor` and the page say what is wrong
