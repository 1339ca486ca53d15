"""Why a touch counts for a deal or does not: exactly those without a reason are the ones that share it."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.test_deals import EUROS, MICRO, companies, deal, touch
from tests.funnel.fake_lake import FakeLake
from treaty.attribution import reasons, sharing
from treaty.attribution.deals import Journey
from treaty.attribution.measures import Terms
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES

LINEAR = Model(RULES["linear"])


def left(lake, number, journey, until=1_000):
    rows = lake.fetch(reasons.path(lake, number, until, journey, LINEAR, EUROS)).to_pylist()
    return {row["touch_id"]: row["left"] for row in rows}


def test_every_touch_of_the_buying_group_has_its_reason():
    """Closed at 50, look-back 40, repeats within 6: persons 1 and 2 are at the account, 3 has a part in the deal from elsewhere."""
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}, {"person_id": 2, "account_id": 1}, {"person_id": 3, "account_id": 9}],
        touches=[
            touch(1, 1, 10),  # exactly as old as the look-back
            touch(2, 1, 11, "webinar"),
            touch(3, 1, 16, "webinar"),  # five after the same
            touch(4, 1, 17, "direct"),
            touch(5, 2, 18, "webinar"),  # another person
            touch(6, 3, 20),
            touch(7, 1, 50),  # at the close
            touch(8, 1, 51, "webinar"),
            touch(9, 3, 60),
        ],
        buying_roles=[{"opportunity_id": 1, "person_id": 3}, {"opportunity_id": 1, "person_id": 1}, {"opportunity_id": 2, "person_id": 2}],
        opportunities=[deal(1, "9.00", 50, account_id=1), deal(2, "9.00", 50, account_id=7)],
    )
    journey = Journey(Terms(timedelta(microseconds=40)), repeats_us=6, counts_direct=False)
    assert left(lake, 1, journey) == {
        1: "too_old", 2: "", 3: "repeated", 4: "direct", 5: "", 6: "not_counted_person", 7: "", 8: "after_close", 9: "not_counted_person",
    }  # fmt: skip


def test_where_only_the_lead_s_person_counts_colleagues_do_not():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}, {"person_id": 2, "account_id": 1}],
        touches=[touch(1, 1, 10), touch(2, 2, 11)],
        leads=[{"lead_id": 5, "person_id": 2, "opened_us": 1}],
        opportunities=[deal(1, "9.00", 50, account_id=1, lead_id=5)],
    )
    assert left(lake, 1, Journey(by_account=False)) == {1: "not_counted_person", 2: ""}


def test_an_open_deal_is_shared_as_if_it_closed_now():
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}],
        touches=[touch(1, 1, 10), touch(2, 1, 70)],
        opportunities=[deal(1, "9.00", None, account_id=1, outcome="open")],
    )
    assert left(lake, 1, Journey(), until=60) == {1: "", 2: "after_close"}


@settings(max_examples=12, deadline=None)
@given(companies(), st.none() | st.integers(1, 50), st.booleans(), st.booleans(), st.sampled_from([0, 5]))
def test_those_without_a_reason_are_those_that_share_the_deal_and_with_the_same_cents(
    company, lookback, by_account, counts_direct, repeats
):
    journey = Journey(Terms(lookback * MICRO if lookback else None), by_account=by_account, counts_direct=counts_direct, repeats_us=repeats)
    lake = FakeLake(**company)
    shared = sharing.credited(lake, (0, 200), journey, LINEAR, EUROS)
    expected = {(row["conversion"], row["touch_id"]): row["units"] for row in lake.fetch(shared).to_pylist()}
    found = {}
    for one in company["opportunities"]:
        for row in lake.fetch(reasons.path(lake, one["opportunity_id"], 0, journey, LINEAR, EUROS)).to_pylist():
            assert (row["units"] is None) == bool(row["left"])
            if not row["left"]:
                found[one["opportunity_id"], row["touch_id"]] = row["units"]
    assert found == expected


def why(name, *touches, **more):
    lake = FakeLake(
        people=[{"person_id": 1, "account_id": 1}], touches=list(touches), opportunities=[deal(1, "9.00", 50, account_id=1)], **more
    )
    model = Model(RULES[name]) if name in RULES else Model(channels={"email": 3.0, "webinar": 1.0})
    rows = lake.fetch(reasons.path(lake, 1, 0, Journey(), model, EUROS)).to_pylist()
    return [[(part.name, part.weight, part.among) for part in reasons.why(row, model)] for row in rows]


def test_the_grounds_of_a_share_are_anchors_with_the_model_s_weights_or_the_rest():
    """Opened at 1, no lead: of the W only the first touch has a place of its own, the one at 1 is the last before the opportunity."""
    found = why("w_shaped", touch(1, 1, 0), touch(2, 1, 1), touch(3, 1, 2), touch(4, 1, 3))
    assert found == [[("first_touch", 0.3, 1)], [("opportunity_created", 0.3, 1)], [("rest", 0.1, 2)], [("rest", 0.1, 2)]]


def test_one_touch_may_have_several_grounds():
    assert why("position_based", touch(1, 1, 2)) == [[("first_touch", 0.4, 1), ("last_touch", 0.4, 1)]]


def test_models_without_anchors_say_what_they_weigh():
    assert why("linear", touch(1, 1, 2), touch(2, 1, 3)) == [[("each", 1.0, 2)], [("each", 1.0, 2)]]
    (first,), (second,) = why("time_decay", touch(1, 1, 2), touch(2, 1, 3))
    assert (first[0], second[0]) == ("time_decay", "time_decay")
    assert first[1] < second[1]
    assert why("channels", touch(1, 1, 2), touch(2, 1, 3, "webinar")) == [[("channel", 3.0, 1)], [("channel", 1.0, 1)]]
