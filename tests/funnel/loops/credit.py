"""Won deals shared among the touches before them, by exact fractions, to the cent. Weights: landscape facts 5.5."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from tests.attribution import slow
from tests.funnel.loops.asked import slug

FIRST, LAST, NOT_DIRECT, LEAD, DEAL, REST = "first", "last", "last not direct", "lead made", "deal opened", "rest"
WEIGHTS = {
    "first_touch": {FIRST: 100},
    "last_touch": {LAST: 100},
    "last_non_direct": {NOT_DIRECT: 100},
    "lead_creation": {LEAD: 100},
    "linear": {REST: 100},
    "position_based": {FIRST: 40, LAST: 40, REST: 20},
    "u_shaped": {FIRST: 40, LEAD: 40, REST: 20},
    "u_halves": {FIRST: 50, LEAD: 50},
    "w_shaped": {FIRST: 30, LEAD: 30, DEAL: 30, REST: 10},
    "z_shaped": {FIRST: Fraction(225, 10), LEAD: Fraction(225, 10), DEAL: Fraction(225, 10), LAST: Fraction(225, 10), REST: 10},
    "j_shaped": {FIRST: 20, LAST: 60, REST: 20},
    "inverse_j": {FIRST: 60, LAST: 20, REST: 20},
    "custom": {FIRST: 15, LEAD: 25, DEAL: 35, LAST: 5, REST: 20},
}
"""Per model, of a hundred: what each anchor has, and what all other touches have together."""
BY_AGE, BY_CHANNELS = "time_decay", "shapley"
MODELS = (*WEIGHTS, BY_AGE, BY_CHANNELS)
DIRECT = {"direct", "(direct)", "(direct) / (none)", "direct / none", "(none)"}


@dataclass(frozen=True)
class Way:
    """What an agreement says of the way to a deal; lengths in microseconds, None for none."""

    lookback: int | None = None
    half_life: int = 7 * 86_400_000_000
    by_account: bool = True
    repeats: int | None = None
    counts_direct: bool = True
    respread: bool = True


def is_direct(touch):
    return (touch["channel"] or "").lower() in DIRECT


def remembered(records, way):
    """{person: their touches that may count, oldest first}: without those that follow one on the same channel too closely."""
    found, last = defaultdict(list), {}
    for touch in sorted(records["touches"], key=lambda touch: (touch["occurred_us"], touch["touch_id"])):
        if is_direct(touch) and not way.counts_direct:
            continue
        same, at = (touch["person_id"], touch["channel"] or ""), touch["occurred_us"]
        if not (way.repeats and same in last and at - last[same] < way.repeats):
            found[touch["person_id"]].append(touch)
        last[same] = at
    return found


def journeys(records, won, way):
    """(deal, its touches, oldest first) for every deal that has some."""
    of_people, of_accounts = remembered(records, way), defaultdict(list)
    for person, touches in of_people.items():
        account = records.people[person]["account_id"]
        if account is not None:
            of_accounts[account] += touches
    for deal in won:
        lead = records.leads.get(deal["lead_id"])
        if way.by_account and deal["account_id"] is not None:
            found = of_accounts[deal["account_id"]]
        else:
            found = of_people[lead["person_id"]] if lead else []
        ended, floor = deal["closed_us"], None if way.lookback is None else deal["closed_us"] - way.lookback
        mine = [touch for touch in found if touch["occurred_us"] <= ended and (floor is None or touch["occurred_us"] > floor)]
        if mine:
            yield deal, lead, sorted(mine, key=lambda touch: (touch["occurred_us"], touch["touch_id"]))


def shares(model, deal, lead, touches, way):
    """The share of each touch, fractions that make one, or less where an anchor is missing and its share is nobody's."""
    if model == BY_AGE:
        return halved(deal, touches, way)
    if model == BY_CHANNELS:
        channels = [touch["channel"] or "" for touch in touches]
        return [Fraction(1, len(set(channels)) * channels.count(channel)) for channel in channels]
    anchors, weights = placed(deal, lead, touches), WEIGHTS[model]
    got = [sum((Fraction(weights[name]) for name, at in anchors.items() if at == place and name in weights), Fraction(0))
           for place in range(len(touches))]  # fmt: skip
    others = [place for place in range(len(touches)) if place not in {at for name, at in anchors.items() if name in weights}]
    for place in others:
        got[place] += Fraction(weights.get(REST, 0)) / len(others)
    whole = sum(got)
    if way.respread:
        return [part / whole for part in got] if whole else [Fraction(1, len(touches))] * len(touches)
    nobody = 0 if others or not whole else weights.get(REST, 0)  # the anchors that are there have what no other touch could
    return [part / (100 - nobody) for part in got]


def removed(records, way, start, end):
    """{channel: its part of the effects of all}, of a month: what would not have been won, had every step into it been lost."""
    since = min(start, end - way.lookback) if way.lookback else None
    won = [
        deal for deal in records["opportunities"] if deal["outcome"] == "won" and deal["closed_us"] is not None and deal["closed_us"] < end
    ]
    ended = [deal for deal in won if since is None or deal["closed_us"] >= since]
    paths = [([named(touch) for touch in touches], 1, 0) for _, _, touches in journeys(records, ended, way)]
    for subject, touches in subjects(records, way, end).items():
        after = max((deal["closed_us"] for deal in won if subject_of(records, way, deal) == subject), default=None)
        mine = [touch for touch in touches if after is None or touch["occurred_us"] > after]
        if mine and (since is None or mine[-1]["occurred_us"] >= since):
            floor = mine[-1]["occurred_us"] - way.lookback if way.lookback else None
            paths.append(([named(touch) for touch in mine if floor is None or touch["occurred_us"] > floor], 0, 1))
    return slow.markov(paths) if paths else {}


def subjects(records, way, end):
    """{account or person: what they did before a moment, oldest first}"""
    found = defaultdict(list)
    for person, touches in remembered(records, way).items():
        account = records.people[person]["account_id"] if way.by_account else None
        found[("person", person) if account is None else ("account", account)] += [one for one in touches if one["occurred_us"] < end]
    return {subject: sorted(touches, key=lambda one: (one["occurred_us"], one["touch_id"])) for subject, touches in found.items()}


def subject_of(records, way, deal):
    if way.by_account and deal["account_id"] is not None:
        return "account", deal["account_id"]
    lead = records.leads.get(deal["lead_id"])
    return "person", lead["person_id"] if lead else None


def named(touch):
    return touch["channel"] or "(none)"


def by_effect(effects, touches):
    """The share of each touch by what its channel weighs; nothing where none of them weighs anything."""
    weights = [effects.get(named(touch), Fraction(0)) for touch in touches]
    return [weight / sum(weights) if sum(weights) else Fraction(0) for weight in weights]


def placed(deal, lead, touches):
    """At which touch each anchor stands; one that nothing says is missing."""

    def last(holds):
        return next((place for place in reversed(range(len(touches))) if holds(touches[place])), None)

    at = {FIRST: 0, LAST: len(touches) - 1, NOT_DIRECT: last(lambda touch: not is_direct(touch))}
    at[NOT_DIRECT] = at[LAST] if at[NOT_DIRECT] is None else at[NOT_DIRECT]
    for name, made in ((LEAD, lead and lead["opened_us"]), (DEAL, deal["opened_us"])):
        at[name] = None if made is None else last(lambda touch, made=made: touch["occurred_us"] <= made)
    return {name: place for name, place in at.items() if place is not None}


def halved(deal, touches, way):
    """Each touch weighs half of one a half-life younger."""
    with localcontext() as exact:
        exact.prec = 60
        youngest = touches[-1]["occurred_us"]
        weights = [Fraction(Decimal(2) ** -(Decimal(youngest - touch["occurred_us"]) / way.half_life)) for touch in touches]
    return [weight / sum(weights) for weight in weights]


def in_cents(amount):
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def split(parts, whole):
    """Whole cents for each part: rounded down, and what is left over one by one to the greatest remainders, of equal ones the first."""
    exact = [part * whole for part in parts]
    found = [int(part) for part in exact]
    turns = sorted(range(len(parts)), key=lambda place: (-round(exact[place] - found[place], 9), place))
    left = int(sum(exact) + Fraction(1, 10**9)) - sum(found)
    for place in turns[:left]:
        found[place] += 1
    return found


def credited(records, start, end, model, way):
    """(deal, touch, share, cents) of all deals won in [start, end)."""
    won = [
        deal for deal in records["opportunities"]
        if deal["outcome"] == "won" and deal["amount"] is not None and deal["closed_us"] is not None and start <= deal["closed_us"] < end
    ]  # fmt: skip
    for deal, lead, touches in journeys(records, won, way):
        parts = shares(model, deal, lead, touches, way)
        for touch, part, cents in zip(touches, parts, split(parts, in_cents(deal["amount"])), strict=True):
            yield deal, touch, part, cents


def by(rows, dimension):
    """{(value, currency): (deals, share of them, cents)}"""
    found = defaultdict(lambda: (set(), Fraction(0), 0))
    for deal, touch, part, cents in rows:
        value = touch[dimension] or "" if dimension == "channel" else slug(touch[dimension])
        deals, n, sum_ = found[value, deal["currency"] or ""]
        found[value, deal["currency"] or ""] = (deals | {deal["opportunity_id"]}, n + part, sum_ + cents)
    return {key: (len(deals), float(n), sum_) for key, (deals, n, sum_) in found.items()}
