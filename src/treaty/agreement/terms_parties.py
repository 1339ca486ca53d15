"""Who signs, from when, in which money and zone: the head of the document."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from treaty.agreement.base import Term
from treaty.agreement.quantities import Amount, Email, MonthDay
from treaty.agreement.vocabulary import MEASURES

Period = Literal["day", "week", "month", "quarter", "year"]
Side = Literal["marketing", "sales"]
SIDES: tuple[Side, Side] = ("marketing", "sales")


def check_zone(name: str) -> str:
    """The name of a zone of the IANA database. Raises ValueError for anything else."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near = [zone for zone in available_timezones() if zone.lower().endswith(name.lower().replace(" ", "_"))][:1]
        hint = f"did you mean {near[0]}?" if near else "write it as Europe/Berlin"
        raise ValueError(f"{name!r} is not a time zone: {hint}") from None
    return name


def check_measure(name: str) -> str:
    """A name of `vocabulary.MEASURES`. Raises ValueError that lists them."""
    if name not in MEASURES:
        raise ValueError(f"{name!r} is not a measure: use one of {', '.join(MEASURES)}")
    return name


Zone = Annotated[str, AfterValidator(check_zone)]
MeasureName = Annotated[str, AfterValidator(check_measure)]


class Rate(Term):
    """How amounts in another currency become the agreement's. `rate` is one unit of it in the agreement's currency."""

    source: Literal["ecb", "stated"]
    on: Literal["deal_created", "deal_closed"]
    rate: Amount | None = None


class FiscalYear(Term):
    starts: MonthDay = "01-01"


class Admission(Term):
    """How many of those who already qualify on the first day are let in, per period; `all` lets everyone in at once."""

    admit: Annotated[int, Field(ge=0, le=1_000_000)] | Literal["all"] = "all"
    per: Period = "day"


class OnStart(Term):
    """What happens to open leads, and to people who already satisfy the new definition, when a version takes effect."""

    open_leads: Literal["finish_under_their_version"] = "finish_under_their_version"
    already_qualifying: Admission = Admission()


class Review(Term):
    """When the definitions are looked at again, and which measures are watched for drift from the signed baseline."""

    definitions: Literal["every week", "every month", "every quarter", "every half-year", "every year"] = "every quarter"
    watch: list[MeasureName] = []


class Signatories(Term):
    """Those who must all sign before a version takes effect."""

    marketing: list[Email] = Field(min_length=1, max_length=20)
    sales: list[Email] = Field(min_length=1, max_length=20)

    def side_of(self, email: str) -> Side | None:
        """The side for which this person signs."""
        return next((side for side in SIDES if email.lower() in getattr(self, side)), None)

    @property
    def everyone(self) -> tuple[str, ...]:
        return (*self.marketing, *self.sales)


Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
