"""The leased queue: work is claimed for a while, and runs again when the worker that claimed it died.

A handler may run twice (its worker was killed after the work and before the answer), so its effect must be safe to
repeat. What never happens: a job lost, or the answer of a worker whose lease ran out taken for the answer.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from treaty.crash import crash_here
from treaty.jobs.clock import now
from treaty.jobs.models import Job

Handler = Callable[..., Any]
"""Takes the job's arguments and `at`; what it returns is kept as JSON."""

HANDLERS: dict[str, Handler] = {}
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5


class UnknownKind(Exception):
    """No handler has this name."""


class Refused(Exception):
    """A handler's word that trying again cannot help: the job is parked at once."""


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Make a function the handler of jobs of this kind: `def handler(*, at, **args)`."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def enqueue(kind: str, args: Mapping[str, Any] | None = None, *, at: datetime, run_at: datetime | None = None, dedup_key: str = "") -> Job:
    """Put work into the queue, to be done at or after `run_at` (at once when not given).

    dedup_key: while a job of this kind and key waits or runs, a second is not made and the first is returned.
    Joins the caller's transaction: work is queued if and only if its reason is committed.
    """
    wanted = Job(kind=kind, args=dict(args or {}), made_at=at, run_at=run_at or at, dedup_key=dedup_key)
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:
        if not (dedup_key and (first := _unfinished(kind, dedup_key))):
            raise
        return first
    return wanted


def _unfinished(kind: str, dedup_key: str) -> Job | None:
    return Job.objects.filter(kind=kind, dedup_key=dedup_key, state__in=[Job.State.WAITING, Job.State.RUNNING]).first()


def claim(*, at: datetime, lease: timedelta = LEASE) -> Job | None:
    """Take the job that has been due longest, or None. A job whose lease ran out is due again.

    A job that took its worker with it for the fifth time is parked, so that it cannot take a sixth.
    """
    if not due().filter(_runnable(at)).exists():
        return None
    with transaction.atomic():
        job = due().filter(_runnable(at)).select_for_update(skip_locked=_can_skip()).first()
        if job is None:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            _park(job, f"its worker ended {job.attempts} times before it was done", at=at)
            return None
        job.state, job.attempts, job.lease_until = Job.State.RUNNING, job.attempts + 1, at + lease
        job.save(update_fields=["state", "attempts", "lease_until"])
    return job


def due() -> models.QuerySet[Job]:
    """Unfinished jobs, the one due longest first."""
    return Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).order_by("run_at", "id")


def _runnable(at: datetime) -> Q:
    return Q(state=Job.State.WAITING, run_at__lte=at) | Q(state=Job.State.RUNNING, lease_until__lte=at)


def _can_skip() -> bool:
    return bool(connection.features.has_select_for_update_skip_locked)


def _park(job: Job, problem: str, *, at: datetime) -> None:
    Job.objects.filter(pk=job.pk).update(state=Job.State.PARKED, problem=problem, ended_at=at, lease_until=None)


def extend(job: Job, *, at: datetime, lease: timedelta = LEASE) -> bool:
    """Sign of life while working. False: the lease ran out and another worker has the job now."""
    return _mine(job).update(lease_until=at + lease) == 1


def finish(job: Job, result: Any = None, *, at: datetime) -> bool:
    """Done. False: another worker took the job over meanwhile, and its answer counts."""
    changed = _mine(job).update(state=Job.State.DONE, result=result, ended_at=at, lease_until=None, problem="")
    return changed == 1


def fail(job: Job, problem: str, *, at: datetime, is_final: bool = False) -> bool:
    """Not done: try again after 2, 4, 8, 16 seconds; parked with the problem at the fifth time, or at once if final."""
    if is_final or job.attempts >= MOST_ATTEMPTS:
        return _mine(job).update(state=Job.State.PARKED, problem=problem, ended_at=at, lease_until=None) == 1
    again_at = at + timedelta(seconds=2**job.attempts)
    return _mine(job).update(state=Job.State.WAITING, problem=problem, run_at=again_at, lease_until=None) == 1


def release(job: Job, *, at: datetime) -> Job:
    """Let a parked job be tried five times more: the cause has been seen to."""
    Job.objects.filter(pk=job.pk, state=Job.State.PARKED).update(state=Job.State.WAITING, attempts=0, run_at=at, problem="", ended_at=None)
    job.refresh_from_db()
    return job


def _mine(job: Job) -> models.QuerySet[Job]:
    """The job as this worker claimed it: each claim counts `attempts` up, so the number tells claims apart."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def run_one(clock: Callable[[], datetime] = now, *, lease: timedelta = LEASE) -> bool:
    """Claim one job, do it, say so. False when nothing is due."""
    job = claim(at=clock(), lease=lease)
    if job is None:
        return False
    with _kept(job, clock, lease):
        try:
            result = _json(_handler(job.kind)(**job.args, at=clock()))
        except Exception as error:  # whatever a handler raises is the job's problem, not the worker's
            fail(job, _sentence(error), at=clock(), is_final=isinstance(error, (Refused, UnknownKind)))
        else:
            crash_here("job-done-before-it-is-said")
            finish(job, result, at=clock())
    return True


def _handler(kind: str) -> Handler:
    if kind not in HANDLERS:
        raise UnknownKind(f"no handler for jobs of kind {kind!r}: it may come from a newer version of Treaty")
    return HANDLERS[kind]


def _json(value: Any) -> Any:
    return None if value is None else json.loads(json.dumps(value))


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]


@contextmanager
def _kept(job: Job, clock: Callable[[], datetime], lease: timedelta) -> Iterator[None]:
    """Extends the lease from a thread of its own while the body runs."""
    is_over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(job, clock, lease, is_over), daemon=True, name=f"lease of job {job.pk}")
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()


def _keep(job: Job, clock: Callable[[], datetime], lease: timedelta, is_over: threading.Event) -> None:
    try:
        while not is_over.wait(lease.total_seconds() / 3):
            if not extend(job, at=clock(), lease=lease):
                return
    finally:
        connection.close()


def forget(*, before: datetime) -> int:
    """Remove jobs that ended well before a moment; parked ones stay until someone has seen to them."""
    return Job.objects.filter(state=Job.State.DONE, ended_at__lt=before).delete()[0]


def lag(at: datetime) -> timedelta:
    """How long the job due longest has waited."""
    oldest = Job.objects.filter(state=Job.State.WAITING, run_at__lte=at).order_by("run_at").values_list("run_at", flat=True).first()
    return at - oldest if oldest else timedelta(0)
