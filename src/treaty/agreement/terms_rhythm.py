"""When we meet, how we are told, how fresh the data is, what we say."""

from typing import Annotated, Literal

from pydantic import Field

from treaty.agreement.base import Term
from treaty.agreement.conditions import Text
from treaty.agreement.quantities import TimeOfDay, TimeRange

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Meeting(Term):
    """A fixed meeting. chair `alternates` between the sides; attend names signatories, a side, everyone or a person."""

    meeting: Text
    every: Literal["week", "month", "quarter"]
    day: Weekday | None = None
    time: TimeOfDay | None = None
    minutes: Annotated[int, Field(ge=5, le=600)]
    chair: Text | None = None
    attend: list[Text] = []
    agenda: list[Text] = Field([], max_length=50)


class Notices(Term):
    """The shared channel. Between the `quiet` times nobody is told anything but what cannot wait."""

    transport: Literal["slack", "teams", "email", "webhook"]
    to: Text
    quiet: TimeRange | None = None


class Message(Term):
    house: Text
