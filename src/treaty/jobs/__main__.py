"""`python -m treaty.jobs worker|migrate`: the processes behind `treaty work` and `treaty serve`.

The first one loads everything and looks after two forks of itself, worker and lake: one that was killed is back at once.
"""

import os
import sys

from treaty import locks
from treaty.processes import Child, Stop, end_all, end_with_parent, fork, rarely_collect

WAIT = 5.0
"""Seconds a worker waits for the lock of one that is ending."""


def main(role: str) -> None:
    end_with_parent()
    set_up(role)
    if role == "migrate":
        migrate()
    else:
        keep_working()


def set_up(role: str) -> None:
    os.environ["TREATY_PROCESS"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the tables to this version; on a fresh data folder that makes them."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True, interactive=False)


def keep_working() -> None:
    """Keep one worker and one keeper of the lake running until a signal ends both. Needs `set_up`."""
    from treaty.jobs import keeper, worker  # noqa: F401 - loaded here, once for both

    rarely_collect()
    children = [Child("worker", fork(_work)), Child("lake", fork(_keep))]
    stop = Stop()
    while not stop.asked.wait(0.05):
        for child in children:
            child.tend()
    end_all(children)


def _work() -> None:
    from treaty.config import config, home
    from treaty.jobs.worker import Worker

    lock = None if config().database_url else locks.take(home() / "worker.lock", wait=WAIT)
    Worker(Stop().asked).run()
    if lock:
        lock.release()


def _keep() -> None:
    from treaty.jobs.keeper import keep

    keep(Stop().asked)


if __name__ == "__main__":
    main(sys.argv[1])
