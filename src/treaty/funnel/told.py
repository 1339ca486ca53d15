"""What figures tell of one campaign or content: values, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from treaty.attribution.models import MeasurementPlan
from treaty.attribution.plans import Standing

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Earned:
    """What an origin has of some deals, in the agreement's currency. n: its share of them, in deals; credited: its part of their
    amount by the model; whole: all of their amount. first, last, only: deals whose first or last touch it was, or both at once.
    left: its part of deals that no agreed rate converts, by their own currency; they are in none of the other figures."""

    deals: int = 0
    n: float = 0.0
    credited: Decimal = ZERO
    whole: Decimal = ZERO
    first: int = 0
    last: int = 0
    only: int = 0
    left: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def between(self) -> int:
        """Deals in which it was neither first nor last."""
        return self.deals - self.first - self.last + self.only


NOTHING = Earned()


@dataclass(frozen=True, slots=True)
class Promised:
    """A sealed plan and what became of it. actual: None before the first figures. began_at: when it began before its seal, if so."""

    plan: MeasurementPlan
    actual: Decimal | None
    standing: Standing
    began_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One campaign or content in a period. cost: in the agreement's currency, other_costs without a rate; began_at: its first touch or
    spend ever; reasons: why sales rejected leads it had touched, most frequent first."""

    slug: str
    name: str
    is_named: bool
    channel: str
    starts_on: date | None = None
    ends_on: date | None = None
    budget: Decimal | None = None
    budget_currency: str = ""
    cost: Decimal = ZERO
    other_costs: Mapping[str, Decimal] = field(default_factory=dict)
    began_at: datetime | None = None
    last_at: datetime | None = None
    touches: int = 0
    people: int = 0
    accounts: int = 0
    qualified: int = 0
    reasons: Sequence[tuple[str, int]] = ()
    pipeline: Earned = NOTHING
    revenue: Earned = NOTHING
    promised: Promised | None = None
    about: str = ""
    """Of a content: the stage of the journey and whom it is for."""

    @property
    def rejected(self) -> int:
        return sum(n for _, n in self.reasons)

    @property
    def is_still(self) -> bool:
        """Nothing of it lies in the period."""
        deals = [one for one in (self.pipeline, self.revenue) if one.deals or one.left]
        return not (self.cost or self.touches or self.qualified or self.reasons or deals)
