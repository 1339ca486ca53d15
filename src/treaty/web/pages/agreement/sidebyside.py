"""A difference laid out as two columns: each clause as it was beside as it would be, what stays folded away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from treaty.agreement.difference import ArticleChange, ClauseChange, Difference, How
from treaty.agreement.numbering import label
from treaty.web.pieces.agreement import Change


@dataclass(frozen=True, slots=True)
class Cell:
    """A clause in one of the two versions, with its number there; nothing where it is not."""

    number: str
    words: Sequence[tuple[str, Change]]


@dataclass(frozen=True, slots=True)
class Row:
    """One clause in both. how: of its own sentence; depth: 0 for a clause of the article, 1 for what it lists."""

    how: How
    depth: int
    old: Cell | None
    new: Cell | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring clauses that all stay, or that do not. clauses: how many of the article's own."""

    stays: bool
    clauses: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Laid:
    """An article. how: added, removed, changed, or the same in both."""

    number: int
    title: str
    anchor: str
    how: How
    stretches: Sequence[Stretch]


def laid(found: Difference) -> list[Laid]:
    """Every article. What this release does not carry out yet stands beside the contract and is left out, as on its page."""
    return [_article(one) for one in found.articles if _said(one)]


def _said(article: ArticleChange) -> list[ClauseChange]:
    return [one for one in article.clauses if one.key != "later"]


def _article(article: ArticleChange) -> Laid:
    clauses = list(_numbered(_said(article), 0))
    stretches = []
    for stays, together in groupby(clauses, key=lambda rows: all(row.how == "same" for row in rows)):
        group = list(together)
        stretches.append(Stretch(stays, len(group), [row for rows in group for row in rows]))
    how: How = "same" if article.how == "changed" and all(one.stays for one in stretches) else article.how
    return Laid(article.number, article.title, f"article-{article.path[0]}" if article.path else "", how, stretches)


def _numbered(clauses: Sequence[ClauseChange], depth: int) -> Iterator[list[Row]]:
    """Each clause with what it lists. In each version it has the number it has there."""
    was = becomes = 0
    for one in clauses:
        old = Cell(label(was, depth), _words(one, "added")) if one.how != "added" else None
        new = Cell(label(becomes, depth), _words(one, "removed")) if one.how != "removed" else None
        was, becomes = was + (old is not None), becomes + (new is not None)
        how: How = "same" if all(piece.how == "same" for piece in one.pieces) else one.how
        yield [Row(how, depth, old, new), *(row for rows in _numbered(one.items, depth + 1) for row in rows)]


def _words(one: ClauseChange, without: Change) -> list[tuple[str, Change]]:
    """The sentence as one version has it. A clause that comes or goes whole is not marked word by word."""
    kept = [(piece.text, piece.how) for piece in one.pieces if piece.how != without]
    return [(text, how if one.how == "changed" else "same") for text, how in kept]
