"""From spend to payback in five sentences; each figure opens its records, each blank says what to do next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from treaty.agreement.quantities import percent
from treaty.agreement.terms_economics import Economics
from treaty.engine.periods import ONE_DAY, Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import Number
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.web import formats
from treaty.web.figures import period_words, records, words
from treaty.web.formats import Viewer
from treaty.web.pieces import Answer, Faint, Figure, Link, Piece, Strong

TERMS = "/agreement/#economics"
ENOUGH = 3
"""What a customer is worth for what they cost, below which people usually ask questions. Source: folklore, so the page says so."""
NEXT = {
    "no spend in the period": Link("Import what was spent", "/imports/new/"),
    "no new customer in the period": Link("Look at a longer time", "?when=year"),
    "nothing was won with an amount in the period": Link("Look at a longer time", "?when=year"),
    "no gross margin is agreed": Link("Agree on a margin", "/agreement/draft/"),
    "it is not agreed how long an amount pays for": Link("Agree on it", "/agreement/draft/"),
    "neither churn nor lifetime is agreed": Link("Agree on one of them", "/agreement/draft/"),
}


@dataclass(frozen=True, slots=True)
class Chain:
    """The figures of a period, each asked once."""

    frame: Frame
    period: Period
    viewer: Viewer
    spend: Number
    cac: Number
    average: Number
    clv: Number
    ratio: Number
    payback: Number
    business: Sequence[Number]

    @property
    def agreed(self) -> Economics:
        return self.frame.terms.economics or Economics()

    def money(self, amount: Decimal | None) -> str:
        return "–" if amount is None else formats.money(amount, self.frame.terms.currency, self.viewer.manner)

    def whole(self, amount: Decimal) -> str:
        """A figure that was divided: its cents say nothing."""
        return self.money(to_places(amount, WHOLE))

    def href(self, name: str, **more: str) -> str:
        return records(name, self.period, **more)


def chain(frame: Frame, period: Period, viewer: Viewer) -> Chain:
    names = ("spend", "cac", "average_revenue_per_account", "clv", "ltv_to_cac", "payback_months")
    spend, cac, average, clv, ratio, payback = (catalogue.one(frame, name, period) for name in names)
    business = catalogue.ask(frame, "revenue_closed", period, "business")
    return Chain(frame, period, viewer, spend, cac, average, clv, ratio, payback, business)


def answers(one: Chain) -> list[Answer]:
    return [
        Answer(question="What was spent?", answer=_spent(one)),
        Answer(question="What does a new customer cost?", answer=_cost(one)),
        Answer(question="What is a customer worth?", answer=_worth(one)),
        Answer(question="Is a customer worth the cost?", answer=_enough(one)),
        Answer(question="When is the cost paid back?", answer=_back(one)),
    ]


def _blank(number: Number, says: str) -> Piece:
    """What is missing, and the next step of each."""
    steps: list[Piece] = []
    for step in dict.fromkeys(NEXT[why] for why in number.missing if why in NEXT):
        steps += [" ", step, "."]
    return (Strong(f"{says} "), f"{formats.capital(formats.listing(list(number.missing)))}.", *steps)


def _spent(one: Chain) -> Piece:
    if not one.spend.figure and not one.spend.others:
        step = Link("Import what was spent", "/imports/new/")
        return (Strong("Nothing. "), f"No spend is on record for {period_words(one.period, one.frame)}. ", step, ".")
    share = _unnamed(one)
    return (
        Figure(one.money(one.spend.figure), one.href("spend")),
        f" on {_channels(one.agreed)} in {period_words(one.period, one.frame)}.",
        _others(one, one.spend),
        *share,
    )


def _channels(agreed: Economics) -> str:
    return "all channels" if agreed.spend == "all" else formats.listing([words(name) for name in agreed.spend])


def _others(one: Chain, number: Number) -> str:
    if not number.others:
        return ""
    amounts = [formats.money(amount, code, one.viewer.manner) for code, amount in sorted(number.others.items())]
    return f" Beside it {formats.listing(amounts)} in other currencies, not converted and in no figure below."


def _unnamed(one: Chain) -> Iterable[Piece]:
    """Spend that belongs to no channel, where there is some."""
    left = next((found for found in catalogue.ask(one.frame, "spend", one.period, "channel") if not found.value), None)
    if left is None or not left.figure:
        return ()
    return (" ", Figure(one.money(left.figure), one.href("spend", channel="")), " of it names no channel.")


def contains(one: Chain) -> Piece:
    """What the cost of a customer is made of, in a sentence."""
    names = {cost.id: f"{cost.what} in {cost.side}" for cost in one.agreed.costs}
    costs: list[Piece] = [Figure(one.money(one.cac.parts["spend"] or Decimal(0)), one.href("acquisition_spend")), " of spend"]
    known = [(names[name], amount) for name, amount in one.cac.parts["costs"].items() if amount]
    for place, (says, amount) in enumerate(known):
        costs += [" and " if place == len(known) - 1 else ", ", Figure(one.money(amount), TERMS), f" for {says}"]
    if not one.agreed.costs:
        costs += ["; no salaries or tools are agreed, so none are in it"]
    return ("In it: ", *costs, _window(one), ".")


def _window(one: Chain) -> str:
    lag = one.cac.parts["lag_days"]
    if not lag:
        return ""
    back, end_on = timedelta(days=lag), min(one.period.end_on, one.frame.known_on + ONE_DAY)
    first, last = one.period.first_on - back, max(one.period.first_on, end_on) - back - ONE_DAY
    cycle = formats.spell(lag, "day")
    return f", all of {formats.span_of_days(first, last, one.frame.today)}: customers follow their cost by one median sales cycle, {cycle}"


def _cost(one: Chain) -> Piece:
    if one.cac.figure is None:
        return _blank(one.cac, "Cannot be said yet.")
    customers = Figure(formats.spell(one.cac.n, "new customer"), one.href("new_customers"))
    return (Strong(f"{one.whole(one.cac.figure)}. "), f"That is {one.money(one.cac.parts['cost'])} for ", customers, ". ", contains(one))


def _worth(one: Chain) -> Piece:
    if one.clv.figure is None:
        return _blank(one.clv, "Cannot be said yet.")
    average = Figure(one.whole(one.average.figure or Decimal(0)), one.href("average_revenue_per_account"))
    accounts = formats.spell(one.average.n, "account")
    return (
        Strong(f"{one.whole(one.clv.figure)}. "),
        f"{formats.capital(accounts)} brought ",
        average,
        f" on average, which pays for {one.agreed.amount_covers}; at an agreed margin of {percent(one.agreed.margin or Decimal(0))} and ",
        Link(_leaving(one.agreed), TERMS),
        ", by average revenue × margin / churn.",
    )


def _leaving(agreed: Economics) -> str:
    if agreed.churn is not None:
        return f"{percent(agreed.churn.share)} of customers leaving in a {agreed.churn.per}"
    return f"customers staying {agreed.lifetime}"


def _enough(one: Chain) -> Piece:
    if one.ratio.figure is None:
        return _blank(one.ratio, "Cannot be said yet.")
    times = formats.decimal(one.ratio.figure, 1, one.viewer.manner)
    said = "Yes." if one.ratio.figure >= ENOUGH else "Barely." if one.ratio.figure >= 1 else "No."
    made = f"{one.whole(one.clv.figure or Decimal(0))} / {one.whole(one.cac.figure or Decimal(0))}"
    return (Strong(f"{said} "), f"{times} times what they cost, {made}. ", Faint("Many ask for 3; yours is for both teams to say."))


def _back(one: Chain) -> Piece:
    if one.payback.figure is None:
        return _blank(one.payback, "Cannot be said yet.")
    months = formats.decimal(one.payback.figure, 1, one.viewer.manner)
    margin = one.whole(one.payback.parts["margin_a_month"])
    return (
        Strong(f"After {months} months. "),
        f"A new account brings {margin} of margin a month, by what its first opportunity closed for.",
    )


def business(one: Chain) -> Piece:
    """What came from new customers and what from those there were, apart."""
    found = {number.value: number for number in one.business}
    if not found:
        return ""
    said: list[Piece] = []
    for value, what in (("new", "from new customers"), ("expansion", "from customers there were")):
        number = found.get(value, Number(Decimal(0)))
        said.append((Figure(one.money(number.figure or Decimal(0)), one.href("revenue_closed", business=value)), f" {what}"))
    return ("Won in this time: ", said[0], ", ", said[1], ".")
