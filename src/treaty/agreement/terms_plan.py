"""What we both own: goals, what pay rests on, the pilot that tries a change."""

from typing import Annotated, Literal

from pydantic import Field

from treaty.agreement.base import Term
from treaty.agreement.conditions import Name, Text
from treaty.agreement.quantities import Change, Figure, Portion, Share
from treaty.agreement.terms_parties import MeasureName, Period, Side

Against = Literal["previous_week", "previous_month", "previous_quarter", "previous_year", "same_month_last_year", "same_quarter_last_year"]


class GoalFilter(Term):
    """Which part of the measure counts."""

    source: Text | None = None
    segment: Name | None = None


class Goal(Term):
    """A figure to reach: exactly one of target, at_least, at_most, or change against an earlier period."""

    id: Name
    measure: MeasureName
    where: GoalFilter | None = None
    target: Figure | None = None
    at_least: Figure | None = None
    at_most: Figure | None = None
    change: Change | None = None
    against: Against | None = None
    per: Period | None = None
    owned_by: Literal["both", "marketing", "sales"] = "both"
    kind: Literal["lagging", "leading"] = "lagging"


class Curve(Term):
    """Between these shares of the target, pay follows attainment; below nothing is paid, above nothing more."""

    from_: Portion = Field(alias="from")
    to: Portion


class Incentive(Term):
    team: Side
    share_of_variable: Share
    measures: dict[Name, Share]
    curve: Curve | None = None


class Enough(Term):
    leads: Annotated[int, Field(ge=1)] | None = None
    weeks: Annotated[int, Field(ge=1, le=520)] | None = None


class StopRule(Term):
    """The pilot ends early when the measure leaves this bound, judged once so many leads are in."""

    below: Figure | None = None
    above: Figure | None = None
    after_leads: Annotated[int, Field(ge=1)] = 1


class Pilot(Term):
    treat: Name
    control: Name
    measure: MeasureName
    enough: Enough
    stop_if: dict[MeasureName, StopRule] = {}
