"""`treaty serve`, `treaty work` and `treaty demo`: the processes of Treaty on this machine."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Say what happens as JSON, one object a line.")]
Host = Annotated[str, typer.Option(help="The address to listen on; 127.0.0.1 is this machine alone.")]
Systems = Annotated[bool, typer.Option("--systems", help="Connect a HubSpot and a Salesforce that are pretended here.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


def serve(
    host: Host = "127.0.0.1", port: Port = 8000, no_worker: Annotated[bool, typer.Option("--no-worker")] = False, json: Json = False
) -> None:
    """Web and worker, until a signal ends both. Prints `ready URL` when the first page answers.

    Exit 0: ended as asked · 1: it could not start, with the reason.
    """
    from treaty.cli.household import CannotServe, Voice, keep_house, web, worker
    from treaty.config import home

    children = [web(host, port)] if no_worker else [web(host, port), worker()]
    try:
        keep_house(home(), children, _url(host, port), Voice(json))
    except CannotServe as told:
        raise _failed(str(told)) from None


def work(json: Json = False) -> None:
    """The worker alone: takes events in, judges, lets clocks ring, exports to the lake. One per data folder on SQLite."""
    os.environ["TREATY_PROCESS"] = "worker"  # before the settings are read
    from treaty.cli.household import CannotServe, Voice, bring_up_to_date, wait_for_orphans
    from treaty.config import home
    from treaty.jobs.__main__ import keep_working, set_up

    voice = Voice(json)
    try:
        wait_for_orphans(home(), ["worker"])
        bring_up_to_date(home())
    except CannotServe as told:
        raise _failed(str(told)) from None
    voice.say("working", f"working on {home()} (process {os.getpid()})", home=str(home()), pid=os.getpid())
    set_up("worker")
    keep_working()
    voice.say("ended", "ended")


def demo(
    leads: Annotated[int, typer.Option(min=50, max=1_000_000, help="How many leads the company has had.")] = 5000,
    seed: Annotated[int, typer.Option(help="Another number is another company.")] = 7,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over.")] = False,
    port: Port = 8000,
    systems: Systems = False,
    json: Json = False,
) -> None:
    """A demo company on this machine alone, with half a year behind it and visitors on its site now.

    --systems: the pretended ones are those of the project's tests, so it runs in the project's folder alone.

    A second run continues where the first ended. Exit 0: ended as asked · 1: it could not start, with the reason.
    """
    home = Path(os.environ.get("TREATY_HOME") or "var") / "demo"
    os.environ.update(TREATY_HOME=str(home), TREATY_DEMO="1")
    os.environ.pop("TREATY_DATABASE_URL", None)  # the demo never touches a database that is not its own
    from treaty.cli.demo import SYSTEMS, prepare, pretended, visitors
    from treaty.cli.household import CannotServe, Voice, check_port, keep_house, web, worker

    if systems and not SYSTEMS.exists():
        raise _failed(f"there is no {SYSTEMS} here: --systems runs in the project's folder, as `make demo SYSTEMS=1` does")
    if systems:
        os.environ["TREATY_REACHABLE"] = "127.0.0.1"
    voice, url = Voice(json), _url("127.0.0.1", port)
    try:
        check_port(url)
        prepare(home, leads=leads, seed=seed, fresh=fresh, voice=voice)
        keep_house(home.resolve(), [web("127.0.0.1", port), worker(), visitors(url), *([pretended()] if systems else [])], url, voice)
    except CannotServe as told:
        raise _failed(str(told)) from None


def _url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared, not bound
    return f"http://{shown}:{port}/"


def _failed(sentence: str) -> typer.Exit:
    print(sentence, file=sys.stderr)
    return typer.Exit(1)
