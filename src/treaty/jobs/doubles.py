"""Looking for doubles beside the worker: at night, or when somebody asks; a process of its own, which ends with the worker."""

from collections.abc import Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from treaty import locks
from treaty.agreement.queries import Damaged, agreed_zone
from treaty.config import home
from treaty.jobs.beside import Beside
from treaty.jobs.clock import now
from treaty.qualification import merging
from treaty.truth.actions import alone, searching
from treaty.truth.actions.merging import AlreadyOne, first_known
from treaty.truth.models import Person, Proposal, Search

NIGHT = 2
"""The hour, where the agreement is at home, in which everybody is compared once."""
MOST_ATTEMPTS = 3
ONE = "one"
"""Whichever search it is, one runs at a time."""


def _lock_of(_key: str = ONE) -> Path:
    return home() / "doubles.lock"


BESIDE = Beside(_lock_of)


def is_installed() -> bool:
    """The extra `identity` is there."""
    return find_spec("splink") is not None


def begin_due(*, at: datetime) -> int:
    """Begin the search that was asked for, or tonight's. A search whose process ended is begun again, three times at most."""
    run = searching.unfinished() or _tonights(at)
    if run is None or BESIDE.is_running(ONE):
        return 0
    if run.attempts >= MOST_ATTEMPTS:
        run.ended_at, run.problem = at, "its process ended three times before it was done: see the log, then ask again"
        run.save(update_fields=["ended_at", "problem"])
        return 0
    Search.objects.filter(pk=run.pk).update(attempts=run.attempts + 1)
    BESIDE.begin(ONE, "doubles", str(run.number))
    return 1


def _tonights(at: datetime) -> Search | None:
    try:
        zone = ZoneInfo(agreed_zone(at) or "UTC")
    except Damaged:
        return None
    if at.astimezone(zone).hour != NIGHT or not is_installed():
        return None
    last = Search.objects.order_by("-number").first()
    if last is not None and last.asked_at.astimezone(zone).date() == at.astimezone(zone).date():
        return None
    return searching.ask(by=None, at=at) if searching.known_people()[:2].count() == 2 else None


def tend(number: int) -> None:
    """Carry a search out, alone. What it cannot do is said on its page."""
    from treaty.truth.matching.compare import NoSplink

    with locks.take(_lock_of(), wait=1):
        run = Search.objects.get(number=number)
        try:
            searching.search(run, clock=now, then=act_alone)
        except NoSplink as problem:
            run.ended_at, run.problem = now(), str(problem)
            run.save(update_fields=["ended_at", "problem"])


def act_alone(proposed: Sequence[Proposal]) -> int:
    """Merge what may be merged unasked; how many."""
    merged = 0
    for proposal in alone.sure_of(proposed):
        people = Person.objects.filter(pk__in=(proposal.one_id, proposal.other_id), merged_into=None)
        if len(both := list(people)) == 2:
            evidence = {"rule": searching.MATCH, "proposals": [proposal.key], "probability": proposal.probability}
            try:
                with transaction.atomic():
                    if not alone.is_sure(proposal):
                        continue
                    merging.merge(*first_known(*both), evidence=evidence, by=None, at=now())
            except AlreadyOne:
                continue
            merged += 1
    return merged
