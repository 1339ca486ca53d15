"""`treaty agreement`: check, lay out, read and compare documents; propose, sign, export and explain versions.

What works on files is here and loads neither Django nor the engine. What needs the database lives in
`cli.agreement_live`, which is imported when one of its commands is called.
"""

import hashlib
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from treaty.cli.agreement_io import counted, fail, print_json, problem_data, read, says_of

if TYPE_CHECKING:
    from treaty.agreement.terms import Terms

LIVE = {
    "propose": "Make the signed bytes of a document; from then on nobody changes them.",
    "sign": "Sign a proposed version with your passphrase.",
    "pdf": "Write the contract of a version as a PDF to print and sign.",
    "why": "Why is this lead where it is: the version, the clauses, the touches.",
}
"""Commands that need the database, by the name of their function in `cli.agreement_live`."""


class Group(TyperGroup):
    """The commands on files, and those of LIVE once they are called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *LIVE]

    def get_command(self, ctx: Any, name: str) -> Any:
        if name not in LIVE:
            return super().get_command(ctx, name)
        single = typer.Typer(add_completion=False)
        single.command(name, help=LIVE[name])(getattr(importlib.import_module("treaty.cli.agreement_live"), name))
        command = typer.main.get_command(single)
        command.name = name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        own = [(name, command.get_short_help_str(80)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *LIVE.items()])


app = typer.Typer(
    cls=Group, add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="The agreement: one document both sides sign."
)

File = Annotated[str, typer.Argument(metavar="FILE", help="A document in YAML; - reads it from standard input.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Look for faults and contradictions; each names its line and the way out. Ends with 1 when there are any."""
    from treaty.agreement.check import examine

    found = examine(read(file))
    if as_json:
        print_json({"file": file, "ok": not found.errors, "problems": [problem_data(one) for one in found.problems]})
    else:
        for one in found.problems:
            typer.echo(f"{file}:{one.line}:{one.column}: {'warning: ' if one.is_warning else ''}{says_of(one)}")
        if not found.errors:
            typer.echo(f"{file}: {counted(len(found.warnings), 'warning')}, ready to be proposed")
    if found.errors:
        fail(f"{file}: {counted(len(found.errors), 'problem')}, begin with line {found.errors[0].line}")


@app.command()
def fmt(
    file: File,
    write: Annotated[bool, typer.Option("--write", "-w", help="Change the file instead of printing.")] = False,
    only_check: Annotated[bool, typer.Option("--check", help="Change nothing; end with 1 if the layout differs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lay the document out: order, indents, quotes. Comments and meaning stay."""
    before = read(file)
    after = _laid_out(file, before)
    is_changed = after.encode() != before
    if write and is_changed and file != "-":
        Path(file).write_text(after, encoding="utf-8", newline="\n")
    if as_json:
        print_json({"file": file, "changed": is_changed, "text": after})
    elif not write and not only_check:
        sys.stdout.write(after)
    if only_check and is_changed:
        fail(f"{file} is not laid out: run `treaty agreement fmt --write {file}`")


@app.command()
def show(file: File, as_json: AsJson = False) -> None:
    """Print the contract in plain English."""
    from treaty.agreement import words

    terms = _terms(file)
    if as_json:
        print_json(words.contract(terms).as_data())
    else:
        typer.echo(words.as_text(terms))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The document before, in YAML.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The document after.")],
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Line by line in YAML instead of words.")] = False,
    as_json: AsJson = False,
) -> None:
    """What changes from A to B, exactly: in words, or in YAML."""
    from treaty.agreement import difference

    old, new = _terms(before), _terms(after)
    found = difference.difference(old, new)
    lines = difference.yaml_difference(read(before), read(after), (before, after)) if as_yaml or as_json else ""
    if as_json:
        print_json({"same": found.is_empty, "words": found.as_data(), "yaml": lines})
    else:
        typer.echo(lines.rstrip("\n") or "The two documents are the same." if as_yaml else difference.as_text(found))


@app.command()
def export(
    what: Annotated[str, typer.Argument(metavar="FILE|VERSION", help="A document, or the number of a signed version.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write; a document without it is only hashed.")] = None,
    receipt: Annotated[Path | None, typer.Option(help="Of a version: where to write the receipt as well.")] = None,
    bind: Annotated[list[Path], typer.Option("--bind", help="A file the document names, bound by its hash.")] = [],  # noqa: B006 - typer's form
    as_json: AsJson = False,
) -> None:
    """Write what there is to verify: a version's bundle (zip), or the bytes a document would have signed."""
    if what.isdecimal() and not Path(what).exists():
        importlib.import_module("treaty.cli.agreement_live").export(int(what), out, receipt=receipt, as_json=as_json)
        return
    raw = _bytes_of(what, bind)
    name = hashlib.sha256(raw).hexdigest()
    if out is not None:
        out.write_bytes(raw)
    if as_json:
        print_json({"file": what, "hash": name, "bytes": len(raw), "out": str(out) if out else None})
    else:
        typer.echo(f"{name}  {out or what}")


def _bytes_of(file: str, bind: list[Path]) -> bytes:
    """The signed bytes of a document without a fault."""
    from treaty.agreement import canonical
    from treaty.agreement.check import examine

    found = examine(read(file))
    if found.terms is None or found.errors:
        fail(f"{file}: {found.errors[0]}")
    files = {path.name: hashlib.sha256(read(str(path))).hexdigest() for path in bind}
    try:
        return canonical.signed_bytes(found.terms, canonical.Bindings(files=files))
    except canonical.Unbound as missing:
        fail(f"{file}: {missing}" + (" (--bind FILE)" if "file " in str(missing) else ""))


def _terms(file: str) -> "Terms":
    from treaty.agreement.document import load

    loaded = load(read(file))
    if loaded.terms is None:
        fail(f"{file}: {loaded.errors[0]}")
    return loaded.terms


def _laid_out(file: str, raw: bytes) -> str:
    from treaty.agreement import layout
    from treaty.agreement.yamltext import Unreadable

    try:
        return layout.fmt(raw)
    except Unreadable as error:
        fail(f"{file}: {error}")
