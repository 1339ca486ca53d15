"""The columns of the lists of campaigns and contents: each figure opens its records."""

from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.funnel.told import Earned, Origin
from treaty.funnel.touched import Dimension
from treaty.web import formats
from treaty.web.figures import records, words
from treaty.web.here import Here
from treaty.web.listing import Field
from treaty.web.pages.campaigns import said
from treaty.web.pieces import Faint, Figure, Piece


class Columns:
    """Those of one list, in a period."""

    def __init__(self, frame: Frame, dimension: Dimension, period: Period) -> None:
        self.frame, self.dimension, self.period = frame, dimension, period

    def all(self) -> list[Field[Origin]]:
        return [*(self._campaign() if self.dimension == "campaign" else self._content()), *self._results(), *self._plan()]

    def _campaign(self) -> list[Field[Origin]]:
        return [
            Field(words="Channel, when it ran", key="channel", value=lambda one: one.channel, show=self.ran),
            Field(words="First day", value=lambda one: one.starts_on, in_page=False),
            Field(words="Last day", value=lambda one: one.ends_on, in_page=False),
            Field(words="Cost", key="cost", value=lambda one: one.cost, show=self.cost, is_number=True),
            Field(words="Budget", value=lambda one: one.budget, in_page=False),
        ]

    def _content(self) -> list[Field[Origin]]:
        return [Field(words="For", key="about", value=lambda one: one.about, show=lambda one, _: Faint(words(one.about)))]

    def _results(self) -> list[Field[Origin]]:
        return [
            Field(words="People reached", key="people", value=lambda one: one.people, show=self.people),
            Field(words="Accounts", value=lambda one: one.accounts, in_page=False),
            Field(words="Leads handed over", key="qualified", value=lambda one: one.qualified, show=self.qualified, is_number=True),
            Field(words="Rejected", key="rejected", value=lambda one: one.rejected, show=self.rejected),
            Field(words="Main reason", value=lambda one: one.reasons[0][0] if one.reasons else "", in_page=False),
            *self._money("pipeline", "Pipeline"),
            *self._money("revenue", "Revenue"),
        ]

    def _money(self, what: str, head: str) -> list[Field[Origin]]:
        """In one column what is credited and, beside it, the whole of what was touched; in files each has its own."""

        def of(one: Origin) -> Earned:
            found: Earned = getattr(one, what)
            return found

        def show(one: Origin, here: Here) -> Piece:
            return self.earned(one, here, f"touched_{what}", of(one))

        return [
            Field(words=f"{head} credited, of touched", key=what, value=lambda one: of(one).credited, show=show),
            Field(words=f"{head} touched", value=lambda one: of(one).whole, in_page=False),
            Field(words=f"{head} deals touched", value=lambda one: of(one).deals, in_page=False),
        ]

    def _plan(self) -> list[Field[Origin]]:
        if self.dimension == "content":
            return []
        return [
            Field(words="Promised against actual", key="plan", value=_promised, show=lambda one, here: said.plan_cell(one, here.viewer)),
            Field(words="Promised", value=lambda one: one.promised.plan.expected if one.promised else None, in_page=False),
            Field(words="Actual", value=lambda one: one.promised.actual if one.promised else None, in_page=False),
            Field(words="Sealed", value=_sealed, in_page=False),
        ]

    def name(self, one: Origin, _: Here) -> Piece:
        return said.name(one) if one.is_named or self.dimension == "content" else (said.name(one), Faint(" only seen in touches"))

    def cost(self, one: Origin, here: Here) -> Piece:
        currency = self.frame.terms.currency
        if not one.cost and not one.other_costs:
            return Faint("–")
        shown: list[Piece] = [Figure(formats.money(one.cost, currency, here.viewer.manner), f"{said.href('campaign', one.slug)}#cost")]
        shown += [Faint(f" + {formats.money(amount, other, here.viewer.manner)}") for other, amount in sorted(one.other_costs.items())]
        return tuple(shown)

    def ran(self, one: Origin, here: Here) -> Piece:
        days = said.ran(one, self.frame, here.viewer)
        return (formats.capital(words(one.channel)), Faint(f" {days}"))

    def people(self, one: Origin, _: Here) -> Piece:
        if not one.people:
            return Faint("0")
        return (self._counted(one.people, "touched_people", one), Faint(f" at {formats.count(one.accounts, 'account')}"))

    def qualified(self, one: Origin, _: Here) -> Piece:
        return self._counted(one.qualified, "touched_qualified", one)

    def rejected(self, one: Origin, _: Here) -> Piece:
        if not one.reasons:
            return Faint("0")
        reason, n = one.reasons[0]
        mostly = f" {words(reason)}" if n == one.rejected else f" most: {words(reason)}"
        return (self._counted(one.rejected, "touched_rejected", one), Faint(mostly if reason else ""))

    def _counted(self, n: int, source: str, one: Origin) -> Piece:
        return Figure(formats.number(n), self.records(source, one)) if n else Faint("0")

    def earned(self, one: Origin, here: Here, source: str, sums: Earned) -> Piece:
        if not sums.deals:
            return Faint("–")
        credited, whole = (formats.money(amount, self.frame.terms.currency, here.viewer.manner) for amount in (sums.credited, sums.whole))
        return (
            Figure(credited, self.records(source, one)),
            Faint(" of "),
            Figure(whole, self.records(source, one, whole="1")),
        )

    def records(self, source: str, one: Origin, **more: str) -> str:
        return records(source, self.period, **{self.dimension: one.slug}, **more)


def _promised(one: Origin) -> str:
    return str(one.promised.standing) if one.promised else "not sealed"


def _sealed(one: Origin) -> str:
    if one.promised is None:
        return "not sealed"
    return "after it began" if one.promised.began_at else "before it began"
