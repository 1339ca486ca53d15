"""Reads of plans and of what buyers said, from the database. Every member may see them: they name no person."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from treaty.attribution.models import MeasurementPlan
from treaty.attribution.said import FIELDS, plain
from treaty.truth.models import Fact


def sealed_plan(campaign: str) -> MeasurementPlan | None:
    """The plan of a campaign that stands."""
    return MeasurementPlan.objects.filter(seal__isnull=False, campaign=campaign).order_by("-seal__number").first()


def sealed_plans() -> Mapping[str, MeasurementPlan]:
    """The plan that stands of every campaign that has one, with its seal. One query."""
    rows = MeasurementPlan.objects.filter(seal__isnull=False).select_related("seal__by", "by", "version").order_by("seal__number")
    return {row.campaign: row for row in rows}


def plans_of(campaign: str) -> list[MeasurementPlan]:
    """Every plan of a campaign, the newest first: proposed, sealed, replaced."""
    rows = MeasurementPlan.objects.filter(campaign=campaign).select_related("seal__by", "by", "version", "replaces")
    return list(rows.order_by(F("at").desc(), "-id"))


def sealed_campaigns() -> set[str]:
    """The campaigns whose plan is sealed, by slug."""
    return set(MeasurementPlan.objects.filter(seal__isnull=False).values_list("campaign", flat=True))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person said of how they heard of us, in their own words, and when."""

    text: str
    at: datetime


def said_by(person_ids: Iterable[int]) -> Mapping[int, Heard]:
    """The latest answer of each person that gave one. One query."""
    ids: Collection[int] = set(person_ids)
    rows = Fact.objects.filter(subject="person", subject_id__in=ids, field__in=FIELDS).order_by("occurred_at", "id")
    return {row.subject_id: Heard(row.text, row.occurred_at) for row in rows if row.text and plain(row.text)}
