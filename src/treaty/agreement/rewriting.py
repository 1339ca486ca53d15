"""A document with other content: what stays keeps its comments, its order and its brackets, so forms and text edit one draft."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from treaty.agreement.comments import attach
from treaty.agreement.layout import laid
from treaty.agreement.quantities import plain
from treaty.agreement.yamltext import decode
from treaty.agreement.yamltree import Node, Path, parse

GROUPED = 10_000
"""Whole numbers from here on are written in groups of three digits."""
MARKS = ("id", "meeting", "team", "rule")
"""What an item of a list is known by when the rest of it has changed."""


def rewritten(text: str | bytes, data: Mapping[str, Any]) -> str:
    """The document whose content is `data`, in the normal layout. Raises Unreadable when `text` is no YAML.

    Comments stay with the entry they belong to, as long as it is there: an item of a list that changed is known by its id, or by its place
    between items that did not. Names come in the order of `data`; those of fixed parts in the order of the models.
    data: text, whole numbers, decimals, days, truth, nothing, lists and mappings of these.
    """
    text = decode(text)
    root = parse(text)
    root.flow = False
    end = attach(root, text)
    return laid(_settled(root, dict(data)), end)


def put(text: str | bytes, changes: Mapping[Path, Any]) -> str:
    """The document with other values at some paths; a part that is not there yet is made, `GONE` takes one out.

    Raises Unreadable when `text` is no YAML, LookupError for a path through something that is no mapping or has no such item.
    """
    data = parse(decode(text)).data
    for path, value in changes.items():
        data = _put(data, path, value)
    return rewritten(text, data)


GONE = object()
"""In `put`: nothing shall be at this path."""


def _put(data: Any, path: Path, value: Any) -> Any:
    """A copy of the data with another value at a path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(data, Mapping) and isinstance(step, str):
        kept = dict(data)
        if value is GONE and not rest:
            kept.pop(step, None)
        elif value is not GONE or step in kept:
            kept[step] = _put(kept.get(step, {}), rest, value)
        return kept
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        inside = [] if value is GONE and not rest else [_put(data[step], rest, value)]
        return [*data[:step], *inside, *data[step + 1 :]]
    raise LookupError(f"there is no {step!r} in {type(data).__name__}")


# A tree that holds other data


def _settled(old: Node, data: Any) -> Node:
    """The node for this data, made of what the old one has; itself when nothing differs."""
    if _same(old.data, data):
        return old
    if isinstance(data, Mapping) and old.kind == "map":
        return _with_keys(old, data)
    if isinstance(data, Sequence) and not isinstance(data, str) and old.kind == "list":
        return _alike(old, children=_items(old, list(data)))
    made = node_of(data)
    made.lead, made.tail = old.lead, old.tail
    return made


def _with_keys(old: Node, data: Mapping[str, Any]) -> Node:
    there = {key.value: (key, child) for key, child in zip(old.keys, old.children, strict=True)}
    pairs = [
        (there[name][0], _settled(there[name][1], value)) if name in there else (_scalar(name), node_of(value))
        for name, value in data.items()
    ]
    return _alike(old, keys=[key for key, _ in pairs], children=[child for _, child in pairs])


def _items(old: Node, data: list[Any]) -> list[Node]:
    """The items of a list: those that are the same stay, those between them are changed ones where they can be told, or new."""
    before = [_hashed(child.data) for child in old.children]
    found: list[Node] = []
    for what, i, to, j, until in SequenceMatcher(None, before, [_hashed(item) for item in data], autojunk=False).get_opcodes():
        found += old.children[i:to] if what == "equal" else _between(old.children[i:to], data[j:until])
    return found


def _between(old: Sequence[Node], data: Sequence[Any]) -> list[Node]:
    """Changed items: each by its id, else, where as many are left as came, by its place.

    One of another id is the old one renamed if half of it is the same.
    """
    known = {mark: node for node in old if (mark := _mark(node.data)) is not None}
    found = [known.pop(mark, None) if (mark := _mark(item)) is not None else None for item in data]
    left = [node for node in old if not any(node is one for one in found)]
    by_place = iter(left if len(left) == found.count(None) else ())
    pairs = zip((node or next(by_place, None) for node in found), data, strict=True)
    return [_settled(node, item) if node is not None and _is_of(node, item) else _item(item) for node, item in pairs]


def _is_of(node: Node, item: Any) -> bool:
    """Whether an item may be that node changed."""
    mark, before = _mark(item), node.data
    if mark is None or mark == _mark(before):
        return True
    return isinstance(before, Mapping) and 2 * sum(_same(before.get(name), value) for name, value in item.items()) >= len(item)


def _mark(item: Any) -> tuple[str, str] | None:
    if not isinstance(item, Mapping):
        return None
    return next(((name, str(item[name])) for name in MARKS if name in item), None)


def _alike(old: Node, *, children: list[Node], keys: list[Node] | None = None) -> Node:
    return Node(
        old.kind, old.line, old.column, old.start, old.end, flow=old.flow, keys=keys or [], children=children, lead=old.lead, tail=old.tail
    )


def _same(one: Any, other: Any) -> bool:
    return bool(_hashed(one) == _hashed(other))


def _hashed(data: Any) -> Any:
    """Something that is equal only for data written alike: the order of names counts, and `true` is not 1."""
    if isinstance(data, Mapping):
        return ("map", *((name, _hashed(value)) for name, value in data.items()))
    if isinstance(data, list | tuple):
        return ("list", *(_hashed(item) for item in data))
    return (type(data).__name__, data)


def node_of(data: Any) -> Node:
    """A node for plain data, in brackets where it fits a line. Raises TypeError for what a document cannot hold."""
    if isinstance(data, Mapping):
        names, inside = [_scalar(name) for name in data], [node_of(value) for value in data.values()]
        return Node("map", 1, 1, 0, 0, flow=True, keys=names, children=inside)
    if isinstance(data, list | tuple):
        return Node("list", 1, 1, 0, 0, flow=True, children=[_item(item) for item in data])
    return _scalar(data)


def _item(data: Any) -> Node:
    """An item of a list; a clause begins with its name behind the dash."""
    node = node_of(data)
    node.flow = node.flow and not (node.kind == "map" and [child.kind for child in node.children] == ["map"])
    return node


def _scalar(value: Any) -> Node:
    return Node("scalar", 1, 1, 0, 0, value=value, source="" if isinstance(value, str) else _written(value))


def _written(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return f"{value:_}" if abs(value) >= GROUPED else str(value)
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
    raise TypeError(f"a document cannot hold {value!r}")
