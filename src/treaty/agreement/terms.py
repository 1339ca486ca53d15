"""The whole agreement as data: every part of the document, typed; parts that run later are here too."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

from pydantic import Field

from treaty.agreement.base import Length, Term
from treaty.agreement.conditions import Condition, Name, Text
from treaty.agreement.quantities import Currency, Email
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.terms_economics import Economics
from treaty.agreement.terms_handoff import Handoff, Pool, Rule
from treaty.agreement.terms_parties import SIDES, Day, FiscalYear, OnStart, Rate, Review, Side, Signatories, Zone
from treaty.agreement.terms_plan import Goal, Incentive, Pilot
from treaty.agreement.terms_profile import Profile
from treaty.agreement.terms_promises import Calendar, Promise, Promises
from treaty.agreement.terms_reasons import Reason, Reasons
from treaty.agreement.terms_rhythm import Meeting, Message, Notices
from treaty.agreement.terms_scores import Grid, Score, ScoreBook
from treaty.agreement.terms_stages import Journey, Stages


class ExtraFields(Term):
    """Fields beyond the closed vocabulary that clauses of this agreement may name."""

    person: list[Name] = []
    account: list[Name] = []


class Terms(Term):
    """One version of the agreement. The order of the fields is the order of the document."""

    agreement: Text
    currency: Currency
    rates: dict[Currency, Rate] = {}
    time_zone: Zone
    fiscal_year: FiscalYear = FiscalYear()
    applies_to: Name = "everyone"
    effective: Day
    locked_until: Day | None = None
    mode: Literal["live", "watch"] = "live"
    on_start: OnStart = OnStart()
    review: Review = Review()
    signatories: Signatories
    sponsor: Email | None = None
    steward: Email | None = None
    goals: list[Goal] = Field([], max_length=100)
    profile: Profile = Profile()
    stages: Stages
    journey: Journey = {}
    score_book: ScoreBook = Field(ScoreBook(), alias="scores")
    handoff: Handoff
    promises: Promises = Promises()
    reasons: Reasons = Reasons()
    attribution: Attribution | None = None
    economics: Economics | None = None
    incentives: list[Incentive] = Field([], max_length=100)
    cadence: list[Meeting] = Field([], max_length=100)
    notices: Notices | None = None
    message: Message | None = None
    freshness: dict[Name, Length] = {}
    pilot: Pilot | None = None
    lists: dict[Name, list[Text]] = {}
    fields: ExtraFields = ExtraFields()

    @property
    def scores(self) -> dict[str, Score]:
        return self.score_book.named

    @property
    def grid(self) -> Grid:
        return self.score_book.grid

    @property
    def segment_order(self) -> tuple[str, ...]:
        """Segments in the order they are tried."""
        return tuple(self.profile.segments)

    @property
    def pools(self) -> dict[str, Pool]:
        return self.handoff.pools

    @property
    def routes(self) -> list[Rule]:
        """The steps of the route, in the order they are tried."""
        return self.handoff.route

    @property
    def calendars(self) -> dict[str, Calendar]:
        return self.promises.calendars

    @property
    def entry_stage(self) -> str:
        """Where a new lead begins: the first stage of the document."""
        return next(iter(self.stages))

    @property
    def handoff_stage(self) -> str:
        """The stage at which sales takes over: `handoff.at`, or the first stage that sales owns. Raises LookupError."""
        owned = (name for name, stage in self.stages.items() if stage.owner == "sales")
        found = self.handoff.at or next(owned, None)
        if found is None:
            raise LookupError("no stage is owned by sales: give one `owner: sales`")
        return found

    @property
    def owner_before_handoff(self) -> str:
        """The marketing member who owns a lead until it is handed over."""
        return self.handoff.before or self.signatories.marketing[0]

    def definition(self, stage: str) -> Condition | None:
        """What brings a lead to a stage: `enter` or any shortcut. None where only a person or an event does."""
        return self.stages[stage].definition

    def each_promise(self) -> Iterator[tuple[Side, Promise]]:
        """Every promise with the side that gives it, in document order."""
        for side in SIDES:
            for promise in self.promises.of(side):
                yield side, promise

    def promise(self, wanted: str) -> Promise:
        """The promise of that id. Raises LookupError that lists the ids there are."""
        return _find(wanted, {promise.id: promise for _, promise in self.each_promise()}, "promise")

    def promise_that(self, duty: str) -> str:
        """The id of sales' promise of a duty, empty when nothing is promised."""
        return next((promise.id for promise in self.promises.sales if promise.do == duty), "")

    def reason(self, wanted: str) -> Reason:
        """The reason for rejection of that id. Raises LookupError that lists the ids there are."""
        return _find(wanted, {reason.id: reason for reason in self.reasons.rejected}, "reason")

    def goal(self, wanted: str) -> Goal:
        """The goal of that id. Raises LookupError that lists the ids there are."""
        return _find(wanted, {goal.id: goal for goal in self.goals}, "goal")


Found = TypeVar("Found")


def _find(wanted: str, there: dict[str, Found], what: str) -> Found:
    if wanted not in there:
        raise LookupError(f"{what} {wanted!r} is not in the agreement {_listed(there)}")
    return there[wanted]


def _listed(names: Iterable[str]) -> str:
    return f"(it has {', '.join(names)})" if names else "(it has none)"
