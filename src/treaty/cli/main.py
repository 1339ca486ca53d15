"""The `treaty` command. Each group of commands loads when it is called, so the first word answers at once."""

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from treaty.processes import roomy

GROUPS: dict[str, tuple[str, str, str]] = {
    "agreement": ("treaty.cli.agreement", "app", "Check, read, compare, propose, sign and export the agreement."),
    "audit": ("treaty.cli.audit", "audit", "Joint audit of raw exports: no set-up, nothing left behind."),
    "attribute": ("treaty.cli.attribute", "attribute", "Which channel earned what, by any model, from plain files."),
    "backtest": ("treaty.cli.backtest", "backtest", "Replay a draft of the agreement over all that happened."),
    "books": ("treaty.cli.books", "app", "Closed periods: close, sign, verify, restate."),
    "import": ("treaty.cli.imports", "import_files", "Absorb exports into the one source of truth."),
    "undo": ("treaty.cli.undo", "undo", "Take an import back, or say what that would do."),
    "numbers": ("treaty.cli.numbers", "numbers", "Any number of the catalogue, for a period and by a dimension."),
    "export": ("treaty.cli.exports", "app", "Audiences and offline conversions for advertising platforms."),
    "match": ("treaty.cli.match", "match", "Find records of the same person or company, in one file or between two."),
    "suggest": ("treaty.cli.suggest", "suggest", "Suggest a definition from what was won and lost."),
    "score": ("treaty.cli.score", "app", "Learn a score from leads whose end is known, and apply it to others."),
    "worktime": ("treaty.cli.worktime", "worktime", "Due and elapsed working time for a file of cases."),
    "connect": ("treaty.cli.systems", "connect", "Connect an outside system, such as HubSpot."),
    "sync": ("treaty.cli.systems", "sync", "Pull what changed from a connected system, now."),
    "reconcile": ("treaty.cli.reconcile", "reconcile", "Compare what two systems say: where they differ, why, by which records."),
    "demo": ("treaty.cli.serve", "demo", "A demo company, served on this machine."),
    "serve": ("treaty.cli.serve", "serve", "Web and worker."),
    "work": ("treaty.cli.serve", "work", "The worker alone."),
    "doctor": ("treaty.cli.doctor", "doctor", "Explain every problem of this installation."),
    "member": ("treaty.cli.member", "app", "Add members and set passwords."),
    "source": ("treaty.cli.source", "app", "Sources and their write keys."),
}


class Lazy(TyperGroup):
    """A group whose members are imported on first use."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: Any, name: str) -> Any:
        if name not in GROUPS:
            return None
        module, attribute, says = GROUPS[name]
        found = getattr(importlib.import_module(module), attribute)
        if isinstance(found, typer.Typer):
            command = typer.main.get_command(found)
        else:
            single = typer.Typer(add_completion=False)
            single.command(name, help=says)(found)
            command = typer.main.get_command(single)
        command.name = name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, _, says) in sorted(GROUPS.items())])


app = typer.Typer(cls=Lazy, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def treaty() -> None:
    """Sales and marketing sign one agreement; Treaty executes it."""


def main() -> None:
    """Entry point. A fault that no command expected still ends in one sentence, never a stack trace."""
    try:
        roomy(app)
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
