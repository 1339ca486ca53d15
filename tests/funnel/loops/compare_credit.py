"""Credit for deals beside the loops: every model, by channel, campaign and content, for accounts and for people."""

from datetime import timedelta

from tests.funnel.loops import credit
from treaty.attribution import sharing
from treaty.attribution.deals import Journey
from treaty.attribution.measures import Terms
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES, rule
from treaty.truth.measures import Exchange

MICRO = timedelta(microseconds=1)
CUSTOM = {"first_touch": 0.15, "lead_created": 0.25, "opportunity_created": 0.35, "opportunity_closed": 0.05, "rest": 0.2}
DIMENSIONS = ("channel", "campaign", "content")
OWN = Exchange("EUR", "UTC")
"""No rate is agreed: every deal is shared in the currency it names."""


def model_of(name):
    if name == credit.BY_CHANNELS:
        return Model(is_shared=True)
    return Model(rule(CUSTOM) if name == "custom" else RULES[name])


def journey_of(way):
    lookback = None if way.lookback is None else way.lookback * MICRO
    terms = Terms(lookback=lookback, half_life=way.half_life * MICRO, respread=way.respread)
    return Journey(terms, by_account=way.by_account, repeats_us=way.repeats or 0, counts_direct=way.counts_direct)


def without_a_loop():
    return sorted({*RULES} - {*credit.MODELS})


def hold(told, records, lake, span, way, *, summed=("w_shaped",)):
    """Every share and every cent by every model; by channel, campaign and content those of the models `summed`.

    Of each deal the parts make its amount to the cent, so channels, campaigns and contents have the same sum. An anchor that is
    missing may leave some unattributed; then they make less, and the same in each.
    """
    for name in credit.MODELS:
        rows, ours = list(credit.credited(records, *span, name, way)), sharing.credited(lake, span, journey_of(way), model_of(name), OWN)
        where = f"{name}, {'account' if way.by_account else 'person'}"
        theirs = {(deal["opportunity_id"], touch["touch_id"]): (float(part), cents) for deal, touch, part, cents in rows}
        found = lake.fetch(ours.select("conversion", "touch_id", "share", "units")).to_pylist()
        told.same(f"{where}: touches", len(found), len(theirs))
        for row in found:
            pair = row["conversion"], row["touch_id"]
            told.same(f"{where}, deal and touch {pair}", (row["share"], row["units"]), theirs.get(pair))
        if way.respread:
            _are_whole(told, where, rows)
        if name in summed:
            _hold_sums(told, where, lake, ours, rows)


def _are_whole(told, where, rows):
    amounts, sums = {}, {}
    for deal, _, _, cents in rows:
        number = deal["opportunity_id"]
        amounts[number], sums[number] = credit.in_cents(deal["amount"]), sums.get(number, 0) + cents
    told.same(f"{where}: deals to the cent", sums, amounts)


def _hold_sums(told, where, lake, ours, rows):
    each = {}
    for deal, _, _, cents in rows:
        each[deal["opportunity_id"]] = each.get(deal["opportunity_id"], 0) + cents
    told.same(f"{where}: of deals", {row["opportunity_id"]: row["units"] for row in lake.fetch(sharing.of_deals(ours)).to_pylist()}, each)
    for dimension in DIMENSIONS:
        found = {(row["value"], row["currency"]): row for row in lake.fetch(sharing.by(ours, dimension)).to_pylist()}
        theirs = credit.by(rows, dimension)
        told.same(f"{where} by {dimension}: values", sorted(found), sorted(theirs))
        for key in found.keys() & theirs.keys():
            row = found[key]
            told.same(f"{where} by {dimension}, {key}", (row["deals"], float(row["n"]), row["units"]), theirs[key])
        told.same(f"{where} by {dimension}: in all", sum(row["units"] for row in found.values()), sum(each.values()))
