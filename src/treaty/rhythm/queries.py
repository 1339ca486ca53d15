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
from treaty.funnel import catalogue
from treaty.funnel.catalogue import Number
from treaty.funnel.deals import MARKETING
from treaty.funnel.frame import Frame
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
    pipeline: Number
    by_marketing: int
    revenue: Number
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
    promise = frame.terms.promise_that("disposition")
    span = (held.before.us[0], held.period.us[1])
    ends = kept_rows(frame.lake, ("ends", promise, span), lambda: feedback.ends(frame.lake, promise, span))
    before, now = _sums(frame, held)
    broken = kept_rows(frame.lake, ("not kept", held.period.us), lambda: sla.not_kept(frame.lake, held.period.us))
    mine = [row for row in ends if row["at_us"] >= held.period.us[0] and row["outcome"] in ("rejected", "recycled")]
    lost = Counter({one.value: one.n for one in catalogue.ask(frame, "deals_lost", held.period, "lost_reason")})
    return Week(held, now, before, broken, mine, _themes(frame, held.period), _most(lost))


def _sums(frame: Frame, held: Sync) -> list[Sums]:
    """Of the week before, and of the week of the meeting."""
    periods = (held.before, held.period)
    edges = edges_of(periods)
    clocks = kept_rows(frame.lake, ("attainment", edges), lambda: sla.attainment_by_period(frame.lake, edges))
    due = [row for row in clocks if row["promise"] == frame.terms.promise_that("first_contact")]
    asked = (catalogue.series(frame, name, periods) for name in ("stage_reached", "pipeline_created", "revenue_closed", "acceptance_rate"))
    found = catalogue.series(frame, "pipeline_created", periods, "sourced")
    weeks = enumerate(zip(*asked, found, strict=True))
    return [_week(frame.terms.handoff_stage, numbers, [row for row in due if row["period"] == place]) for place, numbers in weeks]


def _week(stage: str, numbers: Sequence[Sequence[Number]], due: Sequence[Mapping[str, Any]]) -> Sums:
    reached, (pipeline,), (revenue,), (accepted,), found = numbers
    return Sums(
        qualified=sum(one.n for one in reached if one.part == stage),
        pipeline=pipeline,
        by_marketing=sum(one.n for one in found if one.value == MARKETING),
        revenue=revenue,
        decided=accepted.n,
        accepted=accepted.k,
        due=sum(int(row["kept"] + row["not_kept"]) for row in due),
        in_time=sum(int(row["kept"]) for row in due),
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
