"""Campaigns and contents as figures tell of them: what they cost, whom they reached, what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from treaty.attribution import versions
from treaty.attribution.agreed import journey_of
from treaty.attribution.sharing import counts_as
from treaty.currencies import of_units
from treaty.engine.measuring import kept_rows
from treaty.engine.periods import Period, local_date, midnight
from treaty.funnel import catalogue, touched
from treaty.funnel.frame import Frame
from treaty.funnel.promised import promises
from treaty.funnel.told import ZERO, Earned, Origin
from treaty.funnel.touched import Dimension, Money
from treaty.moments import from_us, to_us
from treaty.truth.models import Campaign, Content
from treaty.truth.origins import slug as as_slug


def since_ever(frame: Frame) -> Period:
    """From the first touch or the first deal there is until the end of today."""
    t, o = frame.lake.table("touches"), frame.lake.table("opportunities")
    rows = kept_rows(frame.lake, ("first of all",), lambda: t.agg(a=t.occurred_us.min()).cross_join(o.agg(b=o.opened_us.min())))
    moments = [value for row in rows for value in row.values() if value is not None]
    first = frame.containing(_on(frame, min(moments)) if moments else frame.today, "day").first_on
    return Period("day", first, frame.containing(frame.today, "day").end_on, frame.zone)


def _on(frame: Frame, us: int) -> date:
    return local_date(from_us(us), frame.zone)


def lookback_us(frame: Frame) -> int:
    """How long a touch counts for a lead: as long as for a deal."""
    agreed = frame.terms.attribution
    return journey_of(agreed).terms.lookback_us if agreed else 0


def origins(frame: Frame, dimension: Dimension, period: Period) -> list[Origin]:
    """Every campaign or content that is named or was ever seen, with what lies in the period; by name. About eleven questions."""
    found = _known(frame, dimension)
    for slug, changes in _figures(frame, dimension, period).items():
        found[slug] = replace(found.get(slug) or Origin(slug=slug, name="", is_named=False, channel=""), **changes)
    if dimension == "campaign":
        for slug, promised in promises(frame, found).items():
            found[slug] = replace(found.get(slug) or Origin(slug=slug, name="", is_named=False, channel=""), promised=promised)
    return sorted(found.values(), key=lambda one: (one.name or one.slug).casefold())


def _known(frame: Frame, dimension: Dimension) -> dict[str, Origin]:
    """What is named in the records, and what only touches and spend name, with when each began and ended."""
    seen: dict[str, dict[str, Any]] = defaultdict(lambda: {"n": 0, "channel": "", "first": None, "last": None})
    rows = kept_rows(frame.lake, ("begun", dimension), lambda: touched.begun(frame.lake, dimension))
    for row in sorted(rows, key=lambda row: (-row["n"], row["channel"])):
        one = seen[row["origin"]]
        one["channel"] = one["channel"] or row["channel"]
        one["first"] = min(one["first"] or row["first_us"], row["first_us"])
        one["last"] = max(one["last"] or row["last_us"], row["last_us"])
    if dimension == "campaign":
        for slug, first in _first_spent(frame).items():
            seen[slug]["first"] = min(seen[slug]["first"] or first, first)
    named = _campaigns() if dimension == "campaign" else _contents(seen)
    return {slug: _known_one(slug, named.get(slug), seen.get(slug)) for slug in {*named, *seen}}


def _known_one(slug: str, named: Origin | None, seen: Mapping[str, Any] | None) -> Origin:
    one = named or Origin(slug=slug, name="", is_named=False, channel="")
    if seen is None:
        return one
    moments = [None if seen[name] is None else from_us(seen[name]) for name in ("first", "last")]
    return replace(one, channel=one.channel or seen["channel"], began_at=moments[0], last_at=moments[1])


def _campaigns() -> dict[str, Origin]:
    return {
        row.slug: Origin(
            slug=row.slug, name=row.name, is_named=True, channel=row.channel, starts_on=row.starts_on, ends_on=row.ends_on,
            budget=row.budget, budget_currency=row.currency,
        )
        for row in Campaign.objects.all()
    }  # fmt: skip


def _contents(seen: Iterable[str]) -> dict[str, Origin]:
    """Contents by slug; what the library does not have may be called like a campaign, such as a webinar."""
    called = Campaign.objects.filter(slug__in=list(seen)).exclude(name="").values_list("slug", "name")
    campaigns = {slug: Origin(slug=slug, name=name, is_named=True, channel="") for slug, name in called}
    return campaigns | {
        as_slug(row.slug): Origin(
            slug=as_slug(row.slug),
            name=row.title,
            is_named=True,
            channel="",
            about=", ".join(filter(None, (row.journey_stage, row.persona))),
        )
        for row in Content.objects.all()
    }


def _first_spent(frame: Frame) -> dict[str, int]:
    rows = kept_rows(frame.lake, ("first spent",), lambda: touched.first_spent(frame.lake))
    return {row["origin"]: to_us(midnight(row["first_on"], frame.zone)) for row in rows}


def _figures(frame: Frame, dimension: Dimension, period: Period) -> dict[str, dict[str, Any]]:
    lake, span = frame.lake, period.us
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in kept_rows(lake, ("reach", dimension, span), lambda: touched.reach(lake, dimension, span)):
        found[row["origin"]] |= {name: int(row[name]) for name in ("touches", "people", "accounts")}
    for slug, n in qualified(frame, dimension, period).items():
        found[slug]["qualified"] = n
    for slug, reasons in rejections(frame, dimension, period).items():
        found[slug]["reasons"] = reasons
    if dimension == "campaign":
        for slug, (cost, others) in costs(frame, period).items():
            found[slug] |= {"cost": cost, "other_costs": others}
    for name, earned in (("pipeline", pipeline(frame, dimension, period)), ("revenue", revenue(frame, dimension, period))):
        for slug, sums in earned.items():
            found[slug][name] = sums
    return found


def qualified(frame: Frame, dimension: Dimension, period: Period) -> dict[str, int]:
    """Leads that reached the stage of the handoff in a period after a touch of each origin."""
    stage, back = frame.terms.handoff_stage, lookback_us(frame)

    def make() -> Any:
        rows = touched.qualified(frame.lake, dimension, stage, period.us, back)
        return rows.group_by("origin").agg(n=rows.count())

    return {row["origin"]: row["n"] for row in kept_rows(frame.lake, ("touched qualified", dimension, stage, period.us, back), make)}


def rejections(frame: Frame, dimension: Dimension, period: Period) -> dict[str, list[tuple[str, int]]]:
    """(reason, how many) of rejected leads each origin had touched, most frequent first."""
    back = lookback_us(frame)

    def make() -> Any:
        rows = touched.rejected(frame.lake, dimension, period.us, back)
        return rows.group_by(["origin", "reason"]).agg(n=rows.count())

    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    rows = kept_rows(frame.lake, ("touched rejected", dimension, period.us, back), make)
    for row in sorted(rows, key=lambda row: (-row["n"], row["reason"] or "")):
        found[row["origin"]].append((row["reason"] or "", row["n"]))
    return found


def costs(frame: Frame, period: Period) -> dict[str, tuple[Decimal, Mapping[str, Decimal]]]:
    """What each campaign cost in a period, as Economics says it: in the agreement's currency with its part of what is shared, and in
    others that no agreed rate converts."""
    return {one.value: (one.figure or ZERO, one.others) for one in catalogue.ask(frame, "spend", period, "campaign") if one.value}


def revenue(frame: Frame, dimension: Dimension, period: Period) -> dict[str, Earned]:
    """What each origin has of the deals won in a period and whole: each by the version in force when it closed, as on every page."""
    return _earned(frame, dimension, period, "revenue")


def pipeline(frame: Frame, dimension: Dimension, period: Period) -> dict[str, Earned]:
    """What each origin has of the deals opened in a period, at what they were worth then, touches until they were opened; each by the
    version in force when it was opened, so that a new version moves no pipeline of before either."""
    return _earned(frame, dimension, period, "pipeline")


def _earned(frame: Frame, dimension: Dimension, period: Period, what: Money) -> dict[str, Earned]:
    found = versions.sharings(frame.lake, frame.held, period.us)
    if not found:
        return {}
    key = ("touched", dimension, what, repr(found))
    rows = kept_rows(frame.lake, key, lambda: touched.sums(touched.earned(frame.lake, dimension, what, period.us, found)))
    rows = sorted(rows, key=lambda row: row["origin"])
    return {slug: _sums(list(of), frame.terms.currency) for slug, of in groupby(rows, key=lambda row: row["origin"])}


def _sums(rows: Sequence[Mapping[str, Any]], currency: str) -> Earned:
    """What one origin has in all; what no rate converts stands beside it."""
    counted = [(row, kind) for row in rows if (kind := counts_as(row, currency))]
    numbers = {name: sum(row[name] for row, _ in counted) for name in ("deals", "n", "first", "last", "only")}
    credited, whole = (sum(int(row[f"{of}{kind}"]) for row, kind in counted) for of in ("", "whole_"))
    left: dict[str, int] = defaultdict(int)
    for row in rows:
        if counts_as(row, currency) is None:
            left[row["currency"]] += int(row["units"])
    return Earned(
        **numbers, credited=of_units(credited, currency), whole=of_units(whole, currency),
        left={code: of_units(units, code) for code, units in sorted(left.items()) if units},
    )  # fmt: skip
