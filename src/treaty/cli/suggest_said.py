"""How `treaty suggest` says what it found: sentences and small tables, or the same as data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from treaty.pilot.shares import Lift, Share
from treaty.pilot.suggesting.counting import ACCEPTED, WON
from treaty.pilot.suggesting.drafting import plain
from treaty.pilot.suggesting.points import Point
from treaty.pilot.suggesting.ranking import CHANCE, EXPLAINED, FEW, GONE, HOLDS, UNSURE, Sides
from treaty.pilot.suggesting.suggestion import Suggestion, Told
from treaty.qualification.learning.leakage import KEPT, Verdict

MOST = 12
"""So many signals of each sort are shown; --json has them all."""
ENDED = {WON: "whose end is known", ACCEPTED: "sales answered"}
HEADS = {
    HOLDS: "What came before a good end, each beside those above it, and again among later leads:",
    EXPLAINED: "What says nothing more once those are known:",
    UNSURE: "What stood out among earlier leads, with too few later ones to see whether it does again:",
    GONE: "What stood out among earlier leads and did not among later ones:",
}


def as_data(found: Suggestion) -> dict[str, Any]:
    """All of it as plain data: moments in ISO 8601, UTC; shares with `k`, `n`, `low` and `high`; definitions in words and as the document
    writes them."""
    return {
        "stage": found.stage,
        "end": found.end,
        "as_of": _iso(found.as_of),
        "since": None if found.since is None else _iso(found.since),
        "won": found.enough.won,
        "closed": found.enough.closed,
        "enough": {"is": found.enough.is_enough, "won": found.enough.won_needed, "closed": found.enough.closed_needed},
        "questions": found.questions,
        "tried": found.tried,
        "signals": [_signal(one) for one in found.told],
        "refused": [_verdict(one) for one in found.verdicts if not one.is_used],
        "forced": [_verdict(one) for one in found.verdicts if one.is_forced],
        "capacity": found.capacity,
        "chosen": None if found.chosen is None else found.chosen + 1,
        "now": None if found.now is None else _point(found.now),
        "points": [_point(one) for one in found.points],
    }


def _signal(one: Told) -> dict[str, Any]:
    ranked = one.ranked
    return {
        "name": one.signal.name,
        "says": one.signal.says,
        "condition": plain(one.signal.condition),
        "verdict": ranked.verdict,
        "distance": round(ranked.distance, 3) if ranked.distance == ranked.distance else None,
        "corrected": ranked.corrected,
        "earlier": _sides(ranked.earlier),
        "later": _sides(ranked.later),
        "by": one.by.says if one.by else None,
    }


def _sides(sides: Sides) -> dict[str, Any]:
    lift = sides.lift
    return {"with": _share(sides.having), "without": _share(sides.lacking), "lift": lift.lift, "low": lift.low, "high": lift.high}


def _share(share: Share) -> dict[str, Any]:
    return {"k": share.k, "n": share.n, "share": share.share, "low": share.low, "high": share.high}


def _verdict(one: Verdict) -> dict[str, Any]:
    return {
        "name": one.name,
        "verdict": one.verdict,
        "left_out": one.left_out,
        "overruled": one.overruled,
        "evidence": [{"kind": each.kind, "weight": each.weight, "says": each.says} for each in one.evidence],
    }


def _point(one: Point) -> dict[str, Any]:
    return {
        "says": one.says,
        "ways": [plain(way) for way in one.ways],
        "a_week": round(one.a_week, 2),
        "people": one.became.people,
        "unworked": one.became.unworked,
        "won": _share(one.became.won),
        "won_later": _share(one.later.won),
        "accepted_later": _share(one.later.accepted),
        "accepted": _share(one.became.accepted),
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_lines(found: Suggestion) -> Iterator[str]:
    stage = found.stage.replace("_", " ")
    yield f"What {stage} could ask, from {found.enough.closed} leads {ENDED[found.end]}, {found.enough.won} of them {found.end}."
    if not found.tried:
        yield from _too_little(found)
        return
    yield f"{found.tried} signals of {found.questions} questions were tried; leads from {_day(found.since)} on check what others say."
    yield from _leaks(found)
    for verdict, head in HEADS.items():
        yield from _signals([one for one in found.told if one.ranked.verdict == verdict], head, verdict, found.end)
    silent = sum(one.ranked.verdict == CHANCE for one in found.told)
    few = sum(one.ranked.verdict == FEW for one in found.told)
    yield from ("", f"Of the other questions {silent} say no more than chance, and {few} are answered by too few leads.")
    if not found.points:
        yield from _too_little(found)
        return
    yield from _curve(found)


def _too_little(found: Suggestion) -> Iterator[str]:
    told = found.enough
    if any(one.ranked.verdict == HOLDS for one in found.told):
        yield from ("", "Only what speaks against a lead was found, so no way in is suggested.")
        return
    more = f"about {told.closed_needed} leads {ENDED[found.end]}, {told.won_needed} of them {found.end}"
    yield from ("", f"Too little data: nothing is suggested. {more.capitalize()}, would be enough to find a signal that a quarter of the")
    yield f"leads have and that doubles how often they are {found.end}, or are not, 8 times of 10."
    if found.end == WON:
        yield "With --by accepted it is looked what sales accepted; that is known of more leads, and sooner."


def _leaks(found: Suggestion) -> Iterator[str]:
    forced = [one for one in found.verdicts if one.is_forced]
    if forced:
        yield f"WARNING: kept although they look like leaks: {', '.join(one.name for one in forced)}. It looks better than it will be."
    refused = [one for one in found.verdicts if one.verdict != KEPT and not one.is_forced]
    if refused:
        yield from ("", "What tells what was not yet known is left out (--keep NAME looks at it all the same):")
        yield from (f"  {one.name}: {one.verdict}; {one.evidence[0].says}" for one in refused)


def _signals(told: list[Told], head: str, verdict: str, end: str) -> Iterator[str]:
    if not told:
        return
    yield from ("", head)
    for one in told[:MOST]:
        ranked = one.ranked
        after = f"; goes with: {one.by.says}" if one.by else f"; later {_lift(ranked.later.lift)}" if verdict != EXPLAINED else ""
        yield f"  {one.signal.says}"
        yield f"    {end} {_of(ranked.earlier.having)}, without it {_of(ranked.earlier.lacking)}: {_lift(ranked.earlier.lift)}{after}"
    if len(told) > MOST:
        yield f"  and {len(told) - MOST} more"


def _curve(found: Suggestion) -> Iterator[str]:
    yield from (
        "",
        "The curve, from many leads to few (a week in the last whole weeks; then how many of them ended well, in brackets of later ones):",
    )
    for place, one in enumerate(found.points):
        mark = "*" if place == found.chosen else " "
        yield f" {mark}{place + 1:>2}. {one.a_week:6.1f} a week, {one.end} {_range(one.good)} [{_of(one.good_later)}]"
        yield f"      {one.says}"
    if found.now is not None:
        yield f"    now {found.now.a_week:6.1f} a week, {found.end} {_range(found.now.good)} [{_of(found.now.good_later)}]"
    else:
        yield "    the definition of the document took too long to replay, so it does not stand here"
    yield from ("", _marked(found))


def _marked(found: Suggestion) -> str:
    assert found.chosen is not None  # noqa: S101 - for the type checker: there are points
    one = found.points[found.chosen]
    if found.capacity is None:
        return f"* is point {found.chosen + 1}: how many leads a week sales can work is not known, say it with --capacity."
    fits = "fits" if one.a_week <= found.capacity else "is the smallest and does not fit"
    return (
        f"* Sales can work {found.capacity:g} leads a week: point {found.chosen + 1} {fits}. Of the {one.became.people} people it finds"
        f" {one.became.unworked} were never worked; of what would have become of them nothing is known."
    )


def _lift(lift: Lift) -> str:
    if lift.lift is None or lift.low is None or lift.high is None:
        return "not known"
    return f"{lift.lift:.1f} times ({lift.low:.1f} to {lift.high:.1f})"


def _of(share: Share) -> str:
    return f"{share.k:g} of {share.n:g}"


def _range(share: Share) -> str:
    if share.share is None:
        return "not known"
    return f"{_of(share)}, {share.share:.0%} ({share.low:.0%} to {share.high:.0%})"


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""
