"""One layout for every document: order of the keys, indents, quotes. Meaning and comments stay.

Parts in brackets stay in brackets while they fit a line; keys of fixed parts come in the order of the models;
names the two sides chose (stages, segments, lists) keep their order, for it can carry meaning. Aliases are written out.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from treaty.agreement import shape
from treaty.agreement.comments import attach
from treaty.agreement.yamltext import Unreadable, decode
from treaty.agreement.yamltree import Node, Path, parse
from treaty.agreement.yamlvalues import resolve

WIDTH = 120
COMMENT_COLUMN = 54
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=~](?:[^\n#:]|:(?=\S)|(?<=\S)#)*(?<![\s:])")
_NOT_IN_BRACKETS = re.compile(r"[,\[\]{}]|:$")
_QUOTED = re.compile(r"y|n|yes|no|on|off|0[xo][0-9a-f]+|(?=.*[^\d])[\d:._-]+", re.IGNORECASE)
"""Text that people or older readers take for something else: on, 12:30, 01-01."""
_BLANK_LINE_PARTS = frozenset(
    "goals profile stages journey scores handoff promises reasons attribution economics incentives cadence notices pilot lists".split()
)
"""Parts that begin a paragraph."""


@lru_cache(maxsize=4)
def fmt(raw: str | bytes) -> str:
    """The document in its normal layout. Raises Unreadable for what is no YAML; contradictions do not matter here."""
    text = decode(raw)
    root = parse(text)
    if root.flow:
        root.flow = False  # the whole document in brackets
    return laid(root, attach(root, text))


def laid(root: Node, end: Sequence[str] = ()) -> str:
    """The text of a tree whose nodes carry their comments, which are taken from them. end: comments behind everything."""
    return _paragraphs([*_block(root, (), 0), *end])


def _paragraphs(lines: list[str]) -> str:
    """Never two empty lines together, none at the ends."""
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    return "\n".join(kept).strip("\n") + "\n"


def _block(node: Node, path: Path, indent: int) -> Iterator[str]:
    for step, head, child in _ordered(node, path):
        if not path and step in _BLANK_LINE_PARTS:
            yield ""
        yield from _lead(head, indent)
        if node.kind == "map":
            yield from _entry(f"{_scalar(head, is_key=True)}:", head, child, (*path, step), indent)
        else:
            yield from _item(child, (*path, step), indent)


def _lead(head: Node, indent: int) -> Iterator[str]:
    """The comments above an entry, once: what an alias repeats has them at its first place."""
    yield from (" " * indent + comment if comment else "" for comment in head.lead)
    head.lead = []


def _entry(start: str, head: Node, child: Node, path: Path, indent: int) -> Iterator[str]:
    line = " " * indent + start
    flat = _flat(child, path)
    if child.kind == "scalar" or not child.children or (child.flow and len(line) + 1 + len(flat) <= WIDTH):
        yield _with_comment(f"{line} {flat}".rstrip(), head)
    else:
        yield _with_comment(line, head)
        yield from _block(child, path, indent + 2)


def _item(child: Node, path: Path, indent: int) -> Iterator[str]:
    """An item of a list. The first line of what it holds stands behind the dash."""
    flat = _flat(child, path)
    if child.kind == "scalar" or not child.children or (child.flow and indent + 2 + len(flat) <= WIDTH):
        yield _with_comment(" " * indent + f"- {flat}", child)
        return
    inside = list(_block(child, path, indent + 2))
    first = next(i for i, line in enumerate(inside) if line and not line.lstrip().startswith("#"))
    yield from (line[2:] for line in inside[:first])
    yield _with_comment(" " * indent + "- " + inside[first][indent + 2 :], child)
    yield from inside[first + 1 :]


def flat(node: Node, *, in_brackets: bool = False) -> str:
    """A node that stands at no place of a document yet, on one line."""
    return _flat(node, (), in_brackets=in_brackets)


def _with_comment(line: str, head: Node) -> str:
    comment, head.tail = head.tail, ""
    return f"{line.ljust(COMMENT_COLUMN - 2)}  {comment}" if comment else line


def _flat(node: Node, path: Path, *, in_brackets: bool = False) -> str:
    """A node on one line."""
    if node.kind == "scalar":
        return _scalar(node, in_brackets=in_brackets)
    parts = [(head, _flat(child, (*path, step), in_brackets=True)) for step, head, child in _ordered(node, path)]
    if node.kind == "list":
        return f"[{', '.join(text for _, text in parts)}]"
    return f"{{{', '.join(f'{_scalar(head, in_brackets=True, is_key=True)}: {text}' for head, text in parts)}}}"


def _ordered(node: Node, path: Path) -> list[tuple[str | int, Node, Node]]:
    """The entries in the order of the models where names are fixed, as written where they are free."""
    steps = list(node.steps())
    if node.kind == "list":
        return steps
    known = {name: i for i, name in enumerate(shape.names_at(path))}
    free = -1 if path == ("scores",) else len(known)  # scores stand before their grid
    return sorted(steps, key=lambda step: known.get(str(step[0]), free))


def _scalar(node: Node, *, in_brackets: bool = False, is_key: bool = False) -> str:
    """Text without quotes where every reader takes it as the same text; other values as they were written."""
    text = node.value
    if not isinstance(text, str):
        return node.source.strip() or "null"
    is_plain = _PLAIN.fullmatch(text) and not (in_brackets and _NOT_IN_BRACKETS.search(text))
    if is_plain and _stays_text(text) and (is_key or not _QUOTED.fullmatch(text)):
        return text
    return json.dumps(text, ensure_ascii=False)


def _stays_text(text: str) -> bool:
    try:
        return isinstance(resolve(text), str)
    except Unreadable:
        return False
