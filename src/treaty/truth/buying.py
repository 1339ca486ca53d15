"""Buying groups: which part a person seems to have, which parts a deal needs by its stage, what would fill those missing. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from treaty.agreement.vocabulary import BUYING_ROLES

ROLES = tuple(BUYING_ROLES)
"""The parts there are; of an agreement that names none, all."""
BUYER = "economic_buyer"
ANY = "any"
NEEDED: Mapping[str, Sequence[str]] = {"discovery": ("champion",), "qualification": ("champion",), ANY: ("champion", BUYER)}
"""Which roles must be known by stage of a deal, until the house says otherwise; `any` is for stages not named.
Source: the decision roles-a-stage-needs."""

RAISES_A_HAND = ("demo_request", "meeting_request", "contact_request", "quote_request", "callback_request", "trial_start")
LATELY = timedelta(days=90)
ENGAGED = timedelta(days=30)
ACTIVE = 3
"""Touches lately from which somebody is driving it, with a raised hand or a meeting."""
_GATES = re.compile(
    r"\b(procurement|purchas\w*|einkauf\w*|einkaufer\w*|achat\w*|compras|legal|recht\w*|data protection|datenschutz\w*|security)\b"
)
_MONEY = re.compile(r"\b(financ\w*|finanz\w*|controll\w*|kaufmann\w*|treasur\w*)\b")
_HANDS = re.compile(r"\b(engineer\w*|technician\w*|techni\w*|operator\w*|maintenance|instandhalt\w*|\w*ingenieur\w*|user)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a person at the account. touches: of the last 90 days. raised: kinds by which they asked for sales, ever.

    meetings: held with them · objections: they raised · last_at: their last touch, or the last time they answered sales
    """

    title: str = ""
    seniority: str = ""
    department: str = ""
    touches: int = 0
    raised: Sequence[str] = ()
    meetings: int = 0
    objections: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A role somebody seems to have, with what speaks for it in words."""

    role: str
    because: Sequence[str]


def propose(seen: Seen) -> Proposed | None:
    """The first that fits; None where title and behaviour say nothing. It is a proposal, never a fact: only people declare.

    blocker: works in procurement, law, data protection or security and raised an objection. economic_buyer: c-level or vp, or
    heads money. champion: three touches of late, and asked for sales or met us. end_user: does the work itself. influencer: a
    director or manager who did anything of late.
    """
    job, did = _plain(f"{seen.title} {seen.department}"), _did(seen)
    titled = f"title “{seen.title}”" if seen.title else f"works in {seen.department}"
    if seen.objections and _GATES.search(job):
        return Proposed("blocker", [titled, _times(seen.objections, "objection")])
    if seen.seniority in ("c_level", "vp"):
        return Proposed(BUYER, [titled if seen.title else "seniority", *did])
    if seen.seniority == "director" and _MONEY.search(job):
        return Proposed(BUYER, [titled, *did])
    if seen.touches >= ACTIVE and (seen.raised or seen.meetings):
        return Proposed("champion", [*did, *([titled] if seen.title else [])])
    if seen.seniority == "individual" and _HANDS.search(job):
        return Proposed("end_user", [titled, *did])
    if seen.seniority in ("director", "manager") and seen.touches:
        return Proposed("influencer", [titled, *did])
    return None


def _did(seen: Seen) -> list[str]:
    """What they did, in words: the strongest first."""
    raised = [f"made a {kind.replace('_', ' ')}" for kind in dict.fromkeys(seen.raised)]
    met = [_times(seen.meetings, "meeting")] if seen.meetings else []
    touched = [f"{_times(seen.touches, 'touch', 'touches')} in 90 days"] if seen.touches else []
    return [*raised[:1], *met, *touched]


def _times(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.lower()[:300])
    return "".join(c for c in bare if not unicodedata.combining(c))


def is_engaged(last_at: datetime | None, at: datetime) -> bool:
    """They were heard of within 30 days."""
    return last_at is not None and at - last_at <= ENGAGED


def stage_name(stage: str) -> str:
    """How a stage of a deal is compared: `Proposal sent` is proposal_sent."""
    return re.sub(r"[^a-z0-9]+", "_", _plain(stage)).strip("_")


def needed(stage: str, rules: Mapping[str, Sequence[str]], known: Collection[str]) -> list[str]:
    """The roles a deal in this stage needs, of those the agreement tells apart (all, if it tells none)."""
    wanted = rules.get(stage_name(stage), rules.get(ANY, ()))
    return [role for role in wanted if role in (known or ROLES)]


@dataclass(frozen=True, slots=True)
class Missing:
    """A role nobody is declared to have, and who could by what is known: (person, what speaks for it)."""

    role: str
    could_be: Sequence[tuple[str, Sequence[str]]]


def missing(wanted: Iterable[str], stated: Collection[str], proposed: Iterable[tuple[str, Proposed]]) -> list[Missing]:
    """What a deal lacks. stated: roles that people have at it. proposed: (person, proposal) of those without one."""
    offers = list(proposed)
    gone = [role for role in wanted if role not in stated]
    return [Missing(role, [(name, one.because) for name, one in offers if one.role == role]) for role in gone]


def written(rules: Mapping[str, Sequence[str]]) -> str:
    """One line for each stage: `proposal: champion, economic_buyer`."""
    return "\n".join(f"{stage}: {', '.join(roles)}" for stage, roles in rules.items())


def read(text: str) -> dict[str, list[str]]:
    """What `written` writes; stages as deals name them. Raises ValueError that names what is no role, and those there are."""
    found: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        stage, colon, entries = line.partition(":")
        if not colon or not stage_name(stage):
            raise ValueError(f"{line[:60]!r} cannot be read: write a stage, a colon and roles")
        roles = [entry.strip().replace(" ", "_") for entry in entries.split(",") if entry.strip()]
        for role in roles:
            if role not in ROLES:
                raise ValueError(f"{role[:60]!r} is no role: use {', '.join(ROLES)}")
        found[stage_name(stage)] = roles
    return found
