"""Comments of a document: each finds the entry it belongs to, so that a new layout keeps it there.

A comment behind something belongs to the entry that begins last before it on that line; a comment on a line
of its own leads the next entry, or ends the part if none follows.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from treaty.agreement.yamltree import Node

_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\n]*|^[ ]*\n", re.MULTILINE)
"""A comment, or an empty line: paragraphs are kept too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that gets a line of its own: an item of a list, or a key with its value."""

    start: int
    end: int
    node: Node
    """The node that carries its comments: the key, or the item."""
    is_last: bool
    """Nothing inside gets a line of its own."""


def attach(root: Node, text: str) -> list[str]:
    """Give every comment of `text` to a node of its tree. Returns those that stand at the end of the document."""
    entries = sorted(_entries(root), key=lambda entry: (entry.start, -entry.end))
    starts = [entry.start for entry in entries]
    end: list[str] = []
    for comment, at in _comments(root, text):
        behind = text[text.rfind("\n", 0, at) + 1 : at].strip() != ""
        place = bisect_right(starts, at)
        if behind and place:
            _join_tail(entries[place - 1].node, comment)
        else:
            _lead(entries, place, at, end).append(comment)
    return end


def _lead(entries: list[Entry], place: int, at: int, end: list[str]) -> list[str]:
    """Where a comment on its own line goes: above what it stands within, or above what follows it."""
    if place and entries[place - 1].is_last and entries[place - 1].end > at:
        return entries[place - 1].node.lead
    return entries[place].node.lead if place < len(entries) else end


def _join_tail(node: Node, comment: str) -> None:
    node.tail = f"{node.tail} {comment}" if node.tail else comment


def _entries(node: Node) -> Iterator[Entry]:
    """Every entry that gets a line of its own when laid out: those in block style, at any depth."""
    if node.kind == "scalar" or node.flow:
        return
    for i, child in enumerate(node.children):
        head = node.keys[i] if node.kind == "map" else child
        yield Entry(head.start, child.end, head, child.kind == "scalar" or child.flow)
        yield from _entries(child)


def _comments(root: Node, text: str) -> Iterator[tuple[str, int]]:
    """Each comment with its offset, empty lines as empty text; a # inside a value is no comment."""
    inside = sorted(_values(root, text))
    starts = [start for start, _ in inside]
    found = _COMMENT.search(text)
    while found:
        place = bisect_right(starts, found.start()) - 1
        is_value = place >= 0 and inside[place][1] > found.start()
        if not is_value:
            yield found[0].strip(), found.start()
        found = _COMMENT.search(text, inside[place][1] if is_value else found.end())


def _values(node: Node, text: str) -> Iterator[tuple[int, int]]:
    """Where the values stand; of a value written in lines of its own (| or >) those lines only."""
    if node.kind == "scalar":
        own_lines = node.quoted and not node.source
        yield (text.find("\n", node.start) if own_lines else node.start), node.end
    for child in (*node.keys, *node.children):
        yield from _values(child, text)
