"""Make the data folder's database ready for a command that works in it."""

import os
from pathlib import Path

from treaty.locks import is_held


def ready() -> None:
    """Set Django up and bring the tables to this version; on a fresh data folder that makes them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    # while the web process runs it alone checkpoints the log; otherwise whoever is here does
    web = Path(os.environ.get("TREATY_HOME") or "var") / "web.lock"
    os.environ.setdefault("TREATY_PROCESS", "cli" if is_held(web) else "web")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, skip_checks=True, interactive=False)
