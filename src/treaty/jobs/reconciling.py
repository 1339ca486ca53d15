"""Once a day how many records of two systems differ is kept, so that a page shows whether it becomes more or less."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from treaty.agreement.queries import Damaged, agreed_zone
from treaty.config import home
from treaty.engine.lake import LakeDamaged, LakeMissing, open_lake
from treaty.truth.reconciling import keep_day

_kept: set[date] = set()
"""Local dates this process is done with; another process may look again, which changes nothing."""


def keep_due(*, at: datetime) -> int:
    """Keep today's differences, if they are not kept yet; how many rows that made."""
    try:
        today = at.astimezone(ZoneInfo(agreed_zone(at) or "UTC")).date()
        if today in _kept:
            return 0
        made = keep_day(open_lake(home()), at=at, on=today)
    except (LakeMissing, LakeDamaged, Damaged, LookupError):
        return 0  # health, `treaty doctor` and the page say what is wrong; a lake of an earlier version is exported again first
    if made:
        _kept.add(today)
    return 0
