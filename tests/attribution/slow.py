"""Attribution by a plain loop and by exact fractions: the independent model. Shares no code with what it checks."""

from collections import defaultdict
from fractions import Fraction
from itertools import permutations

SHARES = {
    "first_touch": {"first": 1},
    "last_touch": {"last": 1},
    "last_non_direct": {"non_direct": 1},
    "lead_creation": {"lead": 1},
    "linear": {"rest": 1},
    "position_based": {"first": 40, "last": 40, "rest": 20},
    "u_shaped": {"first": 40, "lead": 40, "rest": 20},
    "u_halves": {"first": 50, "lead": 50},
    "w_shaped": {"first": 30, "lead": 30, "opportunity": 30, "rest": 10},
    "z_shaped": {"first": 225, "lead": 225, "opportunity": 225, "last": 225, "rest": 100},
    "j_shaped": {"first": 20, "last": 60, "rest": 20},
    "inverse_j": {"first": 60, "last": 20, "rest": 20},
}


def counted(touches, conversion, lookback=None):
    """The touches of the conversion's journey that count, in order. A touch: (journey, channel, at)."""
    journey, at = conversion["journey"], conversion["at"]
    mine = sorted((t for t in touches if t[0] == journey), key=lambda t: t[2])
    return [t for t in mine if t[2] <= at and (lookback is None or t[2] > at - lookback)]


def shares_of(mine, conversion, model, *, respread=True):
    """The share of each counted touch, as fractions."""
    n = len(mine)
    places = {"first": 0, "last": n - 1}
    not_direct = [i for i, t in enumerate(mine) if t[1] != "direct"]
    places["non_direct"] = not_direct[-1] if not_direct else n - 1
    for name in ("lead", "opportunity"):
        before = [i for i, t in enumerate(mine) if conversion.get(name) is not None and t[2] <= conversion[name]]
        if before:
            places[name] = before[-1]
    shares = {name: Fraction(part, sum(SHARES[model].values())) for name, part in SHARES[model].items()}
    got = [Fraction(0)] * n
    anchors = {places[name] for name in shares if name in places}
    for name, part in shares.items():
        if name in places:
            got[places[name]] += part
    others = [i for i in range(n) if i not in anchors]
    for i in others:
        got[i] += shares.get("rest", 0) / len(others)
    if respread:
        return [part / sum(got) for part in got] if sum(got) else [Fraction(1, n)] * n
    if not others and sum(got):
        return [part / (1 - shares.get("rest", 0)) for part in got]
    return got


def by_place(touches, conversions, model, lookback=None, *, respread=True):
    credit = defaultdict(Fraction)
    for conversion in conversions:
        mine = counted(touches, conversion, lookback)
        for touch, part in zip(mine, shares_of(mine, conversion, model, respread=respread) if mine else [], strict=True):
            credit[touch[1]] += part * conversion["value"]
    return credit


def time_decay(touches, conversions, half_life):
    credit = defaultdict(float)
    for conversion in conversions:
        mine = counted(touches, conversion)
        weights = [2.0 ** (-(conversion["at"] - t[2]) / half_life) for t in mine]
        for touch, weight in zip(mine, weights, strict=True):
            credit[touch[1]] += conversion["value"] * weight / sum(weights)
    return credit


def stretches(touches, conversions, lookback=None):
    """The chain's paths that have a touch: (channels, conversions, losses). One up to each conversion, one after the last."""
    found = []
    for journey in {t[0] for t in touches}:
        mine = sorted((t for t in touches if t[0] == journey), key=lambda t: t[2])
        after = None
        for at in sorted(c["at"] for c in conversions if c["journey"] == journey):
            found.append(([t[1] for t in mine if _within(t[2], after, at, lookback)], 1, 0))
            after = at
        found.append(([t[1] for t in mine if _within(t[2], after, mine[-1][2], lookback)], 0, 1))
    return [path for path in found if path[0]]


def _within(at, after, until, lookback):
    return at <= until and (after is None or at > after) and (lookback is None or at > until - lookback)


def markov(paths, order=1):
    """Removal-effect shares by exact elimination. paths: (channels, conversions, losses)."""
    steps = defaultdict(lambda: defaultdict(Fraction))
    for channels, won, lost in paths:
        state = ("",) * order
        for channel in channels:
            after = (*state[1:], channel)
            steps[state][after] += won + lost
            state = after
        steps[state]["won"] += won
        steps[state]["lost"] += lost
    start = ("",) * order
    channels = {channel for path, _, _ in paths for channel in path}
    whole = _chance(steps, start, None)
    effects = {c: 1 - _chance(steps, start, c) / whole for c in channels} if whole else dict.fromkeys(channels, Fraction(0))
    total = sum(effects.values())
    return {c: effect / total if total else Fraction(0) for c, effect in effects.items()}


def _chance(steps, start, removed):
    """The probability of `won` from the start, every step into the removed channel lost; by Gauss on fractions."""
    states = [state for state in steps if state[-1] != removed or state == start]
    rows = []
    for state in states:
        total = sum(steps[state].values())
        row = [Fraction(state == other) for other in states] + [Fraction(0)]
        if total:
            for after, times in steps[state].items():
                if after == "won":
                    row[-1] += times / total
                elif after != "lost" and after in states and after[-1] != removed:
                    row[states.index(after)] -= times / total
        rows.append(row)
    for i in range(len(rows)):
        pivot = next(k for k in range(i, len(rows)) if rows[k][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(len(rows)):
            if k != i and rows[k][i]:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i], strict=True)]
    return rows[states.index(start)][-1]


def shapley(sets):
    """Over all orders in which channels may join. sets: (channels of a journey, worth)."""
    players = sorted({channel for channels, _ in sets for channel in channels})
    orders = list(permutations(players))
    credit = dict.fromkeys(players, Fraction(0))
    for order in orders:
        there = set()
        for player in order:
            before = sum(worth for channels, worth in sets if set(channels) <= there)
            there.add(player)
            credit[player] += sum(worth for channels, worth in sets if set(channels) <= there) - before
    return {player: worth / len(orders) for player, worth in credit.items()}
