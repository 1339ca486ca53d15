"""What the worker does again and again, and how often. A thing that fails is put off, and the others go on."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from treaty.connectors.absorbing import absorb_waiting
from treaty.crash import crash_here
from treaty.jobs import (
    backend,
    doubles,
    employers,
    enriching,
    imports,
    notices,
    queue,
    reconciling,
    restating,
    systems,
)  # the backend and the imports bring their handlers with them
from treaty.jobs.alone import alone
from treaty.jobs.reactions import react
from treaty.notify.telling import digests
from treaty.qualification.actions import judge_due
from treaty.qualification.admission import admit
from treaty.qualification.marks import mark_told
from treaty.qualification.panel import get_ready
from treaty.rhythm import drift
from treaty.sla.watch import reroute_absent, tick
from treaty.truth.actions import Absorbed

logger = logging.getLogger("treaty.worker")
LONGEST = 60.0


@dataclass(frozen=True)
class Recurring:
    """every: seconds between two runs; 0 is at every turn. `run` returns how much it did: more than 0, and it may have more."""

    name: str
    every: float
    run: Callable[[datetime], int]
    is_shared: bool = False
    """True if several workers may do it at once; otherwise one does at a time."""


AT_ONCE, BEHIND = 200, 400
"""Events of one transaction, so that others get the write lock soon; twice as many while so many wait that each is full."""
MOST, LONG = 5000, 1.0
"""Events, and seconds they may be begun in, before anybody is judged: judging many people at once costs little more than a few."""
AT_A_TIME, ENTRIES = 100, 500
"""Entries of the journal followed together, and before events are looked for again: so many events may have brought that about."""
BREATH = 0.003
"""After each thing done, others get the write lock: SQLite has no queue for it, whoever asks first has it."""


def absorb(at: datetime) -> int:
    """Take waiting events in; whom they are about is noted in the same transaction, to be judged next."""

    def note(done: Absorbed) -> None:
        mark_told(done, at=at)

    until, asked = time.monotonic() + LONG, AT_ONCE
    count = part = absorb_waiting(asked, at=at, then=note)
    while part == asked and count < MOST and time.monotonic() < until:
        time.sleep(BREATH)
        asked = BEHIND
        part = absorb_waiting(asked, at=at, then=note)
        count += part
    if count:
        crash_here("events-absorbed-before-anybody-is-judged")
    return count


def prepare(at: datetime) -> int:
    """A version that has just come into force is compiled before anybody is judged by it."""
    get_ready(at)
    return 0


def carry_on(at: datetime) -> int:
    """What the journal says is followed, a hundred entries a time, until it is read or others should have their turn."""
    count = read = react(at=at, limit=AT_A_TIME)
    while read >= AT_A_TIME and count < ENTRIES:
        time.sleep(BREATH)
        read = react(at=at, limit=AT_A_TIME)
        count += read
    return count


def work_off(_at: datetime) -> int:
    """One job of the queue; it is claimed and ended at moments of the clock."""
    return int(queue.run_one())


def forget(at: datetime) -> int:
    """Done jobs are kept for a week."""
    return queue.forget(before=at - timedelta(days=7))


WORK: tuple[Recurring, ...] = (
    Recurring("prepare", 1, prepare, is_shared=True),
    Recurring("absorb", 0, absorb),
    Recurring("judge", 0, lambda at: judge_due(at=at)),
    Recurring("react", 0, carry_on),
    Recurring("jobs", 0, work_off, is_shared=True),
    Recurring("clocks", 1, lambda at: tick(at=at)),
    Recurring("admit", 5, lambda at: admit(at=at)),
    Recurring("absent", 5, lambda at: reroute_absent(at=at)),
    Recurring("systems", 5, lambda _: systems.begin_missing()),
    Recurring("employers", 600, lambda at: employers.LOOKS.join_new(at=at)),
    Recurring("doubles", 2, lambda at: doubles.begin_due(at=at)),
    Recurring("enrichment", 30, lambda at: enriching.begin_due(at=at)),
    Recurring("notices", 5, lambda _: notices.begin_missing()),
    Recurring("digests", 60, lambda at: digests(at=at)),
    Recurring("restate", 60, lambda at: restating.one_due(at=at)),
    Recurring("differences", 60, lambda at: reconciling.keep_due(at=at)),
    Recurring("deal pairs", 600, lambda at: reconciling.propose_deals(at=at)),
    Recurring("drift", 3600, lambda at: drift.look(at=at)),
    Recurring("forget", 3600, forget),
)
__all__ = ["WORK", "Recurring", "Schedule", "backend", "imports"]


@dataclass
class Schedule:
    """When each thing is due next; what fails waits 1, 2, 4 … 60 seconds longer each time."""

    work: tuple[Recurring, ...] = WORK
    due: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def run(self, thing: Recurring, *, at: datetime) -> int:
        """Do one thing if it is due; returns how much it did."""
        if at < self.due.get(thing.name, at):
            return 0
        try:
            done = self._do(thing, at)
        except Exception:  # whatever it is, the other things must go on
            self._put_off(thing, at)
            return 0
        self.failures.pop(thing.name, None)
        self.due[thing.name] = at + timedelta(seconds=thing.every)
        return done

    def _do(self, thing: Recurring, at: datetime) -> int:
        if thing.is_shared:
            return thing.run(at)
        with alone(thing.name) as is_mine:
            return thing.run(at) if is_mine else 0

    def _put_off(self, thing: Recurring, at: datetime) -> None:
        failures = self.failures[thing.name] = self.failures.get(thing.name, 0) + 1
        wait = max(thing.every, min(LONGEST, 2.0 ** (failures - 1)))
        self.due[thing.name] = at + timedelta(seconds=wait)
        logger.exception("%s failed %d times, again in %g s", thing.name, failures, wait)
