"""Unit economics: what was spent, who became a customer and what was credited; a case of spend or credit is a Part.

What the agreement says of cost is read from its terms; everything counted is counted here. Sources: landscape facts 5.6, R32.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from tests.funnel.loops import credit, sales
from tests.funnel.loops.asked import money, slug, whole
from tests.funnel.loops.dimensions import first_wins
from tests.funnel.loops.records import EPOCH, us

NOBODY = "(unattributed)"
DAY = timedelta(days=1)
NOTHING = SimpleNamespace(spend="all", unassigned="stays", costs=[], lag="none", margin=None, amount_covers=None, churn=None, lifetime=None)
"""What holds where nothing is agreed: spend alone is cost."""


@dataclass(frozen=True)
class Part:
    """A part of one record: of a row of spend, or of a deal. told: its dimensions · share: of the deal."""

    record: int
    amount: Decimal
    currency: str
    told: dict = field(hash=False)
    share: Fraction = Fraction(1)


def agreed_of(asked):
    return asked.terms.economics or NOTHING


def local(moment, asked):
    return (EPOCH + timedelta(microseconds=moment)).astimezone(ZoneInfo(asked.zone)).date()


def begins(day, asked):
    return us(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(asked.zone)).astimezone(UTC))


# Spend


def lag(records, asked):
    """Days by which cost lies before its customers: the median cycle of what was won in the year up to the end of the period."""
    if agreed_of(asked).lag == "none":
        return 0
    year = replace(asked, start=begins(asked.end_on - 365 * DAY, asked), end=begins(asked.end_on, asked))
    return whole(Fraction(sales.median(sales.cycles(records, year))["figure"] or 0))


def spent(records, asked):
    return between(records, asked, asked.first_on, come(asked))


def spent_before(records, asked):
    """With a lag, a period that runs is held against as many days as have passed of it."""
    days = lag(records, asked)
    return between(records, asked, asked.first_on - days * DAY, come(asked) - days * DAY)


def come(asked):
    """The day after the last one of the period that has come: nothing is spent before its day."""
    return max(asked.first_on, min(asked.end_on, local(asked.now, asked) + DAY))


def between(records, asked, first, end):
    agreed, of_campaign = agreed_of(asked), {slug(row["slug"]): row["channel"] for row in records["campaigns"]}
    names, weights = {row["source_id"]: row["name"] for row in records["sources"]}, weighed(records, asked)
    found = []
    for row in records["spend"]:
        campaign = slug(row["campaign"])
        channel = row["channel"] or of_campaign.get(campaign) or ""
        if first <= row["spent_on"] < end and (agreed.spend == "all" or channel in agreed.spend):
            noon = begins(row["spent_on"], asked) + us(EPOCH + timedelta(hours=12))
            amount, currency = sales.agreed(records, asked, {"opened_us": noon, "closed_us": noon, **row}, row["amount"])
            for to, of, part in assigned(channel, campaign, amount, currency, weights[f"{row['spent_on']:%Y-%m}"]):
                told = {
                    "channel": to, "campaign": of, "source": names.get(row["source_id"], ""), "month": f"{row['spent_on']:%Y-%m}",
                    "currency": row["currency"] or "",
                }  # fmt: skip
                found.append((Part(row["spend_id"], part, currency or "", told), "", part))
    return found


def weighed(records, asked):
    """{month: {(channel, campaign): weight}}: its touches, or what they earned of what was won in it, in the agreement's currency."""
    found, agreed = defaultdict(lambda: defaultdict(Fraction)), agreed_of(asked)
    if agreed.unassigned == "by_touches":
        for touch in records["touches"]:
            found[f"{local(touch['occurred_us'], asked):%Y-%m}"][touch["channel"] or "", slug(touch["campaign"])] += 1
    if agreed.unassigned == "by_won":
        won = [deal for deal in records["opportunities"] if deal["outcome"] == "won" and deal["closed_us"] is not None]
        closed = {deal["opportunity_id"]: f"{local(deal['closed_us'], asked):%Y-%m}" for deal in won}
        for part, _, _ in parts_of(records, asked, [deal for deal in won if deal["amount"] is not None]):
            if part.currency == asked.currency and part.told["channel"] != NOBODY:
                found[closed[part.record]][part.told["channel"], part.told["campaign"]] += Fraction(part.amount)
    return found


def assigned(channel, campaign, amount, currency, weights):
    """(channel, campaign, amount): without a channel among those of its month, then without a campaign among those of its channel."""
    channels = defaultdict(Fraction)
    for (of, _), weight in weights.items():
        channels[of] += weight if of else 0
    for to, part in shared(amount, currency, channels) if not channel else [(channel, amount)]:
        campaigns = {name: weight for (of, name), weight in weights.items() if of == to and name}
        yield from ((to, of, one) for of, one in (shared(part, currency, campaigns) if not campaign else [(campaign, part)]))


def shared(amount, currency, weights):
    """(name, part): whole units, left over to the greatest remainders and of equal ones in the order of names; what lies below a
    unit goes with the part that comes first in that order. Nobody's where nothing has a weight."""
    weights = {name: weight for name, weight in weights.items() if weight > 0}
    if not weights:
        return [("", amount)]
    unit = {"JPY": Decimal(1), "KWD": Decimal("0.001")}.get(currency, Decimal("0.01"))
    whole, all_ = int(amount / unit), sum(weights.values())
    exact = {name: Fraction(whole * weight, all_) for name, weight in weights.items()}
    found = {name: int(part) for name, part in exact.items()}
    turns = sorted(found, key=lambda name: (-round(exact[name] - found[name], 6), name))
    for name in turns[: whole - sum(found.values())]:
        found[name] += 1
    below = amount - whole * unit
    return [(name, units * unit + (below if name == turns[0] else 0)) for name, units in found.items()]


def sums(cases, asked, _):
    """Of parts, each record once."""
    of = [part for part, _, _ in cases]
    found, records = money([(part.amount, part.currency) for part in of], asked.currency), {part.record for part in of}
    unnamed = {part.record for part in of if not part.currency}
    return found | {"n": len(records), "parts": {"without": 0, "unnamed": len(unnamed)}}


# Customers and credit


def to_cents(over, under, places="0.01"):
    """None of nothing; an exact half away from zero."""
    return None if over is None or not under else (Decimal(over) / under).quantize(Decimal(places), ROUND_HALF_UP)


def first_won(records, asked):
    firsts = {deal["opportunity_id"] for deal in first_wins(records).values()}
    return [case for case in sales.won(records, asked) if case[0]["opportunity_id"] in firsts]


def per_customer(cases, asked, records):
    found = sales.amounts(cases, asked, records)
    customers = {
        records.customer(deal)
        for deal, _, amount in cases
        if amount is not None and sales.agreed(records, asked, deal, amount)[1] == asked.currency
    }
    figure = to_cents(found["figure"], len(customers)) if customers else None
    return found | {"figure": figure, "n": len(customers), "parts": {**found["parts"], "amount": found["figure"]}}


def way_of(terms):
    """How far back, whose touches and which of them count, as agreed."""
    span, edges = timedelta(microseconds=1), terms.edges
    return credit.Way(
        terms.lookback.span // span, terms.half_life.span // span if terms.half_life else credit.Way.half_life, terms.journey == "account",
        edges.repeats_within.span // span if edges.repeats_within else None, edges.direct == "counts", edges.missing_anchor == "respread",
    )  # fmt: skip


def parts_of(records, asked, won):
    """What each touch has of each deal, and nobody of the rest, each deal by the version in force when it closed; amounts are the
    agreement's, in cents, before they are shared."""
    got, worth = defaultdict(lambda: (Fraction(0), 0)), {deal["opportunity_id"]: worth_of(records, asked, deal) for deal in won}

    def part(deal, told, share, cents):
        number, named = deal["opportunity_id"], deal["currency"] or ""
        told = dict(zip(("channel", "campaign", "content"), told, strict=True)) | {"currency": named}
        return Part(number, Decimal(cents) / 100, worth[number][1] or "", told, share), "", share

    for deal, shares, touches in shared_by_version(records, asked, won):
        whole = worth[deal["opportunity_id"]][0] or Decimal(0)
        for touch, share, cents in zip(touches, shares, credit.split(shares, credit.in_cents(whole)), strict=True):
            before = got[deal["opportunity_id"]]
            got[deal["opportunity_id"]] = before[0] + share, before[1] + cents
            yield part(deal, (touch["channel"] or "", slug(touch["campaign"]), slug(touch["content"])), share, cents)
    for deal in won:
        share, cents = got[deal["opportunity_id"]]
        left = credit.in_cents(worth[deal["opportunity_id"]][0] or Decimal(0)) - cents
        if 1 - share > Fraction(1, 10**9) or left:
            yield part(deal, (NOBODY,) * 3, 1 - share, left)


def worth_of(records, asked, deal):
    """(amount, currency): as it is where it is in the agreement's currency, else as the version of its close converts it to that."""
    if deal["currency"] != asked.currency:
        made = sales.agreed(records, asked.as_of(deal["closed_us"]), deal, deal["amount"])
        if made[1] == asked.currency:
            return made
    return deal["amount"], deal["currency"]


def shared_by_version(records, asked, won):
    """(deal, the share of each touch, its touches) of all that some touch preceded."""
    known = {}
    for deal in won:
        then = asked.as_of(deal["closed_us"])
        terms = then.terms.attribution
        for _, lead, touches in credit.journeys(records, [deal], way_of(terms)) if terms else ():
            if terms.model == "markov":
                month = local(deal["closed_us"], then).replace(day=1)
                key = (way_of(terms), begins(month, then), begins((month + 31 * DAY).replace(day=1), then))
                known[key] = known[key] if key in known else credit.removed(records, *key)
                yield deal, credit.by_effect(known[key], touches), touches
            else:
                yield deal, credit.shares(terms.model, deal, lead, touches, way_of(terms)), touches


def credit_of(records, asked):
    return list(parts_of(records, asked, [deal for deal, _, _ in sales.won(records, asked)]))


def credit_of_new(records, asked):
    return list(parts_of(records, asked, [deal for deal, _, _ in first_won(records, asked)]))


def earned(cases, asked, records):
    """Whether a deal has an amount is told by `revenue_closed`; one without is shared as nothing."""
    found = sums(cases, asked, records)
    return {name: found[name] for name in ("figure", "n", "others")}


def customers(cases, *_):
    figure = round(sum((share for _, _, share in cases), Fraction(0)), 6)
    return {"figure": Decimal(figure.numerator) / figure.denominator, "n": len({part.record for part, _, _ in cases})}


NUMBERS = {
    "spend": (spent, sums),
    "acquisition_spend": (spent_before, sums),
    "new_customers": (first_won, sales.count),
    "average_revenue_per_account": (sales.won, per_customer),
    "average_new_account": (first_won, per_customer),
    "average_created": (sales.opened, sales.average),
    "credited_revenue": (credit_of, earned),
    "credited_customers": (credit_of_new, customers),
}
