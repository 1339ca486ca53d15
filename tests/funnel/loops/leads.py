"""Numbers of leads. A case is (lead's number, part, what it says): of a share whether it counts, of a length how long."""

from decimal import Decimal
from fractions import Fraction
from math import floor, sqrt

from tests.funnel.loops.asked import in_days, quantile, share
from tests.funnel.loops.records import DAY, HOUR


def first(records, lead, stage):
    """When a lead first reached a stage."""
    return min((move["at_us"] for move in records.moves[lead] if move["to_stage"] == stage), default=None)


def reached(records, asked):
    for lead in list(records.moves):
        for stage in asked.way:
            if asked.has(first(records, lead, stage)):
                yield lead, stage, True


def steps(records, asked):
    """(lead, step, when it first reached the one stage, and the next) of all leads that were ever in the first."""
    for lead in list(records.moves):
        for start, then in zip(asked.way, asked.way[1:], strict=False):
            at = first(records, lead, start)
            if at is not None:
                yield lead, f"{start} to {then}", at, first(records, lead, then)


def went_on(records, asked):
    for lead, step, at, then in steps(records, asked):
        if asked.has(at):
            yield lead, step, then is not None and at <= then < at + 30 * DAY


def took(records, asked):
    for lead, step, at, then in steps(records, asked):
        if asked.has(then) and then >= at:
            yield lead, step, then - at


def stays(records, asked):
    """How many whole hours a lead stayed each time it entered a stage, and whether it has left."""
    for lead, moves in list(records.moves.items()):
        known = [move for move in moves if move["at_us"] <= asked.now]
        for place, move in enumerate(known):
            if asked.has(move["at_us"]) and move["to_stage"] in asked.way:
                left = known[place + 1]["at_us"] if place + 1 < len(known) else None
                yield lead, move["to_stage"], ((asked.now if left is None else left) - move["at_us"], left is not None)


def handed(records, asked, event):
    """Of the leads that first reached the handoff in the period: did such an event of a deal of theirs fall in the 90 days after?"""
    for lead in list(records.moves):
        at = first(records, lead, asked.handoff)
        if asked.has(at):
            events = [event(deal) for deal in records["opportunities"] if deal["lead_id"] == lead]
            yield lead, "", any(one is not None and at <= one < at + 90 * DAY for one in events)


def with_deal(records, asked):
    return handed(records, asked, lambda deal: deal["opened_us"])


def with_won_deal(records, asked):
    return handed(records, asked, lambda deal: deal["closed_us"] if deal["outcome"] == "won" else None)


def waiting(records, _):
    return [(lead["lead_id"], lead["stage"], True) for lead in records["leads"] if lead["closed_us"] is None]


def answers(records, asked):
    """(lead, "", what became of the handover, why)"""
    for row in records["dispositions"]:
        if row.get("withdrawn_us") is None and asked.has(row["at_us"]):
            yield records.handoffs[row["handoff_id"]]["lead_id"], "", (row["outcome"], row["reason"])
    for row in records["clocks"]:
        is_out = row["promise"] == asked.disposition and row["stopped_us"] is None and row["ended"] == ""
        if is_out and asked.has(row["breached_us"]):
            yield row["lead_id"], "", ("expired", "")


def contacts(records, asked):
    for row in records["clocks"]:
        if row["promise"] == asked.first_contact and row["ended"] in ("met", "late") and asked.has(row["stopped_us"]):
            yield row["lead_id"], "", row["stopped_us"] - row["starts_us"]


def briefs(records, asked):
    for row in records["handoffs"]:
        if asked.has(row["made_us"]):
            yield row["lead_id"], "", row["completeness"] is not None and row["completeness"] >= 1


def count(cases, *_):
    return {"figure": Decimal(len(cases)), "n": len(cases)}


def part_of(cases, *_):
    return share(sum(says for _, _, says in cases), len(cases))


def half(cases, *_):
    lengths = [length for _, _, length in cases]
    if not lengths:
        return {"figure": None, "n": 0}
    middle, most = (quantile(lengths, part) for part in (Fraction(1, 2), Fraction(9, 10)))
    return {"figure": in_days(middle), "n": len(cases), "parts": {"median_us": round(middle), "p90_us": round(most)}}


def accepted(cases, *_):
    ends = [outcome for _, _, (outcome, _) in cases]
    parts = {name: ends.count(name) for name in ("accepted", "rejected", "recycled", "expired")}
    return share(parts["accepted"], len(ends), **parts)


def nine_of_ten(cases, *_):
    lengths = [length for _, _, length in cases]
    return {"n": len(cases), "figure": Decimal(round(quantile(lengths, Fraction(9, 10)))) / HOUR if cases else None}


def staying(cases, *_):
    """Kaplan and Meier: at every length at which somebody left, those who left of those who were still there; multiplied up."""
    lengths = [(floor(Fraction(length, HOUR)), left) for _, _, (length, left) in cases]
    share_, spread, curve = Fraction(1), Fraction(0), []
    for hours in sorted({hours for hours, left in lengths if left}):
        there = sum(length >= hours for length, _ in lengths)
        left = lengths.count((hours, True))
        share_ *= Fraction(there - left, there)
        spread += Fraction(left, there * (there - left)) if there > left else 0
        off = 1.96 * float(share_) * sqrt(spread)
        curve.append((hours, share_, max(0.0, float(share_) - off), min(1.0, float(share_) + off)))

    def when(part):
        return next((hours for hours, share_, _, _ in curve if share_ <= 1 - part), None)

    def crossed(place):
        return next((step[0] / 24 for step in curve if step[place] <= 0.5), None)

    def days(hours):
        return None if hours is None else in_days(hours * HOUR)

    gone = sum(left for _, left in lengths)
    parts = {
        "left": gone, "still": len(cases) - gone, "p80_days": days(when(Fraction(4, 5))),
        "curve": [(hours / 24, float(share_), low, high) for hours, share_, low, high in curve],
    }  # fmt: skip
    return {"figure": days(when(Fraction(1, 2))), "n": len(cases), "low": crossed(2), "high": crossed(3), "parts": parts}


NUMBERS = {
    "stage_reached": (reached, count),
    "stage_conversion": (went_on, part_of),
    "stage_passage": (took, half),
    "time_in_stage": (stays, staying),
    "lead_to_opportunity": (with_deal, part_of),
    "lead_to_won": (with_won_deal, part_of),
    "waiting": (waiting, count),
    "acceptance_rate": (answers, accepted),
    "first_contact_hours_p90": (contacts, nine_of_ten),
    "brief_completeness": (briefs, part_of),
}
