"""The plan of a campaign on its page: promised against actual, what was sealed and when, what can be done now."""

from dataclasses import dataclass
from datetime import datetime

from treaty.agreement.queries import signed_of
from treaty.agreement.terms_credit import Attribution
from treaty.agreement.vocabulary import MODELS
from treaty.attribution.models import MeasurementPlan
from treaty.attribution.plans import METRICS, MONEY, PROPOSE, has_own_model, may_seal, required
from treaty.attribution.queries import plans_of
from treaty.engine.periods import local_date
from treaty.funnel.frame import Frame
from treaty.funnel.told import Origin, Promised
from treaty.web import formats
from treaty.web.context import who
from treaty.web.here import Here
from treaty.web.pages.campaigns import said
from treaty.web.pages.campaigns.forms import Plan
from treaty.web.pages.leads.forms import Act
from treaty.web.pieces import BriefPart, BriefRow, Faint, Link, Piece, Strong


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """The one thing to do with a plan that is proposed: where it is posted, what the button says, what is to be known before."""

    href: str
    button: str
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """verdict: in a sentence; parts: what the plans say; sealing: None when this member cannot seal, or nothing is proposed."""

    verdict: Piece
    parts: list[BriefPart]
    sealing: Sealing | None = None
    act: Act | None = None


def section(here: Here, frame: Frame, one: Origin, bound: Plan | None = None) -> Section:
    """Everything the page says of the plan of one campaign."""
    every = plans_of(one.slug)
    sealed = [plan for plan in every if hasattr(plan, "seal")]
    current = max(sealed, key=lambda plan: plan.seal.number, default=None)
    open_ = next((plan for plan in every if not hasattr(plan, "seal") and plan.replaces_id == (current.pk if current else None)), None)
    parts = []
    if current and one.promised:
        parts.append(_part("What was sealed", current, here, frame, one.promised))
    if open_:
        parts.append(_part("Proposed, not sealed yet", open_, here, frame, None))
    parts += [_part("Replaced", plan, here, frame, None) for plan in sealed if plan != current]
    return Section(
        verdict=_verdict(one, frame, here, is_open=open_ is not None),
        parts=parts,
        sealing=_sealing(here, frame, one, open_) if open_ else None,
        act=_act(here, frame, one, current, bound),
    )


def _verdict(one: Origin, frame: Frame, here: Here, *, is_open: bool) -> Piece:
    """`Reached. €14,280 of revenue closed, credited to it, where €10,000 was expected from 1 September to 30 November.`"""
    promised = one.promised
    if promised is None:
        asks = (
            "The agreement asks for a plan before money is spent"
            if required(frame.terms.attribution) == "required"
            else "A plan before it begins is optional"
        )
        then = "; one is proposed and waits for its seal." if is_open else "."
        return (Strong("Not sealed."), f" {asks}{then} What it is credited with stands all the same.")
    plan, viewer = promised.plan, here.viewer
    days = formats.span_of_days(plan.starts_on, plan.ends_on, frame.today)
    actual = said.expected(plan, promised.actual, viewer) if promised.actual is not None else "Nothing yet"
    asked = f"{said.expected(plan, plan.expected, viewer)} {'is' if frame.today <= plan.ends_on else 'was'} expected"
    words = f" {_counted(plan, actual)}, where {asked} from {days}."
    late = " It was sealed after it began." if promised.began_at else ""
    return (Strong(f"{formats.capital(str(promised.standing))}."), words, late)


def _counted(plan: MeasurementPlan, figure: str) -> str:
    return f"{figure}{' of' if plan.metric in MONEY else ''} {METRICS[plan.metric]}"  # type: ignore[index]  # only these are kept


def _part(title: str, plan: MeasurementPlan, here: Here, frame: Frame, promised: Promised | None) -> BriefPart:
    terms = Attribution.model_validate(plan.credit)
    model = MODELS.get(terms.model, terms.model)
    rows = [
        _row("Goal", plan.goal),
        _row("Audience", plan.audience),
        _row("Expected", _counted(plan, said.expected(plan, plan.expected, here.viewer))),
        _row("Counted", formats.span_of_days(plan.starts_on, plan.ends_on, frame.today)),
        _row("Credit", _by(plan, f"{model}, touches up to {terms.lookback} before")),
        BriefRow(("Proposed by ", who(plan.by), f" {formats.short(plan.at, here.viewer, here.at)}")),
    ]
    if hasattr(plan, "seal"):
        rows.append(BriefRow(("Sealed by ", who(plan.seal.by), f" {formats.short(plan.seal.at, here.viewer, here.at)}")))
    if promised and promised.began_at:
        rows.append(BriefRow(f"Sealed after it began: it has run since {_on(promised.began_at, frame)}"))
    rows.append(BriefRow(("Its bytes: ", Link(f"SHA-256 {plan.hash[:16]}…", f"/plans/{plan.key}/"))))
    return BriefPart(title=title, rows=rows)


def _by(plan: MeasurementPlan, model: str) -> str:
    """By which model it is counted: its own, or the agreed one, which follows the agreement."""
    terms, number = signed_of(plan.version).terms.attribution, plan.version.number
    if has_own_model(Attribution.model_validate(plan.credit), terms):
        return f"{model}; its own, not that of version {number} of the agreement"
    return f"as agreed when each deal closes; in version {number}, under which it was written, {model}"


def _row(name: str, text: str) -> BriefRow:
    return BriefRow((Faint(f"{name}: "), text))


def _on(at: datetime, frame: Frame) -> str:
    return formats.day(local_date(at, frame.zone), frame.today)


def _sealing(here: Here, frame: Frame, one: Origin, plan: MeasurementPlan) -> Sealing | None:
    terms = frame.terms_at(here.at)
    if terms is None or not may_seal(here.member.role, is_own=plan.by_id == here.member.pk, agreed=required(terms.attribution)):
        return None
    since = one.began_at
    href = f"/plans/{plan.key}/seal/"
    if since is None or since >= here.at:
        return Sealing(href=href, button="Seal the plan", note="It stands from then on, and is never changed.")
    on = _on(since, frame)
    return Sealing(
        href=href, button="Seal it late", note=f"It has run since {on}: it will be marked as sealed after it began.", is_late=True
    )


def _act(here: Here, frame: Frame, one: Origin, current: MeasurementPlan | None, bound: Plan | None) -> Act | None:
    if here.member.role not in PROPOSE or frame.terms.attribution is None:
        return None
    title, button = ("Replace the plan", "Propose what replaces it") if current else ("Write its plan", "Propose the plan")
    note = (
        "The plan that stands stays in the record."
        if current
        else "Sales confirms it before money is spent."
        if required(frame.terms.attribution) == "required"
        else ""
    )
    return Act("plan", title, "/plans/", bound or Plan(frame.terms, one), button, note, is_open=bound is not None)
