"""What other systems' words mean: outcomes of deals, stages of the lifecycle, what a status says about contact."""

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from treaty.diagnosis.tables import Cell

Outcome = Literal["won", "lost", "open"]
STAGES = ("lead", "marketing_qualified", "sales_accepted", "sales_qualified", "opportunity", "customer")
"""The lifecycle in its order. `lead` is any record of interest before a side judged it."""

_WON = re.compile(r"\b(closed? ?won|won|gewonnen|ganad[ao]|ganh[ao]|gagn[eé]e?|vint[ao])\b|closedwon", re.I)
_LOST = re.compile(
    r"\b(closed? ?lost|lost|verloren|perdid[ao]|perdue?|dead|cancel+ed|abandoned|rejected|disqualified|unqualified|no ?decision)\b"
    r"|closedlost",
    re.I,
)
_STAGE_WORDS = (
    ("customer", r"customer|evangelist|client|closed won"),
    ("opportunity", r"opportunit(y|ies)|opp"),
    ("sales_qualified", r"sales ?qualified( ?lead)?|sql"),
    ("sales_accepted", r"sales ?accepted( ?lead)?|sal"),
    ("marketing_qualified", r"marketing ?qualified( ?lead)?|mql"),
    ("lead", r"lead|subscriber|prospect|known|engaged|name|new|raw lead|inquiry"),
)
_NOT_CONTACTED = re.compile(
    r"\b(not contacted|uncontacted|new|open|assigned|untouched|not called|no contact|neu|offen|nicht kontaktiert)\b", re.I
)
_CONTACTED = re.compile(
    r"\b(contacted|working|in progress|attempt\w*|connected|nurtur\w*|qualified|converted|engaged|called|meeting|recycled"
    r"|kontaktiert|in bearbeitung|qualifiziert)\b",
    re.I,
)
_REJECTED = re.compile(
    r"\b(rejected|disqualified|unqualified|not qualified|junk( lead)?|dead|lost( lead)?|not converted"
    r"|bad (fit|timing)|abgelehnt|disqualifiziert|unqualifiziert)\b",
    re.I,
)

_SIGNS = re.compile(r"[\W_]+")
INDUSTRIES = (
    "accounting", "advertising", "aerospace", "agriculture", "automotive", "aviation", "banking", "biotechnology", "chemicals",
    "construction", "consulting", "education", "electronics", "employment", "energy", "engineering", "entertainment", "fashion", "finance",
    "food and beverages", "government", "healthcare", "hospitality", "insurance", "information technology", "legal services",
    "life sciences", "logistics", "machinery", "manufacturing", "marketing", "media", "medical", "mining", "non profit", "oil and gas",
    "pharmaceuticals", "public sector", "publishing", "real estate", "recruiting", "restaurants", "retail", "services", "shipping",
    "software", "sports", "technology", "telecommunications", "transportation", "travel", "utilities", "wholesale",
)  # fmt: skip
"""Lines of business as lists commonly name them: only for telling a misspelling."""


@cache
def countries() -> tuple[str, ...]:
    """English names of countries, from the time zone database."""
    text = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    return tuple(line.split("\t")[1] for line in text.splitlines() if line and not line.startswith("#"))


def outcome_of(*, stage: Cell, status: Cell, is_won: Cell, is_closed: Cell, won_at: Cell, lost_at: Cell) -> Outcome | None:
    """How a deal ended. The status is asked first: some systems keep the last stage on won and lost deals.

    None if nothing tells: no status, stage, flag or date is filled.
    """
    for text in (status, stage):
        if isinstance(text, str):
            said = _spaced(text)
            if _LOST.search(said):
                return "lost"
            if _WON.search(said):
                return "won"
    if is_won is True or won_at is not None:
        return "won"
    if lost_at is not None or (is_closed is True and is_won is False):
        return "lost"
    return "open" if any(known is not None for known in (stage, status, is_won, is_closed)) else None


@lru_cache(maxsize=5_000)
def stage_of(text: Cell) -> str | None:
    """The lifecycle stage a vendor's value names: `marketingqualifiedlead`, `MQL`, `Marketing Qualified Lead`."""
    if not isinstance(text, str):
        return None
    said = _spaced(text).strip()
    return next((stage for stage, words in _STAGE_WORDS if re.fullmatch(words, said) or re.fullmatch(words, said.replace(" ", ""))), None)


@lru_cache(maxsize=5_000)
def contact_said(status: Cell) -> bool | None:
    """Whether a status says that sales was in touch; None if it says neither."""
    if not isinstance(status, str):
        return None
    said = _spaced(status)
    if re.search(r"\bnot contacted\b|\buncontacted\b|\bnot called\b|\bno contact\b|\bnicht kontaktiert\b", said):
        return False
    if _CONTACTED.search(said) or _REJECTED.search(said):
        return True
    return False if _NOT_CONTACTED.search(said) else None


@lru_cache(maxsize=5_000)
def is_rejected(status: Cell) -> bool:
    return isinstance(status, str) and bool(_REJECTED.search(_spaced(status)))


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """A value without case, spaces and signs: two spellings of one thing are equal."""
    return _SIGNS.sub("", text.casefold())


def _spaced(text: str) -> str:
    return re.sub(r"[_\-–/]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).lower()
