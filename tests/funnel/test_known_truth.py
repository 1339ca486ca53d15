"""Every kind of figure the pages show, held against plain loops over the records of a company that lived through the product.

It takes the company some minutes to live, so this runs with `make proof` (TREATY_PROOF=1).
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.funnel import known_truth as truth
from tests.funnel.loops import compare, compare_credit, credit
from tests.funnel.loops.credit import Way
from tests.funnel.loops.records import DAY, of_database
from treaty.funnel.catalogue import CATALOGUE, dimensions_of

pytestmark = [pytest.mark.django_db, pytest.mark.proof]
LEADS = 300
TODAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


def differences(frame):
    """What the pages would say beside what the loops say, where the two differ; empty if they agree everywhere."""
    from treaty.funnel import catalogue
    from treaty.funnel import way as ways
    from treaty.plan import answers, promises, values

    found = []

    def same(name, ours, theirs):
        if ours != theirs:
            found.append(f"{name}: {ours} beside {theirs}")

    for period in frame.last("quarter", 2):
        start, end = period.starts_at, period.ends_at
        ours = {one.value: (one.n, one.figure) for one in catalogue.ask(frame, "pipeline_created", period, "sourced")}
        same(f"pipeline {period.first_on}", ours, truth.pipeline(start, end))
        same(f"revenue {period.first_on}", values.value(frame, "revenue_closed", period).figure, truth.revenue(start, end))
    way = ways.walk(frame.terms)
    for period in frame.last("month", 4):
        start, end, when = period.starts_at, period.ends_at, f"{period.first_on:%B}"
        for stage in way:
            same(f"{stage} {when}", sum(promises.qualified(frame, stage, period).values()), truth.qualified(stage, start, end))
        answered = values.value(frame, "acceptance_rate", period)
        same(f"acceptance {when}", (answered.k, answered.n), truth.acceptance("disposition", start, end))
        briefs = values.value(frame, "brief_completeness", period)
        same(f"briefs {when}", (briefs.k, briefs.n), truth.complete(start, end))
        p90, theirs = values.value(frame, "first_contact_hours_p90", period).figure, truth.contact_hours_p90("first-contact", start, end)
        if (p90 is None) != (theirs is None) or (p90 is not None and abs(float(p90) - theirs) > 1e-6):
            found.append(f"first contact {when}: {p90} beside {theirs}")
    for promise in promises.promises(frame):
        for kept in promise.periods if promise.promise.kind in ("do", "answer") else ():
            start, end = kept.period.starts_at, kept.period.ends_at
            same(f"{promise.promise.id} {start}", (kept.value.k, kept.value.n), truth.attainment(promise.promise.id, start, end))
    cohorts = answers.converting(frame)
    for one in [*cohorts.before, *cohorts.young, *([cohorts.last] if cohorts.last else [])]:
        theirs = truth.cohort(*cohorts.steps, one.period.starts_at, one.period.ends_at, answers.DAYS)
        same(f"cohort {one.period.first_on}", (one.n, one.k), theirs)
    slow = answers.bottleneck(frame)
    from treaty.moments import from_us

    for one in slow.passages:
        n, length = truth.passage(one.from_stage, one.to_stage, *map(from_us, slow.span))
        same(f"{one.from_stage} to {one.to_stage}", one.n, n)
        if abs((one.median - length).total_seconds()) > 1e-3:
            found.append(f"{one.from_stage} to {one.to_stage}: {one.median} beside {length}")
    return found


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_every_figure_is_what_plain_loops_over_the_records_say(seed, tmp_path):
    """Pages as they ask; every number of the catalogue alone and by each dimension, for months, quarters and the year; every model."""
    from treaty.demo.run import build
    from treaty.engine.lake import open_lake
    from treaty.funnel.frame import frame_of
    from treaty.jobs.lake import refresh

    build(leads=LEADS, seed=seed, today=TODAY, progress=lambda *_: None)
    refresh(at=AT, where=tmp_path)
    frame, records = frame_of(open_lake(tmp_path), AT), of_database()
    assert (compare.without_a_loop(), compare_credit.without_a_loop()) == ([], [])
    assert differences(frame) == []
    numbers, shares = all_numbers(frame, records), all_credits(frame, records)
    for what, told in (("numbers", numbers), ("credits", shares)):
        print(f"seed {seed}: {len(records['leads'])} leads, {told.compared:,} {what} compared, {len(told.differences)} differ")
        print("".join(f"  {line}\n" for line in told.differences[:5]), end="")
    assert numbers.differences + shares.differences == []


def all_numbers(frame, records):
    told = compare.Told()
    for name in CATALOGUE:
        for per, count in (("month", 4), ("quarter", 2), ("year", 1)):
            compare.hold(told, records, frame, name, frame.last(per, count))
        for by in dimensions_of(CATALOGUE[name]):
            compare.hold(told, records, frame, name, frame.last("quarter", 2), by)
    return told


def all_credits(frame, records):
    """As the agreement says, for accounts; and for people, with a short memory and nothing respread."""
    told, agreed = compare.Told(), frame.terms.attribution
    signed = Way(
        lookback=micros(agreed.lookback.span), repeats=micros(agreed.edges.repeats_within.span),
        counts_direct=agreed.edges.direct == "counts",
        by_account=agreed.journey == "account", respread=agreed.edges.missing_anchor == "respread",
    )  # fmt: skip
    other = Way(by_account=not signed.by_account, lookback=30 * DAY, half_life=3 * DAY, counts_direct=False, respread=False)
    span = (frame.last("quarter", 3)[0].us[0], frame.at_us)
    for way in (signed, other):
        compare_credit.hold(told, records, frame.lake, span, way, summed=credit.MODELS)
    return told


def micros(length):
    return length // timedelta(microseconds=1)
