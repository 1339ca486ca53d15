"""What the worker does for reconciliation: once a day how many records differ is kept, and deals that may be one are proposed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from treaty.agreement.queries import Damaged, agreed_zone
from treaty.config import home
from treaty.engine.lake import LakeDamaged, LakeMissing, open_lake
from treaty.truth.actions import pairing
from treaty.truth.reconciling import keep_day


def propose_deals(*, at: datetime) -> int:
    """Deals of two systems that may be one are proposed, to be answered on the page that says what differs."""
    pairing.propose(at=at)
    return 0


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
