"""Every kind of figure the pages show, held against plain loops over the records of a company that lived through the product.

It takes the company some minutes to live, so this runs with `make proof` (TREATY_PROOF=1).
"""

from datetime import UTC, date, datetime

import pytest

from tests.funnel import known_truth as truth

pytestmark = [pytest.mark.django_db, pytest.mark.proof]
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


def test_every_figure_is_what_plain_loops_over_the_records_say(tmp_path):
    from treaty.demo.run import build
    from treaty.engine.lake import open_lake
    from treaty.funnel.frame import frame_of
    from treaty.jobs.lake import refresh

    build(leads=200, seed=11, today=TODAY, progress=lambda *_: None, days=130)
    refresh(at=AT, where=tmp_path)
    assert differences(frame_of(open_lake(tmp_path), AT)) == []
