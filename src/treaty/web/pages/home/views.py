"""The first page, put together; without figures it says why and what comes next."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.queries import in_force, signed_of
from treaty.engine.periods import local_date
from treaty.funnel.frame import Frame
from treaty.funnel.queries import Won, wins
from treaty.plan.answers import answers
from treaty.plan.queries import goals, shared
from treaty.web import downloads, formats
from treaty.web import wins as won
from treaty.web.figures import here_frame, nothing_yet
from treaty.web.here import Here, extra, page
from treaty.web.pages.home.answers import four
from treaty.web.pages.home.goals import HEADS, goal, line
from treaty.web.pages.home.needs import needs, note
from treaty.web.pages.home.number import number
from treaty.web.pieces import Listing


@require_GET
@page
def home(here: Here) -> HttpResponseBase:
    """The same page for both teams; only what needs somebody differs."""
    frame = here_frame(here)
    if frame is None:
        return _empty(here)
    stands = goals(frame)
    if here.request.GET.get("format") == "csv":
        return downloads.csv_file("goals", HEADS, [line(frame, one) for one in stands])
    both = shared(frame)
    waiting = needs(here, frame.terms, frame.today)
    context = extra(
        here,
        today=formats.full(here.at, here.viewer),
        number=number(frame, both, here.viewer) if both else None,
        answers=four(frame, answers(frame), here.viewer),
        needs=waiting,
        needs_note=note(waiting),
        wins=won.pieces(_last_wins(frame), here.member, here.viewer, frame.today),
        goals=[goal(frame, one, here.viewer) for one in stands],
        goals_listing=Listing(path="/", downloads=("csv",)),
    )
    return render(here.request, "treaty/home.html", context)


def _last_wins(frame: Frame) -> list[Won]:
    """The last two in which both teams had a part; before there are any, the last two."""
    return wins(until=frame.at, most=2, with_lead=True) or wins(until=frame.at, most=2)


def _empty(here: Here) -> HttpResponseBase:
    current = in_force(here.at)
    terms = signed_of(current.version).terms if current else None
    waiting = needs(here, terms, local_date(here.at, here.viewer.zone_name))
    context = extra(here, empty=nothing_yet(here), needs=waiting, needs_note=note(waiting))
    return render(here.request, "treaty/home_empty.html", context)
