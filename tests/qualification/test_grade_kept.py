"""The grade of a lead, kept by judging it live: the grid of Halden, fit A 30, B 15, engagement 1 60, 2 30."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.qualification.test_qualify import ADA, send, touch
from treaty.cli.why import as_data, as_lines
from treaty.qualification import actions, admission
from treaty.qualification.models import NextJudgement
from treaty.qualification.why import why
from treaty.truth.models import Lead

pytestmark = pytest.mark.db
DAY = timedelta(days=1)


def kept():
    lead = Lead.objects.get()
    return lead.fit, lead.engagement, lead.grade


def test_a_lead_is_opened_with_its_grade(world):
    world.person(seniority="vp")  # 20 of 30 points of fit: B; Acme has 240 people, 250 would give 15 more
    send(world, touch(ADA, "webinar_attended", NOON, 1), at=NOON)
    assert kept() == (20, 10, "B3")


def test_the_grade_moves_with_what_arrives_and_with_time_alone(world):
    world.person(seniority="vp")
    send(world, *(touch(ADA, "webinar_attended", NOON, n) for n in range(3)), at=NOON)
    assert kept() == (20, 30, "B2")
    # 30,000 milli-points halve every 30 days: from the first midnight on they are below 30 points
    announced = NextJudgement.objects.get().due_at
    assert announced.isoformat() == "2026-03-10T23:00:00+00:00"
    actions.judge_due(at=announced)
    assert kept() == (20, 29, "B3")


def test_a_batch_is_graded_in_one_more_query_whatever_its_size(world, django_assert_max_num_queries):
    emails = [f"g{n}@acme.example" for n in range(40)]
    send(world, *(touch(email, "webinar_attended", NOON, n) for n, email in enumerate(emails)), at=NOON)
    later = [touch(email, "webinar_attended", NOON + n * DAY, 100 + 50 * n + k) for k, email in enumerate(emails) for n in (1, 2, 3, 4)]
    from treaty.truth.actions import absorb

    done = absorb(later, source=world.source, received_at=NOON + 4 * DAY)
    with django_assert_max_num_queries(23):
        actions.judge(done.person_ids, at=NOON + 4 * DAY)
    # 10 x (1 + 2^(-1/30) + 2^(-2/30) + 2^(-3/30) + 2^(-4/30)) = 10 + 9.772 + 9.548 + 9.330 + 9.117 = 47.8, below the cap of 50
    assert set(Lead.objects.values_list("engagement", "grade")) == {(47, "C2")}


def test_who_is_let_in_later_is_graded_too(world):
    before = NOON - 200 * DAY
    world.person("p@acme.example", at=before, seniority="vp")
    send(world, touch("p@acme.example", "demo_request", before, 1, known_at=before), at=NOON)
    assert admission.admit(at=NOON) == 1
    assert kept() == (20, 0, "B3")


def test_why_names_each_score_its_band_and_the_next_better_one(world):
    world.person(seniority="vp")
    send(world, *(touch(ADA, "webinar_attended", NOON, n) for n in range(3)), at=NOON)
    found = why(Lead.objects.select_related("version", "person").get(), NOON)
    lines = list(as_lines(found))
    assert "Its grade is B2 (turns 2026-03-10 23:00 UTC):" in lines
    assert "  fit: 20 points, band B (A from 30)" in lines
    assert "  engagement: 30 points, band 2 (1 from 60)" in lines
    assert as_data(found)["graded"]["scores"][0] == {"score": "fit", "points": 20, "band": "B", "better": "A", "better_from": 30}
