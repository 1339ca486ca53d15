"""Numbers of opportunities that began or ended in a period: what was opened, won and lost, and how long it took."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from treaty.engine.measuring import Lake
from treaty.funnel import deals
from treaty.funnel.catalogue.measure import DAY_US, Asked, Measure, Number, Row, amounts_of, cases_of, count, days, money, share, total
from treaty.funnel.catalogue.rounding import each
from treaty.shares import SURE

FOLLOWED = 180
"""How long an opportunity is followed to see whether it is won."""


def _created(lake: Lake, asked: Asked) -> Any:
    return deals.created(lake, asked.span)


def _decided(lake: Lake, asked: Asked) -> Any:
    return deals.decided(lake, asked.span)


def _won(lake: Lake, asked: Asked) -> Any:
    return deals.won(lake, asked.span)


def _lost(lake: Lake, asked: Asked) -> Any:
    return deals.lost(lake, asked.span)


def _ends(rows: Any) -> dict[str, Any]:
    return {"won": rows.count(where=rows.is_won), "lost": rows.count(where=~rows.is_won)}


def _win_rate(rows: Sequence[Row], _: str) -> Number:
    won, lost = total(rows, "won"), total(rows, "lost")
    return share(won, won + lost, {"won": won, "lost": lost})


def _end_amounts(rows: Any) -> dict[str, Any]:
    amounts = {"won": rows.counted.sum(where=rows.is_won), "lost": rows.counted.sum(where=~rows.is_won)}
    return {**amounts, "n": rows.count(), "priced": rows.counted.count()}


def _win_rate_by_value(rows: Sequence[Row], own: str) -> Number:
    won, lost = (money(rows, own, name) for name in ("won", "lost"))
    worth = (won.figure or Decimal(0)) + (lost.figure or Decimal(0))
    figure = (won.figure or Decimal(0)) / worth if worth else None
    return Number(figure, won.n, others=won.others, parts={"won": won.figure, "lost": lost.figure, **won.parts})


def _average(rows: Sequence[Row], own: str) -> Number:
    """Over those that have an amount in the agreement's currency."""
    found, priced = money(rows, own), total([row for row in rows if row["money"] == own], "priced")
    return Number(each(found.figure, priced, own), priced, others=found.others, parts=found.parts)


def _cycles(lake: Lake, asked: Asked) -> Any:
    return deals.cycles(lake, asked.span)


def _lengths(rows: Any) -> dict[str, Any]:
    took = rows.took
    quantiles = {"median_us": took.quantile(0.5), "p80_us": took.quantile(0.8)}
    return {"n": rows.count(), "mean_us": took.mean(), "spread_us": took.cast("float64").std(how="sample"), **quantiles}


def _length(which: str) -> Callable[[Sequence[Row], str], Number]:
    def figure(rows: Sequence[Row], _: str) -> Number:
        return Number(days(rows[0][which]), rows[0]["n"]) if rows and rows[0]["n"] else Number(None)

    return figure


def _mean(rows: Sequence[Row], own: str) -> Number:
    found = _length("mean_us")(rows, own)
    if found.figure is None or found.n < 2 or rows[0]["spread_us"] is None:
        return found
    half = float(rows[0]["spread_us"]) / DAY_US * SURE / found.n**0.5
    return Number(found.figure, found.n, low=max(0.0, float(found.figure) - half), high=float(found.figure) + half)


def _followed(lake: Lake, asked: Asked) -> Any:
    rows = deals.created(lake, asked.span)
    in_time = (rows.outcome == "won") & (rows.closed_us >= rows.opened_us) & (rows.closed_us < rows.opened_us + FOLLOWED * DAY_US)
    return rows.mutate(is_won=in_time.fill_null(False))


def _won_of_all(rows: Sequence[Row], _: str) -> Number:
    won = total(rows, "won")
    return share(won, won + total(rows, "lost"))


def of_deals(**more: Any) -> Measure:
    return Measure(subject="opportunity", **more)


def worth(figure: Callable[[Sequence[Row], str], Number] = money, **more: Any) -> Measure:
    """An amount of money: the sum over opportunities, or what `figure` makes of it."""
    return of_deals(unit="money", sums=amounts_of, in_money=True, figure=figure, **more)


SALES: tuple[Measure, ...] = (
    worth(
        name="pipeline_created",
        says="What opportunities opened in the period were worth when they were opened.",
        formula="sum of the first amounts",
        counts="period",
        cases=_created,
    ),
    worth(
        name="revenue_closed",
        says="What opportunities won in the period closed for.",
        formula="sum of the amounts of those won",
        counts="period",
        cases=_won,
    ),
    of_deals(
        name="deals_lost",
        says="Opportunities lost in the period.",
        formula="count of those lost",
        unit="count",
        counts="period",
        cases=_lost,
        sums=cases_of,
        figure=count,
    ),
    of_deals(
        name="win_rate",
        says="Of the opportunities decided in the period, those that were won, by count.",
        formula="won / (won + lost)",
        unit="share",
        counts="period",
        over="opportunities won",
        under="opportunities won and lost; open ones never",
        cases=_decided,
        sums=_ends,
        figure=_win_rate,
    ),
    of_deals(
        name="win_rate_by_value",
        says="Of the money decided in the period, what was won.",
        formula="won amount / (won amount + lost amount)",
        unit="share",
        counts="period",
        over="amount won",
        under="amount won and lost",
        cases=_decided,
        sums=_end_amounts,
        figure=_win_rate_by_value,
        in_money=True,
    ),
    of_deals(
        name="win_rate_of_created",
        says=f"Of the opportunities opened in the period, those won within {FOLLOWED} days.",
        formula=f"won within {FOLLOWED} days of opening / opened",
        unit="share",
        counts="cohort",
        over=f"opportunities won within {FOLLOWED} days",
        under="opportunities opened",
        days=FOLLOWED,
        cases=_followed,
        sums=_ends,
        figure=_won_of_all,
    ),
    worth(
        name="average_won",
        version=2,
        says="What an opportunity won in the period closed for on average.",
        formula="amount won / opportunities won with an amount",
        counts="period",
        cases=_won,
        figure=_average,
    ),
    worth(
        name="average_created",
        version=2,
        says="What an opportunity opened in the period was worth on average when it was opened.",
        formula="first amounts / opportunities opened with an amount",
        counts="period",
        cases=_created,
        figure=_average,
    ),
    of_deals(
        name="sales_cycle_median",
        version=2,
        says="Half of the opportunities won in the period took so long or less.",
        formula="median of the days from opened to won",
        unit="days",
        counts="period",
        cases=_cycles,
        sums=_lengths,
        figure=_length("median_us"),
    ),
    of_deals(
        name="sales_cycle_p80",
        version=2,
        says="Four of five opportunities won in the period took so long or less.",
        formula="80th percentile of the days from opened to won",
        unit="days",
        counts="period",
        cases=_cycles,
        sums=_lengths,
        figure=_length("p80_us"),
    ),
    of_deals(
        name="sales_cycle_mean",
        version=2,
        says="The average time of the opportunities won in the period.",
        formula="mean of the days from opened to won",
        unit="days",
        counts="period",
        cases=_cycles,
        sums=_lengths,
        figure=_mean,
    ),
)
