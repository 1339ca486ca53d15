"""The smallest pieces: words, figures that open their records, names with their party, standing.

A sentence is a tuple of these and plain strings: `(Strong("Yes."), " ", Figure("68 in March", "/leads/?…"), " were due.")`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, TypeAlias

Party = Literal["marketing", "sales", "both"]
Kind = Literal["kept", "running", "soon", "late", "below", ""]
_SAFE = re.compile(r"(https?://|mailto:|tel:|/(?![/\\])|[#?])[^\s\\\x00-\x1f\x7f]*", re.IGNORECASE)
_MARKS: dict[Party, str] = {"marketing": "who-m", "sales": "who-s", "both": "who-b"}


def safe_link(href: str) -> str:
    """The address, if a click on it stays here or opens a web page, a mail or a call; else nothing (T6)."""
    return href if _SAFE.fullmatch(href) or href == "" else ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, linked to the records it counts; without an address it is plain."""

    words: str
    href: str = ""

    def __html__(self) -> str:
        return _linked(self.words, self.href, "fig")


@dataclass(frozen=True, slots=True)
class Strong:
    """What a sentence begins with: `Yes.`, `Mostly.`"""

    words: str

    def __html__(self) -> str:
        return f"<strong>{escape(self.words)}</strong>"


@dataclass(frozen=True, slots=True)
class Faint:
    """Words in the second voice: units, sources, what is not the point."""

    words: str

    def __html__(self) -> str:
        return f'<span class="quiet">{escape(self.words)}</span>'


@dataclass(frozen=True, slots=True)
class Who:
    """A name or a team, with the mark of its party."""

    party: Party
    name: str
    href: str = ""

    def __html__(self) -> str:
        return f'<span class="who {_MARKS[self.party]}">{_linked(self.name, self.href, "") if self.href else escape(self.name)}</span>'


@dataclass(frozen=True, slots=True)
class Standing:
    """Shape and word: kept, running, soon, late, below. `now` asks for action, in bold. Without a kind, only words."""

    kind: Kind
    words: str
    now: bool = False

    def __html__(self) -> str:
        mark = f'<svg aria-hidden="true"><use href="#{self.kind}"/></svg>' if self.kind else ""
        return f'<span class="st{" st-now" if self.now else ""}">{mark}{escape(self.words)}</span>'


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go or a thing to do. `is_go`: the one main step; key: what does the same on the keyboard."""

    words: str
    href: str
    is_go: bool = False
    key: str = ""

    def __html__(self) -> str:
        return _linked(self.words, self.href, "")


Piece: TypeAlias = str | Figure | Strong | Faint | Who | Standing | Link | Sequence["Piece"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """A page or a part without anything in it yet: why, and the next step."""

    title: str
    words: str = ""
    steps: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Long work: what is done, how much of how much (total 0: not known yet), where to ask again, where the result is."""

    words: str
    href: str
    done: int = 0
    total: int = 0
    note: str = ""
    result: Link | None = None


def _linked(words: str, href: str, css: str) -> str:
    kind, target = (f' class="{css}"' if css else ""), safe_link(href)
    if not target:
        return f"<b{kind}>{escape(words)}</b>" if css else escape(words)
    return f'<a{kind} href="{escape(target)}">{escape(words)}</a>'
