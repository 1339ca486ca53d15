"""Pieces of the contract: articles, their clauses, signatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from treaty.web.pieces.words import Link, Party, Piece, Who

Change = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A remark or a question. quoted: the clause as it read then; state: where a question stands; may_settle, may_take_back: the reader."""

    key: str
    who: Who
    when: str
    words: str
    quoted: str
    is_question: bool
    state: str = ""
    answers: Sequence["Said"] = ()
    may_settle: bool = False
    may_take_back: bool = False

    @property
    def is_open(self) -> bool:
        return self.is_question and not self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What is said about a clause, and the address where more is said; `words` counts it."""

    href: str
    words: str = ""
    said: Sequence[Said] = ()

    @property
    def is_open(self) -> bool:
        return any(one.is_open for one in self.said)


@dataclass(frozen=True, slots=True)
class Clause:
    """words: the sentence, in parts with how each changed: `(("at least ", "same"), ("3", "removed"), ("2", "added"))`;
    who: the party it binds, if one; anchor: its name in addresses; items: what it lists; key: its name among its neighbours, empty for
    one that goes; thread: what is said about it."""

    words: Sequence[tuple[str, Change]]
    who: Who | None = None
    anchor: str = ""
    items: Sequence["Clause"] = ()
    key: str = ""
    thread: Thread | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """number, title, what stands before its clauses, the clauses, what stands after. is_changed: the one at stake."""

    number: int
    title: str
    anchor: str
    clauses: Sequence[Clause] = ()
    before: Sequence[Piece] = ()
    after: Sequence[Piece] = ()
    side: Sequence[Piece] = ()
    is_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A line to sign. signed: when and where, empty while it is open; note: by when; step: shown to who may sign now."""

    party: Party
    name: str
    role: str
    signed: str = ""
    note: str = ""
    step: Link | None = None


@dataclass(frozen=True, slots=True)
class VersionTab:
    words: str
    href: str
    digest: str
    marketing_signed: bool
    sales_signed: bool
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The contract as paper. digest: SHA-256 of the signed bytes, in hexadecimal."""

    title: str
    note: Piece
    marketing_signs: str
    sales_signs: str
    preamble: str
    articles: Sequence[Article]
    signatures: Sequence[Signature]
    digest: str
    marketing_signed: bool
    sales_signed: bool
    verify: Link | None = None

    @property
    def seal_words(self) -> str:
        why = "It is drawn from the hash of these words; if a word changes, so does the seal."
        if self.marketing_signed and self.sales_signed:
            return f"The seal is whole, because both sides have signed. {why}"
        if self.marketing_signed or self.sales_signed:
            return f"Half of the seal is drawn, because one side has signed. {why}"
        return f"The seal is dotted, because nobody has signed yet. {why}"
