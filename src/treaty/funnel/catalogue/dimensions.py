"""What cases can be told apart by, each joined only when it is asked for. Tables in, table out."""

from collections.abc import Callable, Sequence
from typing import Any

import ibis

from treaty.engine.measuring import Lake
from treaty.funnel import deals
from treaty.funnel.catalogue.measure import Measure, Subject
from treaty.truth.origins import ORIGINS, slug, with_origins

OF_LEADS = ("segment", "channel", "campaign", "source", "grade")
"""Columns of the lead itself."""


def _of_lead(name: str) -> Callable[[Lake, Any], Any]:
    def join(lake: Lake, rows: Any) -> Any:
        return _joined(rows, with_origins(lake.table("leads").select("lead_id", name)), "lead_id")

    return join


def _joined(rows: Any, right: Any, on: str) -> Any:
    return rows.left_join(right, on).drop(f"{on}_right")


def _owner(lake: Lake, rows: Any) -> Any:
    """Whose lead it is; of a deal, whose deal."""
    if "owner_id" not in rows.columns:
        rows = _joined(rows, lake.table("leads").select("lead_id", "owner_id"), "lead_id")
    return rows.mutate(owner=rows.owner_id.cast("string"))


def _version(lake: Lake, rows: Any) -> Any:
    """The number of the agreement's version the lead was judged under."""
    versions = lake.table("versions").select("version_id", version=lambda t: t.number.cast("string")).distinct()
    leads = lake.table("leads").select("lead_id", "version_id")
    return _joined(rows, _joined(leads, versions, "version_id").select("lead_id", "version"), "lead_id")


def _country(lake: Lake, rows: Any) -> Any:
    """The account's, or else the person's."""
    accounts = lake.table("accounts").select("account_id", of_account=lambda t: t.country.nullif(""))
    people = lake.table("people").select("person_id", of_person=lambda t: t.country.nullif(""))
    leads = lake.table("leads").select("lead_id", "person_id", "account_id")
    known = _joined(_joined(leads, people, "person_id"), accounts, "account_id")
    known = known.select("lead_id", country=ibis.coalesce(known.of_account, known.of_person))
    if "account_id" not in rows.columns:
        return _joined(rows, known, "lead_id")
    rows = _joined(_joined(rows, known, "lead_id"), accounts, "account_id")
    return rows.mutate(country=ibis.coalesce(rows.of_account, rows.country)).drop("of_account")


def _persona(lake: Lake, rows: Any) -> Any:
    """The latest persona stated of the lead's person; none when the latest statement takes the one before back."""
    facts = lake.table("facts")
    stated = facts.filter((facts.subject == "person") & (facts.field == "persona"))
    place = ibis.row_number().over(ibis.window(group_by="subject_id", order_by=[ibis.desc("occurred_us"), ibis.desc("fact_id")]))
    stated = stated.mutate(place=place)
    latest = stated.filter(stated.place == 0).select(person_id="subject_id", persona="text")
    leads = lake.table("leads").select("lead_id", "person_id")
    return _joined(rows, _joined(leads, latest, "person_id").select("lead_id", "persona"), "lead_id")


JOINS: dict[str, Callable[[Lake, Any], Any]] = {
    **{name: _of_lead(name) for name in OF_LEADS},
    "owner": _owner,
    "version": _version,
    "country": _country,
    "persona": _persona,
}
OF_DEALS: dict[str, Callable[[Lake, Any], Any]] = {"sourced": deals.with_sourced, "business": deals.with_business}
OWN: dict[Subject, tuple[str, ...]] = {
    "opportunity": ("product", "lost_reason", "outcome", "currency", "stage"),
    "lead": (),
    "spend": ("channel", "campaign", "source", "month", "currency"),
    "credit": ("channel", "campaign", "content", "currency"),
}
"""Columns that all cases of a subject bring themselves."""


def of(measure: Measure) -> tuple[str, ...]:
    """The names of the dimensions of a measure."""
    joins = {"lead": JOINS, "opportunity": JOINS | OF_DEALS}.get(measure.subject, {})
    return (*joins, *OWN[measure.subject], *measure.own)


def recognised(name: str, values: Sequence[str]) -> list[str]:
    """Values of a dimension as cases have them, whoever writes them."""
    return [slug(value) for value in values] if name in ORIGINS else list(values)


def joined(lake: Lake, rows: Any, name: str) -> Any:
    """Cases with the column of a dimension; one that is there already is used as it is."""
    return rows if name in rows.columns else (JOINS | OF_DEALS)[name](lake, rows)
