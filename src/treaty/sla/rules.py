"""Was it kept? What stops a clock, and what a clock's standing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Standing(StrEnum):
    RUNNING = "running"
    SOON = "soon"
    MET = "met"
    BREACHED = "breached"


def standing(due_at: datetime | None, stopped_at: datetime | None, *, at: datetime, warn_at: datetime | None = None) -> Standing:
    """A promise kept exactly at its due moment is met. Without a due moment the clock stands and is running."""
    if stopped_at is not None:
        return Standing.MET if due_at is None or stopped_at <= due_at else Standing.BREACHED
    if due_at is not None and at > due_at:
        return Standing.BREACHED
    return Standing.SOON if warn_at is not None and at >= warn_at else Standing.RUNNING


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a handoff's treatment, in order of time.

    contacts: moments of outbound activities since the handoff · reached_at: the person was spoken with ·
    decided_at, outcome: sales' answer, if any.
    """

    contacts: Sequence[datetime] = ()
    reached_at: datetime | None = None
    decided_at: datetime | None = None
    outcome: str = ""


Duty = Literal["first_contact", "disposition", "contact_attempts"]


def stopped_at(duty: Duty, needed: int, evidence: Evidence) -> datetime | None:
    """When the duty was done; None while it is not. The earliest sufficient evidence counts.

    An answer that gives the lead back also ends the duty to contact: nobody is made to call a duplicate.
    """
    given_back = evidence.decided_at if evidence.outcome in ("rejected", "recycled") else None
    if duty == "disposition":
        return evidence.decided_at
    if duty == "first_contact":
        return _earliest(evidence.contacts[0] if evidence.contacts else None, given_back)
    enough = evidence.contacts[needed - 1] if len(evidence.contacts) >= needed else None
    return _earliest(enough, evidence.reached_at, given_back)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((m for m in moments if m is not None), default=None)


def next_look(
    warn_at: datetime | None, due_at: datetime | None, warned_at: datetime | None, breached_at: datetime | None
) -> datetime | None:
    """When the scheduler must look again; None when it has said all there is to say."""
    if breached_at is not None or due_at is None:
        return None
    return due_at if warned_at is not None or warn_at is None else min(warn_at, due_at)
