"""What the verdicts mean for one person: which steps follow, from when, and when to look again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from treaty.agreement.terms import Terms
from treaty.qualification import lifecycle

ENTER, SHORTCUT = "enter", "shortcut"
Way = tuple[str, str]
"""(stage, ENTER or SHORTCUT): one of the ways into a stage."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something holds at the moment of judging, since when, and when that may next change."""

    holds: bool
    since_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Where a person stands. stage: of the open lead, or the entry stage. since_at: when that stage was entered.

    Of whom no lead is open, since_at says when their last one ended; None: they never had one.
    """

    stage: str
    since_at: datetime | None = None
    rests_until: datetime | None = None
    has_lead: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """steps: in order, all at the moment `at`; empty when nothing moves. ways: which ways held. look_at: when to
    judge again although nothing arrives. waits: already held before the version took effect (on_start)."""

    steps: tuple[lifecycle.Step, ...] = ()
    at: datetime | None = None
    ways: tuple[Way, ...] = ()
    look_at: datetime | None = None
    waits: bool = False


def decide(terms: Terms, subject: Subject, verdicts: Mapping[Way, Verdict], *, at: datetime, starts_at: datetime) -> Decision:
    """Apply the agreement's definitions to one person.

    A resting lead is woken by shortcuts alone (a new request for sales). Whose lead has ended begins a new pass by what began
    to hold after that. A person who already satisfied the
    definition before the version took effect waits to be admitted, as `on_start` says.
    Source: agreement, stages (R20); DESIGN 2.3.
    """
    resting = subject.rests_until is not None and at < subject.rests_until
    holding = {way: v for way, v in verdicts.items() if v.holds and not (resting and way[1] == ENTER) and not _is_over(subject, v)}
    steps = lifecycle.reached(terms, subject.stage, {stage for stage, _ in holding})
    look_at = _look_at(verdicts, subject, at)
    if not steps:
        return Decision(look_at=look_at)
    target = steps[-1].to_stage
    ways = tuple(way for way in holding if way[0] == target)
    moments = [v.since_at for way, v in holding.items() if way in ways and v.since_at is not None]
    held_at = min(moments, default=at)
    if not subject.has_lead and held_at < starts_at:
        return Decision(look_at=look_at, waits=True, steps=tuple(steps), ways=ways, at=starts_at)
    floors = [moment for moment in (subject.since_at, subject.rests_until if not resting else None) if moment is not None]
    return Decision(tuple(steps), max([held_at, *floors]), ways, look_at)


def _is_over(subject: Subject, verdict: Verdict) -> bool:
    """It held already when the person's last lead ended: that was decided then."""
    if subject.has_lead or subject.since_at is None or verdict.since_at is None:
        return False
    return verdict.since_at <= subject.since_at


def _look_at(verdicts: Mapping[Way, Verdict], subject: Subject, at: datetime) -> datetime | None:
    moments = [v.next_at for v in verdicts.values() if v.next_at is not None]
    if subject.rests_until is not None and subject.rests_until > at:
        moments.append(subject.rests_until)
    return min((m for m in moments if m > at), default=None)
