"""`treaty doctor`: explain every problem of this installation."""

import json as json_format
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

MARKS = {"fine": "ok   ", "note": "note ", "fault": "FAULT"}


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Also read the whole database and compare the lake with it, row by row.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Explain every problem of this installation. Exit 0: no fault found · 1: a fault, each with the way out."""
    os.environ.setdefault("TREATY_PROCESS", "doctor")  # before the settings are read
    from treaty.cli.ready import without_treaty

    if (folder := without_treaty()) is not None:
        print(f"there is no database in {folder} yet: {_way_out(folder / 'demo')}", file=sys.stderr)
        raise typer.Exit(1)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    import django

    django.setup()
    from treaty.jobs.clock import now
    from treaty.jobs.health import Standing, checks

    found = checks(at=now(), deep=deep)
    if json:
        print(json_format.dumps([{"name": check.name, "standing": check.standing, "says": check.says} for check in found], indent=1))
    else:
        for check in found:
            print(f"{MARKS[check.standing]}  {check.name:10} {check.says}")
    faults = [check for check in found if check.standing is Standing.FAULT]
    if faults:
        print(f"{len(faults)} faults; the first: {faults[0].says}", file=sys.stderr)
        raise typer.Exit(1)


def _way_out(demo: Path) -> str:
    """The demo company lives in a folder of its own: who has one and asks here means that one."""
    if (demo / "treaty.db").exists():
        return f"start `treaty serve`, or look at the demo company with `TREATY_HOME={demo} treaty doctor`"
    return "start `treaty serve` or `treaty demo`"
