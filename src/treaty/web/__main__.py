"""`python -m treaty.web HOST PORT`: the web process behind `treaty serve`."""

import os
import sys
from functools import partial
from typing import Any

from treaty import locks
from treaty.processes import end_with_parent, rarely_collect

THREADS = 12
WAIT = 5.0
"""Seconds to wait for the lock of a web process that is ending."""
_held: list[locks.Lock] = []


def application_of(parent: int) -> Any:
    """The application, in the process that will answer and write: it ends with `parent` and holds the lock.

    Raises locks.Held while another web process writes to the same SQLite file.
    """
    end_with_parent(parent)
    from treaty.config import config, home
    from treaty.web import checkpoints

    if not config().database_url:
        _held.append(locks.take(home() / "web.lock", wait=WAIT))
    application = loaded()
    checkpoints.keep_short()
    return application


def loaded() -> Any:
    """The application with every page imported: where processes are forked, one that was killed is back at once."""
    from django.urls import get_resolver

    from treaty.web.wsgi import application

    _ = get_resolver().url_patterns
    rarely_collect()
    return application


def main(host: str, port: int) -> None:
    """Answer requests until told to end. This process only looks after the one that answers, and opens no database."""
    end_with_parent()
    os.environ["TREATY_PROCESS"] = "web"
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    class Patient(Server):  # type: ignore[misc,valid-type]
        """Starts a process again that was killed, also when it is killed twice in five seconds."""

        def _respawn_workers(self, *args: Any, **options: Any) -> None:
            super()._respawn_workers(*args, **options)
            self.respawned_wrks.clear()

    loaded()
    server = Patient(
        target="treaty.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=partial(application_of, os.getpid()), wrap_loader=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
