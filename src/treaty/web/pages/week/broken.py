"""Promises of both sides that were not kept in the week: the case, by when, what happened, what the record says."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import Any

from treaty.agreement.terms_promises import Promise
from treaty.funnel.frame import Frame
from treaty.moments import from_us
from treaty.plan.promises import Kept, PromiseNow
from treaty.plan.promises import Standing as Stands
from treaty.rhythm.queries import Week
from treaty.team.queries import sees_every_lead
from treaty.truth.models import Lead
from treaty.truth.queries import leads
from treaty.web import formats
from treaty.web.figures import short_words, words
from treaty.web.here import Here
from treaty.web.pages.promises import vows
from treaty.web.pages.promises.cases import record_says
from treaty.web.pieces import Column, Empty, Faint, Figure, Piece, Row, Table, Who

SHOWN = 15
COLUMNS = (
    Column("Promise"),
    Column("Case"),
    Column("Due", is_short=True),
    Column("Happened", is_short=True),
    Column("What the record says"),
)


def table(here: Here, frame: Frame, found: Week, both: Sequence[PromiseNow]) -> Table:
    """Deliveries that are behind first, then single cases, those of marketing and sales alike, the latest due first."""
    rows = [_behind(frame, one.periods[-1], one, here) for one in both if _is_behind(one)] if found.sync.on >= frame.today else []
    known = Lead.objects.select_related("person__account").in_bulk({row["lead_id"] for row in found.broken})
    seen = set(known) if sees_every_lead(here.member) else set(leads(here.member).filter(pk__in=known).values_list("pk", flat=True))
    cases = sorted(found.broken, key=lambda row: -(row["due_us"] or 0))
    rows += [_case(here, frame, row, known, seen) for row in cases[:SHOWN]]
    if len(cases) > SHOWN:
        rows.append(Row([Faint(f"and {len(cases) - SHOWN} more"), Figure("all cases", "/promises/"), "", "", ""]))
    empty = Empty(title="Every promise that was due was kept", words="By both teams, all week.")
    return Table(columns=COLUMNS, rows=rows, caption="Promises not kept", empty=empty)


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
    return formats.money((kept.due or kept.bound).quantize(Decimal(1)), frame.terms.currency, here.viewer.manner)


def _why(kept: Kept) -> str:
    if kept.unit == "share":
        return f"{formats.n_of(kept.value.k, kept.value.n)} so far"
    behind = [part for part in kept.segments if part.n < part.due]
    return "; ".join(f"{words(part.name)} {part.n} of {ceil(part.due)} due by now" for part in behind) or "due by now at an even pace"


def _case(here: Here, frame: Frame, row: Mapping[str, Any], known: Mapping[int, Lead], seen: set[int]) -> Row:
    side, promise = next(((side, one) for side, one in frame.terms.each_promise() if one.id == row["promise"]), ("sales", None))
    lead = known.get(row["lead_id"])
    name: Piece = Faint("a colleague’s lead")
    if lead is not None and lead.pk in seen:
        name = Figure(str(lead.person), f"/leads/{lead.key}/")
    happened = formats.short(from_us(row["stopped_us"]), here.viewer, here.at) if row["stopped_us"] else Faint("open")
    due = formats.short(from_us(row["due_us"]), here.viewer, here.at) if row["due_us"] else "–"
    return Row([_name(side, row["promise"], promise), name, due, happened, Faint(record_says(row))])


def _name(side: str, code: str, promise: Promise | None) -> Piece:
    """Whose promise, its short name, and in what time."""
    name = short_words(promise) if promise else words(code).capitalize()
    return (_who(side, name), Faint(f", {promise.within}" if promise and promise.within else ""))


def _who(side: str, name: str) -> Who:
    return Who("marketing" if side == "marketing" else "sales", name)
