"""YAML text as a tree that remembers lines and comments, with every limit held before anything is built.

The tree holds plain data only: text, whole numbers, decimals, days, truth, nothing. Tags, merge keys, directives,
a second document, invisible characters and duplicate keys are refused, each with its line.
Limits: 256 KB, 20 levels, 20,000 nodes with every alias counted as often as it is used (T11).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from treaty.agreement.yamltext import MAX_DEPTH, UNUSUAL, Unreadable, invisible
from treaty.agreement.yamlvalues import resolve

MAX_NODES = 20_000

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Node:
    """A scalar (`value`), a list or a mapping (`children`). line and column count from 1; start and end are offsets.

    source: a scalar as it was written, with its quotes. keys: beside the children of a mapping. weight: nodes it
    stands for. lead and tail: comments above it and behind it. flow: written in brackets.
    """

    kind: str
    line: int
    column: int
    start: int
    end: int
    value: Any = None
    source: str = ""
    quoted: bool = False
    flow: bool = False
    keys: list["Node"] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    weight: int = 1
    height: int = 0
    lead: list[str] = field(default_factory=list)
    tail: str = ""

    @property
    def data(self) -> Any:
        """Plain data; an alias becomes the same object again, which `MAX_NODES` has already paid for."""
        if self.kind == "scalar":
            return self.value
        inside = [child.data for child in self.children]
        return inside if self.kind == "list" else dict(zip((key.value for key in self.keys), inside, strict=True))

    def steps(self) -> Iterator[tuple[str | int, "Node", "Node"]]:
        """(name or index, where it starts, child)."""
        for i, child in enumerate(self.children):
            key = self.keys[i] if self.kind == "map" else child
            yield (key.value if self.kind == "map" else i), key, child


def parse(text: str) -> Node:
    """The tree of one document. Raises Unreadable at the first thing refused."""
    try:
        return _Builder(text).build()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(_calm(error), "correct the indentation, brackets or quotes there", line, column) from None
    except (YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("the document is not YAML", str(error).splitlines()[0] if str(error) else "check its layout") from None


def _calm(error: MarkedYAMLError) -> str:
    parts = (part for part in (error.context, error.problem) if part)
    return "the document is not YAML here: " + ", ".join(parts).replace("\n", " ")


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.anchors: dict[str, Node | None] = {}
        self.nodes = 0

    def build(self) -> Node:
        events = YAML(typ="rt", pure=True).parse(self.text)
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self._check_document(event, root)
            elif isinstance(event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
                root = self._node(event, events, 1)
        if root is None or root.kind != "map":
            raise Unreadable("there is no agreement in this document", "begin with `agreement: NAME`")
        return root

    def _check_document(self, event: Any, root: Node | None) -> None:
        line = event.start_mark.line + 1
        if root is not None:
            raise Unreadable("a second document begins", "keep one agreement per file", line)
        if event.version or event.tags:
            raise Unreadable("a YAML directive", "delete the lines that begin with %", line)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        mark, end = event.start_mark, event.end_mark
        if depth > MAX_DEPTH and not isinstance(event, ScalarEvent | AliasEvent):
            raise Unreadable(f"more than {MAX_DEPTH} levels of nesting", "write it flatter", mark.line + 1, mark.column + 1)
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        node = Node("scalar", mark.line + 1, mark.column + 1, mark.index, end.index)
        if event.tag is not None or (event.ctag is not None and str(event.ctag)):
            raise Unreadable(
                f"the tag {event.tag}", "delete it: values are text, numbers, days, lists and mappings", node.line, node.column
            )
        if event.anchor:
            self.anchors[event.anchor] = None
        self._count(1, node)
        if isinstance(event, ScalarEvent):
            self._read_scalar(node, event)
        else:
            self._fill(node, event, events, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _count(self, more: int, node: Node) -> None:
        self.nodes += more
        if self.nodes > MAX_NODES:
            raise Unreadable(
                f"more than {MAX_NODES:,} values, aliases counted each time", "write less, or without aliases", node.line, node.column
            )

    def _alias(self, event: Any, depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        known = self.anchors.get(event.anchor)
        if known is None:
            what = "contains itself" if event.anchor in self.anchors else "is not defined above"
            raise Unreadable(f"the alias *{event.anchor} {what}", "write the value out", line, column)
        if depth - 1 + known.height > MAX_DEPTH:
            raise Unreadable(f"more than {MAX_DEPTH} levels of nesting", "write it flatter", line, column)
        self._count(known.weight, known)
        return known

    def _fill(self, node: Node, event: Any, events: Iterator[Any], depth: int) -> None:
        node.kind = "map" if isinstance(event, MappingStartEvent) else "list"
        node.flow = bool(event.flow_style)
        node.height = 1
        for inner in events:
            if isinstance(inner, CollectionEndEvent):
                node.end = inner.end_mark.index
                return
            child = self._node(inner, events, depth + 1)
            if node.kind == "map":
                self._add_key(node, child)
                child = self._node(next(events), events, depth + 1)
            node.children.append(child)
            node.weight += child.weight
            node.height = max(node.height, child.height + 1)

    def _add_key(self, node: Node, key: Node) -> None:
        if key.kind != "scalar" or not isinstance(key.value, str | int) or isinstance(key.value, bool):
            raise Unreadable("a key that is not a word", "quote it, or write a name", key.line, key.column)
        if key.source == "<<":
            raise Unreadable("a merge key <<", "write the fields out", key.line, key.column)
        first = next((other for other in node.keys if str(other.value) == str(key.value)), None)
        if first is not None:
            raise Unreadable(f"{key.value!r} is given twice", f"keep one; the first is on line {first.line}", key.line, key.column)
        node.keys.append(key)

    def _read_scalar(self, node: Node, event: Any) -> None:
        node.quoted = event.style is not None
        node.source = self.text[node.start : node.end] if event.style in (None, "'", '"') else ""
        node.value = event.value if node.quoted else resolve(event.value, node.line, node.column)
        if any(invisible(sign) for sign in UNUSUAL.findall(event.value)):
            raise Unreadable("text with an invisible character", "delete its escape", node.line, node.column)
