"""What the weekly meeting looks at: what changed, what was not in time, what came back, and what is still to be done."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from treaty.engine.measuring import edges_of, kept_rows
from treaty.engine.periods import Period, midnight
from treaty.feedback import measures as feedback
from treaty.feedback.models import Dispute
from treaty.funnel import stages
from treaty.funnel.deals import MARKETING
from treaty.funnel.frame import Frame
from treaty.funnel.queries import Deal, Sum, closed, deals_since, opened
from treaty.plan.values import closed as closed_for
from treaty.plan.values import created, promise_that
from treaty.rhythm.models import Resolution
from treaty.rhythm.rules import Sync, sync
from treaty.sla import measures as sla
from treaty.team.models import Member
from treaty.truth.models import Campaign, Objection

AHEAD = timedelta(days=30)
"""How far ahead campaigns are announced."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What one week counts. decided: answers and what ran out; accepted: those of them sales took."""

    qualified: int
    pipeline: Sum
    by_marketing: int
    revenue: Sum
    decided: int
    accepted: int
    due: int
    in_time: int


@dataclass(frozen=True, slots=True)
class Week:
    """The days of a meeting and the seven days before them, in figures, and the single cases to talk about.

    broken: clocks that were due and not kept. ends: handoffs that came back, one row each (lead_id, reason, campaign,
    segment). themes, lost: what buyers said against buying, why deals were lost, most frequent first.
    """

    sync: Sync
    now: Sums
    before: Sums
    broken: Sequence[Mapping[str, Any]]
    ends: Sequence[Mapping[str, Any]]
    themes: Sequence[tuple[str, int]]
    lost: Sequence[tuple[str, int]]


def sync_of(frame: Frame, day: date) -> Sync:
    """The weekly meeting of the agreement on a day, or the next after it."""
    weekly = next((meeting for meeting in frame.terms.cadence if meeting.every == "week"), None)
    return sync(weekly, day, frame.zone)


def agenda_of(frame: Frame) -> list[str]:
    return next((meeting.agenda for meeting in frame.terms.cadence if meeting.every == "week"), [])


def attending(frame: Frame) -> list[Member]:
    """Who the agreement wants there: signatories, a side, everyone, or single people."""
    weekly = next((meeting for meeting in frame.terms.cadence if meeting.every == "week"), None)
    wanted = set(weekly.attend if weekly else ["signatories"])
    emails = set(frame.terms.signatories.everyone) if "signatories" in wanted else set()
    rows = Member.objects.filter(is_active=True).order_by("name")
    return [m for m in rows if m.email in emails or m.email in wanted or "everyone" in wanted or str(m.side) in wanted]


def week(frame: Frame, held: Sync) -> Week:
    """One meeting's figures, from one snapshot of the lake."""
    promise = promise_that(frame.terms, "disposition")
    span = (held.before.us[0], held.period.us[1])
    ends = kept_rows(frame.lake, ("ends", promise, span), lambda: feedback.ends(frame.lake, promise, span))
    deals = deals_since(frame, span[0])
    now, before = (_sums(frame, held, place, ends, deals) for place in (1, 0))
    broken = kept_rows(frame.lake, ("not kept", held.period.us), lambda: sla.not_kept(frame.lake, held.period.us))
    mine = [row for row in ends if row["at_us"] >= held.period.us[0] and row["outcome"] in ("rejected", "recycled")]
    lost = Counter(deal.lost_reason for deal in closed(deals, held.period.us, "lost"))
    return Week(held, now, before, broken, mine, _themes(frame, held.period), _most(lost))


def _sums(frame: Frame, held: Sync, place: int, ends: Sequence[Mapping[str, Any]], deals: Sequence[Deal]) -> Sums:
    """place: 0 for the week before, 1 for the week of the meeting."""
    periods, currency = (held.before, held.period), frame.terms.currency
    span, edges = periods[place].us, edges_of(periods)
    stage = frame.terms.handoff_stage
    counts = kept_rows(frame.lake, ("qualified", stage, edges), lambda: stages.qualified_by_period(frame.lake, stage, edges))
    clocks = kept_rows(frame.lake, ("attainment", edges), lambda: sla.attainment_by_period(frame.lake, edges))
    first = [row for row in clocks if row["period"] == place and row["promise"] == promise_that(frame.terms, "first_contact")]
    decided = [row for row in ends if span[0] <= row["at_us"] < span[1]]
    made = opened(deals, span)
    return Sums(
        qualified=sum(row["n"] for row in counts if row["period"] == place),
        pipeline=created(made, currency),
        by_marketing=sum(deal.sourced == MARKETING for deal in made),
        revenue=closed_for(closed(deals, span, "won"), currency),
        decided=len(decided),
        accepted=sum(row["outcome"] == "accepted" for row in decided),
        due=sum(int(row["kept"] + row["not_kept"]) for row in first),
        in_time=sum(int(row["kept"]) for row in first),
    )


def _themes(frame: Frame, period: Period) -> list[tuple[str, int]]:
    rows = kept_rows(frame.lake, ("objections", period.us), lambda: feedback.objections(frame.lake, period.us))
    return _most(Counter(row["theme"] or "" for row in rows))


def _most(counted: Counter[str]) -> list[tuple[str, int]]:
    """Most frequent first; ties by name, so that two people see the same order."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def said(theme: str, period: Period) -> Objection | None:
    """The latest words of a theme. Records; for those who see every lead."""
    rows = Objection.objects.filter(theme=theme, at__gte=period.starts_at, at__lt=period.ends_at).exclude(text="")
    return rows.select_related("lead__person__account").order_by("-at").first()


def disputes(held: Sync) -> QuerySet[Dispute]:
    """Open ones that had been raised by the end of the week, and those settled since it began."""
    until = held.period.ends_at + timedelta(days=1)
    rows = Dispute.objects.filter(Q(ruling="") | Q(ruled_at__gte=held.period.starts_at, ruled_at__lt=until), at__lt=until)
    return rows.select_related("disposition__handoff__lead__person__account", "disposition__by", "by", "ruled_by").order_by(
        "ruled_at", "at"
    )


def campaigns(held: Sync) -> list[Campaign]:
    """Those that begin in the days after the meeting, and those that are running, soonest first."""
    running = Q(starts_on__lte=held.on) & (Q(ends_on__gte=held.on) | Q(ends_on=None))
    coming = Q(starts_on__gt=held.on, starts_on__lte=held.on + AHEAD)
    return list(Campaign.objects.filter(running | coming).order_by("-starts_on", "name"))


def carried(at: datetime, since: datetime) -> QuerySet[Resolution]:
    """What the pack shows: everything open, and what was made or done since the last meeting."""
    open_ = Q(done_at=None, dropped_at=None)
    recent = Q(done_at__gte=since) | Q(at__gte=since)
    rows = Resolution.objects.filter(open_ | recent, at__lte=at).select_related("owner", "meeting")
    return rows.order_by(F("done_at").asc(nulls_first=True), F("dropped_at").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "at")


def resolutions(held: Sync, at: datetime) -> QuerySet[Resolution]:
    """Of one meeting: everything open by then, and what was made or done since the meeting before."""
    return carried(min(at, midnight(held.on + timedelta(days=1), held.zone)), held.period.starts_at)
