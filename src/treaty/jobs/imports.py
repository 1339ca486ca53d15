"""Reading uploads beside the worker: a process of its own does it, the queue sees that it comes to an end.

A long file costs the worker no turn, and a hostile one no life. The process ends with the worker; the next turn of the
job starts another, which goes on behind the last part.
"""

from datetime import datetime, timedelta
from typing import Any

from treaty import locks
from treaty.connectors import uploads
from treaty.connectors.models import Import
from treaty.jobs import queue
from treaty.jobs.models import Job
from treaty.processes import Process, python

KIND = "import"
LOOK = "look"
REHEARSE = "rehearse"
READ = "read"
AGAIN = timedelta(seconds=2)
MOST_TRIES = 5
_children: dict[str, Process] = {}


def ask(key: str, what: str, *, at: datetime) -> Job:
    """Queue what is to be done with an upload: look at it, rehearse its import, or read it in."""
    return queue.enqueue(KIND, {"key": key, "what": what}, at=at, dedup_key=f"{what} {key}")


def asked(key: str, what: str) -> Job | None:
    """The newest job of that kind for an upload."""
    return Job.objects.filter(kind=KIND, args__key=key, args__what=what).order_by("-id").first()


@queue.handles(KIND)
def tend(key: str, what: str, tries: int = 0, *, at: datetime) -> dict[str, Any]:
    """See that it is being done; come back in two seconds until it is. Refused after five processes ended without an end."""
    if is_done(key, what):
        _children.pop(key, None)
        return {"done": True}
    if not _is_running(key):
        if tries >= MOST_TRIES:
            _give_up(key, what, at)
            raise queue.Refused(f"its process ended {tries} times before it was done: see the log")
        _children[key] = python("treaty.jobs.reading", what, key)()
        tries += 1
    queue.enqueue(KIND, {"key": key, "what": what, "tries": tries}, at=at, run_at=at + AGAIN)
    return {"done": False, "tries": tries}


def is_done(key: str, what: str) -> bool:
    """Nothing is left to do; that is so, too, when the upload is not there any more."""
    if what == READ:
        run = Import.objects.filter(key=key).first()
        return run is None or run.finished_at is not None
    try:
        upload = uploads.find(key)
    except uploads.NoSuchUpload:
        return True
    return (uploads.looked(upload) if what == LOOK else uploads.rehearsed(upload)) is not None


def _is_running(key: str) -> bool:
    child = _children.get(key)
    if child is not None and child.poll() is not None:
        _children.pop(key)
    return locks.is_held(uploads.folder() / key / "reading.lock")


def _give_up(key: str, what: str, at: datetime) -> None:
    if what == READ:
        problem = "reading it ended unexpectedly five times: what was read is kept; see the log, then import the files again"
        Import.objects.filter(key=key, finished_at=None).update(finished_at=at, problem=problem)
