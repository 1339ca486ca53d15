"""How `treaty agreement` reads its documents and says what is wrong with them."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from treaty.agreement.document import Problem


def read(file: str) -> bytes:
    """A document's bytes, one more than the limit at most. `-` is standard input."""
    from treaty.agreement.yamltext import MAX_BYTES

    try:
        if file == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as source:  # one byte beyond the limit is enough to know
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}, check the path")


def says_of(problem: "Problem") -> str:
    """What is wrong, where in the document, and the way out."""
    from treaty.agreement.document import dotted

    where = f"{dotted(problem.path)}: " if problem.path else ""
    return f"{where}{problem.says} → {problem.way_out}" if problem.way_out else f"{where}{problem.says}"


def problem_data(problem: "Problem") -> dict[str, Any]:
    from treaty.agreement.document import dotted

    return {
        "line": problem.line,
        "column": problem.column,
        "path": dotted(problem.path),
        "says": problem.says,
        "way_out": problem.way_out,
        "severity": "warning" if problem.is_warning else "error",
    }


def counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def print_json(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))


def fail(sentence: str) -> NoReturn:
    """End with 1 and one sentence on stderr."""
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
