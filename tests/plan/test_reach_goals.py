"""Where goals stand on Monday 9 March 2026.

The quarter has 64 working days, 48 of them gone: 22 in January, 20 in February, 6 in March.
"""

from decimal import Decimal

from tests.plan.frames import clock, deal, frame, from_marketing, us, won
from treaty.funnel import catalogue
from treaty.plan.queries import Standing, goals, shared


def goal(frame, wanted):
    return next(one for one in goals(frame) if one.goal.id == wanted)


def test_the_expected_sum_follows_working_days():
    found = goal(frame(opportunities=[deal(1, "02-03", "900000")]), "pipeline")
    # 1,200,000 × 48 / 64 = 900,000: exactly on pace counts as ahead
    assert (found.pace.expected, found.pace.gap, found.pace.days_left) == (Decimal(900000), 0, 16)
    assert found.standing == Standing.AHEAD


def test_a_goal_below_its_pace_says_by_how_much():
    found = goal(frame(opportunities=[won(1, "02-03", "270000")]), "revenue")
    assert (found.pace.gap, found.standing) == (Decimal(-30000), Standing.BELOW)  # 400,000 × 48 / 64 = 300,000


def test_a_sum_that_is_reached_is_reached_whatever_the_day():
    assert goal(frame(opportunities=[deal(1, "01-02", "1200000")]), "pipeline").standing == Standing.REACHED


def test_growth_is_measured_against_the_whole_quarter_before():
    before = deal(1, "01-02", "40000", outcome="won", closed_us=us("01-01 12:00") - 20 * 86_400_000_000, lead_id=1)
    now = won(2, "02-10", "30000", lead_id=2)
    other = won(3, "02-11", "99000")  # found by sales: the goal names marketing's deals
    found = goal(
        frame(opportunities=[before, now, other], stage_moves=from_marketing(1, 2), leads=[{"lead_id": 1}, {"lead_id": 2}]), "sourced"
    )
    # 40,000 + 25 % = 50,000; three quarters of the working days are gone: 37,500 were due
    assert (found.now.figure, found.bound, found.pace.expected) == (30000, Decimal(50000), Decimal(37500))
    assert found.standing == Standing.BELOW


def test_growth_from_nothing_cannot_be_judged():
    found = goal(frame(), "sourced")
    assert (found.bound, found.standing) == (None, Standing.UNKNOWN)


def test_a_share_of_few_cases_is_not_judged():
    answers = [{"disposition_id": n, "handoff_id": n, "outcome": "accepted", "at_us": us("03-03")} for n in range(9)]
    rows = {"handoffs": [{"handoff_id": n, "lead_id": n} for n in range(12)], "leads": [{"lead_id": n} for n in range(12)]}
    assert goal(frame(dispositions=answers, **rows), "accept").standing == Standing.EARLY
    answers += [{"disposition_id": n, "handoff_id": n, "outcome": "rejected", "at_us": us("03-03")} for n in (9, 10, 11)]
    found = goal(frame(dispositions=answers, **rows), "accept")
    assert (found.now.figure, found.standing) == (Decimal("0.75"), Standing.NOT_KEPT)


def test_nine_of_ten_first_contacts_within_a_day():
    clocks = [clock(n, "first-contact", "03-05", starts_us=us("03-05") - n * 7_200_000_000 - 3_600_000_000) for n in range(1, 12)]
    # they took 2, 4, … 22 hours: nine tenths of the way from the first to the eleventh is the tenth, 20 hours
    found = goal(frame(clocks=clocks), "speed")
    assert (found.now.figure, found.now.n, found.standing) == (20, 11, Standing.KEPT)


def test_the_parts_of_the_shared_number_add_up_to_it():
    rows = [
        deal(1, "02-03", "100.10", lead_id=1),
        deal(2, "02-04", "200.20", account_id=7),
        deal(3, "02-05", "400.40"),
        deal(4, "02-06", None),
    ]
    made = frame(
        opportunities=rows, leads=[{"lead_id": 1}], stage_moves=from_marketing(1),
        people=[{"person_id": 5, "account_id": 7}], touches=[{"touch_id": 1, "person_id": 5, "occurred_us": us("01-05")}],
    )  # fmt: skip
    found = shared(made)
    assert [(part.sourced, part.n, part.amount) for part in found.parts] == [
        ("marketing", 1, Decimal("100.1000")),
        ("sales_helped", 1, Decimal("200.2000")),
        ("sales", 2, Decimal("400.4000")),
    ]
    assert sum(part.amount for part in found.parts) == found.goal.now.figure == Decimal("700.70")
    assert (sum(part.n for part in found.parts), found.goal.now.parts["without"]) == (4, 1)


def test_another_currency_is_shown_beside_and_not_added():
    found = goal(frame(opportunities=[deal(1, "02-03", "100"), deal(2, "02-03", "70", currency="USD")]), "pipeline")
    assert (found.now.figure, found.now.others, found.now.n) == (100, {"USD": 70}, 2)


def test_an_amount_that_names_no_currency_counts_nothing_and_is_counted():
    found = goal(frame(opportunities=[deal(1, "02-03", "100"), deal(2, "02-03", "70", currency="")]), "pipeline")
    assert (found.now.figure, found.now.others, found.now.parts["unnamed"]) == (100, {}, 1)


def test_the_line_of_the_quarter_ends_at_the_figure():
    saturday = deal(1, "02-07", "50")  # counts with Friday 6 February, the working day before
    today = deal(2, "03-09 11:00", "7")
    found = shared(frame(opportunities=[saturday, today, deal(3, "01-01", "1")]))
    assert len(found.days) == 48
    assert (found.days[0], found.days[26], found.days[25], found.days[-1]) == (1, 51, 1, 58)  # 6 February is the 27th working day
    assert [before for before, _ in found.months] == [0, 22, 42]


def test_rows_behind_the_number_are_those_it_counts():
    made = frame(opportunities=[deal(1, "02-03", "5"), deal(2, "12-03", "7"), won(3, "03-01", "9", opened_us=us("01-01"))])
    period = goal(made, "pipeline").period
    assert [row["opportunity_id"] for row in catalogue.behind(made, "pipeline_created", period.us)] == [1, 3]
