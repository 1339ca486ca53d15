"""Where a version stands, in sentences: since when, until when, what is missing, what one may do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from treaty.agreement.actions import may_withdraw
from treaty.agreement.models import Version
from treaty.agreement.queries import Damaged, Life, State, latest, missing, open_questions, sides_signed, signed_of
from treaty.agreement.terms import Terms
from treaty.team.queries import may_change_agreement
from treaty.web.formats import capital, date_words, full, listing
from treaty.web.here import Here
from treaty.web.pages.agreement.lines import is_sooner
from treaty.web.pages.agreement.sheet import names_of
from treaty.web.pages.agreement.threads import address, notice
from treaty.web.pieces import Link, Piece, Strong, VersionTab

MOST_TABS = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """title: one sentence; says: more of them; steps: what this member may do; withdraw: the address that takes it back."""

    title: str
    says: Sequence[Piece]
    steps: Sequence[Link] = ()
    withdraw: str = ""


def standing(life: Life, here: Here) -> Standing:
    """For one reader."""
    version, state = life.version, life.state
    terms = signed_of(version).terms
    says = {
        State.PROPOSED: _proposed,
        State.UPCOMING: _upcoming,
        State.IN_FORCE: _in_force,
        State.ENDED: _ended,
        State.NEVER: _never,
        State.WITHDRAWN: _withdrawn,
        State.OVERTAKEN: _overtaken,
    }[state](life, terms, here)
    is_open = state in (State.PROPOSED, State.OVERTAKEN)
    withdraw = f"/agreement/versions/{version.number}/withdraw/" if is_open and may_withdraw(version, here.member) else ""
    return Standing(_title(life, here), says, _steps(life, here), withdraw)


def _title(life: Life, here: Here) -> str:
    name, row, state = f"Version {life.version.number}", life.held, life.state
    if state is State.IN_FORCE and row:
        return f"{name} is in force since {_day(row.starts_at, here)}"
    if state is State.UPCOMING and row:
        return f"{name} is signed and takes effect on {_day(row.starts_at, here)}"
    words = {State.PROPOSED: "waits for signatures", State.ENDED: "is no longer in force", State.NEVER: "was replaced before its day"}
    return f"{name} {words.get(state, f'was {state}')}"


def _proposed(life: Life, terms: Terms, here: Here) -> list[Piece]:
    version, waiting = life.version, missing(life.version)
    says: list[Piece] = [
        f"{capital(listing(names_of(email for _, email in waiting)))} {'has' if len(waiting) == 1 else 'have'} still to sign."
    ]
    if asked := open_questions(version):
        says.append(notice(len(asked)))
    says.append(_when(terms, here))
    if version.amends and is_sooner(signed_of(version.amends).terms, terms):
        until = date_words(signed_of(version.amends).terms.locked_until or terms.effective)
        says.append(
            f"It amends version {version.amends.number} inside of its lock, which runs until {until}: both sides sign, the reason is kept."
        )
    return says


def _when(terms: Terms, here: Here) -> str:
    begins = datetime.combine(terms.effective, time.min, tzinfo=ZoneInfo(terms.time_zone)).astimezone(UTC)
    if begins <= here.at:
        return "Its day has come: it takes effect with the last signature, never before."
    return f"It takes effect on {date_words(terms.effective)}, if everyone has signed by then; otherwise with the last signature."


def _upcoming(life: Life, terms: Terms, here: Here) -> list[Piece]:
    return [f"Both sides have signed. {_lock(terms, here)}".strip()]


def _in_force(life: Life, terms: Terms, here: Here) -> list[Piece]:
    row = life.held
    until = f"It ends on {_day(row.ends_at, here)}, when the next version takes effect. " if row and row.ends_at else ""
    return [until + (_lock(terms, here) or "It is not locked: an amendment takes both sides and a reason.")]


def _lock(terms: Terms, here: Here) -> str:
    if terms.locked_until is None:
        return ""
    today = here.at.astimezone(ZoneInfo(terms.time_zone)).date()
    if terms.locked_until < today:
        return f"Its lock ended on {date_words(terms.locked_until)}: an amendment takes both sides and a reason."
    return f"Locked until {date_words(terms.locked_until)}. To amend it sooner takes both sides and a reason."


def _ended(life: Life, terms: Terms, here: Here) -> list[Piece]:
    row = life.held
    return [f"It held from {_day(row.starts_at, here)} to {_day(row.ends_at or here.at, here)}."] if row else []


def _never(life: Life, terms: Terms, here: Here) -> list[Piece]:
    return ["Both sides signed it, and another version before its day came."]


def _withdrawn(life: Life, terms: Terms, here: Here) -> list[Piece]:
    when = full(life.version.withdrawn_at, here.viewer) if life.version.withdrawn_at else ""
    return [f"It was taken back on {when}. Its words can be proposed again."]


def _overtaken(life: Life, terms: Terms, here: Here) -> list[Piece]:
    base = latest(life.version.applies_to)
    number = base.number if base else 0
    return [f"Version {number} was signed in the meantime, and this one would undo it. Propose it again on top of version {number}."]


def _steps(life: Life, here: Here) -> list[Link]:
    version, steps = life.version, []
    if life.state is State.PROPOSED and open_questions(version):
        steps.append(Link("See what is open", address(version), is_go=True))
    elif life.state is State.PROPOSED and here.member.email in {email for _, email in missing(version)}:
        steps.append(Link(f"Sign version {version.number}", f"/agreement/versions/{version.number}/sign/", is_go=True))
    if life.state is State.PROPOSED:
        steps.append(Link("What it would have found", f"/agreement/versions/{version.number}/backtest/"))
    if may_change_agreement(here.member):
        words = "Draft an amendment" if life.state in (State.IN_FORCE, State.UPCOMING) else "Draft from these words"
        steps.append(Link(words, f"/agreement/draft/new/?from={version.number}"))
    return steps


# Tabs


def tabs(lives: Sequence[Life], current: Life, here: Here) -> list[VersionTab]:
    """What is to be signed first, then what holds, then what is to come; of what is over only the one that is open here."""
    order = (State.PROPOSED, State.IN_FORCE, State.UPCOMING)
    shown = [life for state in order for life in reversed(lives) if life.state is state][:MOST_TABS]
    if current not in shown:
        shown.append(current)
    return [_tab(life, current, here) for life in shown]


def _tab(life: Life, current: Life, here: Here) -> VersionTab:
    by_marketing, by_sales = halves(life.version)
    return VersionTab(
        words=f"Version {life.version.number}, {state_words(life, here)}",
        href=f"/agreement/versions/{life.version.number}/",
        digest=life.version.hash,
        marketing_signed=by_marketing,
        sales_signed=by_sales,
        is_current=life == current,
    )


def state_words(life: Life, here: Here) -> str:
    """`in force since 1 January 2026`, `proposed`."""
    row, state = life.held, life.state
    if row and state is State.IN_FORCE:
        return f"in force since {day_of(row.starts_at, here)}"
    if row and state is State.UPCOMING:
        return f"from {day_of(row.starts_at, here)}"
    if row and row.ends_at and state is State.ENDED:
        return f"{day_of(row.starts_at, here)} to {day_of(row.ends_at, here)}"
    return str(state)


def halves(version: Version) -> tuple[bool, bool]:
    """What of the seal is drawn; nothing of a damaged version's."""
    try:
        return sides_signed(version)
    except Damaged:
        return False, False


def _day(at: datetime, here: Here) -> str:
    return date_words(at.astimezone(here.viewer.zone).date())


def day_of(at: datetime, here: Here) -> str:
    """`1 January 2026`, where the reader is."""
    on: date = at.astimezone(here.viewer.zone).date()
    return date_words(on).partition(" ")[2]


def note(life: Life, changes: Sequence[tuple[int, str, str]], here: Here) -> Piece:
    """The line above the title: which version, since when, and what it changes."""
    version = life.version
    lead = f"Version {version.number}, proposed {day_of(version.proposed_at, here)}"
    if life.state is not State.PROPOSED:
        lead += f", {state_words(life, here)}"
    if not changes or version.amends is None:
        return f"{lead}."
    linked: list[Piece] = []
    for i, (number, _, anchor) in enumerate(changes):
        linked += [(", " if i < len(changes) - 1 else " and ") if i else "", Link(str(number), f"#{anchor}")]
    word = "Article" if len(changes) == 1 else "Articles"
    verb = "differs" if len(changes) == 1 else "differ"
    return (f"{lead}. {word} ", *linked, f" {verb} from version {version.amends.number}.")


def alert(faults: Sequence[str]) -> list[Piece]:
    """What does not fit, aloud."""
    return [(Strong("Something was changed beside Treaty: "), f"{fault}.") for fault in faults]
