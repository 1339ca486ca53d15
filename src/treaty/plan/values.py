"""What the agreement's measures are worth in a period: each is the number of that name in the catalogue."""

from treaty.agreement.terms_plan import GoalFilter
from treaty.engine.periods import Period
from treaty.funnel import catalogue
from treaty.funnel.catalogue import CATALOGUE, Number, Where
from treaty.funnel.deals import HELPED, MARKETING, SALES
from treaty.funnel.frame import Frame

SIDES = {"marketing": (MARKETING,), "sales": (HELPED, SALES)}
"""A goal's `source` may name who found the deal; any other word is the lead's channel."""


def value(frame: Frame, measure: str, period: Period, where: GoalFilter | None = None) -> Number:
    """One measure of the vocabulary in a period; one without machinery yet (`signal_lift`) has no figure."""
    if measure not in CATALOGUE:
        return Number(None)
    return catalogue.one(frame, measure, period, where_of(measure, where))


def where_of(measure: str, where: GoalFilter | None) -> Where:
    """The cases a goal's filter lets pass."""
    if where is None:
        return catalogue.ALL
    found: dict[str, tuple[str, ...]] = {"segment": (where.segment,)} if where.segment is not None else {}
    if where.source is None:
        return found
    by_side = where.source in SIDES and "sourced" in catalogue.dimensions_of(CATALOGUE[measure])
    return {**found, "sourced": SIDES[where.source]} if by_side else {**found, "channel": (where.source,)}
