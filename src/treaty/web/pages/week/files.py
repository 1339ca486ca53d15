"""What the meeting's tables hold, as files: every row, also those that the page leaves out."""

from collections.abc import Iterable, Sequence

from django.http.response import HttpResponseBase

from treaty.funnel.frame import Frame
from treaty.plan.promises import promises
from treaty.rhythm.models import Resolution
from treaty.rhythm.queries import week as figures
from treaty.rhythm.rules import Sync
from treaty.web import downloads
from treaty.web.downloads import Value
from treaty.web.here import Here
from treaty.web.pages.week import broken, talk
from treaty.web.pieces import Listing

DECISIONS = ("kind", "what", "owner", "due", "made", "done", "dropped", "meeting", "meeting on")


def listing(held: Sync, part: str) -> Listing:
    """Where a part of the page is had as a file."""
    return Listing(path="/week/", query={"on": [held.on.isoformat()], "part": [part]}, downloads=("csv",))


def file(here: Here, frame: Frame, held: Sync, kept: Sequence[Resolution]) -> HttpResponseBase:
    """`?part=promises` or `rejected`; decisions and actions otherwise."""
    part = here.request.GET.get("part", "")
    if part == "promises":
        return downloads.csv_file("promises-not-kept", broken.HEADS, broken.lines(here, frame, figures(frame, held), promises(frame)))
    if part == "rejected":
        return downloads.csv_file("leads-that-came-back", talk.HEADS, talk.lines(figures(frame, held)))
    return downloads.csv_file("decisions-and-actions", DECISIONS, _decisions(kept))


def _decisions(rows: Iterable[Resolution]) -> Iterable[list[Value]]:
    for row in rows:
        meeting = (row.meeting.name, row.meeting.on) if row.meeting else ("", None)
        yield [row.kind, row.text, row.owner.email, row.due_on, row.at, row.done_at, row.dropped_at, *meeting]
