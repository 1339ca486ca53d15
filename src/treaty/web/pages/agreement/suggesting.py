"""A definition suggested from outcomes: the curve with the chosen point, its words, what came before a win and what was refused."""

import json
from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from pydantic import TypeAdapter, ValidationError

from treaty.agreement.actions import save_draft
from treaty.agreement.conditions import Condition
from treaty.agreement.models import Version
from treaty.agreement.queries import in_force, signed_of
from treaty.engine.lake import LakeDamaged
from treaty.engine.limit import TookTooLong
from treaty.engine.measuring import Fetching, kept
from treaty.pilot.backtest import NoHistory
from treaty.pilot.replayed import Replayed, of_version
from treaty.pilot.shares import Lift, Share
from treaty.pilot.suggesting.counting import ACCEPTED, WON
from treaty.pilot.suggesting.drafting import drafted, plain
from treaty.pilot.suggesting.points import Point
from treaty.pilot.suggesting.ranking import CHANCE, EXPLAINED, FEW, GONE, HOLDS, UNSURE
from treaty.pilot.suggesting.signals import says
from treaty.pilot.suggesting.suggestion import Suggestion, Told, suggest
from treaty.qualification.learning.leakage import KEPT
from treaty.web import charts, formats
from treaty.web.figures import nothing_yet
from treaty.web.here import Here, extra, page
from treaty.web.pages.agreement.drafting import check_may_draft, crumbs
from treaty.web.pieces import Empty, Link
from treaty.web.replies import go, tell, warn

MOST = 12
HERE = "/agreement/suggest/"
_WAYS = TypeAdapter(list[Condition])


@require_http_methods(["GET", "POST"])
@page
def suggestion(here: Here) -> HttpResponse:
    """`?point=3`: another point of the curve than the one sales can work. `?by=accepted`: by what sales accepted instead of what was won.

    POST puts a definition into a draft.
    """
    check_may_draft(here)
    current = in_force(here.at)
    try:
        lake = here.lake
    except LakeDamaged:
        lake = None
    if current is None or lake is None:
        return _nothing(here, nothing_yet(here))
    if here.request.method == "POST":
        return _put(here, current.version)
    try:
        found = suggested(lake, of_version(current.version), ACCEPTED if here.request.GET.get("by") == ACCEPTED else WON)
    except (NoHistory, TookTooLong, ValueError) as told:
        return _nothing(here, Empty(title="Nothing can be suggested", words=formats.capital(f"{told}."), steps=[]))
    if not found.points:
        return _nothing(here, _too_little(found))
    return render(here.request, "treaty/agreement/suggest.html", extra(here, **_context(here, found)))


def suggested(lake: Fetching, document: Replayed, end: str = WON) -> Suggestion:
    """The suggestion, once per version of the lake. end: what counts as good."""
    return kept(lake, ("suggestion", document.key, document.stage, end), lambda: suggest(lake, document, end=end))


def _nothing(here: Here, empty: Empty) -> HttpResponse:
    return render(here.request, "treaty/nothing_yet.html", extra(here, empty=empty, crumbs=crumbs("Suggestion")))


def _too_little(found: Suggestion) -> Empty:
    told, by = found.enough, found.end
    other = Link("By what was won", HERE) if by == ACCEPTED else Link("By what sales accepted", f"{HERE}?by={ACCEPTED}", is_go=True)
    if any(one.ranked.verdict == HOLDS for one in found.told):
        words = (
            f"Of {told.closed:,} leads {told.won:,} were {by}, and only what speaks against a lead was found: no way in follows from it."
        )
        return Empty(title="Nothing was found that speaks for a lead", words=words, steps=[other])
    return Empty(
        title=f"Too few leads were {by}, or were not, to suggest a definition",
        words=(
            f"The end of {formats.spell(told.closed, 'lead')} is known, {told.won:,} of them {by}. About {told.closed_needed:,}, of which"
            f" {told.won_needed:,} {by}, would be enough to find what doubles how often a lead is {by}, or is not."
        ),
        steps=[other, Link("All drafts", "/agreement/draft/")],
    )


def _put(here: Here, version: Version) -> HttpResponse:
    """The chosen definition becomes a draft of the version in force."""
    try:
        ways = _WAYS.validate_python(json.loads(here.request.POST.get("ways", "")))
    except (ValueError, ValidationError):
        ways = []
    stage = here.request.POST.get("stage", "")
    terms = signed_of(version).terms
    if not 1 <= len(ways) <= 9 or stage not in terms.stages:
        warn(here, "That definition cannot be read: choose a point again.")
        return go(here, HERE)
    return put_into_draft(here, version, stage, ways)


def put_into_draft(here: Here, version: Version, stage: str, ways: Sequence[Condition], before: str = "") -> HttpResponse:
    """A draft of the version with this definition, the same one if there is none. before: comments that stand above it."""
    text = drafted(version.text, signed_of(version).terms, stage, ways) if ways else version.text
    draft = save_draft(before + text, by=here.member, at=here.at)
    tell(here, "A draft of your own. Read it with the other side, change it, then propose it.")
    return go(here, f"/agreement/draft/{draft.key}/")


# What the page shows


def _context(here: Here, found: Suggestion) -> dict[str, object]:
    place = _asked(here, found)
    one, by = found.points[place], _by(found)
    return {
        "by": by,
        "other": Link("By what was won", HERE) if by else Link("By what sales accepted", f"{HERE}?by={ACCEPTED}"),
        "title": _title(found, one),
        "crumbs": crumbs("Suggestion"),
        "lede": _lede(found, one),
        "drawing": _drawing(found, place),
        "points": [(at + 1, at == place, at == found.chosen, _short(each), each.says) for at, each in enumerate(found.points)],
        "before": Link("More leads", f"{HERE}?{by}point={place}") if place else None,
        "after": Link("Fewer leads", f"{HERE}?{by}point={place + 2}") if place + 1 < len(found.points) else None,
        "said": [says(way) for way in one.ways],
        "stage": found.stage,
        "data": json.dumps([plain(way) for way in one.ways]),
        "groups": list(_groups(found)),
        "refused": [(each.name, each.verdict, each.evidence[0].says) for each in found.verdicts if each.verdict != KEPT],
        "rest": _rest(found),
    }


def _by(found: Suggestion) -> str:
    """What addresses of this page begin their question with."""
    return f"by={ACCEPTED}&" if found.end == ACCEPTED else ""


def _asked(here: Here, found: Suggestion) -> int:
    asked = here.request.GET.get("point", "")
    place = int(asked) - 1 if asked.isdecimal() and len(asked) < 4 else found.chosen or 0
    return min(max(place, 0), len(found.points) - 1)


def _title(found: Suggestion, one: Point) -> str:
    share = formats.percent(one.good.share or 0, 0)
    if found.now is None or found.now.good.share is None:
        return f"{formats.capital(_leads(one))} a week, of which {share} are {found.end}"
    now = formats.percent(found.now.good.share, 0)
    beside = f"{found.now.a_week:.0f} and {now} under the version in force"
    return f"{formats.capital(_leads(one))} a week, of which {share} are {found.end}; {beside}"


def _leads(one: Point) -> str:
    return formats.spell(round(one.a_week), "lead")


def _lede(found: Suggestion, one: Point) -> str:
    told = found.enough
    room = f" Sales can work {found.capacity:.0f} leads a week, judged by what it worked." if found.capacity is not None else ""
    later = one.good_later
    return (
        f"From {told.closed:,} leads whose end is known, {told.won:,} of them {found.end}, as each was known when sales first acted.{room}"
        f" Of leads the search had not seen {later.k:g} of {later.n:g} were {found.end}; of the {one.became.people:,} people it finds"
        f" {one.became.unworked:,} were never worked, and what would have become of them is unknown."
    )


def _short(one: Point) -> str:
    return f"{one.a_week:.1f} a week, {formats.percent(one.good.share or 0, 0)} {one.end} ({one.good.low:.0%} to {one.good.high:.0%})"


def _drawing(found: Suggestion, place: int) -> charts.Drawing:
    chosen = found.points[place]
    title = f"Point {place + 1}: {_short(chosen)}"
    now = _choice(found.now, "in force: ", "") if found.now and found.now.good.share is not None else None
    room = found.capacity
    return charts.trade_curve(
        charts.Trade(
            choices=[_choice(one, f"{at + 1}: ", f"?{_by(found)}point={at + 1}") for at, one in enumerate(found.points)],
            chosen=place,
            chosen_words=f"{formats.percent(chosen.good.share or 0, 0)} of {chosen.a_week:.0f}",
            now=now,
            room=room,
            room_words="" if room is None else f"sales can work {room:.0f}",
        ),
        charts.Caption(
            title=title,
            note="Leads a week, and the share that ended well of those whose end is known; a diamond is the definition in force.",
        ),
    )


def _choice(one: Point, before: str, query: str) -> charts.Choice:
    share = one.good
    href = f"{HERE}{query}" if query else ""
    return charts.Choice(one.a_week, share.share or 0, share.low, share.high, f"{before}{_short(one)}", href)


HEADS = {
    HOLDS: ("What came before a good end", "Each beside those above it, and again among later leads."),
    EXPLAINED: ("What says nothing more beside those", "It goes with one of them."),
    UNSURE: ("What may be so", "It stood out among earlier leads; too few later ones have it to see whether it does again."),
    GONE: ("What did not come out again", "It stood out among earlier leads, and not among later ones."),
}


def _groups(found: Suggestion) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    rows = {verdict: [_row(one) for one in found.told if one.ranked.verdict == verdict][:MOST] for verdict in HEADS}
    return [(*HEADS[verdict], told) for verdict, told in rows.items() if told]


def _row(one: Told) -> tuple[str, str, str]:
    """What it says, how often it ended well beside how often without it, and later or by what it is explained."""
    sides, later = one.ranked.earlier, one.ranked.later.lift
    more = f"goes with: {one.by.says}" if one.by else f"later {_lift(later)}"
    return one.signal.says, f"{_of(sides.having)}, {_of(sides.lacking)} without it: {_lift(sides.lift)}", more


def _rest(found: Suggestion) -> str:
    counts = [sum(one.ranked.verdict == verdict for one in found.told) for verdict in (CHANCE, FEW)]
    few = f"of {counts[1]:,} too few leads say anything"
    return f"{found.tried:,} signals were tried. {counts[0]:,} more questions say no more than chance; {few}."


def _of(share: Share) -> str:
    return f"{share.k:g} of {share.n:g}"


def _lift(lift: Lift) -> str:
    if lift.lift is None or lift.low is None or lift.high is None:
        return "not known"
    return f"{lift.lift:.1f} times ({lift.low:.1f} to {lift.high:.1f})"
