"""The document: YAML text in, terms and problems out; every problem names its line and the way out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from treaty.agreement.complaints import say
from treaty.agreement.terms import Terms
from treaty.agreement.yamltext import Unreadable, decode
from treaty.agreement.yamltree import Node, Path, parse


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong at one place. A warning does not keep a version from being proposed."""

    line: int
    column: int
    path: Path = field(compare=False)
    says: str
    way_out: str
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {dotted(self.path)}" if self.path else "")
        return f"{where}: {self.says}" + (f" → {self.way_out}" if self.way_out else "")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a text. `terms` is None when a problem that is no warning was found while reading."""

    text: str
    terms: Terms | None
    problems: tuple[Problem, ...] = ()
    tree: Node | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.is_warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_warning)

    def place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Line and column of a path; of its nearest parent that is written, where the path itself is not."""
        return locate(self.tree, path)[:2] if self.tree else (1, 1)


def dotted(path: Iterable[str | int]) -> str:
    """`stages.engaged.moves[0]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def load(raw: str | bytes) -> Loaded:
    """Read a document. Never raises: whatever is wrong with it becomes a problem (see `check.examine` for contradictions)."""
    try:
        text = decode(raw)
        tree = _tree(text)
    except Unreadable as error:
        shown = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
        return Loaded(shown, None, (Problem(error.line, error.column, (), error.says, error.way_out),))
    try:
        return Loaded(text, Terms.model_validate(tree.data), (), tree)
    except ValidationError as error:
        return Loaded(text, None, _problems(error, tree), tree)


@lru_cache(maxsize=4)
def _tree(text: str) -> Node:
    """To be read, not changed. A page asks several times after the same two texts, and parsing one takes 60 ms."""
    return parse(text)


def locate(tree: Node, path: Sequence[str | int]) -> tuple[int, int, Path]:
    """Line, column and the part of the path that is written. Steps the document does not have are skipped."""
    node, line, column, found = tree, tree.line, tree.column, []
    for wanted in path:
        step = next(((name, at, child) for name, at, child in node.steps() if str(name) == str(wanted)), None)
        if step is not None:
            found.append(step[0])
            line, column, node = step[1].line, step[1].column, step[2]
    return line, column, tuple(found)


def _problems(error: ValidationError, tree: Node) -> tuple[Problem, ...]:
    places: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        missing = (detail["loc"][-1],) if detail["type"] == "missing" else ()
        places.setdefault((*locate(tree, detail["loc"])[2], *missing), []).append(detail)
    return tuple(sorted(_problem(path, details, tree) for path, details in places.items()))


def _problem(path: Path, details: list[ErrorDetails], tree: Node) -> Problem:
    """One problem per place: of several findings (the branches of a choice) those that got furthest speak."""
    line, column, _ = locate(tree, path)
    furthest = max(len(detail["loc"]) for detail in details)
    said = [say(detail, path, _shown(tree, path)) for detail in details if len(detail["loc"]) == furthest]
    ways_out = dict.fromkeys(way_out for _, way_out in said)
    return Problem(line, column, path, said[0][0], " or ".join(ways_out))


def _shown(tree: Node, path: Path) -> str:
    node = tree
    for wanted in path:
        node = next((child for name, _, child in node.steps() if name == wanted), node)
    if node.kind == "scalar":
        return f"{(node.source or str(node.value))[:80]!r}" if node.value is not None else "an empty value"
    return "a list" if node.kind == "list" else "a mapping"
