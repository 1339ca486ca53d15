"""`treaty source`: who may send events, with which key, from which sites."""

import json as json_format
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treaty.cli.ready import ready

if TYPE_CHECKING:
    from treaty.truth.models import Source


class Kind(StrEnum):
    """browser and form: the key is public, it proves nothing. server: the key is a secret and may state facts."""

    browser = "browser"
    server = "server"
    form = "form"


app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The source's name, or its key.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Origins = Annotated[
    list[str] | None, typer.Option("--origin", help="A site whose pages may send; repeat it for several.", show_default=False)
]
Settings = Annotated[
    Path | None, typer.Option("--settings", help="A JSON file: fields of a form, names of events, limits.", show_default=False)
]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What people will call it.", show_default=False)],
    kind: Annotated[Kind, typer.Option("--kind", help="Where the key will live.", show_default=False)],
    origin: Origins = None,
    settings: Settings = None,
    json: Json = False,
) -> None:
    """Make a source and its write key. A server key is shown this once."""
    with _work() as at:
        from treaty.connectors.sources import add_source

        source, key = add_source(name, kind=kind, origins=origin or [], settings=_read_settings(settings), at=at)
    _tell_key(source, key, as_json=json)


@app.command("list")
def list_sources(json: Json = False) -> None:
    """All sources with a write key; public keys in full, of secrets only that there is one."""
    with _work(only_reads=True):
        from treaty.truth.models import Source

        rows = [_row(source) for source in Source.objects.filter(write_key_hash__isnull=False).order_by("name")]
    if json:
        typer.echo(json_format.dumps(rows, indent=1))
        return
    for row in rows:
        typer.echo(f"{row['name']}  {row['kind']}  {row['write_key'] or '(secret)'}  {', '.join(row['origins']) or '-'}  {row['state']}")
    if not rows:
        typer.echo("There is no source yet: make one with `treaty source add NAME --kind browser --origin https://www.example.com`.")


@app.command()
def rotate(
    name: Name, days: Annotated[int, typer.Option(min=0, max=365, help="How long the old key still works.")] = 7, json: Json = False
) -> None:
    """A new key. The old one works for some days more, so that nothing is lost while it is replaced."""
    with _work() as at:
        from treaty.connectors.sources import rotate_key, source_named

        source = source_named(name)
        key = rotate_key(source, at=at, overlap=timedelta(days=days))
    _tell_key(source, key, as_json=json)


@app.command()
def admit(
    name: Name,
    origins: Annotated[list[str], typer.Argument(help="Sites, such as https://www.example.com.", show_default=False)],
    remove: Annotated[bool, typer.Option("--remove", help="Stop admitting them.")] = False,
) -> None:
    """Say which sites' pages may send with a key, or frame a form."""
    with _work() as at:
        from treaty.connectors.sources import change_origins, source_named

        source = change_origins(source_named(name), add=[] if remove else origins, remove=origins if remove else [], at=at)
    typer.echo(f"{source.name} admits {', '.join(source.origins) or 'pages on this machine alone'}.")


@app.command()
def off(name: Name) -> None:
    """Switch a source off: its keys are refused from now on; what it sent stays."""
    with _work() as at:
        from treaty.connectors.sources import deactivate, source_named

        source = source_named(name)
        deactivate(source, at=at)
    typer.echo(f"{source.name} is off. What it sent stays.")


@contextmanager
def _work(*, only_reads: bool = False) -> Iterator[datetime]:
    """The moment of the command; what it refuses ends in one sentence and exit 1."""
    ready(only_reads=only_reads)
    try:
        yield datetime.now(UTC)
    except (ValueError, LookupError) as told:
        typer.echo(str(told.args[0] if told.args else told), err=True)
        raise typer.Exit(1) from None


def _read_settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = json_format.loads(path.read_text())
    except OSError as fault:
        raise ValueError(f"{path} cannot be read ({fault.strerror}): check the path") from None
    except ValueError as fault:
        raise ValueError(f"{path} is not JSON ({fault}): correct it") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no JSON object: write one, see docs/tracking.md")
    return found


def _row(source: "Source") -> dict[str, Any]:
    return {
        "name": source.name,
        "key": source.key,
        "kind": source.kind,
        "write_key": source.write_key,
        "origins": source.origins,
        "state": "on" if source.is_active else "off",
    }


def _tell_key(source: "Source", key: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json_format.dumps({**_row(source), "write_key": key}))
        return
    typer.echo(f"{source.name} ({source.kind}), write key:\n{key}")
    if source.kind == Kind.server:
        typer.echo("Keep it now: only its hash is stored, so it cannot be shown again.", err=True)
    elif not source.origins:
        way_out = f"treaty source admit {source.name!r} https://www.example.com"
        typer.echo(f"No site may use it yet, only pages on this machine. Admit one: {way_out}", err=True)
