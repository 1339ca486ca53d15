"""What pay makes good of a restatement. Pure.

Pay uses the closed figure. A difference over the threshold becomes one line in the next open period, once; what was made good
before is taken off, so many small differences are made good when they have come to more than the threshold together.
"""

from decimal import Decimal

from treaty.agreement.terms import Terms
from treaty.books.lines import ZERO, Key

THRESHOLD = Decimal("0.01")
"""Of the closed figure; the agreement has no word for it yet. A closed figure of nothing makes every difference count."""
USUAL = ("revenue_closed",)
NO_MONEY = ("opportunities", "leads", "touches", "share", "days", "hours", "no currency")


def measures_of_pay(terms: Terms) -> tuple[str, ...]:
    """The measures that pay rests on: those of the goals the incentives name; without incentives the revenue."""
    named = {name for incentive in terms.incentives for name in incentive.measures}
    found = [goal.measure for goal in terms.goals if goal.id in named]
    return tuple(dict.fromkeys(found)) if terms.incentives else USUAL


def rests(terms: Terms, key: Key) -> bool:
    """Whether pay rests on a line: the whole amount of such a measure, in the agreement's currency or another; never a count."""
    return not key.by and key.measure in measures_of_pay(terms) and key.unit not in NO_MONEY


def to_make_good(closed: Decimal, now: Decimal, made_good: Decimal) -> Decimal:
    """How much is adjusted now, 0 for nothing yet. made_good: the sum of earlier adjustments of the same line."""
    left = now - closed - made_good
    return left if abs(left) > abs(closed) * THRESHOLD else ZERO
