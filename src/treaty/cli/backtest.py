"""`treaty backtest FILE`: what would have happened under a draft, by all that did happen."""

from typing import TYPE_CHECKING, Annotated

import typer

from treaty.cli.agreement_io import fail, print_json, read, says_of

if TYPE_CHECKING:
    from treaty.agreement.models import Version
    from treaty.agreement.terms import Terms
    from treaty.engine.lake import Snapshot
    from treaty.pilot.replayed import Replayed

File = Annotated[str, typer.Argument(metavar="FILE", help="A draft in YAML; - reads it from standard input.")]
Against = Annotated[str, typer.Option("--against", metavar="VERSION", help="A version's number, or `none`; the one in force unless said.")]
Stage = Annotated[str, typer.Option("--stage", help="Whose definition is replayed; the stage at which sales takes over unless said.")]
WithoutAssumed = Annotated[
    bool, typer.Option("--without-assumed", help="Leave out values of which it is only assumed since when they hold.")
]
Json = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


def backtest(
    file: File,
    against: Against = "",
    stage: Stage = "",
    without_assumed: WithoutAssumed = False,
    as_json: Json = False,
) -> None:
    """Replay a draft over all history beside the version in force. Exit 0: done · 1: it cannot be replayed, with the way out."""
    from treaty.cli.ready import ready

    raw = read(file)
    ready(only_reads=True)
    from treaty.cli.backtest_said import as_lines
    from treaty.engine.limit import TookTooLong
    from treaty.pilot.backtest import NoHistory
    from treaty.pilot.backtest import backtest as replay
    from treaty.pilot.data import as_data
    from treaty.pilot.replayed import of_draft
    from treaty.qualification.replaying import NotReplayable

    terms = terms_of(file, raw)
    version = _against(against)
    try:
        new = of_draft(terms, stage)
        old = _version(version, stage) if version is not None else None
        found = replay(opened_lake(), new, old, without_assumed=without_assumed)
    except (NoHistory, NotReplayable, TookTooLong, ValueError) as told:
        fail(str(told))
    if as_json:
        print_json(as_data(found))
        return
    for line in as_lines(found, terms):
        typer.echo(line)


def terms_of(file: str, raw: bytes) -> "Terms":
    """The terms of a document without a fault; else the command ends with its first one. file: what it is called."""
    from treaty.agreement.check import examine

    loaded = examine(raw)
    if loaded.terms is None or loaded.errors:
        first = loaded.errors[0]
        fail(f"{file}:{first.line}: {says_of(first)} (see `treaty agreement check {file}`)")
    return loaded.terms


def _against(asked: str) -> "Version | None":
    """The version to compare with; None for nothing, and where none is in force."""
    from treaty.agreement.models import Version
    from treaty.agreement.queries import in_force
    from treaty.jobs.clock import now

    if asked == "none":
        return None
    if not asked:
        current = in_force(now())
        return current.version if current else None
    found = Version.objects.filter(number=int(asked)).first() if asked.isdecimal() and len(asked) < 9 else None
    if found is None:
        known = ", ".join(str(one) for one in Version.objects.order_by("number").values_list("number", flat=True))
        fail(f"--against {asked}: there is no such version; there are {known or 'none yet'}, or say `none`")
    return found


def _version(version: "Version", stage: str) -> "Replayed":
    from treaty.pilot.replayed import NoDefinition, of_version

    try:
        return of_version(version, stage)
    except NoDefinition as told:
        fail(f"{told}; or compare with nothing: --against none")


def opened_lake() -> "Snapshot":
    """The lake, as far as a replay needs it; else the command ends with the way out."""
    from treaty.config import home
    from treaty.engine.elsewhere import Unfit
    from treaty.engine.lake import LakeDamaged, LakeMissing, open_lake

    try:
        return open_lake(home())
    except LakeMissing:
        fail("there is no history to replay yet: start `treaty serve`, the worker exports what is known within a minute")
    except (LakeDamaged, Unfit) as told:
        fail(str(told))
