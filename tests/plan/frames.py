"""A frame without a database: Halden's agreement in force since New Year, looked at on Monday 9 March 2026, 13:00 in Berlin."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from tests.funnel.fake_lake import FakeLake
from tests.world import HALDEN, SIGNED_AT, bindings
from treaty.agreement.canonical import hash_of, signed_bytes
from treaty.agreement.document import load
from treaty.agreement.models import InForce, Version
from treaty.funnel.frame import Frame
from treaty.moments import to_us


@lru_cache
def _version(text, number):
    terms = load(text).terms
    raw = signed_bytes(terms, bindings(terms))
    return Version(number=number, signed_bytes=raw, hash=hash_of(raw))


MONDAY = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def frame(*, at=MONDAY, text=HALDEN, since=SIGNED_AT, until=None, later=None, **rows):
    """later: (text, moment) of a second version that follows the first."""
    held = [InForce(version=_version(text, 1), starts_at=since, ends_at=later[1] if later else until)]
    if later:
        held.append(InForce(version=_version(later[0], 2), starts_at=later[1], ends_at=None))
    return Frame(FakeLake(**rows), held, at)


def us(text):
    """A moment of 2026, `03-10` or `03-10 12:00`, in UTC."""
    day, _, clock = text.partition(" ")
    return to_us(datetime.fromisoformat(f"2026-{day}T{clock or '12:00'}").replace(tzinfo=UTC))


def deal(number, opened, amount, **more):
    return {
        "opportunity_id": number, "opened_us": us(opened), "amount": None if amount is None else Decimal(amount),
        "currency": "EUR", "outcome": "open", **more,
    }  # fmt: skip


def won(number, closed, amount, **more):
    return deal(number, "01-02", amount, outcome="won", closed_us=us(closed), **more)


def from_marketing(*leads):
    """Moves that make these leads marketing's, by the signed definition."""
    return [{"lead_id": n, "from_stage": "", "to_stage": "engaged", "how": "definition", "at_us": us("01-01")} for n in leads]


def qualified(number, at):
    return {"lead_id": number, "from_stage": "engaged", "to_stage": "marketing_qualified", "how": "definition", "at_us": us(at)}


def clock(number, promise, due, ended="met", **more):
    stopped = {"met": us(due) - 3_600_000_000, "late": us(due) + 3_600_000_000}.get(ended)
    breached = us(due) if ended == "late" else None
    return {
        "clock_id": number, "lead_id": number, "handoff_id": number, "promise": promise, "ended": ended, "due_us": us(due),
        "starts_us": us(due) - 7_200_000_000, "stopped_us": stopped, "breached_us": breached, **more,
    }  # fmt: skip
