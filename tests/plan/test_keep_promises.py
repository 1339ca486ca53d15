"""What each team promised and what happened, on Monday 9 March 2026: 6 of March's 22 working days are gone."""

from datetime import UTC, datetime
from decimal import Decimal

from tests.plan.frames import clock, deal, frame, from_marketing, qualified, us, won
from tests.world import HALDEN
from treaty.plan.promises import Standing, promises


def promise(frame, wanted):
    return next(one for one in promises(frame) if one.promise.id == wanted)


def leads(*numbers, segment="dach"):
    return [{"lead_id": n, "segment": segment} for n in numbers]


def test_every_promise_of_both_sides_is_there_in_the_words_of_the_agreement():
    found = {one.promise.id: one for one in promises(frame())}
    assert list(found) == ["volume", "value", "quality", "content", "nurture", "complete", "first-contact", "disposition", "attempts"]
    assert found["first-contact"].says == "Makes the first contact within 4 working hours in at least 85 of 100 cases"
    assert found["first-contact"].then == (
        "The owner is warned after 75% of the time. If the time runs out, the owner's manager is told and the lead is routed again."
    )
    assert found["volume"].says == "Delivers at least 120 marketing qualified leads each month, of which at least 50 in dach"


def test_a_delivery_is_held_against_its_even_pace():
    moves = [qualified(n, "03-03") for n in range(40)]
    now = promise(frame(stage_moves=moves, leads=leads(*range(40))), "volume").periods[-1]
    # 120 × 6 / 22 = 32.73 are due by now, 50 × 6 / 22 = 13.64 of them in dach
    assert (now.value.n, now.due, now.standing) == (40, Decimal("32.73"), Standing.ON_LINE)
    assert [(part.name, part.n, part.due) for part in now.segments] == [("dach", 40, Decimal("13.64"))]


def test_a_delivery_whose_part_is_behind_is_below():
    moves = [qualified(n, "03-03") for n in range(40)]
    now = promise(frame(stage_moves=moves, leads=leads(*range(40), segment="rest")), "volume").periods[-1]
    assert (now.value.n, now.segments[0].n, now.standing) == (40, 0, Standing.BELOW)


def test_a_month_that_is_over_needs_all_that_was_promised():
    moves = [qualified(n, "02-03") for n in range(119)]
    found = promise(frame(stage_moves=moves, leads=leads(*range(119))), "volume")
    assert [one.standing for one in found.periods] == [Standing.NOT_KEPT, Standing.NOT_KEPT, Standing.BELOW]
    more = [*moves, qualified(119, "02-27")]
    assert promise(frame(stage_moves=more, leads=leads(*range(120))), "volume").periods[1].standing == Standing.KEPT


def test_marketings_pipeline_counts_the_deals_it_found():
    rows = [deal(1, "02-03", "500000", lead_id=1), deal(2, "02-03", "300000")]
    now = promise(frame(opportunities=rows, leads=leads(1), stage_moves=from_marketing(1)), "value").periods[-1]
    # 600,000 × 48 / 64 working days = 450,000 due
    assert (now.value.figure, now.due, now.standing) == (500000, Decimal(450000), Standing.ON_LINE)


def test_clocks_are_judged_by_the_share_the_sides_agreed():
    clocks = [clock(n, "first-contact", "02-10") for n in range(17)] + [clock(n, "first-contact", "02-10", "late") for n in (17, 18, 19)]
    clocks += [clock(20, "first-contact", "03-03"), {**clock(21, "first-contact", "03-13", ""), "stopped_us": None}]
    january, february, march = promise(frame(clocks=clocks), "first-contact").periods
    assert january.standing == Standing.NONE
    assert (february.value.k, february.value.n, february.standing) == (17, 20, Standing.KEPT)  # exactly 85 of 100
    assert (march.value.k, march.value.n, march.running, march.standing) == (1, 1, 1, Standing.ON_LINE)


def test_acceptance_shows_what_ran_out():
    answers = [{"disposition_id": n, "handoff_id": n, "outcome": "accepted", "at_us": us("02-10")} for n in range(4)]
    out = {**clock(9, "disposition", "02-10", ""), "breached_us": us("02-10")}
    rows = {"handoffs": [{"handoff_id": n, "lead_id": n} for n in range(10)], "leads": leads(*range(10))}
    found = promise(frame(dispositions=answers, clocks=[out], **rows), "quality").periods[1]
    assert (found.value.k, found.value.n, found.value.parts["expired"], found.standing) == (4, 5, 1, Standing.KEPT)


def test_what_is_not_carried_out_yet_says_so():
    found = promise(frame(), "content")
    assert (found.standing, found.periods) == (Standing.LATER, ())
    assert found.note.startswith("Content requests")


def test_periods_before_the_agreement_are_not_judged():
    began = frame(since=datetime(2026, 2, 15, 23, tzinfo=UTC))  # Monday 16 February in Berlin
    assert [one.period.first_on.month for one in promise(began, "volume").periods] == [3]  # February began before it
    assert [one.period.first_on.month for one in promise(began, "first-contact").periods] == [2, 3]


def test_in_its_first_month_a_delivery_is_due_from_the_first_day_only():
    began = frame(since=datetime(2026, 3, 4, 23, tzinfo=UTC))  # Thursday 5 March in Berlin
    # 5, 6 and 9 March: three working days of 22
    assert promise(began, "volume").periods[-1].due == Decimal("16.37")  # 32.73 - 16.36 for the three days before it


def test_each_period_is_held_against_the_version_of_its_time():
    softer = HALDEN.replace("in: 85%\n      warn_at", "in: 50%\n      warn_at")
    assert softer != HALDEN
    clocks = [clock(1, "first-contact", "02-10"), clock(2, "first-contact", "02-10", "late"), clock(3, "first-contact", "03-03", "late")]
    made = frame(clocks=clocks, later=(softer, datetime(2026, 3, 1, tzinfo=UTC)))
    _, february, march = promise(made, "first-contact").periods
    assert (february.bound, february.standing) == (Decimal("0.85"), Standing.NOT_KEPT)
    assert march.bound == Decimal("0.5")


def test_won_deals_do_not_count_as_pipeline_of_a_quarter_they_were_opened_before():
    rows = [won(1, "02-10", "900000", lead_id=1, opened_us=us("01-01") - 9 * 86_400_000_000)]
    now = promise(frame(opportunities=rows, leads=leads(1), stage_moves=from_marketing(1)), "value").periods[-1]
    assert now.value.figure == 0
