"""What changes between two versions: in words, clause by clause, and in YAML, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any, Literal

from treaty.agreement.layout import fmt
from treaty.agreement.terms import Terms
from treaty.agreement.words import contract
from treaty.agreement.words_base import Article, Clause
from treaty.agreement.yamltree import Path

How = Literal["same", "added", "removed", "changed"]
_TOKEN = re.compile(r"\s+|[^\s.,;:()]+(?:[.,:]\w+)*|[.,;:()]")
"""Words, with amounts and addresses whole: €400,000 changes as one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they stay, come or go. path: the term they say, in the version they are from."""

    text: str
    how: Literal["same", "added", "removed"]
    path: Path = ()


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause of either version. A changed one has pieces of both, or items that changed."""

    key: str
    path: Path
    how: How
    pieces: tuple[Piece, ...]
    items: tuple["ClauseChange", ...] = ()

    @property
    def before(self) -> str:
        return "".join(piece.text for piece in self.pieces if piece.how != "added")

    @property
    def after(self) -> str:
        return "".join(piece.text for piece in self.pieces if piece.how != "removed")


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """An article with all its clauses, changed or not. number: in the new version; in the old one if it is removed."""

    number: int
    title: str
    path: Path
    how: How
    clauses: tuple[ClauseChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two contracts laid over each other; `changed` leaves out what stayed."""

    title_before: str
    title_after: str
    articles: tuple[ArticleChange, ...]

    @property
    def changed(self) -> tuple[ArticleChange, ...]:
        return tuple(article for article in self.articles if article.how != "same")

    @property
    def is_empty(self) -> bool:
        return not self.changed and self.title_before == self.title_after

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def difference(before: Terms, after: Terms) -> Difference:
    """The exact difference in words: what stayed, came and went reads as the old contract and as the new one."""
    old, new = contract(before), contract(after)
    pairs = _paired(old.articles, new.articles, [one.title for one in old.articles], [one.title for one in new.articles])
    return Difference(old.title, new.title, tuple(_article(one, other) for one, other in pairs))


def _paired(old: Sequence[Any], new: Sequence[Any], old_keys: list[str], new_keys: list[str]) -> Iterator[tuple[Any, Any]]:
    """(old, new) in reading order; None where one has no counterpart."""
    for how, i, i_end, j, j_end in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
        if how == "equal":
            yield from zip(old[i:i_end], new[j:j_end], strict=True)
        else:
            yield from ((one, None) for one in old[i:i_end])
            yield from ((None, one) for one in new[j:j_end])


def _article(old: Article | None, new: Article | None) -> ArticleChange:
    shown = new or old
    assert shown is not None  # noqa: S101 - a pair has at least one side
    clauses = _clauses(old.clauses if old else (), new.clauses if new else ())
    how: How = "added" if old is None else "removed" if new is None else _together(clauses)
    return ArticleChange(shown.number, shown.title, shown.path, how, clauses)


def _together(clauses: tuple[ClauseChange, ...]) -> How:
    return "same" if all(clause.how == "same" for clause in clauses) else "changed"


def _clauses(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[ClauseChange, ...]:
    pairs = _paired(old, new, [clause.key for clause in old], [clause.key for clause in new])
    return tuple(_clause(one, other) for one, other in pairs)


def _clause(old: Clause | None, new: Clause | None) -> ClauseChange:
    if old is None or new is None:
        return _only(old or new, "added" if old is None else "removed")
    pieces = tuple(_pieces(_tokens(old), _tokens(new)))
    items = _clauses(old.items, new.items)
    is_same = all(piece.how == "same" for piece in pieces) and _together(items) == "same"
    return ClauseChange(new.key, new.path, "same" if is_same else "changed", pieces, items)


def _only(clause: Clause | None, how: Literal["added", "removed"]) -> ClauseChange:
    assert clause is not None  # noqa: S101 - a pair has at least one side
    pieces = tuple(Piece(span.text, how, span.path) for span in clause.spans)
    return ClauseChange(clause.key, clause.path, how, pieces, tuple(_only(item, how) for item in clause.items))


def _tokens(clause: Clause) -> list[tuple[str, Path]]:
    return [(token, span.path) for span in clause.spans for token in _TOKEN.findall(span.text)]


def _pieces(old: list[tuple[str, Path]], new: list[tuple[str, Path]]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, [token for token, _ in old], [token for token, _ in new], autojunk=False)
    for how, i, i_end, j, j_end in matcher.get_opcodes():
        if how == "equal":
            yield from _joined(new[j:j_end], "same")
        else:
            yield from _joined(old[i:i_end], "removed")
            yield from _joined(new[j:j_end], "added")


def _joined(tokens: list[tuple[str, Path]], how: Literal["same", "added", "removed"]) -> Iterator[Piece]:
    """Neighbouring tokens of the same term as one piece."""
    text, path = "", None
    for token, where in tokens:
        if path is not None and where != path:
            yield Piece(text, how, path)
            text = ""
        text, path = text + token, where
    if path is not None:
        yield Piece(text, how, path)


def as_text(found: Difference) -> str:
    """The changed clauses only: [-what goes-] and [+what comes+]."""
    lines = []
    if found.title_before != found.title_after:
        lines += [f"[-{found.title_before}-] [+{found.title_after}+]", ""]
    for article in found.changed:
        lines += [f"{article.number}  {article.title}" + (f" ({article.how})" if article.how != "changed" else ""), ""]
        for clause in article.clauses:
            lines += _lines(clause, 3)
        lines.append("")
    return "\n".join(lines).rstrip("\n") or "The two versions say the same."


def _lines(clause: ClauseChange, indent: int) -> list[str]:
    if clause.how == "same":
        return []
    sign = {"added": "+", "removed": "-", "changed": "~"}[clause.how]
    lines = [f"{' ' * indent}{sign} {_marked(clause)}"]
    return [*lines, *(line for item in clause.items for line in _lines(item, indent + 2))]


def _marked(clause: ClauseChange) -> str:
    if clause.how != "changed":
        return "".join(piece.text for piece in clause.pieces)
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(signs[how].format(text) for how, text in _runs(clause.pieces))


def _runs(pieces: Sequence[Piece]) -> list[tuple[str, str]]:
    """Pieces that stay, come or go together as one run of text."""
    runs: list[tuple[str, str]] = []
    for piece in pieces:
        if runs and runs[-1][0] == piece.how:
            runs[-1] = (piece.how, runs[-1][1] + piece.text)
        else:
            runs.append((piece.how, piece.text))
    return runs


def yaml_difference(before: str | bytes, after: str | bytes, names: tuple[str, str] = ("before", "after")) -> str:
    """A unified difference of the two documents in their normal layout, comments included. Empty when there is none."""
    old, new = fmt(before).splitlines(keepends=True), fmt(after).splitlines(keepends=True)
    return "".join(unified_diff(old, new, *names))
