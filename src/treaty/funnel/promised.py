"""What was promised of campaigns against what came: every sealed plan, counted by the terms it was sealed with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from treaty.agreement.terms_credit import Attribution
from treaty.attribution import deals as credit
from treaty.attribution import sharing
from treaty.attribution.agreed import agreed_model, journey_of
from treaty.attribution.models import MeasurementPlan
from treaty.attribution.plans import MONEY, standing
from treaty.attribution.queries import sealed_plans
from treaty.attribution.sharing import Model
from treaty.currencies import of_units
from treaty.engine.measuring import Span, kept_rows, within
from treaty.engine.periods import midnight
from treaty.funnel import touched
from treaty.funnel.frame import Frame
from treaty.funnel.told import ZERO, Origin, Promised
from treaty.moments import to_us
from treaty.truth.measures import exchange_of


def promises(frame: Frame, known: Mapping[str, Origin]) -> dict[str, Promised]:
    """Every sealed plan with what became of it: one question for each metric and model that plans name."""
    plans = sealed_plans()
    actual = _actual(frame, plans.values())
    return {slug: promised(frame, plan, actual.get(slug), known.get(slug)) for slug, plan in plans.items()}


def promised(frame: Frame, plan: MeasurementPlan, actual: Decimal | None, one: Origin | None) -> Promised:
    """A sealed plan as it stands. It is late when the campaign had begun, or what came in since says that it had."""
    sealed_at = plan.seal.at
    seen = one.began_at if one is not None and one.began_at is not None and one.began_at < sealed_at else None
    began_at = min((at for at in (plan.seal.began_at, seen) if at is not None), default=None)
    return Promised(plan, actual, standing(plan.expected, actual, plan.starts_on, plan.ends_on, frame.today), began_at)


def window(frame: Frame, plan: MeasurementPlan) -> Span:
    """The days of a plan as moments, half-open."""
    return to_us(midnight(plan.starts_on, frame.zone)), to_us(midnight(date.fromordinal(plan.ends_on.toordinal() + 1), frame.zone))


def _actual(frame: Frame, plans: Iterable[MeasurementPlan]) -> dict[str, Decimal]:
    """What each plan's campaign brought in the days of the plan, by the terms the plan was sealed with."""
    groups: dict[tuple[str, str], list[MeasurementPlan]] = defaultdict(list)
    for plan in plans:
        groups[plan.metric, Attribution.model_validate(plan.credit).model_dump_json()].append(plan)
    found: dict[str, Decimal] = {}
    for (metric, terms), alike in groups.items():
        windows = {plan.campaign: window(frame, plan) for plan in sorted(alike, key=lambda plan: plan.campaign)}
        found |= dict.fromkeys(windows, ZERO) | _brought(frame, metric, Attribution.model_validate_json(terms), windows)
    return found


def _brought(frame: Frame, metric: str, terms: Attribution, windows: Mapping[str, Span]) -> dict[str, Decimal]:
    lake, journey, model = frame.lake, journey_of(terms), agreed_model(terms) or Model(channels={})  # else no campaign is credited
    whole = (min(span[0] for span in windows.values()), max(span[1] for span in windows.values()))
    key = ("brought", metric, terms.model_dump_json(), tuple(windows.items()), frame.terms.currency)

    def leads() -> Any:
        rows = touched.qualified(lake, "campaign", frame.terms.handoff_stage, whole, journey.terms.lookback_us)
        rows = touched.in_windows(rows, windows)
        return rows.group_by("origin").agg(figure=rows.count())

    def money() -> Any:
        deals = credit.with_amount(credit.all_won(lake)) if metric == "revenue_closed" else touched.opened(lake, whole)
        t = sharing.of(lake, within(deals, deals.at_us, whole), journey, model, exchange_of(frame.terms))
        rows = touched.in_windows(touched.parts(t, "campaign"), windows)
        rows = rows.filter(rows.currency == frame.terms.currency)
        return rows.group_by("origin").agg(figure=rows.units.sum())

    rows = kept_rows(lake, key, money if metric in MONEY else leads)
    return {
        row["origin"]: of_units(int(row["figure"]), frame.terms.currency) if metric in MONEY else Decimal(row["figure"]) for row in rows
    }
