"""How long a pull of many people with their history takes, from a fake HubSpot without delay or quota.

    .venv/bin/python scripts/bench_pull.py [--people 100000] [--profile]

The fake answers from another process; every person has a company for ten, two values of their stage and two of their title.
"""

# ruff: noqa: S101, S603 a measurement, not the product

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))


def serve(people: int) -> None:
    """The fake, filled, until this process is ended; says its address."""
    from tests.fakes.hubspot import FakeHubSpot
    from tests.fakes.server import served

    fake = FakeHubSpot(quotas=())
    for number in range(people):
        if number % 10 == 0:
            firm = fake.put("companies", name=f"Firm {number}", domain=f"firm{number}.example", industry="Pumps", numberofemployees="120")
        person = fake.put(
            "contacts", email=f"p{number}@firm{number // 10 * 10}.example", firstname="Ada", lastname=f"Nr {number}",
            jobtitle="Buyer", lifecyclestage="lead",
        )  # fmt: skip
        fake.link("contacts", person, "companies", firm)
        fake.later(seconds=20)
        fake.put("contacts", person, lifecyclestage="marketingqualifiedlead", jobtitle="Head of buying")
    with served(fake) as address:
        print(address, flush=True)
        sys.stdin.read()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--profile", action="store_true", help="say where the time goes, which takes longer")
    asked.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    args = asked.parse_args()
    if args.serve:
        return serve(args.serve)
    with subprocess.Popen(
        [sys.executable, __file__, "--serve", str(args.people)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as fake:
        assert fake.stdin is not None and fake.stdout is not None  # noqa: PT018
        address = fake.stdout.readline().strip()
        with tempfile.TemporaryDirectory(prefix="pull", dir=os.environ.get("BENCH_DIR")) as folder:
            measure(address, folder, args)
        fake.stdin.close()


def measure(address: str, folder: str, args: argparse.Namespace) -> None:
    os.environ |= {
        "TREATY_HOME": folder,
        "TREATY_REACHABLE": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "treaty.settings",
        "TREATY_PROCESS": "web",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from treaty.connectors import budget, pulling
    from treaty.connectors.connections import connect
    from treaty.jobs.clock import now
    from treaty.processes import rarely_collect

    rarely_collect()  # as the process of a system does
    budget.budget_of.cache_clear()
    budget.Budget.rest = lambda *_, **__: 0.0  # type: ignore[method-assign,assignment]
    connection = connect("Fake", "hubspot", {"token": "pat-good"}, clock=now, address=address)
    wall, cpu = time.perf_counter(), time.process_time()
    if args.profile:
        import cProfile
        import pstats

        with cProfile.Profile() as found:
            done = pulling.pull(connection, clock=now)
        pstats.Stats(found).sort_stats("tottime").print_stats(45)
    else:
        done = pulling.pull(connection, clock=now)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert done.problems == {} and done.refused == 0, done  # noqa: PT018
    print(f"{args.people:,} people with history: {wall:.1f} s, processor {cpu:.1f} s, {most:.0f} MB; {done.read:,} records read")
    print(f"target: 100,000 in 60 s with at most 400 MB; that is {args.people / wall:,.0f} a second against 1,667")


if __name__ == "__main__":
    main()
