"""Numbers made of others, from the figures people see: a lever times a lever is what is shown."""

from decimal import Decimal

from tests.funnel.loops import economics_made
from tests.funnel.loops.asked import cents


def velocity(found, *_):
    levers = [found["open_pipeline"]["n"], *(found[name]["figure"] for name in ("average_won", "win_rate", "sales_cycle_mean"))]
    if None in levers or not levers[3]:
        return {"figure": None, "n": levers[0]}
    figure = speed(*levers)
    more, less = Decimal("1.1"), Decimal("0.9")
    better = [cents(figure * more) - figure] * 3 + [speed(*levers[:3], levers[3] * less) - figure]
    names = ("open", "average_won", "win_rate", "cycle_days")
    parts = {**dict(zip(names, levers, strict=True)), "a_tenth_better": dict(zip(names, better, strict=True))}
    return {"figure": figure, "n": levers[0], "parts": parts}


def speed(n, average, rate, days):
    return cents(n * average * rate / days)


def coverage(found, asked, _):
    due, won = found["pipeline_due"]["figure"] or Decimal(0), found["revenue_closed"]["figure"] or Decimal(0)
    rate = found["win_rate_by_value"]["figure"]
    left = None if asked.revenue is None else asked.revenue - won
    figure = cents(due / left) if left is not None and left > 0 else None
    parts = {"won": won, "target": asked.revenue, "left": left, "needed": cents(1 / rate) if rate else None}
    return {"figure": figure, "n": found["pipeline_due"]["n"], "parts": parts}


def lead_pipeline(found, *_):
    rate, average = found["lead_to_opportunity"]["figure"], found["average_created"]["figure"]
    return {"figure": None if None in (rate, average) else cents(rate * average), "n": found["lead_to_opportunity"]["n"]}


def lead_value(found, *_):
    rate, average = found["lead_to_won"]["figure"], found["average_won"]["figure"]
    return {"figure": None if None in (rate, average) else cents(rate * average), "n": found["lead_to_won"]["n"]}


NUMBERS = {
    **economics_made.NUMBERS,
    "pipeline_velocity": (("open_pipeline", "average_won", "win_rate", "sales_cycle_mean"), velocity),
    "pipeline_coverage": (("pipeline_due", "revenue_closed", "win_rate_by_value"), coverage),
    "lead_pipeline": (("lead_to_opportunity", "average_created"), lead_pipeline),
    "lead_value": (("lead_to_won", "average_won"), lead_value),
}
