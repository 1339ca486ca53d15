"""The contract in plain English: generated from the terms, every span knowing which term it says."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import Any

from treaty.agreement import (
    words_credit,
    words_economics,
    words_goals,
    words_handoff,
    words_parties,
    words_promises,
    words_rhythm,
    words_stages,
)
from treaty.agreement.later import not_yet_executed
from treaty.agreement.numbering import label
from treaty.agreement.terms import Terms
from treaty.agreement.words_base import Article, Clause, clause
from treaty.agreement.yamltree import Path

PREAMBLE = (
    "Both teams own one number, use one definition of a lead that is ready, and answer each other within the times written "
    "here. Treaty carries out what follows and records, with every decision, the version it was made under."
)
_WIDTH = 100

__all__ = ["Contract", "as_text", "contract", "not_yet_executed"]


@dataclass(frozen=True, slots=True)
class Contract:
    """A whole agreement in words. marketing, sales: who signs for each side."""

    title: str
    marketing: tuple[str, ...]
    sales: tuple[str, ...]
    preamble: str
    articles: tuple[Article, ...]

    def clauses(self) -> Iterator[Clause]:
        """Every clause, those within clauses too, in reading order."""
        for article in self.articles:
            for one in article.clauses:
                yield from one.walk()

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def contract(terms: Terms) -> Contract:
    """The agreement as a contract a head of sales understands. Articles without a clause are left out."""
    parts: tuple[tuple[str, Path, list[Clause]], ...] = (
        ("What we both own", ("goals",), words_goals.goals(terms)),
        ("Who we sell to", ("profile",), words_parties.profile(terms)),
        ("When a lead is ready", ("stages",), words_stages.stages(terms)),
        ("How interest is scored", ("scores",), words_stages.scores(terms)),
        ("Who takes a lead, and what they are told", ("handoff",), words_handoff.handoff(terms)),
        ("What we promise each other", ("promises",), words_promises.promises(terms)),
        ("Why leads come back and deals end", ("reasons",), words_handoff.reasons(terms)),
        ("How credit is shared", ("attribution",), words_credit.attribution(terms)),
        ("What a customer costs, and is worth", ("economics",), words_economics.economics(terms)),
        ("What pay rests on", ("incentives",), words_goals.incentives(terms)),
        ("When we meet, and how we are told", ("cadence",), words_rhythm.cadence(terms)),
        ("How a change is tried", ("pilot",), words_goals.pilot(terms)),
        ("From when this holds, and who signs", ("effective",), words_parties.validity(terms)),
        ("How this is to be read", ("lists",), [*words_parties.reading(terms), *_later(terms)]),
    )
    written = [(title, path, clauses) for title, path, clauses in parts if clauses]
    articles = tuple(Article(i, title, path, tuple(clauses)) for i, (title, path, clauses) in enumerate(written, 1))
    signatories = terms.signatories
    return Contract(terms.agreement, tuple(signatories.marketing), tuple(signatories.sales), PREAMBLE, articles)


def _later(terms: Terms) -> list[Clause]:
    inside = [clause(("later", str(i)), text) for i, text in enumerate(not_yet_executed(terms))]
    return [clause(("later",), "Recorded here, not yet carried out by this release of Treaty:", items=inside)] if inside else []


def as_text(terms: Terms) -> str:
    """The contract as plain text, folded to 100 columns."""
    one = contract(terms)
    lines = [one.title, "=" * len(one.title), "", fill(one.preamble, _WIDTH), ""]
    for article in one.articles:
        lines += [f"{article.number}  {article.title}", ""]
        for i, part in enumerate(article.clauses):
            lines += _lines(part, label(i, 0), 3)
        lines.append("")
    return "\n".join(lines)


def _lines(part: Clause, number: str, indent: int) -> list[str]:
    lead = " " * indent + f"{number} "
    lines = [fill(part.text, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False)]
    for i, inner in enumerate(part.items):
        lines += _lines(inner, label(i, 1), indent + 4)
    return lines
