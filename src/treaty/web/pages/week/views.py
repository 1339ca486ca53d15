"""The meeting's page: a finding for a title, the agenda, seven parts, and what was decided carried from week to week."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel.frame import Frame
from treaty.funnel.queries import wins
from treaty.plan.promises import promises
from treaty.plan.queries import goals
from treaty.rhythm.models import Resolution
from treaty.rhythm.queries import agenda_of, attending, disputes, resolutions, sync_of
from treaty.rhythm.queries import week as figures
from treaty.rhythm.rules import SECTIONS, WEEK, Sync, agenda
from treaty.team.models import Member
from treaty.team.queries import may_change_agreement
from treaty.web import formats
from treaty.web import wins as won
from treaty.web.context import who
from treaty.web.figures import here_frame, nothing_yet
from treaty.web.here import Here, extra, page
from treaty.web.pages.week import broken, files, talk
from treaty.web.pages.week.changes import changes, title
from treaty.web.pages.week.forms import Resolve, adding
from treaty.web.pieces import Link, Piece, Resolved, Standing
from treaty.web.replies import warn

TITLES = {
    "changes": "What changed",
    "promises": "Promises not kept",
    "rejected": "Leads that came back",
    "campaigns": "Campaigns ahead",
    "buyers": "Buyers and competitors",
    "wins": "Won together",
    "decisions": "Decisions and actions",
}


@require_GET
@page
def week(here: Here) -> HttpResponseBase:
    """`?on=2026-03-17` the meeting of that day, or the next one after it."""
    frame = here_frame(here)
    if frame is None:
        return _nothing_yet(here)
    held = sync_of(frame, _day(here.request.GET.get("on", ""), frame))
    kept = list(resolutions(held, here.at))
    if here.request.GET.get("format") == "csv":
        return files.file(here, frame, held, kept)
    return render(here.request, "treaty/week.html", extra(here, **_context(here, frame, held, kept)))


def again(here: Here, on: str, bound: Resolve) -> HttpResponse:
    """The same page with a decision or an action that was refused, as it was typed."""
    frame = here_frame(here)
    if frame is None:
        warn(here, " ".join(str(said) for listed in bound.errors.values() for said in listed))
        return _nothing_yet(here, status=422)
    held = sync_of(frame, _day(on, frame))
    context = _context(here, frame, held, list(resolutions(held, here.at)), bound)
    return render(here.request, "treaty/week.html", extra(here, **context), status=422)


def _nothing_yet(here: Here, status: int = 200) -> HttpResponse:
    return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)), status=status)


def _day(on: str, frame: Frame) -> date:
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return frame.today
    return day if 1990 <= day.year <= 2198 else frame.today


def _context(here: Here, frame: Frame, held: Sync, kept: Sequence[Resolution], bound: Resolve | None = None) -> dict[str, object]:
    found = figures(frame, held)
    not_kept = broken.table(here, frame, found, promises(frame))
    disputed = talk.disputes(here, list(disputes(held)))
    starts = agenda(agenda_of(frame), held.minutes)
    minutes = {slot.section: formats.count(slot.minutes, "minute") for slot in starts if slot.section}
    return {
        "title": title(found),
        "eyebrow": _eyebrow(frame, held),
        "lede": _lede(frame, held),
        "steps": _steps(frame, held),
        "agenda": [_point(held, slot.words, slot.section, slot.starts_after) for slot in starts],
        "agenda_title": formats.count(held.minutes, "minute"),
        "minutes": minutes,
        "changes": changes(frame, found, goals(frame), here.viewer),
        "drifted": talk.drifted(here),
        "broken": not_kept,
        "broken_listing": files.listing(held, "promises") if not_kept.rows else None,
        "rejected": talk.came_back(found),
        "rejected_listing": files.listing(held, "rejected") if found.ends else None,
        "rejected_note": talk.standing_of_disputes(disputed) or minutes.get("rejected", ""),
        "disputes": disputed,
        "recurs": talk.recurs(here),
        "campaigns": talk.ahead(held),
        "buyers": talk.buyers(here, found),
        "wins": won.pieces(wins(since=held.period.starts_at, until=held.period.ends_at), here.member, here.viewer, frame.today),
        "resolved": [_resolved(here, frame, row) for row in kept],
        "resolved_listing": files.listing(held, "decisions"),
        "decision": adding(Resolution.Kind.DECISION, None, bound),
        "action": adding(Resolution.Kind.ACTION, held.on + WEEK, bound),
        "on": held.on.isoformat(),
    }


def _eyebrow(frame: Frame, held: Sync) -> Piece:
    on = formats.date_words(held.on)
    if held.starts_at is None:
        return f"{held.name.capitalize()}, {on}"
    ends = held.starts_at + timedelta(minutes=held.minutes)
    return f"{held.name.capitalize()}, {on}, {held.starts_at:%H:%M} to {ends:%H:%M}"


def _lede(frame: Frame, held: Sync) -> Piece:
    """Who, about which days, under which version, and who leads."""
    people: list[Piece] = []
    for place, member in enumerate(attending(frame)):
        people += [", " if place else "", who(member)]
    days = formats.span_of_days(held.period.first_on, held.period.last_on, held.on)
    chair = f" {held.chair.capitalize()} leads." if held.chair else ""
    return (*people, f". {days}, under {frame.held[-1].version}.{chair}")


def _steps(frame: Frame, held: Sync) -> list[Link]:
    """The weeks around this one."""
    steps = [Link("Week before", f"/week/?on={(held.on - WEEK).isoformat()}")]
    if held.on <= frame.today:
        steps.append(Link("Week after", f"/week/?on={(held.on + timedelta(days=1)).isoformat()}"))
    return steps


def _point(held: Sync, words: str, section: str, after: int) -> Link:
    """A point of the agenda: its hour, its words, and the part of the page."""
    begins = f"{held.starts_at + timedelta(minutes=after):%H:%M}" if held.starts_at else f"{after} min"
    said = TITLES.get(section) or words.capitalize()
    return Link(said, f"#{section}" if section in SECTIONS else "", key=begins)


def _resolved(here: Here, frame: Frame, row: Resolution) -> Resolved:
    is_open = row.done_at is None and row.dropped_at is None and may_close(here.member, row)
    place = f"/week/resolutions/{row.key}/"
    made = row.at.astimezone(here.viewer.zone).date()
    return Resolved(
        words=row.text,
        kind=row.kind,
        who=who(row.owner),
        due=formats.day(row.due_on, frame.today, here.viewer.manner) if row.due_on else "",
        made=formats.day(made, frame.today, here.viewer.manner),
        standing=_standing(here, frame, row),
        done_href=f"{place}done/" if is_open else "",
        drop_href=f"{place}drop/" if is_open else "",
    )


def may_close(member: Member, row: Resolution) -> bool:
    return member.pk in (row.owner_id, row.by_id) or may_change_agreement(member)


def _standing(here: Here, frame: Frame, row: Resolution) -> Standing:
    if row.done_at is not None:
        return Standing("kept", f"done {_on(here, row.done_at)}")
    if row.dropped_at is not None:
        return Standing("", f"dropped {_on(here, row.dropped_at)}")
    if row.due_on is not None and row.due_on < frame.today:
        return Standing("late", f"open, {formats.count((frame.today - row.due_on).days, 'day')} over", now=True)
    return Standing("kept", "decided") if row.kind == Resolution.Kind.DECISION and row.due_on is None else Standing("running", "open")


def _on(here: Here, at: datetime) -> str:
    on, today = (moment.astimezone(here.viewer.zone).date() for moment in (at, here.at))
    return formats.day_words(on, today)
