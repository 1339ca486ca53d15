"""Sets a paper in a process of its own: `python -m treaty.agreement.typesetting`, the paper as JSON on standard input.

What is printed was written by people, so it goes to the typesetter as values and never as markup: `contract.typ` reads one JSON text
and shows what is in it. The typesetter finds no file but that template: its root is an empty folder. Its fonts are those it brings along;
those of the machine are used only where the words have letters that it does not have.
"""

import json
import sys
import tempfile
from importlib.resources import files
from typing import Any

MEMORY = 2 << 30
SECONDS = 60
KNOWN = ((0x0000, 0x058F), (0x1E00, 0x20CF), (0x2100, 0x214F), (0x2190, 0x22FF))
"""Letters the fonts brought along have: Latin, Greek, Cyrillic, with their accents, signs and arrows."""


def set_in_type(paper: dict[str, Any]) -> bytes:
    """The paper as a PDF. Raises typst.TypstError."""
    import typst

    words, template = json.dumps(paper, ensure_ascii=False), (files("treaty.agreement") / "contract.typ").read_bytes()
    with tempfile.TemporaryDirectory() as nowhere:
        setter = typst.Compiler(
            template, root=nowhere, package_path=nowhere, ignore_system_fonts=is_known(words), sys_inputs={"paper": words}
        )
        made = setter.compile(format="pdf", timestamp=paper["dated"])
    assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file
    return made


def is_known(words: str) -> bool:
    return all(any(first <= ord(letter) <= last for first, last in KNOWN) for letter in set(words))


def bound() -> None:
    """Where the system knows no limits (Windows), the caller's time-out remains."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    bound()
    sys.stdout.buffer.write(set_in_type(json.loads(sys.stdin.buffer.read())))
