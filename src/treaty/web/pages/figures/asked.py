"""What the address of a list asks for, read with care: days, stages, and one value each of what may be told apart."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict

from treaty.engine.measuring import Span
from treaty.engine.periods import midnight
from treaty.funnel.frame import Frame
from treaty.moments import to_us

EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Asked:
    """first_on, last_on: both included, in the agreement's zone. only: filters by name; an empty value is one too."""

    frame: Frame
    query: QueryDict

    @property
    def first_on(self) -> date:
        return _day(self.query.get("from", "")) or self.frame.period("month").first_on

    @property
    def last_on(self) -> date:
        return max(self.first_on, _day(self.query.get("to", "")) or self.frame.today)

    @property
    def span(self) -> Span:
        zone = self.frame.zone
        return to_us(midnight(self.first_on, zone)), to_us(midnight(self.last_on + timedelta(days=1), zone))

    @property
    def has_days(self) -> bool:
        return "from" in self.query

    def stage(self, name: str, otherwise: str) -> str:
        """A stage of the agreement; another one becomes the one that is meant when none is named."""
        found = self.query.get(name, "")
        return found if found in self.frame.terms.stages else otherwise

    def days(self, otherwise: int) -> int:
        given = self.query.get("days", "")
        return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 4 else otherwise

    def only(self, *names: str) -> dict[str, str]:
        """Values as a statement can hold them: no record has a zero byte."""
        return {name: self.query.get(name, "").replace("\0", "\ufffd") for name in names if name in self.query}


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None
