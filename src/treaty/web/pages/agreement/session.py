"""The definition session: sales says what made the last deals good or wasted time, the signals laid beside; the notes go into the draft."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treaty.agreement.queries import in_force
from treaty.engine.limit import TookTooLong
from treaty.pilot.backtest import NoHistory
from treaty.pilot.replayed import of_version
from treaty.pilot.suggesting.ranking import HOLDS
from treaty.pilot.suggesting.session import Talked, last_deals
from treaty.web import formats
from treaty.web.figures import here_frame, nothing_yet
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.drafting import check_may_draft, crumbs
from treaty.web.pages.agreement.suggesting import HERE, put_into_draft, suggested
from treaty.web.pieces import Empty

ASKS = {"won": "What made it good?", "lost": "What wasted time, or was missing?"}
MOST = 500
"""Letters of one note that are kept."""


@require_http_methods(["GET", "POST"])
@page
def session(here: Here) -> HttpResponse:
    """The ten deals won and the ten lost last. POST puts the definition sales can work into a draft, the notes above it as comments."""
    check_may_draft(here)
    frame, current = here_frame(here), in_force(here.at)
    if frame is None or current is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    document = of_version(current.version)
    try:
        found = suggested(frame.lake, document)
        signals = [one.signal for one in found.told if one.ranked.verdict == HOLDS]
        deals = [(outcome, ask, last_deals(frame.lake, document, signals, outcome)) for outcome, ask in ASKS.items()]
    except (NoHistory, TookTooLong, ValueError) as told:
        empty = Empty(title="There is nothing to talk about yet", words=formats.capital(f"{told}."), steps=[])
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=empty))
    if here.request.method == "POST":
        ways = found.points[found.chosen].ways if found.chosen is not None else ()
        return put_into_draft(here, current.version, found.stage, ways, before=_notes(here, [one for _, _, some in deals for one in some]))
    context = {
        "title": "What the last deals say of a good lead",
        "crumbs": crumbs("Session"),
        "lede": "Sales says first what made each good or wasted time; beside it stand the signals it had when sales first acted.",
        "groups": [(f"The last {outcome}", ask, [_row(here, one) for one in some]) for outcome, ask, some in deals if some],
        "signals": [one.says for one in signals],
        "curve": HERE,
    }
    return render(here.request, "treaty/agreement/session.html", extra(here, **context))


def _row(here: Here, one: Talked) -> tuple[str, str, str, list[str]]:
    return one.key, one.name, formats.full(one.closed_at, here.viewer), [signal.says for signal in one.had]


def _notes(here: Here, deals: list[Talked]) -> str:
    """What was said, as comments of a document."""
    said = [(one, " ".join(here.request.POST.get(f"note-{one.key}", "").split())[:MOST]) for one in deals]
    lines = [f"# {one.outcome}, {' '.join(one.name.split())}: {note}" for one, note in said if note]
    head = f"# Said by {here.member.name} and others in the session of {here.at:%Y-%m-%d}:"
    return "\n".join([head, *lines, "", ""]) if lines else ""
