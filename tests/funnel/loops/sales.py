"""Numbers of opportunities. A case is a deal; cases of the waterfall are (deal, line, amount)."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import sqrt
from zoneinfo import ZoneInfo

from tests.funnel.loops.asked import cents, in_days, money, quantile, share
from tests.funnel.loops.records import DAY, EPOCH

NOTHING = Decimal(0)


def first_amount(records, deal):
    history = records.changes[deal["opportunity_id"], "amount"]
    return Decimal(history[0][1]) if history else deal["amount"]


def opened(records, asked):
    return [(deal, "", first_amount(records, deal)) for deal in records["opportunities"] if asked.has(deal["opened_us"])]


def ended(records, asked, *outcomes):
    deals = [deal for deal in records["opportunities"] if deal["outcome"] in outcomes and asked.has(deal["closed_us"])]
    return [(deal, "", deal["amount"]) for deal in deals]


def won(records, asked):
    return ended(records, asked, "won")


def lost(records, asked):
    return ended(records, asked, "lost")


def decided(records, asked):
    return ended(records, asked, "won", "lost")


def length(deal):
    return deal["closed_us"] - deal["opened_us"]


def cycles(records, asked):
    return [case for case in won(records, asked) if case[0]["opened_us"] is not None and length(case[0]) >= 0]


def is_open(deal, at):
    """Not ended, or not by then; one nobody dated the beginning of was always there."""
    begun = deal["opened_us"] is None or deal["opened_us"] <= at
    return begun and (deal["outcome"] == "open" or (deal["closed_us"] is not None and deal["closed_us"] > at))


def open_now(records, asked):
    return [(deal, "", deal["amount"]) for deal in records["opportunities"] if is_open(deal, asked.now)]


def due(records, asked):
    dates = (asked.first_on, asked.end_on)
    return [case for case in open_now(records, asked) if case[0]["close_on"] and dates[0] <= case[0]["close_on"] < dates[1]]


def amounts(cases, asked, records):
    return money([agreed(records, asked, deal, amount) for deal, _, amount in cases], asked.currency)


def agreed(records, asked, deal, amount):
    """(amount, currency) in the agreement's own where it says how; to the cent, half a cent away from zero."""
    rate = rate_of(records, asked, deal)
    if amount is None or rate is None:
        return amount, deal["currency"]
    return (amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP), asked.currency


def rate_of(records, asked, deal):
    """What a unit of a deal's currency is worth: as stated, or the latest rate up to the local day the agreement names."""
    for code, source, day, stated in asked.rates:
        if code == deal["currency"]:
            moment = deal["closed_us"] if day == "deal_closed" and deal["closed_us"] is not None else deal["opened_us"]
            if source == "stated" or moment is None:
                return stated
            on = (EPOCH + timedelta(microseconds=moment)).astimezone(ZoneInfo(asked.zone)).date()
            known = [row for row in records["rates"] if (row["currency"], row["becomes"]) == (code, asked.currency)]
            return max(((row["rate_on"], row["said"], row["rate"]) for row in known if row["rate_on"] <= on), default=(None,))[-1]
    return None


def count(cases, *_):
    return {"figure": Decimal(len(cases)), "n": len(cases)}


def win_rate(cases, *_):
    k = sum(deal["outcome"] == "won" for deal, _, _ in cases)
    return share(k, len(cases), won=k, lost=len(cases) - k)


def win_rate_by_value(cases, asked, records):
    all_ = amounts(cases, asked, records)
    by = {name: amounts([case for case in cases if case[0]["outcome"] == name], asked, records) for name in ("won", "lost")}
    mine, theirs = by["won"]["figure"], by["lost"]["figure"]
    figure = mine / (mine + theirs) if mine + theirs else None
    return {"figure": figure, "n": len(cases), "others": by["won"]["others"], "parts": {"won": mine, "lost": theirs, **all_["parts"]}}


def won_in_time(cases, *_):
    return share(sum(deal["outcome"] == "won" and 0 <= length(deal) < 180 * DAY for deal, _, _ in cases if deal["closed_us"]), len(cases))


def average(cases, asked, records):
    found = amounts(cases, asked, records)
    n = sum(amount is not None and agreed(records, asked, deal, amount)[1] == asked.currency for deal, _, amount in cases)
    return found | {"n": n, "figure": cents(Fraction(found["figure"]) / n) if n else None}


def median(cases, *_):
    lengths = [length(deal) for deal, _, _ in cases]
    return {"n": len(cases), "figure": in_days(quantile(lengths, Fraction(1, 2))) if cases else None}


def p80(cases, *_):
    lengths = [length(deal) for deal, _, _ in cases]
    return {"n": len(cases), "figure": in_days(quantile(lengths, Fraction(4, 5))) if cases else None}


def mean(cases, *_):
    lengths, n = [length(deal) for deal, _, _ in cases], len(cases)
    if not n:
        return {"n": 0, "figure": None}
    middle = Fraction(sum(lengths), n)
    found = {"n": n, "figure": in_days(middle), "low": None, "high": None}
    if n > 1:
        spread = sqrt(sum((one - middle) ** 2 for one in lengths) / (n - 1)) / DAY
        half = 1.96 * spread / sqrt(n)
        found |= {"low": max(0.0, float(found["figure"]) - half), "high": float(found["figure"]) + half}
    return found


def weighted(cases, asked, records):
    """Each stage's chance: of the deals decided by now that were ever in it, those that were won."""
    chances = {}
    for stage in {deal["stage"] for deal, _, _ in cases}:
        been = [deal for deal in records["opportunities"] if stage in [to for _, to in records.changes[deal["opportunity_id"], "stage"]]]
        over = [
            deal["outcome"]
            for deal in been
            if deal["outcome"] != "open" and deal["closed_us"] is not None and deal["closed_us"] < asked.now
        ]
        if over and stage:
            chances[stage] = (over.count("won"), len(over))
    known = [(deal, line, amount) for deal, line, amount in cases if deal["stage"] in chances]
    sums = {}
    for deal, _, stated in known:
        amount, currency = agreed(records, asked, deal, stated)
        if amount is not None and currency:
            sums[currency] = sums.get(currency, 0) + Fraction(amount) * Fraction(*chances[deal["stage"]])
    found = amounts(known, asked, records)
    rest = amounts([case for case in cases if case[0]["stage"] not in chances], asked, records)
    others = {name: cents(part) for name, part in sums.items() if name != asked.currency}
    parts = {**found["parts"], "unweighed": rest["figure"], "odds": chances}
    return {"figure": cents(sums.get(asked.currency, 0)), "n": len(known), "others": others, "parts": parts}


# The waterfall: what each deal was just before a moment


def was_open(deal, at):
    begun = deal["opened_us"] is None or deal["opened_us"] < at
    return begun and (deal["outcome"] == "open" or (deal["closed_us"] is not None and deal["closed_us"] >= at))


def before(records, deal, field, at):
    """The last value a field was changed to before a moment."""
    known = [value for moment, value in records.changes[deal["opportunity_id"], field] if moment < at]
    return known[-1] if known else None


def worth(records, deal, at):
    told = before(records, deal, "amount", at)
    return Decimal(told) if told else first_amount(records, deal) or NOTHING


def is_due(records, deal, at, end_on):
    told = before(records, deal, "close_on", at)
    on = date.fromisoformat(told) if told else deal["close_on"]
    return on is None or on < end_on


def waterfall(records, asked):
    """(deal, line, (amount, currency)): what a deal was worth at either end is made the agreement's before one is taken from the other."""
    end = min(asked.end, asked.now)
    for deal in records["opportunities"]:
        here = was_open(deal, asked.start)
        made = deal["opened_us"] is not None and asked.start <= deal["opened_us"] < end
        over = deal["outcome"] != "open" and deal["closed_us"] is not None and asked.start <= deal["closed_us"] < end
        stays = was_open(deal, end) and is_due(records, deal, end, asked.end_on)
        opening = here and is_due(records, deal, asked.start, asked.end_on)
        if not opening and not ((here or made) and (over or stays)):
            continue
        begun = worth(records, deal, asked.start) if here else first_amount(records, deal) or NOTHING
        final = (deal["amount"] or NOTHING) if over else worth(records, deal, end)
        (begun, currency), (final, _) = (agreed(records, asked, deal, amount) for amount in (begun, final))
        yield deal, "opening" if opening else "moved in" if here else "created", (begun, currency)
        if final != begun:
            yield deal, "increased" if final > begun else "decreased", (final - begun, currency)
        if stays and not over:
            yield deal, "closing", (final, currency)
        else:
            yield deal, deal["outcome"] if over else "moved out", (-final, currency)


def flowed(cases, asked, _):
    return money([pair for _, _, pair in cases], asked.currency)


NUMBERS = {
    "pipeline_created": (opened, amounts),
    "revenue_closed": (won, amounts),
    "deals_lost": (lost, count),
    "win_rate": (decided, win_rate),
    "win_rate_by_value": (decided, win_rate_by_value),
    "win_rate_of_created": (opened, won_in_time),
    "average_won": (won, average),
    "sales_cycle_median": (cycles, median),
    "sales_cycle_p80": (cycles, p80),
    "sales_cycle_mean": (cycles, mean),
    "open_pipeline": (open_now, amounts),
    "pipeline_due": (due, amounts),
    "weighted_pipeline": (open_now, weighted),
    "pipeline_waterfall": (waterfall, flowed),
}
"""By name: the deals it counts, and the figure of some of them."""
