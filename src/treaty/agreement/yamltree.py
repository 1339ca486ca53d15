"""YAML text as a tree that remembers lines and comments, with every limit held before anything is built.

The tree holds plain data only: text, whole numbers, decimals, days, truth, nothing. Tags, merge keys, directives,
a second document, invisible characters and duplicate keys are refused, each with its line.
Limits: 256 KB, 20 levels, 20,000 nodes with every alias counted as often as it is used (T11).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000
_INT = re.compile(r"[-+]?[0-9][0-9_]*")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]{1,3})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_NOT_NUMBERS = {".inf", "-.inf", "+.inf", ".nan"}
_JOINERS = "\u200c\u200d"
_UNUSUAL = re.compile(r"[^\x20-\x7e\n]")
_TOWER = re.compile(rf"(?:[\[{{]\s*){{{MAX_DEPTH + 1}}}")

Path = tuple[str | int, ...]


class Unreadable(ValueError):
    """The text is no document Treaty reads. Carries the place (both from 1) and the way out."""

    def __init__(self, says: str, way_out: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"line {line}: {says}: {way_out}")
        self.says, self.way_out, self.line, self.column = says, way_out, line, column


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


def decode(raw: bytes | str) -> str:
    """The text of a document. Raises Unreadable for other encodings and beyond the limit of size."""
    size = len(raw.encode("utf-8", "surrogatepass")) if isinstance(raw, str) else len(raw)
    if size > MAX_BYTES:
        raise Unreadable(f"the document has {size:,} bytes", f"{MAX_BYTES:,} is the limit: move long lists to files of their own")
    if isinstance(raw, str):
        text = raw
    else:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise Unreadable(f"byte {error.start} is not UTF-8", "save the file in the encoding UTF-8", line) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _refuse_invisible(text)
    _refuse_towers(text)
    return text


def _refuse_invisible(text: str) -> None:
    """What the eye cannot see must not be signed: control signs, direction marks, lone halves of a character."""
    for found in _UNUSUAL.finditer(text):
        if invisible(found[0]):
            at = found.start()
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            raise Unreadable(f"the invisible character U+{ord(found[0]):04X}", "delete it; indent with spaces", line, column)


def invisible(sign: str) -> bool:
    return sign != "\n" and sign not in _JOINERS and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _refuse_towers(text: str) -> None:
    """Thousands of brackets in a row cost the parser half a second before it can count them."""
    found = _TOWER.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise Unreadable(f"more than {MAX_DEPTH} levels of nesting", "write it flatter", line)


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
        node.value = event.value if node.quoted else resolve(event.value, node)
        if any(invisible(sign) for sign in _UNUSUAL.findall(event.value)):
            raise Unreadable("text with an invisible character", "delete its escape", node.line, node.column)


def resolve(text: str, at: Node) -> Any:
    """What an unquoted word stands for. YAML 1.2: `no` and `on` are words, `12:30` is text."""
    if text.lower() in _NOT_NUMBERS:
        raise Unreadable(f"{text} is not a number", "write the number, or quote the word", at.line, at.column)
    if text in _WORDS or text.lower() in ("true", "false", "null"):
        return _WORDS[text.lower()]
    if _INT.fullmatch(text) and len(text) <= 32:
        return int(text.replace("_", ""))
    if _FLOAT.fullmatch(text) and len(text) <= 32:
        return Decimal(text.replace("_", ""))
    return _read_date(text, at) if _DATE.fullmatch(text) else text


def _read_date(text: str, at: Node) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{text} is not a day of the calendar", "write year-month-day, such as 2026-01-31", at.line, at.column) from None
