"""Measures of several periods at once: the same figures as one period at a time, in one question."""

from decimal import Decimal

from tests.funnel.fake_lake import FakeLake
from tests.funnel.test_measure import DAY, SPAN, answered, clock, move
from treaty.engine.measuring import bucket, kept, kept_rows
from treaty.feedback import measures as feedback
from treaty.funnel import stages
from treaty.sla import measures as sla

EDGES = (10 * DAY, 20 * DAY, 30 * DAY)
"""Two periods: days 10 to 19, and 20 to 29."""


def test_a_moment_on_an_edge_belongs_to_the_period_that_begins_there():
    lake = FakeLake(stage_moves=[move(n, "x", at * DAY) for n, at in enumerate((9, 10, 19, 20, 29, 30))])
    rows = lake.table("stage_moves")
    found = lake.fetch(rows.select("at_us", place=bucket(rows.at_us, EDGES)))
    assert [row["place"] for row in found.to_pylist()] == [0, 1, 1, 2, 2, 3]


def test_attainment_of_every_promise_by_period():
    lake = FakeLake(
        clocks=[
            clock(1, "met", stopped_us=11 * DAY),
            clock(2, "late", due=20, stopped_us=26 * DAY, breached_us=20 * DAY),  # due at the start of the second period
            clock(3, "", due=25),
            {**clock(4, "met", stopped_us=11 * DAY), "promise": "disposition"},
            {**clock(5, "met", stopped_us=21 * DAY), "due_us": None},  # it stood: counted when it stopped
            clock(6, "void"),
            clock(7, "moved", breached_us=15 * DAY),
            clock(8, "moved"),
        ]
    )
    found = lake.fetch(sla.attainment_by_period(lake, EDGES)).to_pylist()
    names = ("kept", "not_kept", "running", "moved")
    assert sorted((row["promise"], row["period"], *(int(row[name]) for name in names)) for row in found) == [
        ("disposition", 0, 1, 0, 0, 0),
        ("first-contact", 0, 1, 1, 0, 1),
        ("first-contact", 1, 1, 1, 1, 0),
    ]


def test_origins_of_what_came_back_count_what_ran_out():
    lake = FakeLake(
        dispositions=[answered(1, "accepted"), answered(2, "rejected"), answered(3, "recycled"), answered(5, "rejected", at=25)],
        handoffs=[{"handoff_id": n, "lead_id": n} for n in range(1, 6)],
        leads=[{"lead_id": n, "campaign": "letter" if n == 3 else "webinar"} for n in range(1, 6)],
        clocks=[{"clock_id": 1, "promise": "disposition", "ended": "", "breached_us": 12 * DAY, "handoff_id": 4, "lead_id": 4}],
    )
    found = {row.pop("value"): row for row in lake.fetch(feedback.origins(lake, "disposition", "campaign", SPAN)).to_pylist()}
    assert found["webinar"] == {"accepted": 1, "rejected": 1, "recycled": 0, "expired": 1}
    assert found["letter"] == {"accepted": 0, "rejected": 0, "recycled": 1, "expired": 0}


def test_a_figure_is_computed_once_per_version_of_the_lake():
    lake, asked = FakeLake(), []
    for version in (1, 1, 2):
        lake.version = version
        kept(lake, "measure", lambda: asked.append(1) or Decimal(1))
    assert len(asked) == 2


def test_rows_are_asked_once_per_version():
    lake = FakeLake(stage_moves=[move(1, "a", DAY)])
    rows = [kept_rows(lake, ("reached", "a"), lambda: stages.reached(lake, ("a",), (0, 2 * DAY))) for _ in range(2)]
    assert rows[0] is rows[1]
    assert rows[0] == [{"lead_id": 1, "at_us": DAY, "stage": "a"}]


def test_the_way_to_the_first_contact_splits_into_source_system_and_human():
    handoffs = [
        {"handoff_id": n, "lead_id": n, "qualified_us": (10 - n) * DAY, "received_us": 10 * DAY, "made_us": 11 * DAY} for n in (1, 3)
    ]  # the source took one and three days, the system one day
    clocks = [clock(n, "met", handoff_id=n, stopped_us=(11 + n) * DAY) for n in (1, 3)]  # the contact came one and three days later
    assert _way(handoffs, clocks) == [(2, 2, 2), (2, 1, 1), (2, 2, 2)]


def test_time_with_an_owner_before_is_not_the_machines():
    first = {"handoff_id": 1, "lead_id": 1, "qualified_us": 10 * DAY, "received_us": 10 * DAY, "made_us": 10 * DAY}
    second = {**first, "handoff_id": 2, "made_us": 13 * DAY}  # it went to a colleague three days later, who called at once
    contacted = clock(2, "met", handoff_id=2, stopped_us=13 * DAY)
    assert _way([first, second], [contacted]) == [(1, 0, 0), (1, 0, 0), (1, 3, 3)]


def _way(handoffs, clocks):
    lake = FakeLake(handoffs=handoffs, clocks=clocks)
    found = sorted(lake.fetch(sla.way(lake, "first-contact", SPAN)).to_pylist(), key=lambda row: row["stretch"])
    return [(row["n"], row["mean_us"] / DAY, row["median_us"] / DAY) for row in found]
