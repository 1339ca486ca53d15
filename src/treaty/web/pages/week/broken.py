"""Promises of both sides that were not kept in the week: the case, by when, what happened, what the record says."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from treaty.agreement.terms_promises import Promise
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.moments import from_us
from treaty.plan.promises import Kept, PromiseNow
from treaty.plan.promises import Standing as Stands
from treaty.rhythm.queries import Week
from treaty.team.queries import sees_every_lead
from treaty.truth.models import Lead
from treaty.truth.queries import leads
from treaty.web import formats
from treaty.web.downloads import Value
from treaty.web.figures import short_words, words
from treaty.web.here import Here
from treaty.web.pages.promises import vows
from treaty.web.pages.promises.cases import record_says
from treaty.web.pieces import Column, Empty, Faint, Figure, Piece, Row, Table, Who

SHOWN = 15
COLLEAGUES = "a colleague’s lead"
COLUMNS = (
    Column("Promise"),
    Column("Case"),
    Column("Due", is_short=True),
    Column("Happened", is_short=True),
    Column("What the record says"),
)
HEADS = ("side", "promise", "case", "due", "happened", "reached", "due by now", "unit", "record says")
"""Of the file: single cases have moments, deliveries and levels what was reached."""


def table(here: Here, frame: Frame, found: Week, both: Sequence[PromiseNow]) -> Table:
    """Deliveries that are behind first, then single cases, those of marketing and sales alike, the latest due first."""
    rows = [_behind(frame, one.periods[-1], one, here) for one in _all_behind(frame, found, both)]
    cases, seen = _latest_first(found), _seen(here, found)
    rows += [_case(here, frame, row, seen) for row in cases[:SHOWN]]
    if len(cases) > SHOWN:
        rows.append(Row([Faint(f"and {len(cases) - SHOWN} more"), Figure("all cases", "/promises/"), "", "", ""]))
    empty = Empty(title="Every promise that was due was kept", words="By both teams, all week.")
    return Table(columns=COLUMNS, rows=rows, caption="Promises not kept", empty=empty)


def lines(here: Here, frame: Frame, found: Week, both: Sequence[PromiseNow]) -> Iterator[list[Value]]:
    """The same as lines of a file, every case of the week; a lead this member may not see stays nameless there too."""
    for one in _all_behind(frame, found, both):
        kept = one.periods[-1]
        unit = frame.terms.currency if kept.unit == "money" else kept.unit
        yield [one.side, one.promise.id, None, None, None, kept.value.figure, kept.due or kept.bound, unit, _why(kept)]
    seen = _seen(here, found)
    for row in _latest_first(found):
        lead = seen.get(row["lead_id"])
        moments = [from_us(row[name]) if row[name] else None for name in ("due_us", "stopped_us")]
        name = str(lead.person) if lead else COLLEAGUES
        yield [_promised(frame, row)[0], row["promise"], name, *moments, None, None, None, record_says(row)]


def _all_behind(frame: Frame, found: Week, both: Sequence[PromiseNow]) -> list[PromiseNow]:
    """Deliveries and levels of today; how they stood in a week that is over is not known any more."""
    return [one for one in both if _is_behind(one)] if found.sync.on >= frame.today else []


def _latest_first(found: Week) -> list[Mapping[str, Any]]:
    return sorted(found.broken, key=lambda row: -(row["due_us"] or 0))


def _seen(here: Here, found: Week) -> dict[int, Lead]:
    """The leads of the cases that this member may see."""
    rows = Lead.objects.all() if sees_every_lead(here.member) else leads(here.member)
    return rows.select_related("person__account").in_bulk({row["lead_id"] for row in found.broken})


def _is_behind(one: PromiseNow) -> bool:
    return one.promise.kind in ("deliver", "keep") and bool(one.periods) and one.standing == Stands.BELOW


def _behind(frame: Frame, kept: Kept, one: PromiseNow, here: Here) -> Row:
    """A delivery or a level that is below what was due by now."""
    figure = Figure(vows.figure(frame, kept, here.viewer), vows.href(kept))
    due = ceil(kept.due) if kept.due is not None and kept.unit == "count" else None
    wanted = formats.number(due) if due is not None else _wanted(frame, kept, here)
    return Row([_who(one.side, short_words(one.promise)), vows.name(frame, kept), wanted, figure, Faint(_why(kept))])


def _wanted(frame: Frame, kept: Kept, here: Here) -> str:
    if kept.unit == "share":
        return formats.percent(kept.bound, None, here.viewer.manner)
    return formats.money(to_places(kept.due or kept.bound, WHOLE), frame.terms.currency, here.viewer.manner)


def _why(kept: Kept) -> str:
    if kept.unit == "share":
        return f"{formats.n_of(kept.value.k, kept.value.n)} so far"
    behind = [part for part in kept.segments if part.n < part.due]
    return "; ".join(f"{words(part.name)} {part.n} of {ceil(part.due)} due by now" for part in behind) or "due by now at an even pace"


def _case(here: Here, frame: Frame, row: Mapping[str, Any], seen: Mapping[int, Lead]) -> Row:
    side, promise = _promised(frame, row)
    lead = seen.get(row["lead_id"])
    name = Figure(str(lead.person), f"/leads/{lead.key}/") if lead else Faint(COLLEAGUES)
    happened = formats.short(from_us(row["stopped_us"]), here.viewer, here.at) if row["stopped_us"] else Faint("open")
    due = formats.short(from_us(row["due_us"]), here.viewer, here.at) if row["due_us"] else "–"
    return Row([_name(side, row["promise"], promise), name, due, happened, Faint(record_says(row))])


def _promised(frame: Frame, row: Mapping[str, Any]) -> tuple[str, Promise | None]:
    return next(((side, one) for side, one in frame.terms.each_promise() if one.id == row["promise"]), ("sales", None))


def _name(side: str, code: str, promise: Promise | None) -> Piece:
    """Whose promise, its short name, and in what time."""
    name = short_words(promise) if promise else formats.capital(words(code))
    return (_who(side, name), Faint(f", {promise.within}" if promise and promise.within else ""))


def _who(side: str, name: str) -> Who:
    return Who("marketing" if side == "marketing" else "sales", name)
