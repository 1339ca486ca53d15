"""Judging people live, through the database: the agreement of Halden, Ada at Acme, a student who never qualifies."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import NOON
from treaty.qualification import actions, admission, marks
from treaty.qualification.models import NextJudgement
from treaty.qualification.moves import How, Why, move
from treaty.truth.actions import absorb
from treaty.truth.models import Lead, Person, StageMove
from treaty.truth.records import PersonRecord, PersonRef, TouchRecord

pytestmark = pytest.mark.db
DAY = timedelta(days=1)
ADA = "ada@acme.example"


def touch(email, kind, at, number, **more):
    return TouchRecord(ref=PersonRef(email=email), kind=kind, occurred_at=at, message_id=f"t{number}", **more)


def send(world, *touches, at):
    done = absorb(touches, source=world.source, received_at=at)
    actions.judge(done.person_ids, at=at, account_ids=done.account_ids)


@pytest.fixture
def ada(world):
    return world.person(ADA)


def stages():
    return list(StageMove.objects.order_by("at", "id").values_list("to_stage", "how"))


def test_three_downloads_and_a_look_at_prices_qualify(world, ada):
    downloads = [touch(ADA, "content_download", NOON + n * DAY, n) for n in range(3)]
    send(world, *downloads, at=NOON + 2 * DAY)
    assert stages() == [("engaged", "definition")]
    prices = touch(ADA, "page_view", NOON + 3 * DAY, 9, path="/pricing/sensors")
    send(world, prices, at=NOON + 3 * DAY)
    lead = Lead.objects.get()
    assert stages() == [("engaged", "definition"), ("marketing_qualified", "definition")]
    assert (lead.stage, lead.segment, lead.stage_since) == ("marketing_qualified", "dach", NOON + 3 * DAY)


def test_a_third_download_thirty_days_after_the_first_is_too_late(world, ada):
    prices = touch(ADA, "page_view", NOON, 9, path="/pricing")
    first, second = touch(ADA, "content_download", NOON, 1), touch(ADA, "content_download", NOON + DAY, 2)
    send(world, prices, first, second, touch(ADA, "content_download", NOON + 30 * DAY, 3), at=NOON + 30 * DAY)
    assert Lead.objects.get().stage == "engaged"


def test_a_request_for_a_demonstration_passes_engaged_in_the_same_instant(world, ada):
    send(world, touch(ADA, "demo_request", NOON, 1), at=NOON)
    assert stages() == [("engaged", "passed_through"), ("marketing_qualified", "definition")]
    assert len(set(StageMove.objects.values_list("at", flat=True))) == 1


def test_a_student_never_qualifies(world):
    student = "stu@freemail.example"
    absorb([PersonRecord(ref=PersonRef(email=student), fields={"seniority": "individual"})], source=world.source, received_at=NOON)
    downloads = [touch(student, "content_download", NOON, n) for n in range(5)]
    send(world, *downloads, touch(student, "page_view", NOON, 9, path="/pricing"), at=NOON)
    assert Lead.objects.get().stage == "engaged"


def test_a_visitor_without_a_name_is_no_lead(world):
    ref = PersonRef(anonymous_id="v-1")
    seen = TouchRecord(ref=ref, kind="demo_request", occurred_at=NOON, message_id="v1")
    done = absorb([seen], source=world.source, received_at=NOON)
    actions.judge(done.person_ids, at=NOON)
    assert Lead.objects.count() == 0


def test_judging_twice_changes_nothing_more(world, ada):
    send(world, touch(ADA, "demo_request", NOON, 1), at=NOON)
    for _ in range(3):
        actions.judge([ada.pk], at=NOON)
    assert (Lead.objects.count(), StageMove.objects.count()) == (1, 2)


def test_the_definition_announces_when_to_look_again_and_is_judged_then(world, ada):
    mail_off = touch(ADA, "unsubscribed", NOON - 10 * DAY, 8)
    downloads = [touch(ADA, "content_download", NOON, n) for n in range(3)]
    # `none: unsubscribed within 180 days` ends 170 days after NOON, long after the downloads stopped counting;
    # so make the window the only thing in the way: downloads shortly before it ends
    ends_at = NOON + 170 * DAY
    recent = [touch(ADA, "content_download", ends_at - DAY, 20 + n) for n in range(3)]
    prices = touch(ADA, "page_view", ends_at - DAY, 9, path="/pricing")
    send(world, mail_off, *downloads, at=NOON)
    send(world, *recent, prices, at=ends_at - DAY)
    assert Lead.objects.get().stage == "engaged"
    assert NextJudgement.objects.get().due_at <= ends_at
    while (due := NextJudgement.objects.order_by("due_at").first()) and due.due_at <= ends_at:
        actions.judge_due(at=due.due_at)
    lead = Lead.objects.get()
    assert (lead.stage, lead.stage_since) == ("marketing_qualified", ends_at)


def test_a_lead_under_nurture_rests_but_a_new_request_wakes_it(world, ada):
    from treaty.feedback.actions import reject
    from treaty.handoff.actions import hand_over

    send(world, touch(ADA, "demo_request", NOON, 1), at=NOON)
    handoff = hand_over(Lead.objects.get(), at=NOON)
    reject(handoff, "not_in_market", by=handoff.owner, at=NOON + DAY, detail="next year")
    actions.judge([ada.pk], at=NOON + 2 * DAY)
    assert Lead.objects.get().stage == "recycled"
    many = [touch(ADA, "content_download", NOON + 3 * DAY, 30 + n) for n in range(3)]
    send(world, *many, touch(ADA, "page_view", NOON + 3 * DAY, 9, path="/pricing"), at=NOON + 3 * DAY)
    assert Lead.objects.get().stage == "recycled"
    send(world, touch(ADA, "demo_request", NOON + 4 * DAY, 40), at=NOON + 4 * DAY)
    lead = Lead.objects.get()
    assert (lead.stage, lead.rests_until) == ("marketing_qualified", None)


def test_after_its_rest_only_what_is_new_counts(world, ada):
    from treaty.feedback.actions import reject
    from treaty.handoff.actions import hand_over

    send(world, touch(ADA, "demo_request", NOON, 1), at=NOON)
    handoff = hand_over(Lead.objects.get(), at=NOON)
    reject(handoff, "not_in_market", by=handoff.owner, at=NOON + DAY, detail="next year")
    actions.judge([ada.pk], at=NOON + 200 * DAY)
    assert Lead.objects.get().stage == "recycled"


def test_who_qualified_before_the_agreement_waits_to_be_let_in(world):
    before = datetime(2025, 12, 1, tzinfo=UTC)
    emails = [f"p{n}@acme.example" for n in range(22)]
    for email in emails:
        world.person(email, at=before)
    old = [touch(email, "demo_request", before, n, known_at=before) for n, email in enumerate(emails)]
    send(world, *old, at=NOON)
    assert Lead.objects.count() == 0
    assert admission.admit(at=NOON) == 20
    assert admission.admit(at=NOON + timedelta(hours=1)) == 0
    assert admission.admit(at=NOON + DAY) == 2
    assert admission.admit(at=NOON + 2 * DAY) == 0
    assert set(Lead.objects.values_list("stage", flat=True)) == {"marketing_qualified"}


def test_nobody_is_judged_before_an_agreement_is_in_force(world, ada):
    done = absorb([touch(ADA, "demo_request", NOON, 1)], source=world.source, received_at=NOON)
    actions.judge(done.person_ids, at=datetime(2025, 12, 31, tzinfo=UTC))
    assert Lead.objects.count() == 0


def test_what_is_marked_is_judged_by_the_schedule(world, ada):
    done = absorb([touch(ADA, "demo_request", NOON, 1)], source=world.source, received_at=NOON)
    marks.mark(done.person_ids, at=NOON)
    assert actions.judge_due(at=NOON) == 1
    assert Lead.objects.get().stage == "marketing_qualified"
    assert Person.objects.count() == 1


def test_a_batch_of_strangers_costs_a_fixed_number_of_queries(world, django_assert_max_num_queries):
    world.person()
    first = [touch(f"q{n}@acme.example", "webinar_attended", NOON, n) for n in range(40)]
    done = absorb(first, source=world.source, received_at=NOON)
    with django_assert_max_num_queries(45):
        actions.judge(done.person_ids, at=NOON)
    assert Lead.objects.filter(stage="engaged").count() == 40


def ended(lead, at, world):
    move(lead, "disqualified", at=at, why=Why(How.PERSON, note="a student after all"), by=world.mira)


def test_who_was_disqualified_comes_back_by_what_they_do_after_it_alone(world, ada):
    """Otherwise the next look at a page would send a lead back to the rep who has just said no."""
    downloads = [touch(ADA, "content_download", NOON, n) for n in range(3)]
    send(world, *downloads, touch(ADA, "page_view", NOON, 8, path="/pricing"), at=NOON)
    assert Lead.objects.get().stage == "marketing_qualified"
    move(Lead.objects.get(), "rejected", at=NOON + DAY, why=Why(How.PERSON), by=world.mira)
    ended(Lead.objects.get(), NOON + DAY, world)
    for n in range(2):
        send(world, touch(ADA, "page_view", NOON + 2 * DAY, 20 + n, path="/pricing"), at=NOON + 2 * DAY)
        assert Lead.objects.count() == 1
    again = NOON + 3 * DAY
    send(world, *[touch(ADA, "content_download", again, 30 + n) for n in range(2)], at=again)
    second = Lead.objects.get(closed_at=None)
    assert (second.number, second.stage, second.opened_at) == (2, "engaged", again)
    send(world, touch(ADA, "content_download", again, 40), at=again)
    second.refresh_from_db()
    assert (second.stage, second.stage_since) == ("marketing_qualified", again)
