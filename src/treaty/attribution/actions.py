"""Plans of campaigns: propose one, seal it. What is sealed is never changed."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.db.models.functions import Lower, Trim

from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.attribution import plans
from treaty.attribution.models import MeasurementPlan, Seal
from treaty.attribution.plans import Draft, Overtaken
from treaty.attribution.queries import sealed_plan
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.models import Spend, Touch


@transaction.atomic
def propose(draft: Draft, version: Version, *, by: Member, at: datetime) -> MeasurementPlan:
    """Marketing says what a campaign is to bring. The same plan proposed twice is one.

    version: the agreement in force, whose terms of credit, currency and zone the plan is written in.
    Raises plans.PlanUnfit, plans.NotYoursToPlan.
    """
    plans.check_may_propose(by.role)
    plans.check(draft)
    terms, before = signed_of(version).terms, sealed_plan(draft.campaign)
    credit = plans.credit_of(terms.attribution, draft.model)
    raw = plans.raw_of(
        draft, credit, currency=terms.currency, zone=terms.time_zone, agreement=version.hash, replaces=before.hash if before else ""
    )  # fmt: skip
    said = {
        "campaign": draft.campaign, "goal": draft.goal.strip(), "audience": draft.audience.strip(), "metric": draft.metric,
        "expected": draft.expected, "currency": terms.currency if draft.metric in plans.MONEY else "", "credit": plans.data_of(credit),
        "starts_on": draft.starts_on, "ends_on": draft.ends_on, "version": version, "replaces": before, "raw": raw, "by": by, "at": at,
    }  # fmt: skip
    plan, is_new = MeasurementPlan.objects.get_or_create(hash=plans.hash_of(raw), defaults=said)
    if is_new:
        record("plan.proposed", plan, by=by, at=at, agreement=version.hash, codes=_codes(plan))
    return plan


def seal(plan: MeasurementPlan, version: Version, *, by: Member, at: datetime, late: bool = False) -> Seal:
    """The plan stands from now on. Sealing it twice keeps the first seal.

    version: the agreement in force, which says who seals · late: seal it although the campaign has begun; it is marked so for ever.
    Raises plans.NotYoursToPlan, plans.AlreadyBegan, plans.Overtaken.
    """
    began_at = began(plan.campaign, zone=signed_of(plan.version).terms.time_zone)
    try:
        with transaction.atomic():
            return _seal(plan, version, began_at, by=by, at=at, late=late)
    except IntegrityError:
        if (first := Seal.objects.filter(plan=plan).first()) is not None:
            return first
        raise Overtaken("another plan of this campaign was sealed at the same moment: look at it, and propose anew") from None


def _seal(plan: MeasurementPlan, version: Version, began_at: datetime | None, *, by: Member, at: datetime, late: bool) -> Seal:
    found = Seal.objects.filter(plan=plan).first()
    if found is not None:
        return found
    plans.check_may_seal(by.role, is_own=plan.by_id == by.pk, agreed=plans.required(signed_of(version).terms.attribution))
    last = Seal.objects.filter(campaign=plan.campaign).order_by("-number").first()
    if (last.plan_id if last else None) != plan.replaces_id:
        raise Overtaken("another plan of this campaign was sealed since this one was written: propose anew what is to replace it")
    plans.check_begun(began_at, at, is_late=late)
    began_at = began_at if began_at is not None and began_at < at else None
    made = Seal.objects.create(plan=plan, campaign=plan.campaign, number=last.number + 1 if last else 1, began_at=began_at, by=by, at=at)
    record("plan.sealed", plan, by=by, at=at, agreement=version.hash, codes={**_codes(plan), "late": began_at is not None})
    return made


def _codes(plan: MeasurementPlan) -> dict[str, str]:
    return {"hash": plan.hash, "metric": plan.metric, "replaces": plan.replaces.hash if plan.replaces else ""}


def began(campaign: str, *, zone: str) -> datetime | None:
    """When a campaign began: its first touch, or the first day money was spent; None if neither is known.

    Touches have no index by campaign, so this reads them all: it is asked when a plan is sealed, which is rare. Pages ask the lake
    (`funnel.told.Origin.began_at`), which is a minute behind.
    """
    touched = _of(Touch, campaign).order_by("occurred_at").values_list("occurred_at", flat=True).first()
    spent_on = _of(Spend, campaign).filter(amount__gt=0).order_by("on").values_list("on", flat=True).first()
    spent = datetime.combine(spent_on, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC) if spent_on else None
    return min((moment for moment in (touched, spent) if moment is not None), default=None)


def _of(model: type[Model], campaign: str) -> QuerySet[Any]:
    """Rows that name a campaign, however they write it."""
    return model._default_manager.annotate(slug=Lower(Trim("campaign"))).filter(slug=campaign)
