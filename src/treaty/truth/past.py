"""What the last year's records say before anything is agreed: for the first draft, on behalf of a member."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from treaty.team.models import Member
from treaty.truth.models import Opportunity
from treaty.truth.queries import opportunities, people

YEAR = timedelta(days=365)
MOST = 50_000
"""Deals looked at, the latest first."""


@dataclass(frozen=True, slots=True)
class Past:
    """currency: in which most deals were won, empty without any · quarter: revenue of an average quarter in it · cycle: days within which
    8 of 10 won deals closed after they were opened · people: new ones of an average month, whoever they are."""

    won: int
    lost: int
    currency: str
    quarter: Decimal | None
    cycle: int | None
    people: int


def past(member: Member, at: datetime) -> Past:
    """Of the year before `at`."""
    since = at - YEAR
    closed = opportunities(member).filter(closed_at__gte=since, closed_at__lt=at).exclude(outcome=Opportunity.Outcome.OPEN)
    rows = closed.order_by("-closed_at").values_list("outcome", "amount", "currency", "opened_at", "closed_at")[:MOST]
    won = [row for row in rows if row[0] == Opportunity.Outcome.WON]
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for _, amount, currency, _, _ in won:
        sums[currency] += amount or 0
    currency = next((name for name, _ in Counter(row[2] for row in won if row[2]).most_common(1)), "")
    known = people(member).filter(first_known_at__gte=since, first_known_at__lt=at).count()
    return Past(
        won=len(won), lost=len(rows) - len(won), currency=currency, quarter=sums[currency] / 4 if currency else None,
        cycle=_within([(end - begin).days for *_, begin, end in won if begin and end]), people=round(known / 12),
    )  # fmt: skip


def _within(days: list[int]) -> int | None:
    """Days within which 8 of 10 are done: the value at place ceil(0.8 n)."""
    lasting = sorted(one for one in days if one >= 0)
    return lasting[ceil(len(lasting) * 8 / 10) - 1] if lasting else None
