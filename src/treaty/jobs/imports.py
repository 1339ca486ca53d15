"""Reading uploads beside the worker: a process of its own does it, the queue sees that it comes to an end.

A long file costs the worker no turn, and a hostile one no life. The process ends with the worker; the next turn of the
job starts another, which goes on behind the last part.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from treaty.connectors import uploads
from treaty.connectors.models import Import, ImportFile
from treaty.jobs import queue
from treaty.jobs.beside import Beside
from treaty.jobs.models import Job

KIND = "import"
LOOK = "look"
REHEARSE = "rehearse"
READ = "read"
AGAIN = timedelta(seconds=2)
MOST_TRIES = 5
BESIDE = Beside(uploads.lock_of)


def ask(key: str, what: str, *, at: datetime) -> Job:
    """Queue what is to be done with an upload: look at it, rehearse its import, or read it in."""
    return queue.enqueue(KIND, {"key": key, "what": what}, at=at, dedup_key=f"{what} {key}")


def asked(key: str, what: str) -> Job | None:
    """The newest job of that kind for an upload."""
    return Job.objects.filter(kind=KIND, args__key=key, args__what=what).order_by("-id").first()


@queue.handles(KIND)
def tend(key: str, what: str, tries: int = 0, seen: int = 0, *, at: datetime) -> dict[str, Any]:
    """See that it is being done; come back in two seconds until it is.

    tries: processes begun since anything was read; seen: rows read when the last one began. Refused after five that read nothing.
    """
    if is_done(key, what):
        BESIDE.forget(key)
        return {"done": True}
    if not BESIDE.is_running(key):
        so_far = _read(key)
        tries, seen = (0 if so_far > seen else tries), so_far
        _check_worth(key, what, tries, at)
        BESIDE.begin(key, what, key)
        tries += 1
    queue.enqueue(KIND, {"key": key, "what": what, "tries": tries, "seen": seen}, at=at, run_at=at + AGAIN)
    return {"done": False, "tries": tries}


def _read(key: str) -> int:
    return ImportFile.objects.filter(run__key=key).aggregate(n=Sum("read"))["n"] or 0


def _check_worth(key: str, what: str, tries: int, at: datetime) -> None:
    """Raises Refused, and ends the import with the reason, when another process would do no better."""
    if what == READ and not uploads.exists(key):
        _give_up(key, "the uploaded files are not there any more: what was read is kept; import the files again", at)
    elif tries >= MOST_TRIES:
        _give_up(key, "reading it ended unexpectedly five times: what was read is kept; see the log, then import the files again", at)
    else:
        return
    raise queue.Refused(f"its process ended {tries} times before it was done: see the log")


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


def _give_up(key: str, problem: str, at: datetime) -> None:
    Import.objects.filter(key=key, finished_at=None).update(finished_at=at, problem=problem)
