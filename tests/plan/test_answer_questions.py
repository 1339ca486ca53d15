"""The four questions, on Monday 9 March 2026."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.plan.frames import clock, frame, qualified, us
from tests.world import HALDEN
from treaty.funnel.way import walk
from treaty.plan.answers import Verdict, answers, converting
from treaty.plan.answers import bottleneck as find_bottleneck

DAY = 86_400_000_000
APRIL = datetime(2026, 4, 20, 12, tzinfo=UTC)


def move(lead, to, at, days=0.0):
    return {"lead_id": lead, "to_stage": to, "at_us": us(at) + round(days * DAY)}


def leads(count):
    return [{"lead_id": n, "segment": "dach"} for n in range(count)]


def cohort(first, count, went_on, month):
    moves = [move(first + n, "sales_accepted", f"{month}-10") for n in range(count)]
    return moves + [move(first + n, "sales_qualified", f"{month}-10", 5) for n in range(went_on)]


def test_the_way_of_a_lead_is_read_from_the_signed_graph():
    assert walk(frame().terms) == ["marketing_qualified", "sales_accepted", "sales_qualified", "opportunity", "customer"]


def test_enough_leads_are_those_due_by_now():
    # 32.73 of 120 are due by 9 March, 13.64 of them in dach
    for count, verdict in ((33, Verdict.YES), (30, Verdict.MOSTLY), (29, Verdict.NO)):
        found = answers(frame(stage_moves=[qualified(n, "03-03") for n in range(count)], leads=leads(count))).enough
        assert (found.now.value.n, found.verdict) == (count, verdict)


def test_enough_of_the_wrong_segment_is_mostly():
    rows = [{"lead_id": n, "segment": "rest"} for n in range(40)]
    assert answers(frame(stage_moves=[qualified(n, "03-03") for n in range(40)], leads=rows)).enough.verdict == Verdict.MOSTLY


def test_bars_carry_a_promise_only_where_there_was_one():
    bars = answers(frame(since=datetime(2026, 1, 31, 23, tzinfo=UTC), stage_moves=[qualified(1, "01-05")], leads=leads(2))).enough.bars
    assert [(bar.period.first_on.month, bar.n, bar.promised) for bar in bars[-3:]] == [(1, 1, None), (2, 0, 120), (3, 0, 120)]


@pytest.mark.parametrize(
    ("in_time", "later", "verdict"), [(10, 0, Verdict.YES), (17, 3, Verdict.MOSTLY), (16, 4, Verdict.NO), (0, 0, Verdict.EARLY)]
)
@pytest.mark.django_db
def test_prompt_is_what_the_sides_agreed_yes_only_when_every_case_was(in_time, later, verdict):
    clocks = [clock(n, "first-contact", "03-03") for n in range(in_time)]
    clocks += [clock(100 + n, "first-contact", "03-03", "late") for n in range(later)]
    found = answers(frame(clocks=clocks)).prompt
    assert (found.verdict, found.contacts) == (verdict, [])  # nobody owns these clocks, so no length can be counted


def test_lengths_are_counted_in_the_owners_hours(world):
    # Friday 6 March 16:30 UTC is 17:30 in Berlin, closing time; Monday 10:00 UTC is 11:00: two hours of work
    whose = {"owner_id": world.sol.pk, "version_id": world.version.pk}
    late = clock(1, "first-contact", "03-09 09:00", **whose, starts_us=us("03-06 16:30"), stopped_us=us("03-09 10:00"))
    (found,) = answers(frame(clocks=[late])).prompt.contacts
    assert (found.took, found.is_kept) == (timedelta(hours=2), True)


def test_an_agreement_without_that_promise_is_not_asked():
    without = HALDEN.replace("do: first_contact\n", "do: disposition\n")
    assert answers(frame(text=without)).prompt.verdict == Verdict.UNASKED


def test_the_last_mature_month_is_held_against_those_before():
    rows = cohort(0, 40, 12, "01") + cohort(100, 40, 14, "02") + cohort(200, 30, 3, "03")
    found = converting(frame(stage_moves=rows, at=APRIL))
    # March ends on 1 April and is mature thirty days later, so on 20 April February is the last mature month
    assert ((found.last.period.first_on.month, found.last.n, found.last.k), found.usual) == ((2, 40, 14), (12, 40))
    assert [one.period.first_on.month for one in found.young] == [3]
    low, high = found.interval
    assert (round(low, 3), round(high, 3)) == (0.221, 0.505)  # Wilson for 14 of 40, by hand
    assert found.verdict == Verdict.YES


def test_a_month_clearly_apart_from_the_usual_is_said_so():
    assert converting(frame(stage_moves=cohort(0, 40, 30, "01") + cohort(100, 40, 8, "02"), at=APRIL)).verdict == Verdict.NO
    assert converting(frame(stage_moves=cohort(0, 40, 8, "01") + cohort(100, 40, 30, "02"), at=APRIL)).verdict == Verdict.MORE


def test_few_cases_and_young_months_are_too_early():
    assert converting(frame(stage_moves=cohort(0, 40, 30, "01") + cohort(100, 9, 8, "02"), at=APRIL)).verdict == Verdict.EARLY
    assert converting(frame(stage_moves=cohort(0, 40, 30, "03"))).verdict == Verdict.EARLY


def test_the_bottleneck_is_the_step_half_take_longest_for():
    rows = [
        *(move(n, "marketing_qualified", "02-02") for n in range(12)),
        *(move(n, "sales_accepted", "02-02", 1) for n in range(12)),
        *(move(n, "sales_qualified", "02-02", 1 + n) for n in range(1, 12)),  # 1 to 11 days: half within 6
    ]
    waiting = [{"lead_id": n, "stage": "sales_accepted", "stage_since_us": us("03-01")} for n in range(3)]
    found = find_bottleneck(frame(stage_moves=rows, leads=waiting)).longest
    assert (found.from_stage, found.to_stage, found.median, found.waiting) == ("sales_accepted", "sales_qualified", timedelta(days=6), 3)


def test_a_step_of_few_leads_is_no_bottleneck():
    rows = [move(1, "marketing_qualified", "02-02"), move(1, "sales_accepted", "02-02", 20)]
    assert find_bottleneck(frame(stage_moves=rows)).longest is None
