"""The back-test once more, by plain loops over the rows of a lake: no Ibis, nothing of `treaty.pilot`."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from tests.qualification import slow_model

DAY_US = 86_400_000_000


def entries(rows, condition, zone, lists, until):
    """{person: the first moment at which the condition holds}, of known people."""
    touches = [row | {"person_id": row["seen_as_id"]} for row in rows["touches"]]
    facts = [{"text": None, "number": None} | row | {"subject_id": row["stated_of_id"]} for row in rows["facts"]]
    world = slow_model.World(touches, facts, zone, lists, {})
    windows = {node.touches.within.span for node in condition.walk() if node.touches and node.touches.within}
    moments = {slow_model.starts(row) for row in touches + facts}
    moments |= {touch["occurred_us"] + window // timedelta(microseconds=1) for touch in touches for window in windows}
    found = {}
    for person in known(rows):
        held = (at for at in sorted(moments) if at <= until and slow_model.definition_holds(world, condition, person, at))
        if (first := next(held, None)) is not None:
            found[person] = first
    return found


def held_at(rows, condition, zone, lists, person, at):
    """Whether a condition held for somebody at a moment; one that asks for nothing holds for everybody."""
    touches = [row | {"person_id": row["seen_as_id"]} for row in rows["touches"]]
    facts = [{"text": None, "number": None} | row | {"subject_id": row["stated_of_id"]} for row in rows["facts"]]
    return slow_model.holds(slow_model.World(touches, facts, zone, lists, {}), condition, person, at)


def known(rows):
    return {row["person_id"] for row in rows["people"] if not row["is_visitor"] and row.get("merged_into_id") is None}


def person_of_lead(rows):
    return {row["lead_id"]: row["person_id"] for row in rows["leads"]}


def answers(rows):
    """person -> [(at, id, outcome)] of answers that stand."""
    lead_of = {row["handoff_id"]: row["lead_id"] for row in rows["handoffs"]}
    found = defaultdict(list)
    for row in rows["dispositions"]:
        if row.get("withdrawn_us") is None:
            found[person_of_lead(rows)[lead_of[row["handoff_id"]]]].append((row["at_us"], row["disposition_id"], row["outcome"]))
    return found


def people_of(rows, deal):
    named = {row["person_id"] for row in rows["buying_roles"] if row["opportunity_id"] == deal["opportunity_id"]}
    if deal.get("lead_id") is not None:
        named.add(person_of_lead(rows)[deal["lead_id"]])
    return named


def involved(rows, deal):
    there = {row["person_id"] for row in rows["people"] if row["person_id"] in known(rows) and row["account_id"] == deal.get("account_id")}
    return people_of(rows, deal) or (there if deal.get("account_id") is not None else set())


def opened(deal):
    return next(us for us in (deal.get("opened_us"), deal.get("closed_us"), deal.get("received_us")) if us is not None)


def became(rows, person, at, returns):
    """(answer, deal, is_returned, is_worked, is_before) of one person."""
    given = sorted(answers(rows)[person])
    after = [one for one in given if one[0] >= at]
    own = [deal for deal in rows["opportunities"] if person in people_of(rows, deal)]
    later = {deal["outcome"] for deal in own if opened(deal) >= at}
    tried = [
        row
        for row in rows["activities"]
        if row["person_id"] == person and row["direction"] == "out" and row["kind"] != "note" and row.get("withdrawn_us") is None
    ]
    returned = [
        move["at_us"]
        for move in rows["stage_moves"]
        if person_of_lead(rows)[move["lead_id"]] == person
        and (move["from_stage"], move["to_stage"]) in returns
        and move.get("withdrawn_us") is None
    ]
    return (
        after[0][2] if after else "",
        next((outcome for outcome in ("won", "lost", "open") if outcome in later), ""),
        any(us >= at for us in returned),
        bool(given or own or tried or returned),
        len(after) < len(given) or any(opened(deal) < at for deal in own),
    )


def told(rows, found, returns):
    """(people, accepted k, n, won k, n, unworked, before, waiting) of those found: {person: moment}."""
    people = [became(rows, person, at, returns) for person, at in found.items()]
    ahead = [one for one in people if not one[4]]
    unworked = [one for one in ahead if not one[3]]
    closed = [one for one in ahead if one[1] in ("won", "lost") or (one[2] and not one[1])]
    accepted = Counter(one[0] for one in ahead)
    n = sum(accepted.values()) - accepted[""]
    won = sum(one[1] == "won" for one in closed)
    return (
        len(people),
        accepted["accepted"],
        n,
        won,
        len(closed),
        len(unworked),
        len(people) - len(ahead),
        len(ahead) - len(closed) - len(unworked),
    )


def overlap(new, old):
    both = set(new) & set(old)
    gained = [old[person] - new[person] for person in both]
    counts = (len(both), len(set(new) - set(old)), len(set(old) - set(new)))
    return (
        *counts,
        sum(g > 0 for g in gained),
        sum(g == 0 for g in gained),
        sum(g < 0 for g in gained),
        median(gained) / DAY_US if gained else None,
    )


def monday(us, zone):
    day = datetime.fromtimestamp(us / 1e6, UTC).astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def accepted_before(rows, found):
    firsts = {person: min(at for at, _, outcome in given if outcome == "accepted") for person, given in answers(rows).items()
              if any(outcome == "accepted" for *_, outcome in given)}  # fmt: skip
    return sum(person in found and found[person] <= at for person, at in firsts.items()), len(firsts)


def deals(rows, found):
    """[(outcome, can_tell, in time, only later)] of every deal."""
    listed = []
    for deal in rows["opportunities"]:
        people, start = involved(rows, deal), opened(deal)
        seen = [max(row["occurred_us"], row["known_us"]) for row in rows["touches"] if row["seen_as_id"] in people]
        mine = [found[person] for person in people if person in found]
        in_time = any(at <= start for at in mine)
        listed.append((deal, bool(seen) and min(seen) <= start, in_time, bool(mine) and not in_time))
    return listed
