"""What came back and why: by campaign, channel, segment, source or reason, for a stretch of time, never by person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from treaty.agreement.terms import Terms
from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period
from treaty.feedback import measures as feedback
from treaty.feedback.measures import ENDS
from treaty.funnel.frame import Frame
from treaty.shares import wilson
from treaty.team.models import Member
from treaty.web import formats, listing
from treaty.web.context import who
from treaty.web.figures import campaign_names, here_frame, nothing_yet, period_words, records, words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind
from treaty.web.pages.chosen import When, chosen, pick, when_of
from treaty.web.pieces import Column, Empty, Faint, Figure, Link, Piece, Row, Table
from treaty.web.rights import TARGETING

BY = {"campaign": "Campaign", "channel": "Channel", "segment": "Segment", "source": "Lead source", "reason": "Reason"}
EARLY = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One origin: what it is, and what became of its handoffs."""

    value: str
    name: str
    accepted: int
    rejected: int
    recycled: int
    expired: int

    @property
    def decided(self) -> int:
        return self.accepted + self.rejected + self.recycled + self.expired

    @property
    def share(self) -> float | None:
        return self.rejected / self.decided if self.decided else None


@require_GET
@page
def rejections(here: Here) -> HttpResponseBase:
    """`?by=campaign&when=last_month`; both teams see the same."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    by = chosen(here, "by", BY, "campaign")
    when = when_of(here, frame)
    period = when.period
    lines, kind = _lines(frame, by, period), _kind(by, when)
    wanted = listing.asked(here, kind)
    if wanted.format:
        return listing.show(here, kind, lines, title="")
    why = _reasons(frame, period)
    context = extra(
        here,
        title=_title(frame, period, lines, why),
        lede="Rejected of all that was decided; what ran out without an answer counts as decided. Nobody’s single answers are shown here.",
        table=replace(listing.table_of(here, kind, wanted, lines), foot=_total(by, lines, period) if lines else None),
        reasons=_reason_table(frame.terms, period, why),
        reasons_title="Why, and where they go",
        own=_own(here, frame, period),
        steps=[Link("Files for advertising", "/audiences/")] if here.member.role in TARGETING else [],
    )
    return render(here.request, "treaty/rejections.html", context)


def _lines(frame: Frame, by: str, period: Period) -> list[Line]:
    promise = frame.terms.promise_that("disposition")
    rows = kept_rows(frame.lake, ("origins", by, promise, period.us), lambda: feedback.origins(frame.lake, promise, by, period.us))
    names = campaign_names(row["value"] for row in rows) if by == "campaign" else {}
    return [
        Line(row["value"] or "", _name(row["value"] or "", by, names), *(int(row[name]) for name in ENDS))
        for row in rows
        if _is_told(row, by)
    ]


def _is_told(row: Mapping[str, Any], by: str) -> bool:
    """By reason, accepted leads and those that ran out have none."""
    return by != "reason" or bool(row["value"])


def _name(value: str, by: str, names: Mapping[str, str]) -> str:
    if not value:
        return f"no {BY[by].lower()}"
    return names.get(value) or (words(value) if by == "campaign" else formats.capital(words(value)))


def _kind(by: str, when: When) -> Kind[Line]:
    """Every count opens its leads."""
    share: Field[Line] = Field(
        words="Rejected share", key="share", value=lambda line: line.share, show=lambda line, _: _share(line), is_number=True
    )
    return Kind(
        name=f"rejections by {by}",
        path="/rejections/",
        sort="-rejected",
        fields=(
            Field(words=BY[by], key="name", value=lambda line: line.name),
            *(_linked(name, by, when.period) for name in _counts(by)),
            *([] if by == "reason" else [share]),
        ),
        picks=(pick("by", "By", BY, "campaign"), when.pick),
        empty=Empty(title="Nothing was decided in this time", words="Rejections appear here when sales answers its handoffs."),
    )


def _linked(name: str, by: str, period: Period) -> Field[Line]:
    def show(line: Line, _: Here) -> Piece:
        return _figure(line, name, by, period)

    return Field(words=HEADS[name], key=name, value=lambda line: getattr(line, name), show=show, is_number=True)


def _counts(by: str) -> tuple[str, ...]:
    """What is counted: a reason is given with a rejection or a return only."""
    return ("rejected", "recycled") if by == "reason" else ("decided", *ENDS)


HEADS = {"decided": "Decided", "accepted": "Accepted", "rejected": "Rejected", "recycled": "For later", "expired": "Ran out"}


def _figure(line: Line, name: str, by: str, period: Period) -> Piece:
    n = getattr(line, name)
    if not n:
        return Faint("0")
    chosen = {} if name == "decided" else {"outcome": name}
    return Figure(formats.number(n), records("answers", period, **{by: line.value, **chosen}))


def _share(line: Line) -> Piece:
    """With what so few cases can tell: the range the true share lies in, 95 of 100."""
    if line.share is None:
        return Faint("–")
    if line.decided < EARLY:
        return Faint(f"{formats.n_of(line.rejected, line.decided)}, too few to say")
    low, high = wilson(line.rejected, line.decided)
    return (formats.percent(line.share, 0), Faint(f" ({formats.interval(low, high)})"))


def _total(by: str, lines: Sequence[Line], period: Period) -> Row:
    sums = {name: sum(getattr(line, name) for line in lines) for name in ("decided", *ENDS)}
    counts = [Figure(formats.number(sums[name]), _all(name, period)) for name in _counts(by)]
    return Row(["All", *counts, *([] if by == "reason" else [formats.share(sums["rejected"], sums["decided"], 0)])])


def _all(name: str, period: Period) -> str:
    return records("answers", period, **({} if name == "decided" else {"outcome": name}))


def _reasons(frame: Frame, period: Period) -> list[tuple[str, int]]:
    rows = kept_rows(frame.lake, ("reasons", period.us), lambda: feedback.reasons(frame.lake, period.us))
    return [(row["reason"] or "", row["n"]) for row in rows]


def _reason_table(terms: Terms, period: Period, reasons: Sequence[tuple[str, int]]) -> Table:
    returns = {reason.id: reason for reason in terms.reasons.rejected}
    whole = sum(n for _, n in reasons)
    rows = [
        Row(
            [
                formats.capital(words(code)) or "No reason",
                _goes(returns.get(code)),
                Figure(formats.number(n), records("answers", period, outcome="rejected", reason=code)),
                formats.share(n, whole, 0),
            ]
        )
        for code, n in reasons
    ]
    columns = [Column("Reason"), Column("Then the lead"), Column("Leads", is_number=True), Column("Share", is_number=True)]
    foot = Row(["All", "", Figure(formats.number(whole), records("answers", period, outcome="rejected")), "100%"]) if reasons else None
    return Table(
        columns=columns, rows=rows, foot=foot, caption="Rejections by reason", empty=Empty(title="Nothing was rejected in this time")
    )


def _goes(reason: Any) -> str:
    if reason is None:
        return ""
    where = {"marketing_review": "goes to marketing's review", "merge": "is merged with the one it repeats"}
    said = where.get(reason.returns, f"becomes {words(reason.returns)}")
    return f"{said} and rests {reason.after}" if reason.after and reason.after.count else said


def _quoted(reason: str) -> str:
    return f"“{words(reason)}”" if reason else "without a reason"


def _title(frame: Frame, period: Period, lines: Sequence[Line], reasons: Sequence[tuple[str, int]]) -> str:
    rejected, decided = sum(line.rejected for line in lines), sum(line.decided for line in lines)
    when = period_words(period, frame)
    if not reasons or not rejected:
        return f"Nothing was rejected in {when}"
    often = f", most often {_quoted(reasons[0][0])}" if reasons[0][1] > 1 else ""
    whole = f" of {formats.number(decided)} decided leads" if decided > rejected else formats.plural(rejected, " lead")
    return f"{formats.number(rejected)}{whole} {'was' if rejected == 1 else 'were'} rejected in {when}{often}"


def _own(here: Here, frame: Frame, period: Period) -> Table | None:
    """A member's own answers, and for a manager those of their reports; nobody else's."""
    mine = {one.pk: one for one in Member.objects.filter(pk=here.member.pk).union(Member.objects.filter(manager=here.member))}
    rows = kept_rows(frame.lake, ("given by", period.us), lambda: feedback.given_by(frame.lake, period.us))
    told = sorted((row for row in rows if row["by_id"] in mine), key=lambda row: mine[row["by_id"]].name)
    if not told:
        return None
    columns = [Column("Who answered"), *(Column(HEADS[name], is_number=True) for name in ENDS[:3])]
    return Table(columns=columns, rows=list(_own_rows(told, mine)), caption="Your own answers and those of your reports")


def _own_rows(rows: Iterable[Mapping[str, Any]], members: Mapping[int, Member]) -> Iterable[Row]:
    for row in rows:
        yield Row([who(members[row["by_id"]]), *(formats.number(int(row[name])) for name in ENDS[:3])])


urlpatterns = [path("rejections/", rejections)]
