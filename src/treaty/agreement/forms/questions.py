"""What a page shows for each place of a form: names of fields, choices, words and faults. Plain values; templates know their `shape`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from treaty.agreement.forms.kinds import Names
from treaty.agreement.forms.tree_asked import Node
from treaty.agreement.yamltree import Path

Option = tuple[str, str]


@dataclass(frozen=True)
class Around:
    """What stands around a part. of: the names of a kind; says: the sentence of a place, problems: what is wrong there, by path."""

    of: Callable[[Names], Sequence[Option]]
    says: Mapping[Path, str] = field(default_factory=dict)
    problems: Mapping[Path, Sequence[str]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Question:
    """What every question has. name: of its field; label: empty where the row says it."""

    name: str
    label: str = ""
    help: str = ""
    problems: Sequence[str] = ()


@dataclass(kw_only=True)
class Line(Question):
    value: str
    widget: str = "line"
    hint: str = ""
    must: bool = False
    options: Sequence[Option] = ()
    shape: str = "line"


@dataclass(kw_only=True)
class Choice(Question):
    value: str
    options: Sequence[Option]
    must: bool = False
    shape: str = "choice"


@dataclass(kw_only=True)
class Ticked(Question):
    is_on: bool
    is_stated: bool
    shape: str = "tick"


@dataclass(kw_only=True)
class Several(Question):
    """options: value, words, whether ticked. lines: what is typed, one on each line; None where everything is ticked."""

    is_there: bool
    options: Sequence[tuple[str, str, bool]] = ()
    lines: str | None = None
    hint: str = ""
    shape: str = "several"

    @property
    def rows(self) -> int:
        """As high as what is in it, and a line more."""
        return min(12, 2 + (self.lines or "").count("\n"))


@dataclass(kw_only=True)
class Row:
    name: str
    title: str
    says: str
    own: Line | Choice | None
    inside: Any
    is_open: bool = False
    problems: Sequence[str] = ()


@dataclass(kw_only=True)
class List(Question):
    """rows: folded where each is a part of its own. adds: what to press for another, with its words."""

    rows: Sequence[Row]
    adds: Sequence[Option]
    is_flat: bool
    is_there: bool = True
    shape: str = "list"


@dataclass(kw_only=True)
class Weight:
    """One weight of the bar. x, width: where it lies, in hundredths."""

    name: str
    own: str
    title: str
    value: str
    percent: str
    x: str
    width: str


@dataclass(kw_only=True)
class Weights(Question):
    rows: Sequence[Weight]
    adds: Sequence[Option]
    is_custom: bool
    shape: str = "weights"


@dataclass(kw_only=True)
class Group(Question):
    parts: Sequence[Any]
    short: bool = False
    may_go: bool = False
    shape: str = "group"


@dataclass(kw_only=True)
class Silent(Question):
    """A part of which the document says nothing. adds: what to press to say something."""

    adds: Sequence[Option]
    shape: str = "silent"


@dataclass(kw_only=True)
class Condition(Question):
    node: Node
    says: str
    may_go: bool
    shape: str = "tree"
