"""What was promised of campaigns against what came: every sealed plan, in the zone, the currency and by the stage of its own bytes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from treaty.agreement.queries import signed_of
from treaty.agreement.terms_credit import Attribution
from treaty.attribution import versions
from treaty.attribution.agreed import agreed_model, journey_of
from treaty.attribution.models import MeasurementPlan
from treaty.attribution.plans import MONEY, has_own_model, standing, zone_of
from treaty.attribution.queries import sealed_plans
from treaty.attribution.sharing import counts_as
from treaty.attribution.versions import Sharing
from treaty.currencies import of_units
from treaty.engine.measuring import Span, kept_rows
from treaty.engine.periods import local_date, midnight
from treaty.funnel import touched
from treaty.funnel.frame import Frame
from treaty.funnel.told import ZERO, Origin, Promised
from treaty.funnel.touched import Money
from treaty.moments import to_us
from treaty.truth.measures import exchange_of

EARNED: Mapping[str, Money] = {"revenue_closed": "revenue", "pipeline_created": "pipeline"}


def promises(frame: Frame, known: Mapping[str, Origin]) -> dict[str, Promised]:
    """Every sealed plan with what became of it: one question for each metric, version and model that plans name."""
    plans = sealed_plans()
    actual = _actual(frame, plans.values())
    return {slug: promised(frame, plan, actual.get(slug), known.get(slug)) for slug, plan in plans.items()}


def promised(frame: Frame, plan: MeasurementPlan, actual: Decimal | None, one: Origin | None) -> Promised:
    """A sealed plan as it stands. It is late when the campaign had begun, or what came in since says that it had."""
    sealed_at, today = plan.seal.at, local_date(frame.at, zone_of(bytes(plan.raw)))
    seen = one.began_at if one is not None and one.began_at is not None and one.began_at < sealed_at else None
    began_at = min((at for at in (plan.seal.began_at, seen) if at is not None), default=None)
    return Promised(plan, actual, standing(plan.expected, actual, plan.starts_on, plan.ends_on, today), began_at)


def window(plan: MeasurementPlan) -> Span:
    """The days of a plan as moments, half-open, in the zone it was sealed in."""
    zone = zone_of(bytes(plan.raw))
    return to_us(midnight(plan.starts_on, zone)), to_us(midnight(date.fromordinal(plan.ends_on.toordinal() + 1), zone))


def _actual(frame: Frame, plans: Iterable[MeasurementPlan]) -> dict[str, Decimal]:
    """What each plan's campaign brought in the days of the plan."""
    groups: dict[tuple[str, str, str], list[MeasurementPlan]] = defaultdict(list)
    for plan in plans:
        groups[plan.metric, plan.version.hash, _credit(plan).model_dump_json()].append(plan)
    found: dict[str, Decimal] = {}
    for alike in groups.values():
        windows = {plan.campaign: window(plan) for plan in sorted(alike, key=lambda plan: plan.campaign)}
        brought = _earned if alike[0].metric in MONEY else _leads
        found |= dict.fromkeys(windows, ZERO) | brought(frame, alike[0], windows)
    return found


def _credit(plan: MeasurementPlan) -> Attribution:
    return Attribution.model_validate(plan.credit)


def _leads(frame: Frame, plan: MeasurementPlan, windows: Mapping[str, Span]) -> dict[str, Decimal]:
    """Leads that reached the stage at which the plan's agreement hands over. plan: one of those with these windows."""
    stage, back, whole = signed_of(plan.version).terms.handoff_stage, journey_of(_credit(plan)).terms.lookback_us, _whole(windows)

    def make() -> Any:
        rows = touched.in_windows(touched.qualified(frame.lake, "campaign", stage, whole, back), windows)
        return rows.group_by("origin").agg(figure=rows.count())

    rows = kept_rows(frame.lake, ("brought", plan.metric, stage, back, tuple(windows.items())), make)
    return {row["origin"]: Decimal(row["figure"]) for row in rows}


def _earned(frame: Frame, plan: MeasurementPlan, windows: Mapping[str, Span]) -> dict[str, Decimal]:
    """Money in the plan's currency; what no agreed rate makes that is in no figure, and named on the campaign's page."""
    whole = _whole(windows)
    found = _sharings(frame, plan, (whole[0], min(whole[1], frame.containing(frame.today, "day").us[1])))
    if not found:
        return {}

    def make() -> Any:
        return touched.sums(touched.in_windows(touched.earned(frame.lake, "campaign", EARNED[plan.metric], whole, found), windows))

    units: dict[str, int] = defaultdict(int)
    for row in kept_rows(frame.lake, ("brought", plan.metric, repr(found), tuple(windows.items())), make):
        if kind := counts_as(row, plan.currency):
            units[row["origin"]] += int(row[kind])
    return {slug: of_units(found, plan.currency) for slug, found in units.items()}


def _whole(windows: Mapping[str, Span]) -> Span:
    return min(span[0] for span in windows.values()), max(span[1] for span in windows.values())


def _sharings(frame: Frame, plan: MeasurementPlan, span: Span) -> Sequence[Sharing]:
    """As on every page: each deal by the version of its close, or of its opening. Only a plan that was sealed with another model than
    the agreed one is counted by what its bytes say; where a later version counts in another currency, its rates are the plan's."""
    agreed = signed_of(plan.version).terms
    exchange, credit = exchange_of(agreed), _credit(plan)
    if has_own_model(credit, agreed.attribution):
        model = agreed_model(credit)
        return [Sharing(span, plan.version.number, credit.model, credit, journey_of(credit), model, exchange)] if model else []
    found = versions.sharings(frame.lake, frame.held, span)
    return [one if one.exchange.currency == plan.currency else replace(one, exchange=exchange) for one in found]
