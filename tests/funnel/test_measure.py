"""Measures on hand-written rows; every expected figure can be counted on the page."""

from decimal import Decimal

from tests.funnel.fake_lake import FakeLake
from treaty.feedback import measures as feedback
from treaty.funnel import deals, stages
from treaty.sla import measures as sla

DAY = 86_400_000_000
SPAN = (10 * DAY, 20 * DAY)


def move(lead, to, at, **more):
    return {"lead_id": lead, "to_stage": to, "at_us": at, **more}


def deal(number, opened, amount, **more):
    return {"opportunity_id": number, "opened_us": opened, "amount": Decimal(amount), "currency": "EUR", "outcome": "open", **more}


def test_a_lead_is_counted_once_at_the_first_time_it_reached_a_stage():
    lake = FakeLake(
        stage_moves=[
            move(1, "marketing_qualified", 5 * DAY),  # before the period, and again in it: not counted again
            move(1, "marketing_qualified", 12 * DAY),
            move(2, "marketing_qualified", 10 * DAY),  # exactly at the start: counted
            move(3, "marketing_qualified", 20 * DAY),  # exactly at the end: not
        ],
    )
    assert lake.fetch(stages.reached(lake, ("marketing_qualified",), SPAN))["lead_id"].to_pylist() == [2]


def test_a_withdrawn_move_counts_for_nothing():
    lake = FakeLake(stage_moves=[move(1, "sales_accepted", 12 * DAY, withdrawn_us=13 * DAY)])
    assert lake.fetch(stages.reached(lake, ("sales_accepted",), SPAN)).num_rows == 0


def test_a_cohort_follows_its_leads_for_so_many_days():
    lake = FakeLake(
        stage_moves=[
            *(move(n, "sales_accepted", 11 * DAY) for n in (1, 2, 3)),
            move(1, "sales_qualified", 12 * DAY),
            move(2, "sales_qualified", 41 * DAY),  # thirty days after: exactly too late
            move(4, "sales_qualified", 12 * DAY),  # of another cohort
        ]
    )
    rows = lake.fetch(stages.steps(lake, ("sales_accepted", "sales_qualified"), SPAN, 30)).to_pylist()
    assert {row["lead_id"]: row["went_on"] for row in rows} == {1: True, 2: False, 3: False}


def test_passage_says_how_long_it_took_step_by_step():
    lake = FakeLake(
        stage_moves=[
            *(move(n, "a", 10 * DAY) for n in (1, 2, 3)),
            *(move(n, "b", (10 + n) * DAY) for n in (1, 2, 3)),
            move(1, "c", 19 * DAY),
            move(2, "c", 11 * DAY),  # a step back: b came later
        ]
    )
    rows = lake.fetch(stages.passages(lake, ("a", "b", "c"), SPAN)).to_pylist()
    assert sorted((row["step"], row["took"] // DAY) for row in rows) == [("a to b", 1), ("a to b", 2), ("a to b", 3), ("b to c", 8)]


def test_a_stay_lasts_until_the_next_move_or_until_now():
    lake = FakeLake(
        stage_moves=[
            move(1, "a", 10 * DAY, move_id=1),
            move(1, "b", 12 * DAY, move_id=2),
            move(1, "a", 15 * DAY, move_id=3),  # again: a stay of its own
            move(2, "a", 9 * DAY, move_id=4),  # entered before the period
            move(3, "a", 19 * DAY, move_id=5),
            move(3, "b", 40 * DAY, move_id=6),  # after the moment asked: not known then
        ]
    )
    rows = lake.fetch(stages.stays(lake, ("a",), SPAN, 30 * DAY)).to_pylist()
    assert sorted(
        (row["lead_id"], row["at_us"] // DAY, row["left_us"] and row["left_us"] // DAY, row["until_us"] // DAY) for row in rows
    ) == [
        (1, 10, 12, 12),
        (1, 15, None, 30),
        (3, 19, None, 30),
    ]


def test_a_lead_is_followed_to_its_deal():
    lake = FakeLake(
        stage_moves=[move(n, "mql", 11 * DAY) for n in (1, 2, 3)],
        opportunities=[
            deal(1, 12 * DAY, "1", lead_id=1, outcome="won", closed_us=14 * DAY),
            deal(2, 13 * DAY, "1", lead_id=1),
            deal(3, 21 * DAY, "1", lead_id=2, outcome="won", closed_us=200 * DAY),  # opened ten days after: just too late
            deal(4, 10 * DAY, "1", lead_id=3),  # was there before
        ],
    )
    rows = lake.fetch(stages.with_deals(lake, "mql", SPAN, 10)).to_pylist()
    assert sorted((row["lead_id"], row["has_deal"], row["has_won"]) for row in rows) == [
        (1, True, True),
        (2, False, False),
        (3, False, False),
    ]


def test_pipeline_is_what_deals_were_worth_when_they_were_opened():
    lake = FakeLake(
        opportunities=[deal(1, 11 * DAY, "1500"), deal(2, 25 * DAY, "900"), deal(3, 19 * DAY, "700", currency="USD")],
        opportunity_changes=[
            {"opportunity_id": 1, "field": "amount", "value": "", "at_us": 10 * DAY},
            {"opportunity_id": 1, "field": "amount", "value": "1000.0000", "at_us": 11 * DAY},
            {"opportunity_id": 1, "field": "amount", "value": "1500.0000", "at_us": 15 * DAY},
            {"opportunity_id": 1, "field": "stage", "value": "proposal", "at_us": 10 * DAY},
        ],
    )
    found = lake.fetch(deals.created(lake, SPAN)).to_pylist()
    assert {(row["currency"], row["counted"]) for row in found} == {("EUR", Decimal(1000)), ("USD", Decimal(700))}


def test_who_found_a_deal():
    lake = FakeLake(
        opportunities=[
            deal(1, 15 * DAY, "1", lead_id=1, account_id=1),  # its lead was made by the signed definition
            deal(2, 15 * DAY, "1", account_id=2),  # no such lead, but marketing had touched the account before
            deal(3, 15 * DAY, "1", account_id=3),  # touched only afterwards
            deal(4, 15 * DAY, "1"),
        ],
        leads=[{"lead_id": 1, "person_id": 1}],
        stage_moves=[move(1, "engaged", 2 * DAY, from_stage="", how="definition")],
        people=[{"person_id": n, "account_id": n} for n in (1, 2, 3)],
        touches=[{"touch_id": 1, "person_id": 2, "occurred_us": 14 * DAY}, {"touch_id": 2, "person_id": 3, "occurred_us": 16 * DAY}],
    )
    found = lake.fetch(deals.with_sourced(lake, deals.deals(lake)).order_by("opportunity_id"))["sourced"].to_pylist()
    assert found == ["marketing", "sales_helped", "sales", "sales"]


def test_open_deals_are_never_decided():
    lake = FakeLake(
        opportunities=[
            deal(1, DAY, "100", outcome="won", closed_us=11 * DAY),
            deal(2, DAY, "300", outcome="lost", closed_us=12 * DAY),
            deal(3, DAY, "500"),
            deal(4, DAY, "700", outcome="won", closed_us=30 * DAY),
        ]
    )
    rows = lake.fetch(deals.decided(lake, SPAN)).to_pylist()
    assert sorted((row["opportunity_id"], row["is_won"], row["counted"]) for row in rows) == [(1, True, 100), (2, False, 300)]


def clock(number, ended, due=15, **more):
    return {"clock_id": number, "promise": "first-contact", "ended": ended, "due_us": due * DAY, "starts_us": 10 * DAY, **more}


def test_attainment_leaves_running_and_moved_clocks_out():
    lake = FakeLake(
        clocks=[
            clock(1, "met", stopped_us=11 * DAY),
            clock(2, "late", stopped_us=16 * DAY, breached_us=15 * DAY),
            clock(3, "", breached_us=15 * DAY),
            clock(4, ""),
            clock(5, "moved", breached_us=15 * DAY),
            clock(6, "moved"),
            clock(7, "met", due=25, stopped_us=11 * DAY),
        ]
    )
    assert lake.row(sla.attainment(lake, "first-contact", SPAN)) == {"kept": 1, "not_kept": 3, "running": 1}


def test_nine_of_ten_first_contacts():
    lake = FakeLake(clocks=[clock(n, "met", stopped_us=(10 + n) * DAY) for n in range(1, 6)])
    # one to five days; nine tenths of the way from the first to the fifth value is 4.6
    found = lake.row(sla.first_contact_hours_p90(lake, "first-contact", SPAN))
    assert (found["n"], found["p90_us"] / DAY) == (5, 4.6)


def test_delays_of_source_and_system_are_apart():
    lake = FakeLake(handoffs=[{"handoff_id": 1, "qualified_us": 10 * DAY, "received_us": 11 * DAY, "made_us": 13 * DAY}])
    found = lake.row(sla.delays(lake, SPAN))
    assert (found["source_us"], found["system_us"]) == (DAY, 2 * DAY)


def answered(number, outcome, at=12, **more):
    return {"disposition_id": number, "handoff_id": number, "outcome": outcome, "at_us": at * DAY, "reason": "", **more}


def test_acceptance_shows_what_expired():
    lake = FakeLake(
        dispositions=[answered(1, "accepted"), answered(2, "rejected", reason="no_budget"), answered(3, "accepted", withdrawn_us=13 * DAY)],
        handoffs=[{"handoff_id": n, "lead_id": n} for n in (1, 2, 3, 4)],
        leads=[{"lead_id": n, "campaign": "webinar"} for n in (1, 2, 3, 4)],
        clocks=[{"clock_id": 1, "promise": "disposition", "ended": "", "breached_us": 12 * DAY, "handoff_id": 4, "lead_id": 4}],
    )
    assert lake.row(feedback.acceptance(lake, "disposition", SPAN)) == {"accepted": 1, "given_back": 1, "expired": 1}
    assert lake.fetch(feedback.by(lake, "campaign", SPAN)).to_pylist() == [{"value": "webinar", "accepted": 1, "given_back": 1}]
    assert lake.fetch(feedback.reasons(lake, SPAN)).to_pylist() == [{"reason": "no_budget", "n": 1}]
