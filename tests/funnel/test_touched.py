"""What campaigns touched, counted by hand on written rows, and against a plain loop."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.funnel.fake_lake import FakeLake
from treaty.attribution import sharing
from treaty.attribution.deals import Journey
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES
from treaty.funnel import touched
from treaty.truth.measures import Exchange

LINEAR = Model(RULES["linear"])
EUROS = Exchange("EUR", "UTC")
PEOPLE = [{"person_id": n, "account_id": account} for n, account in ((1, 1), (2, 1), (3, 2), (4, None))]


def touch(number, person, at, campaign="spring", channel="email"):
    return {"touch_id": number, "person_id": person, "occurred_us": at, "channel": channel, "campaign": campaign, "content": "guide"}


def rows(lake, expression):
    return lake.fetch(expression).to_pylist()


def parts(lake, deals):
    return touched.parts(sharing.of(lake, deals, Journey(), LINEAR, EUROS), "campaign")


def by_origin(lake, expression, *names):
    return {row["origin"]: tuple(row[name] for name in names) for row in rows(lake, expression)}


def test_people_and_accounts_are_counted_once_whoever_wrote_the_campaign_how():
    lake = FakeLake(
        people=PEOPLE,
        touches=[touch(1, 1, 5, "Spring "), touch(2, 1, 6), touch(3, 2, 7), touch(4, 4, 8), touch(5, 3, 9, ""), touch(6, 3, 20)],
    )
    assert by_origin(lake, touched.reach(lake, "campaign", (0, 20)), "touches", "people", "accounts") == {"spring": (4, 3, 1)}
    reached = rows(lake, touched.reached(lake, "campaign", "spring", (0, 20)))
    assert {row["person_id"]: (row["touches"], row["at_us"]) for row in reached} == {1: (2, 5), 2: (1, 7), 4: (1, 8)}


def test_a_lead_counts_with_each_campaign_that_touched_its_person_by_then_and_not_too_long_ago():
    lake = FakeLake(
        people=PEOPLE,
        touches=[touch(1, 1, 5), touch(2, 1, 5, "fair"), touch(3, 1, 11, "late"), touch(4, 3, 0), touch(5, 1, 10, "now")],
        leads=[{"lead_id": 1, "person_id": 1}, {"lead_id": 2, "person_id": 3}],
        stage_moves=[
            {"move_id": n, "lead_id": lead, "at_us": 10, "from_stage": "engaged", "to_stage": "mql", "how": "definition"}
            for n, lead in ((1, 1), (2, 2))
        ],
    )
    found = rows(lake, touched.qualified(lake, "campaign", "mql", (0, 20), 10))  # the touch at 0 is exactly ten old at 10
    assert sorted((row["origin"], row["lead_id"]) for row in found) == [("fair", 1), ("now", 1), ("spring", 1)]


def test_rejections_are_of_leads_it_had_touched_before_the_answer():
    lake = FakeLake(
        people=PEOPLE,
        touches=[touch(1, 1, 5), touch(2, 1, 15, "fair")],
        leads=[{"lead_id": 1, "person_id": 1}],
        handoffs=[{"handoff_id": 1, "lead_id": 1}, {"handoff_id": 2, "lead_id": 1}],
        dispositions=[
            {"disposition_id": 1, "handoff_id": 1, "outcome": "rejected", "reason": "no_budget", "at_us": 10},
            {"disposition_id": 2, "handoff_id": 2, "outcome": "accepted", "reason": "", "at_us": 12},
        ],
    )
    found = rows(lake, touched.rejected(lake, "campaign", (0, 20), 0))
    assert [(row["origin"], row["reason"]) for row in found] == [("spring", "no_budget")]


def test_money_was_first_spent_on_the_first_day_that_has_any():
    def spend(on, amount, campaign="Spring"):
        return {"campaign": campaign, "currency": "EUR", "spent_on": on, "amount": Decimal(amount), "channel": "search"}

    first, later = date(2026, 3, 1), date(2026, 3, 31)
    lake = FakeLake(spend=[spend(first, 0), spend(later, 2), spend(date(2026, 4, 1), 4, " SPRING"), spend(first, 16, "")])
    assert rows(lake, touched.first_spent(lake)) == [{"origin": "spring", "first_on": later}]


def company(touches, **deal):
    one = {
        "opportunity_id": 1,
        "account_id": 1,
        "outcome": "won",
        "opened_us": 20,
        "closed_us": 50,
        "currency": "EUR",
        "amount": Decimal(9),
    }
    return FakeLake(people=PEOPLE, touches=touches, opportunities=[one | deal])


def test_pipeline_is_shared_among_touches_until_the_deal_was_opened_at_what_it_was_worth_then():
    """Of two touches by 20 each has half of the first amount, 6; the one at 30 came after."""
    lake = company([touch(1, 1, 5), touch(2, 2, 20, "fair"), touch(3, 1, 30, "late")])
    lake.rows["opportunity_changes"] = [{"opportunity_id": 1, "field": "amount", "value": "6.00", "at_us": 20}]
    sums = touched.sums(parts(lake, touched.opened(lake, (0, 100))))
    assert by_origin(lake, sums, "deals", "units", "whole_units", "first", "last", "only") == {
        "spring": (1, 300, 600, 1, 0, 0),
        "fair": (1, 300, 600, 0, 1, 0),
    }


def test_every_deal_is_shared_until_its_close_or_until_now():
    lake = company([touch(1, 1, 5), touch(2, 1, 70)], outcome="open", closed_us=None, amount=None)
    found = rows(lake, parts(lake, touched.every(lake, 60)))
    assert [(row["touches"], row["share"], row["units"], row["is_first"], row["is_last"]) for row in found] == [(1, 1.0, 0, True, True)]


def test_only_what_lies_in_the_window_of_its_campaign_counts():
    lake = company([touch(1, 1, 5), touch(2, 2, 20, "fair"), touch(3, 1, 30, "late")])
    found = rows(
        lake, touched.in_windows(parts(lake, touched.every(lake, 60)), {"spring": (0, 51), "fair": (0, 50)})
    )  # the deal closed at 50
    assert [row["origin"] for row in found] == ["spring"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60), st.sampled_from(["", "a", "B"])), max_size=8), st.integers(0, 500))
def test_the_parts_of_all_campaigns_and_of_none_are_a_plain_loop_s(told, cents):
    """Linear: each touch at the account by 50 has one part; a campaign its touches' parts, to a cent either way."""
    lake = company([touch(n, person, at, name) for n, (person, at, name) in enumerate(told)], amount=Decimal(cents) / 100)
    found = by_origin(lake, parts(lake, touched.every(lake, 60)), "touches", "share", "units", "whole_units")
    counted = [name.lower() for person, at, name in told if person in (1, 2) and at <= 50]
    assert set(found) == {name for name in counted if name}
    for name, (n, share, part, whole) in found.items():
        assert (n, whole) == (counted.count(name), cents)
        assert abs(share - n / len(counted)) < 1e-9
        assert abs(int(part) - cents * n / len(counted)) <= n
