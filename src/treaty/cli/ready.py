"""Make the data folder's database ready for a command that works in it."""

import os
from pathlib import Path

import typer

from treaty.locks import is_held


def ready(*, only_reads: bool = False) -> None:
    """Set Django up and bring the tables to this version; on a fresh data folder that makes them.

    only_reads: nothing is made where there is no Treaty: the command ends with 1 and a sentence that names the folder.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    # while the web process runs it alone checkpoints the log; otherwise whoever is here does
    web = Path(os.environ.get("TREATY_HOME") or "var") / "web.lock"
    os.environ.setdefault("TREATY_PROCESS", "cli" if is_held(web) else "web")
    import django
    from django.apps import apps

    if only_reads and not apps.ready and (folder := without_treaty()) is not None:  # its settings would make the folder
        raise _nothing_there(f"in {folder}", folder / "demo")
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if only_reads and not executor.loader.applied_migrations:
        raise _nothing_there(f"in the database {connection.settings_dict['NAME']}")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, skip_checks=True, interactive=False)


def without_treaty() -> Path | None:
    """The data folder, if there is no database in it; None also where the database is not kept in a folder."""
    from treaty.config import config

    folder = config().home.resolve()
    return None if config().database_url or (folder / "treaty.db").exists() else folder


def _nothing_there(where: str, demo: Path | None = None) -> typer.Exit:
    """demo: where a demo company would live, in a folder of its own: who has one and asks beside it means that one."""
    way_out = "begin one with `treaty member add`, look at one with `treaty demo`, or set TREATY_HOME to the folder it is in"
    if demo is not None and (demo / "treaty.db").exists():
        way_out = f"set TREATY_HOME={demo} for the demo company, or begin one with `treaty member add`"
    typer.echo(f"there is no Treaty {where}: {way_out}", err=True)
    return typer.Exit(1)
