"""A version as paper: its words from the signed bytes alone, what it changes, who has put their name under it."""

from collections.abc import Iterable, Iterator, Sequence

from treaty.agreement import difference as differences
from treaty.agreement.models import Version
from treaty.agreement.queries import sides_signed, signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import SIDES, Side
from treaty.agreement.words import Contract, contract
from treaty.agreement.words_base import Article as SaidArticle
from treaty.agreement.words_base import Clause as SaidClause
from treaty.agreement.yamltree import Path
from treaty.team.models import Member
from treaty.web.formats import listing
from treaty.web.pieces import Article, Clause, Link, Piece, Sheet, Signature, Who
from treaty.web.pieces.agreement import Change

ONE_OF = {"promises": "promise", "goals": "goal", "stages": "stage", "rejected": "reason", "pools": "pool", "segments": "segment"}
"""Parts whose members other pages link to: `/agreement/#promise-first-contact`."""
TITLES = {"marketing": "Marketing", "sales": "Sales"}


def sheet_of(version: Version, signatures: Sequence[Signature], note: Piece, *, marked: bool) -> Sheet:
    """The paper of a proposed or signed version. marked: with what changes against the version it amends."""
    terms = signed_of(version).terms
    base = signed_of(version.amends).terms if marked and version.amends else None
    by_marketing, by_sales = sides_signed(version)
    said = contract(terms)
    return Sheet(
        title=said.title,
        note=note,
        marketing_signs=_signs(said.marketing),
        sales_signs=_signs(said.sales),
        preamble=said.preamble,
        articles=articles(terms, base),
        signatures=signatures,
        digest=version.hash,
        marketing_signed=by_marketing,
        sales_signed=by_sales,
        verify=Link("Verify offline", "#verify"),
    )


def draft_sheet(terms: Terms, base: Terms | None, digest: str, note: Piece) -> Sheet:
    """The paper as it would be proposed: nobody has signed it yet."""
    said = contract(terms)
    lines = [Signature(party=side, name=names_of([email])[0], role=f"for {side}") for side, email in _signatories(said)]
    return Sheet(
        title=said.title, note=note, marketing_signs=_signs(said.marketing), sales_signs=_signs(said.sales), preamble=said.preamble,
        articles=articles(terms, base), signatures=lines, digest=digest, marketing_signed=False, sales_signed=False,
    )  # fmt: skip


def articles(terms: Terms, base: Terms | None) -> list[Article]:
    """All articles; against `base` with what comes and goes. What the release does not carry out yet stands beside the paper."""
    taken: set[str] = set()
    said = contract(terms)
    if base is None:
        return [_article(one, taken) for one in said.articles]
    binds = {one.key for one in said.clauses() if one.spans and one.spans[0].kind in SIDES}
    return [_changed(one, taken, binds) for one in differences.difference(base, terms).articles if one.clauses]


def changed_articles(terms: Terms, base: Terms) -> list[tuple[int, str, str]]:
    """Number, title and anchor of each article that differs."""
    return [
        (one.number, one.title, _anchor_of(one.path)) for one in differences.difference(base, terms).changed if not _is_later(one.clauses)
    ]


def _is_later(clauses: Iterable[differences.ClauseChange]) -> bool:
    return all(clause.how == "same" or clause.key.startswith("later") for clause in clauses)


def _article(said: SaidArticle, taken: set[str]) -> Article:
    clauses = [_clause(one, taken) for one in said.clauses if one.key != "later"]
    return Article(number=said.number, title=said.title, anchor=_once(_anchor_of(said.path), taken), clauses=clauses)


def _clause(said: SaidClause, taken: set[str]) -> Clause:
    who, words = _bound(said.text) if said.spans and said.spans[0].kind in SIDES else (None, said.text)
    return Clause([(words, "same")], who, _once(anchor(said.key), taken), [_clause(item, taken) for item in said.items], said.key)


def _changed(said: differences.ArticleChange, taken: set[str], binds: set[str]) -> Article:
    clauses = [_changed_clause(one, taken, binds) for one in said.clauses if one.key != "later"]
    is_changed = said.how != "same" and not _is_later(said.clauses)
    return Article(number=said.number, title=said.title, anchor=_once(_anchor_of(said.path), taken), clauses=clauses, is_changed=is_changed)


def _changed_clause(said: differences.ClauseChange, taken: set[str], binds: set[str]) -> Clause:
    pieces: list[tuple[str, Change]] = [(piece.text, piece.how) for piece in said.pieces]
    who = None
    if said.key in binds and pieces and pieces[0][1] == "same":
        who, words = _bound(pieces[0][0])
        pieces[0] = (words, "same")
    items, key = [_changed_clause(item, taken, binds) for item in said.items], "" if said.how == "removed" else said.key
    return Clause(pieces, who, _once(anchor(said.key), taken), items, key)


def _bound(text: str) -> tuple[Who | None, str]:
    """The party a sentence begins with, and the rest of it."""
    for side in SIDES:
        if text.startswith(f"{TITLES[side]} "):
            return Who(side, TITLES[side]), text.removeprefix(TITLES[side])
    return None, text


def anchor(key: str) -> str:
    """The name of a clause in addresses: `promises.first-contact` is `promise-first-contact`; unnamed ones have none."""
    part, _, name = key.rpartition(".")
    kind = ONE_OF.get(part.rpartition(".")[2])
    return f"{kind}-{name}" if kind and name else ""


def _anchor_of(path: Path) -> str:
    return f"article-{path[0]}" if path else ""


def _once(name: str, taken: set[str]) -> str:
    """A name stands at its first place only: the same clause may be said twice."""
    if name in taken:
        return ""
    taken.add(name)
    return name


def _signs(emails: Iterable[str]) -> str:
    return f"for whom {listing(names_of(emails))} signs"


def names_of(emails: Iterable[str]) -> list[str]:
    """Names of members; the e-mail of who has no account."""
    wanted = list(emails)
    known = dict(Member.objects.filter(email__in=wanted).values_list("email", "name"))
    return [known.get(email, email) for email in wanted]


def _signatories(said: Contract) -> Iterator[tuple[Side, str]]:
    yield from (("marketing", email) for email in said.marketing)
    yield from (("sales", email) for email in said.sales)
