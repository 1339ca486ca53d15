"""What systems have said again since a moment: what was not noted anew, because it was known, is not lost with what was noted."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from treaty.moments import to_us
from treaty.truth.actions.ahead import Ahead
from treaty.truth.actions.columns import as_text_and_number
from treaty.truth.models import Account, Opportunity, Person, SystemRecord

COLUMNS = {Person: "person_id", Account: "account_id", Opportunity: "opportunity_id"}
UNSAID = (
    "account",
    "email_domain",
    "seniority",
    "owner",
    "parent",
    "account_id",
    "owner_id",
    "parent_id",
    "product",
    "won_reason",
    "lead_id",
    "account_seen_as_id",
)
"""Fields that records name otherwise than they are kept, or not at all: told again is enough."""


@dataclass(slots=True)
class Told:
    """subjects: whom or what records tell of that were told of since · values: by subject and field what they say, known since."""

    subjects: set[int] = field(default_factory=set)
    values: dict[tuple[int, str], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def again(self, subject: int | None, name: str, value: Any) -> bool:
        """Whether a system has said since that a field has this value."""
        if subject is None or subject not in self.subjects:
            return False
        return name in UNSAID or any(_alike(one, value) for one in self.values[subject, name])


def told_since(model: type[Person] | type[Account] | type[Opportunity], numbers: Collection[int], at: datetime, ahead: Ahead) -> Told:
    """What records of any system have said since, of these people, accounts or deals.

    A value that its system has known since exactly `at` was said then and not again.
    """
    column, told = COLUMNS[model], Told()
    rows = SystemRecord.objects.filter(**{f"{column}__in": set(numbers)}, gone_at=None, seen_at__gt=at)
    for row in ahead.left(SystemRecord, rows, (column, "seen_at", "said")):
        if row["seen_at"] > at:
            told.subjects.add(row[column])
            for name, (value, known_us) in row["said"].items():
                if known_us != to_us(at):
                    told.values[row[column], name].append(value)
    return told


def _alike(said: Any, kept: Any) -> bool:
    """said: as a record keeps it · kept: as a fact or a column does"""
    if isinstance(kept, datetime):
        return bool(said == to_us(kept))
    if isinstance(kept, Decimal):
        return Decimal(str(said)) == kept
    if isinstance(kept, date):
        return bool(said == kept.isoformat())
    return kept in as_text_and_number(said)


def told_again(records: Iterable[int], at: datetime, ahead: Ahead) -> set[int]:
    """Of these records of systems those that were told of since."""
    left = ahead.left(SystemRecord, SystemRecord.objects.filter(pk__in=list(records)), ("seen_at",))
    return {row["pk"] for row in left if row["seen_at"] > at}
