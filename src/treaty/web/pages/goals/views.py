"""The page of goals, put together."""

from collections.abc import Sequence

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.funnel.frame import Frame
from treaty.plan.outlook import Outlook, outlooks
from treaty.plan.queries import shared
from treaty.web import listing
from treaty.web.figures import here_frame, nothing_yet
from treaty.web.here import Here, extra, page
from treaty.web.pages.goals import table, words
from treaty.web.pieces import Table


@require_GET
@page
def goals_page(here: Here) -> HttpResponseBase:
    """The same page for both teams; `?format=csv` holds every goal."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    rows, kind = outlooks(frame), table.kind(frame)
    wanted = listing.asked(here, kind)
    if wanted.format:
        return listing.show(here, kind, rows, title="")
    both = shared(frame)
    main = next((one for one in rows if both and one.found.goal.id == both.goal.goal.id), None)
    context = extra(
        here,
        title=words.title(frame, main, here.viewer),
        lede=words.lede(frame, main, here.viewer),
        drawing=words.drawing(frame, both, main, here.viewer) if both and main and main.found.pace else None,
        listing=listing.table_of(here, kind, wanted, rows).listing,
        groups=[
            (f"{said} goals", note, found)
            for name, said, note in GROUPS
            if (found := _tables(here, frame, [one for one in rows if one.found.goal.kind == name]))
        ],
        segments=table.by_segment(frame, rows, here.viewer),
        empty=table.NOTHING if not rows else None,
    )
    return render(here.request, "treaty/goals.html", context)


GROUPS = (
    ("lagging", "Lagging", "What comes of the work: it is known late, and only then"),
    ("leading", "Leading", "What comes before: it can be changed while there is time"),
)


def _tables(here: Here, frame: Frame, rows: Sequence[Outlook]) -> list[Table]:
    """One of goals in amounts, one of goals in shares and lengths; those that have rows."""
    kind = table.kind(frame)
    sums = [one for one in rows if one.found.unit in ("money", "count")]
    bounds = [one for one in rows if one not in sums]
    wanted = listing.asked(here, kind)
    found = [listing.table_of(here, kind, wanted, sums)] if sums else []
    return [*found, *([table.bounds(frame, bounds, here.viewer)] if bounds else [])]
