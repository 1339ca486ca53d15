"""Several processes that close or restate the same quarter at the same moment, in a home of their own; prints what is there afterwards.

python -m tests.books.racers '{"what": "restate", "racers": 3, "is_guarded": true}'
"""

import json
import os
import sys
import time
import traceback
from contextlib import nullcontext

import django
from django.db import connection

django.setup()

from tests.books.company import CLOSE, LATER, with_deals  # noqa: E402 - Django first
from treaty.books import actions, comparing, restating  # noqa: E402
from treaty.books.models import Adjustment, Closing, Restatement  # noqa: E402
from treaty.books.queries import period_of  # noqa: E402
from treaty.config import home  # noqa: E402
from treaty.engine.lake import open_lake  # noqa: E402
from treaty.journal.models import Entry  # noqa: E402
from treaty.team.models import Member  # noqa: E402
from treaty.truth.models import Opportunity  # noqa: E402

MODELS = (Restatement, Closing)


def set_up(what):
    company = with_deals(home())
    company.lake()
    if what == "restate":
        company.closed()
        company.edit(Opportunity.objects.get(name="acme"), "1700.00")
        company.lake(LATER)


def meet(racers):
    """Everybody has computed and nobody has written yet."""
    (home() / f"here-{os.getpid()}").touch()
    until = time.monotonic() + 60
    while len(list(home().glob("here-*"))) < racers and time.monotonic() < until:
        time.sleep(0.001)


def take_guards_away():
    """No transaction, no lock; the constraints are dropped by whoever set it up. Who reads stays a while before writing."""
    for module in (restating, actions):
        module.transaction = type("Off", (), {"atomic": staticmethod(nullcontext)})
        module.Head = type("Off", (), {"objects": Entry.objects.none()})
    latest, free = restating.latest, actions._check_free
    restating.latest = lambda closing: (latest(closing), time.sleep(0.3))[0]
    actions._check_free = lambda period: (free(period), time.sleep(0.3))[0]


def drop_constraints():
    with connection.schema_editor() as editor:
        for model in MODELS:
            for constraint in list(model._meta.constraints):
                model._meta.constraints.remove(constraint)  # SQLite makes the table anew with those it finds here
                editor.remove_constraint(model, constraint)


def race(what, racers):
    if what == "restate":
        compared = comparing.compared
        comparing.compared = lambda *given: (compared(*given), meet(racers))[0]
        restating.restate(Closing.objects.get(), open_lake(home()), at=LATER)
    else:
        computed = actions._computed
        actions._computed = lambda *given: (computed(*given), meet(racers))[0]
        rui = Member.objects.get(email="rui.costa@halden.example")
        try:
            actions.close(period_of("2026-Q1", CLOSE), open_lake(home()), by=rui, at=CLOSE)
        except actions.NotClosable:
            (home() / f"refused-{os.getpid()}").touch()


def seen():
    rows = Adjustment.objects.filter(measure="revenue_closed")
    return {
        "closings": Closing.objects.count(),
        "restatements": sorted(Restatement.objects.values_list("number", flat=True)),
        "made_good": [f"{row.amount:.2f}" for row in rows],
        "told": Entry.objects.filter(verb="books.adjusted", codes__measure="revenue_closed").count(),
    }


def forked(*what):
    """What a process of its own did, from what is loaded here: True if it ended well."""
    pid = os.fork()
    if pid:
        return pid
    try:
        connection.close()
        what[0](*what[1:])
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended_well(pid):
    return os.waitpid(pid, 0)[1] == 0


def main():
    wanted = json.loads(sys.argv[1])
    what, racers, is_guarded = wanted["what"], wanted["racers"], wanted["is_guarded"]
    assert ended_well(forked(set_up, what))
    if not is_guarded:
        drop_constraints()
        take_guards_away()
    failed = [not ended_well(pid) for pid in [forked(race, what, racers) for _ in range(racers)]]
    print(json.dumps({**seen(), "failed": sum(failed), "refused": len(list(home().glob("refused-*")))}))


if __name__ == "__main__":
    home().mkdir(exist_ok=True)
    main()
