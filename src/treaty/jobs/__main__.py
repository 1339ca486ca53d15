"""`python -m treaty.jobs worker|lake|migrate`: the processes behind `treaty work` and `treaty serve`."""

import os
import sys

from treaty import locks
from treaty.processes import Child, Stop, end_all, end_with_parent

WAIT = 5.0
"""Seconds a child waits for the lock of one that is ending."""


def main(role: str, wait: float = WAIT) -> None:
    """Become this process. Raises locks.Held if another worker runs on this data folder (SQLite)."""
    end_with_parent()
    os.environ["TREATY_PROCESS"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    if role == "migrate":
        _migrate()
    elif role == "worker":
        _work(wait)
    else:
        _keep()


def _migrate() -> None:
    """Bring the tables to this version; on a fresh data folder that makes them."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True, interactive=False)


def _work(wait: float) -> None:
    from treaty.config import config, home

    lock = None if config().database_url else locks.take(home() / "worker.lock", wait=wait)
    import django

    django.setup()
    from treaty.jobs.worker import Worker

    keeper = Child("lake", [sys.executable, "-m", "treaty.jobs", "lake"])
    Worker(Stop().asked, keeper).run()  # until here a signal ends the process at once, which is safe
    end_all([keeper])
    if lock:
        lock.release()


def _keep() -> None:
    import django

    django.setup()
    from treaty.jobs.keeper import keep

    keep(Stop().asked)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except locks.Held as held:
        sys.exit(f"a worker is already running on this data folder: process {held.pid}")
