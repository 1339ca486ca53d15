"""The catalogue beside the loops: how many figures were held beside each other, and which differ."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from tests.funnel.loops import dimensions, economics, leads, made, sales
from tests.funnel.loops.asked import Asked, rates_of
from tests.funnel.loops.records import DAY, us
from treaty.agreement.queries import signed_of
from treaty.funnel import catalogue
from treaty.funnel import way as ways
from treaty.funnel.catalogue import CATALOGUE, Measure

LINES = ("opening", "created", "moved in", "increased", "decreased", "moved out", "won", "lost", "closing")
BY_STAGE, BY_STEP = {"stage_reached", "time_in_stage", "waiting", "cost_per_stage"}, {"stage_conversion", "stage_passage"}
FOLLOWED = {"stage_conversion": 30, "lead_to_opportunity": 90, "lead_to_won": 90, "win_rate_of_created": 180}
"""Days a cohort is followed: before so many have passed since the period ended, its figure is not ripe."""
WITH_A_LOOP = {**sales.NUMBERS, **leads.NUMBERS, **economics.NUMBERS, **made.NUMBERS}


@dataclass
class Told:
    """compared: figures held beside each other · differences: a line for each that differs."""

    compared: int = 0
    differences: list[str] = field(default_factory=list)

    def same(self, what, ours, theirs, by=0):
        """by: how far apart whole numbers may lie: of half a microsecond either side is right."""
        self.compared += 1
        if not _near(ours, theirs) and not (by and None not in (ours, theirs) and abs(ours - theirs) <= by):
            self.differences.append(f"{what}: {ours!r}, by the loop {theirs!r}")


def without_a_loop():
    return sorted(set(CATALOGUE) - set(WITH_A_LOOP))


def asked_of(frame, period):
    terms = frame.terms
    goals = [g for g in terms.goals if g.measure == "revenue_closed" and g.where is None and g.per == period.per and g.target]
    return Asked(
        us(period.starts_at), us(period.ends_at), period.first_on, period.end_on, min(us(frame.at), us(frame.lake.as_of)),
        tuple(ways.whole_way(terms)), terms.handoff_stage, terms.promise_that("disposition"), terms.promise_that("first_contact"),
        terms.currency, terms.time_zone, rates_of(terms), goals[0].target.number if goals else None, terms,
        tuple((us(row.starts_at), signed_of(row.version).terms) for row in frame.held),
    )  # fmt: skip


def expected(records, name, asked, by):
    """{(value, part): what the loop says}"""
    if name in made.NUMBERS:
        names, figure = made.NUMBERS[name]
        found = {one: expected(records, one, asked, by) for one in names}
        keys = keys_of(found.values())
        nothing = {"figure": None, "n": 0}
        asked = replace(asked, revenue=None) if by else asked
        return {
            key: figure({one: each.get(key) or each.get((key[0], ""), nothing) for one, each in found.items()}, asked, records)
            for key in keys
        }
    cases, figure = WITH_A_LOOP[name]
    groups = defaultdict(list)
    for case in cases(records, asked):
        groups[value_of(records, by, case), case[1]].append(case)
    for part in () if by else parts(name, asked):
        groups["", part]  # what nothing was counted of is told too
    return {key: figure(group, asked, records) for key, group in groups.items()}


def keys_of(figures):
    """Every (value, part); where one of them is told apart, all are, and what is not counts with each part."""
    keys = {key for each in figures for key in each}
    told = {part for _, part in keys if part}
    return {(value, part) for value, _ in keys for part in told} if told else keys


def parts(name, asked):
    """What a number always tells apart, in the order people read it."""
    if name in BY_STAGE:
        return asked.way
    if name in BY_STEP:
        return tuple(f"{start} to {then}" for start, then in pairwise(asked.way))
    return LINES if name == "pipeline_waterfall" else ("",)


def value_of(records, by, case):
    if not by:
        return ""
    if isinstance(case[0], economics.Part):
        return case[0].told[by]
    if isinstance(case[0], dict):
        return dimensions.of_deal(records, by, case[0])
    if by in ("outcome", "reason"):
        return case[2]["outcome reason".split().index(by)]
    return dimensions.of_lead(records, by, case[0])


def hold(told, records, frame, name, periods, by=""):
    """A number in periods that follow each other, by a dimension, beside the loop's."""
    for period, found in zip(periods, catalogue.series(frame, name, periods, by), strict=True):
        asked = asked_of(frame, period)
        theirs, where = expected(records, name, asked, by), f"{name} by {by or 'nothing'}, {period.per} of {period.first_on}"
        ours, order = {(one.value, one.part): one for one in found}, parts(name, asked)
        if not by:
            told.same(f"{where}: order", [one.part for one in found][: len(order)], list(order))
        told.same(f"{where}: values", sorted(ours), sorted(theirs))
        for key in sorted(ours.keys() & theirs.keys()):
            one, what = ours[key], f"{where}, {key}"
            for said, value in theirs[key].items():
                if said != "parts":
                    told.same(f"{what}: {said}", getattr(one, said), value)
            for part, value in theirs[key].get("parts", {}).items():
                told.same(f"{what}: {part}", one.parts.get(part), value, by=part.endswith("_us"))
        if isinstance(CATALOGUE[name], Measure):
            is_ripe = name not in FOLLOWED or asked.end + FOLLOWED[name] * DAY <= us(frame.at)
            told.same(f"{where}: ripe", {one.is_mature for one in found} - {is_ripe}, set())


def _near(ours, theirs):
    """Equal; fractions to a billionth, an hour to the microsecond."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(_near(ours[key], value) for key, value in theirs.items())
    if isinstance(theirs, list | tuple) and isinstance(ours, list | tuple):
        return len(ours) == len(theirs) and all(map(_near, ours, theirs))
    if isinstance(theirs, float) and isinstance(ours, float):
        return abs(ours - theirs) <= 1e-9 * max(1.0, abs(theirs))
    if isinstance(theirs, Decimal) and isinstance(ours, Decimal):
        return abs(ours - theirs) <= Decimal("1e-9")
    return ours == theirs
