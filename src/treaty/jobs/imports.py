"""Reading uploads, and taking imports back, beside the worker: a process of its own does it, the queue sees that it comes to an end.

A long file costs the worker no turn, and a hostile one no life. The process ends with the worker; the next turn of the
job starts another, which goes on behind the last part.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Sum

from treaty.config import home
from treaty.connectors import uploads
from treaty.connectors.models import Import, ImportFile, ImportPart, Undoing
from treaty.jobs import queue
from treaty.jobs.beside import Beside
from treaty.jobs.models import Job

KIND = "import"
LOOK = "look"
REHEARSE = "rehearse"
READ = "read"
FORESEE = "foresee"
UNDO = "undo"
AGAIN = timedelta(seconds=2)
MOST_TRIES = 5
OF_UPLOADS = Beside(uploads.lock_of)
OF_IMPORTS = Beside(lambda key: home() / "undoing" / f"{key}.lock")


def _beside(what: str) -> Beside:
    return OF_IMPORTS if what in (UNDO, FORESEE) else OF_UPLOADS


def lock_of(key: str, what: str) -> Path:
    """What is held while it is done."""
    return _beside(what).lock(key)


def ask(key: str, what: str, *, at: datetime) -> Job:
    """Queue what is to be done with an upload (look at it, rehearse its import, read it in) or an import (foresee its end, undo it)."""
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
        _beside(what).forget(key)
        return {"done": True}
    if not _beside(what).is_running(key):
        so_far = _done(key, what)
        tries, seen = (0 if so_far > seen else tries), so_far
        _check_worth(key, what, tries, at)
        _beside(what).begin(key, what, key)
        tries += 1
    queue.enqueue(KIND, {"key": key, "what": what, "tries": tries, "seen": seen}, at=at, run_at=at + AGAIN)
    return {"done": False, "tries": tries}


def _done(key: str, what: str) -> int:
    """How much of it is done, in whichever measure."""
    if what == UNDO:
        return ImportPart.objects.filter(run__key=key, undone_at__isnull=False).count()
    return ImportFile.objects.filter(run__key=key).aggregate(n=Sum("read"))["n"] or 0


def _check_worth(key: str, what: str, tries: int, at: datetime) -> None:
    """Raises Refused, and ends the import with the reason, when another process would do no better."""
    if what == READ and not uploads.exists(key):
        _give_up(key, "the uploaded files are not there any more: what was read is kept; import the files again", at)
    elif tries >= MOST_TRIES and what == UNDO:
        problem = "taking it back ended unexpectedly five times: what was taken back is; see the log, then go on"
        Undoing.objects.filter(run__key=key, finished_at=None).update(problem=problem)
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
    if what == UNDO:
        return not Undoing.objects.filter(run__key=key, finished_at=None, problem="").exists()
    if what == FORESEE:
        return not Import.objects.filter(key=key, foreseen__isnull=True).exists()
    try:
        upload = uploads.find(key)
    except uploads.NoSuchUpload:
        return True
    return (uploads.looked(upload) if what == LOOK else uploads.rehearsed(upload)) is not None


def _give_up(key: str, problem: str, at: datetime) -> None:
    Import.objects.filter(key=key, finished_at=None).update(finished_at=at, problem=problem)
