"""The rules of measurement plans: what may be measured, who may propose and seal, what stands when. Values in, values out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from treaty.agreement.terms_credit import Attribution
from treaty.agreement.vocabulary import MODELS
from treaty.attribution.agreed import PLACED
from treaty.attribution.weights import REST, RULES
from treaty.journal.canonical import canonical

Required = Literal["required", "optional"]
Metric = Literal["revenue_closed", "pipeline_created", "marketing_qualified"]
METRICS: dict[Metric, str] = {
    "revenue_closed": "revenue closed, credited to it",
    "pipeline_created": "pipeline created, credited to it",
    "marketing_qualified": "leads handed over after a touch of it",
}
"""What may be expected of a campaign. The last counts leads at the stage at which the agreement hands over."""
MONEY: tuple[Metric, ...] = ("revenue_closed", "pipeline_created")
FORMAT = "treaty-plan/1"
OTHERS = tuple(name for name in PLACED if name in MODELS)
"""Models that share a single deal by themselves, as an agreement names them."""

PROPOSE = ("marketing", "revops")
CONFIRM = ("sales_manager", "revops", "executive")
"""Roles. Sealing with the proposer's own hand is enough where the agreement leaves plans optional."""


class PlanUnfit(ValueError):
    """A plan cannot stand as it is written; the text says what would be good."""


class NotYoursToPlan(ValueError):
    """Somebody else has to do this; the text says who."""


class AlreadyBegan(ValueError):
    """The campaign ran before its plan was sealed; the text says since when, and what can still be done."""


class Overtaken(ValueError):
    """Another plan of the campaign was sealed meanwhile."""


class Standing(StrEnum):
    RUNNING = "running"
    REACHED = "reached"
    MISSED = "below what was expected"
    AHEAD = "to come"
    UNKNOWN = "not counted yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan as somebody writes it. model: its name; empty for the agreed one."""

    campaign: str
    goal: str
    audience: str
    metric: str
    expected: Decimal
    starts_on: date
    ends_on: date
    model: str = ""


def check(draft: Draft) -> None:
    """Raises PlanUnfit."""
    if draft.metric not in METRICS:
        raise PlanUnfit(f"{draft.metric!r} is nothing a campaign is measured by: use {', '.join(METRICS)}")
    if not draft.goal.strip() or not draft.audience.strip():
        raise PlanUnfit("a plan says what the campaign is for and whom it is to reach, each in a sentence")
    if not draft.expected.is_finite() or draft.expected <= 0:
        raise PlanUnfit(f"{draft.expected} is nothing to expect: write a figure above zero")
    if draft.ends_on < draft.starts_on:
        raise PlanUnfit(f"it ends on {draft.ends_on}, before it starts: write the later day last")


def credit_of(agreed: Attribution | None, model: str) -> Attribution:
    """The terms a plan is measured by: the agreed ones, or another model with its usual weights on the same terms.

    Raises PlanUnfit where no credit is agreed, or another model is named that shares no single deal.
    """
    if agreed is None:
        raise PlanUnfit("no model of credit is agreed: add `attribution` to the agreement first")
    if not model or model == agreed.model:
        return agreed
    if model not in OTHERS:
        raise PlanUnfit(f"{model!r} shares no single deal: use {', '.join(OTHERS)}")
    return Attribution.model_validate({**data_of(agreed), "model": model, "weights": _weights(model)})


def has_own_model(credit: Attribution, agreed: Attribution | None) -> bool:
    """Whether a plan was sealed to be measured otherwise than the agreement it was written under shares deals."""
    return credit != agreed


def _weights(model: str) -> dict[str, str]:
    """The usual shares of a model, written out: a name alone means something else to every vendor."""
    rule = RULES.get(model)
    if rule is None or rule.decays:
        return {}
    shares = [*rule.anchors.items(), *([(REST, rule.rest)] if rule.rest else [])]
    return {anchor: f"{share * 100:g}%" for anchor, share in shares}


def raw_of(draft: Draft, credit: Attribution, *, currency: str, zone: str, agreement: str, replaces: str) -> bytes:
    """The canonical bytes of a plan. replaces: the hash of the plan it takes the place of, empty for the first."""
    return canonical({
        "format": FORMAT,
        "campaign": draft.campaign,
        "goal": draft.goal.strip(),
        "audience": draft.audience.strip(),
        "metric": draft.metric,
        "expected": f"{draft.expected:.2f}",
        "currency": currency if draft.metric in MONEY else "",
        "window": {"first": draft.starts_on.isoformat(), "last": draft.ends_on.isoformat(), "zone": zone},
        "credit": data_of(credit),
        "agreement": agreement,
        "replaces": replaces,
    })  # fmt: skip


def zone_of(raw: bytes) -> str:
    """In which zone the days of a plan are, by its bytes."""
    zone: str = json.loads(raw)["window"]["zone"]
    return zone


def hash_of(raw: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(raw).hexdigest()


def data_of(credit: Attribution) -> Mapping[str, Any]:
    """Terms of credit as plain data, as the signed bytes of an agreement hold them."""
    return credit.model_dump(mode="json", exclude_none=True)


def required(agreed: Attribution | None) -> Required:
    """Whether the agreement in force asks for the other side's seal: it decides who may seal, whenever the plan was written."""
    return agreed.campaigns.sealed_plan if agreed else "optional"


def check_may_propose(role: str) -> None:
    """Raises NotYoursToPlan."""
    if role not in PROPOSE:
        raise NotYoursToPlan("marketing proposes how its campaign is measured; ask them to write the plan")


def may_seal(role: str, *, is_own: bool, agreed: Required) -> bool:
    """Whether a member may seal. is_own: they proposed it."""
    if agreed == "required":
        return role in CONFIRM and not is_own
    return role in (*PROPOSE, *CONFIRM)


def check_may_seal(role: str, *, is_own: bool, agreed: Required) -> None:
    """Under an agreement that requires plans the other side confirms; else either seals. Raises NotYoursToPlan."""
    if may_seal(role, is_own=is_own, agreed=agreed):
        return
    if is_own and role in CONFIRM:
        raise NotYoursToPlan("you proposed this plan: the agreement asks for somebody else's yes")
    raise NotYoursToPlan("the head of sales confirms what a campaign promises; ask them to seal it")


def check_begun(began_at: datetime | None, at: datetime, *, is_late: bool) -> None:
    """Raises AlreadyBegan when there was spend or a touch before the seal, unless it is sealed as late on purpose."""
    if began_at is not None and began_at < at and not is_late:
        raise AlreadyBegan(
            f"the campaign has run since {began_at:%-d %B %Y}: seal it as late, and its page says that it was sealed after it began"
        )


def standing(expected: Decimal, actual: Decimal | None, starts_on: date, ends_on: date, today: date) -> Standing:
    """How a plan stands. Nothing is judged before its last day is over, except what is reached already."""
    if today < starts_on:
        return Standing.AHEAD
    if actual is None:
        return Standing.UNKNOWN
    if actual >= expected:
        return Standing.REACHED
    return Standing.RUNNING if today <= ends_on else Standing.MISSED
