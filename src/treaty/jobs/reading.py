"""`python -m treaty.jobs.reading look|rehearse|read KEY`: the process that reads one upload; `foresee|undo KEY`: that takes one
import back, or says what that would do; `system KEY`: one connected system;
`doubles NUMBER`: one search for doubles; `notices all`: the one that sends word;
`enrich KEY`: one service that is asked about people."""

import sys

from treaty import locks
from treaty.jobs.__main__ import set_up
from treaty.processes import end_with_parent, rarely_collect


def main(what: str, key: str) -> None:
    """Do it to the end, alone: a second process for the same upload ends at once."""
    end_with_parent()
    set_up("reading")
    if what == "system":
        from treaty.jobs.systems import tend

        rarely_collect()
        return tend(key)
    if what == "doubles":
        from treaty.jobs import doubles

        return doubles.tend(int(key))
    if what == "enrich":
        from treaty.jobs import enriching

        return enriching.tend(key)
    if what == "notices":
        from treaty.jobs import notices

        return notices.tend()
    from treaty.connectors import uploads
    from treaty.jobs.imports import lock_of

    if what in OF_UPLOADS and not uploads.exists(key):
        return
    with locks.take(lock_of(key, what), wait=1):
        (OF_UPLOADS | OF_IMPORTS)[what](key)


def look(key: str) -> None:
    from treaty.connectors import uploads

    uploads.look(uploads.find(key))


def rehearse(key: str) -> None:
    from treaty.connectors import rehearsing, uploads
    from treaty.jobs.clock import now

    upload = uploads.find(key)
    uploads.keep_rehearsal(upload, rehearsing.rehearse(uploads.exports_of(upload), upload.source, clock=now))


def read(key: str) -> None:
    """Import it; the files are thrown away when every row has its end."""
    from treaty.connectors import importing, uploads
    from treaty.connectors.models import Import
    from treaty.jobs.clock import now

    run = Import.objects.select_related("source", "by").get(key=key)
    upload = uploads.find(key)
    exports = uploads.exports_of(upload)
    importing.run_import(importing.begin(exports, source=run.source, at=now(), key=key), exports, clock=now)
    uploads.discard(key)


def foresee(key: str) -> None:
    from treaty.connectors import undoing
    from treaty.connectors.models import Import

    undoing.keep_foreseen(Import.objects.get(key=key))


def undo(key: str) -> None:
    from treaty.connectors import undoing
    from treaty.connectors.models import Undoing
    from treaty.jobs.clock import now

    undoing.run_undoing(Undoing.objects.select_related("run").get(run__key=key), clock=now)


OF_UPLOADS = {"look": look, "rehearse": rehearse, "read": read}
OF_IMPORTS = {"foresee": foresee, "undo": undo}


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except locks.Held:
        sys.exit(0)
