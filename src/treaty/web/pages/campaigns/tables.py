"""The tables of one campaign or content."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from treaty.currencies import rounded
from treaty.engine.periods import Period
from treaty.funnel.catalogue.rounding import ratio
from treaty.funnel.frame import Frame
from treaty.funnel.origin import Cost, Part, Which
from treaty.funnel.told import Earned, Origin
from treaty.web import formats
from treaty.web.figures import records, words
from treaty.web.here import Here
from treaty.web.pieces import Column, Empty, Faint, Figure, Piece, Row, Table

ZERO = Decimal(0)


def figures(one: Origin, frame: Frame, here: Here, which: Which, period: Period) -> Table:
    """What it reached, what it cost, what it brought: each line with how it is counted, each figure with its records."""
    currency, manner = frame.terms.currency, here.viewer.manner

    def at(source: str, **more: str) -> str:
        return records(source, period, **{which.dimension: which.slug}, **more)

    def money(amount: Decimal, source: str, **more: str) -> Piece:
        return Figure(formats.money(amount, currency, manner), at(source, **more)) if amount else Faint("–")

    def earned(name: str, sums: Earned, source: str, how: str) -> Row:
        whole = (money(sums.whole, source, whole="1"), Faint(f" in {formats.count(sums.deals, 'deal')}") if sums.deals else "")
        return Row((name, money(sums.credited, source), whole, how))

    stage = words(frame.terms.handoff_stage)
    reached = (
        Figure(formats.number(one.people), at("touched_people")) if one.people else Faint("0"),
        Faint(f" at {formats.count(one.accounts, 'account')}"),
    )
    rows = [
        Row(("People reached", "", reached, f"{formats.count(one.touches, 'touch', 'touches')} in this time")),
        Row(("Leads handed over", "", _count(one.qualified, at("touched_qualified")), f"first {stage} in this time, after a touch of it")),
        Row(("Rejected by sales", "", _count(one.rejected, at("touched_rejected")), "rejections of leads it had touched")),
        earned("Pipeline", one.pipeline, "touched_pipeline", "deals opened in this time, at what they were worth then"),
        earned("Revenue", one.revenue, "touched_revenue", "deals won in this time"),
    ]
    if which.dimension == "campaign":
        rows += _costs(one, currency, here)
    columns = [
        Column("What"), Column("Credited, by the agreed model", is_number=True), Column("Touched, whole", is_number=True),
        Column("How it is counted"),
    ]  # fmt: skip
    return Table(columns=columns, rows=rows, caption="In figures")


def _count(n: int, href: str) -> Piece:
    return Figure(formats.number(n), href) if n else Faint("0")


def _costs(one: Origin, currency: str, here: Here) -> list[Row]:
    manner = here.viewer.manner
    budget = (
        f"of a budget of {formats.money(one.budget, one.budget_currency or currency, manner)}"
        if one.budget
        else "as Economics counts spend"
    )
    others = [Faint(f" + {formats.money(amount, other, manner)}") for other, amount in sorted(one.other_costs.items())]
    cost: Piece = (Figure(formats.money(one.cost, currency, manner), "#cost"), *others) if one.cost or others else Faint("none recorded")
    rows = [Row(("Cost", "", cost, budget))]
    if one.cost:
        back: Piece = f"{ratio(one.revenue.credited, one.cost)}" if one.revenue.credited else Faint("–")
        rows.append(
            Row((f"Revenue for each {currency} spent", back, "", "revenue credited in this time, divided by its cost in this time"))
        )
        if one.qualified:
            of_lead = formats.money(rounded(one.cost / one.qualified, currency), currency, manner)
            rows.append(Row(("Cost of a lead handed over", "", of_lead, "cost divided by the leads it touched, which others touched too")))
    return rows


def position(one: Origin) -> Table | None:
    """How often it stood first, between or last in the paths of the deals it touched; None without any."""
    earned = one.revenue if one.revenue.deals else one.pipeline
    if not earned.deals:
        return None
    of = ("deal won", "deals won") if one.revenue.deals else ("deal opened", "deals opened")
    rows = [
        Row((name, formats.number(n), formats.share(n, earned.deals, 0)))
        for name, n in (("The first touch", earned.first), ("In between", earned.between), ("The last touch", earned.last))
    ]
    if earned.only:
        rows.append(Row(("Of these both first and last", formats.number(earned.only), formats.share(earned.only, earned.deals, 0))))
    columns = [Column("It was"), Column(f"Of {formats.count(earned.deals, *of)}", is_number=True), Column("Share", is_number=True)]
    return Table(columns=columns, rows=rows, caption="Where it stands in the path")


def deals_foot(parts: Sequence[Part], frame: Frame, here: Here) -> Row | None:
    """What is won of them, in the agreement's currency: its part, and the whole; without those that no rate converts."""
    own = [part for part in parts if part.outcome == "won" and part.counted is not None and part.amount is not None]
    if not own:
        return None
    whole = sum((part.whole or ZERO for part in own), ZERO)
    credited = sum((part.counted or ZERO for part in own), ZERO)
    money = [formats.money(amount, frame.terms.currency, here.viewer.manner) for amount in (whole, credited)]
    return Row(("Won, in all", "", formats.count(len(own), "deal"), "", money[0], "", "", "", money[1]))


def rejections(one: Origin, which: Which, period: Period) -> Table | None:
    if not one.reasons:
        return None
    rows = [
        Row((
            formats.capital(words(reason)) or "No reason",
            Figure(formats.number(n), records("touched_rejected", period, **{which.dimension: which.slug}, reason=reason)),
            formats.share(n, one.rejected, 0),
        ))
        for reason, n in one.reasons
    ]  # fmt: skip
    columns = [Column("Reason"), Column("Leads", is_number=True), Column("Share", is_number=True)]
    return Table(columns=columns, rows=rows, caption="Why sales rejected leads it had touched")


def lost(parts: Sequence[Part], frame: Frame, here: Here) -> Table | None:
    """Why deals it touched were lost, with the amounts in the agreement's currency."""
    gone = [part for part in parts if part.outcome == "lost"]
    if not gone:
        return None
    counted = Counter(part.lost_reason for part in gone)
    rows = []
    for reason, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
        amount = sum((part.whole or ZERO for part in gone if part.lost_reason == reason), ZERO)
        rows.append(
            Row(
                (
                    formats.capital(words(reason)) or "No reason",
                    formats.number(n),
                    formats.money(amount, frame.terms.currency, here.viewer.manner),
                )
            )
        )
    return Table(
        columns=[Column("Reason"), Column("Deals", is_number=True), Column("Amount", is_number=True)],
        rows=rows,
        caption="Why deals it touched were lost",
    )


def stages(found: Mapping[str, int], frame: Frame) -> Table:
    """Leads it touched, by the stage they are in now, in the order of the agreement."""
    order = {stage: place for place, stage in enumerate(frame.terms.stages)}
    whole = sum(found.values())
    rows = [
        Row((formats.capital(words(stage)), formats.number(n), formats.share(n, whole, 0)))
        for stage, n in sorted(found.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    ]
    empty = Empty(title="It touched no lead yet", words="People become leads by the agreed definition.")
    columns = [Column("Stage now"), Column("Leads", is_number=True), Column("Share", is_number=True)]
    foot = Row(("All", formats.number(whole), "100%")) if rows else None
    return Table(columns=columns, rows=rows, foot=foot, caption="Leads it touched, by their stage now", empty=empty)


def costs(found: Sequence[Cost], here: Here) -> Table:
    """Month by month, each channel and currency apart."""
    manner = here.viewer.manner
    rows = [
        Row((
            f"{formats.month(cost.month)} {cost.month.year}", formats.capital(words(cost.channel)), formats.count(cost.days, "day"),
            formats.money(rounded(cost.amount, cost.currency), cost.currency, manner),
        ))
        for cost in found
    ]  # fmt: skip
    sums: dict[str, Decimal] = {}
    for cost in found:
        sums[cost.currency] = sums.get(cost.currency, ZERO) + cost.amount
    foot = Row(
        (
            "All",
            "",
            "",
            " and ".join(formats.money(rounded(amount, currency), currency, manner) for currency, amount in sorted(sums.items())),
        )
    )
    empty = Empty(
        title="No cost is recorded", words="Import what was spent, by day and campaign; then return and cost of a lead are known."
    )
    columns = [Column("Month"), Column("Channel"), Column("Spent on", is_number=True), Column("Cost", is_number=True)]
    return Table(columns=columns, rows=rows, foot=foot if rows else None, caption="What it cost", empty=empty)
