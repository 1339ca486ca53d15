"""The list: leads under what is asked of them next, by clock and then by value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from treaty.agreement.queries import signed_of
from treaty.handoff.models import Handoff
from treaty.sla.queries import ORDER, Waiting, queue
from treaty.team.models import Member
from treaty.truth.models import Person
from treaty.web import charts, clocks, formats
from treaty.web.clocks import Reading
from treaty.web.formats import Viewer
from treaty.web.pieces import Group, LeadRow

NEW, WORKING = "Just arrived", "Working"
PAGE, SHORT_GRADE = 40, 6
_HUNDREDS = Decimal("1E2")


@dataclass(frozen=True, slots=True)
class Waited:
    """A lead of the queue with its clock read."""

    waiting: Waiting
    reading: Reading | None

    @property
    def key(self) -> str:
        return str(self.waiting.handoff.key)

    @property
    def group(self) -> tuple[int, str]:
        """Where it stands in the list: the next duty, in the order in which they come."""
        if self.reading is None:
            return (len(ORDER), WORKING) if self.waiting.is_accepted else (-1, NEW)
        duty = self.reading.promise.do or ""
        place = ORDER.index(duty) if duty in ORDER else len(ORDER)
        return place, clocks.group_words(self.reading.promise)


def waited(member: Member, at: datetime, owner: Member, search: str = "", page: int = 1) -> list[Waited]:
    """A page of the queue of `owner` in the order of the clock, group after group. Eight queries."""
    found = queue(member, at=at, owner=owner, search=search, part=slice((page - 1) * PAGE, page * PAGE))
    for one in found:
        if one.clock:  # they are the handoff's own: no query for each row
            one.clock.owner, one.clock.version = one.handoff.owner, one.handoff.version
    pauses = clocks.pauses_of(one.clock for one in found if one.clock)
    rows = [Waited(one, clocks.read(one.clock, at, pauses.get(one.clock.pk, ())) if one.clock else None) for one in found]
    return sorted(rows, key=lambda row: row.group)


def groups(rows: Iterable[Waited], viewer: Viewer, at: datetime, opened: str, query: str = "") -> list[Group]:
    """The rows as the page draws them; opened: the handoff whose brief is beside them."""
    found: dict[str, list[LeadRow]] = {}
    for row in rows:
        found.setdefault(row.group[1], []).append(_row(row, viewer, at, row.key == opened, query))
    return [Group(words, below) for words, below in found.items()]


def _row(row: Waited, viewer: Viewer, at: datetime, is_open: bool, query: str) -> LeadRow:
    person, reading = row.waiting.handoff.lead.person, row.reading
    soon = reading is not None and reading.is_soon
    return LeadRow(
        key=row.key,
        href=f"/queue/{row.key}/{query}",
        brief_href=f"/queue/{row.key}/brief/{query}",
        name=str(person),
        detail=who_words(person),
        grade=_short_grade(row.waiting.handoff.lead.grade),
        ring=charts.ring(reading.share_left if reading else 1.0, is_soon=soon),
        clock=clocks.row_words(reading, viewer, at) if reading else stage_words(row.waiting.handoff.lead.stage),
        worth=worth_words(row.waiting.handoff, row.waiting.worth, viewer),
        is_soon=soon,
        is_open=is_open,
    )


def _short_grade(grade: str) -> str:
    """`A1`; one of longer words stands on the lead's page, where there is room."""
    return grade if len(grade) <= SHORT_GRADE else ""


def who_words(person: Person) -> str:
    """`Head of maintenance, Kessler Pumpen`."""
    return ", ".join(word for word in (person.title, str(person.account) if person.account else "") if word) or person.email


def stage_words(stage: str) -> str:
    return stage.replace("_", " ")


def worth_words(handoff: Handoff, worth: Decimal | None, viewer: Viewer) -> str:
    """What the lead may be worth, to the hundred: an expectation, never part of a sum."""
    if worth is None:
        return ""
    return formats.money(worth.quantize(_HUNDREDS), signed_of(handoff.version).terms.currency, viewer.manner)


def next_key(rows: Sequence[Waited], key: str, gone: Iterable[str] = ()) -> str:
    """The lead after this one, or the one before the end; empty when nothing is left."""
    left = [row.key for row in rows if row.key == key or row.key not in set(gone)]
    if key not in left:
        return left[0] if left else ""
    place = left.index(key)
    around = left[place + 1 : place + 2] or left[max(place - 1, 0) : place]
    return around[0] if around else ""


def query_of(owner: Member, member: Member, search: str) -> str:
    """What keeps a manager in the queue they look at, and a search in place."""
    asked = {"owner": owner.key if owner != member else "", "q": search}
    kept = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
