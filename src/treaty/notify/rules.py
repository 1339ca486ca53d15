"""When somebody may be told. Values in, values out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from treaty.agreement.quantities import minutes_of

APART = timedelta(minutes=5)
"""Between two messages of one kind to one place; what happens meanwhile comes in one message with the next."""
NEWS = timedelta(days=1)
"""What is older was told elsewhere long ago: a journal that is read late floods nobody."""
NEVER = "none"


class Kind(StrEnum):
    """What is told. What somebody asked for just now (test, reply) waits for nothing."""

    HANDOFF = "handoff"
    WARNING = "warning"
    BREACH = "breach"
    REASON = "reason"
    WON = "won"
    DRIFT = "drift"
    DIGEST = "digest"
    TEST = "test"
    REPLY = "reply"


SHARED = (Kind.HANDOFF, Kind.WARNING, Kind.BREACH, Kind.WON, Kind.DRIFT)
"""What a whole channel may be told as it happens."""
USUAL = (Kind.HANDOFF, Kind.WON, Kind.DRIFT)
"""What it is told unless somebody says otherwise: what one person missed is told to those whom it concerns."""
PERSONAL = (Kind.HANDOFF, Kind.WARNING, Kind.BREACH, Kind.REASON, Kind.DRIFT, Kind.DIGEST)
AT_ONCE = (Kind.TEST, Kind.REPLY)


def quiet_until(at: datetime, quiet: str, zone: ZoneInfo) -> datetime | None:
    """When the quiet stretch that covers a moment ends; None outside of one.

    quiet: `18:00-08:00` on the wall clock of the zone, half-open, or nothing. An hour that the clock shows twice is quiet
    twice; an end that it skips is the moment after the gap.
    """
    if not quiet or quiet == NEVER:
        return None
    start, end = (minutes_of(edge) for edge in quiet.split("-"))
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    is_over_midnight = end < start
    if not (minute >= start or minute < end if is_over_midnight else start <= minute < end):
        return None
    day = local.date() + timedelta(days=is_over_midnight and minute >= start)
    wall = datetime.combine(day, time()) + timedelta(minutes=end)
    ends = (wall.replace(tzinfo=zone, fold=fold).astimezone(at.tzinfo) for fold in (0, 1))
    return next(one for one in ends if one > at)


def due(at: datetime, last: datetime | None, quiet: str, zone: ZoneInfo) -> datetime:
    """When to tell what happened now: with what waits already, `APART` after the last message, never in quiet hours.

    last: when the last message of this kind to this place was or is due
    """
    if last is not None and last + APART > at:
        at = min(max(at, last if last >= at else last + APART), at + APART)
    return quiet_until(at, quiet, zone) or at


@dataclass(frozen=True, slots=True)
class Ways:
    """By what a member can be reached now: the keys of a Slack bot in which they are known, and of a sender of e-mail."""

    slack: str = ""
    email: str = ""

    def chosen(self, choice: str) -> str:
        """The key of the channel that carries it, empty for none. choice: a transport, `none`, or empty for what is usual."""
        if choice == NEVER:
            return ""
        return {"slack": self.slack, "email": self.email}.get(choice, "") or self.slack or self.email


def digest_day(at: datetime, every: str, weekday: int, hour: int, zone: ZoneInfo) -> str:
    """The local day whose digest is due by now, as `2026-03-10`; empty when none is, or when its hour is long past."""
    local = at.astimezone(zone)
    is_day = every == "day" or (every == "week" and local.weekday() == weekday)
    return local.date().isoformat() if is_day and hour <= local.hour < hour + 3 else ""


def who_is_told(on_breach: Collection[str], owner: str, manager: str, sponsor: str) -> list[str]:
    """The keys of those whom the promise names, each once; a part nobody holds tells nobody."""
    named = {"tell_owner": owner, "tell_manager": manager, "tell_sponsor": sponsor}
    return list(dict.fromkeys(key for duty, key in named.items() if duty in on_breach and key))
