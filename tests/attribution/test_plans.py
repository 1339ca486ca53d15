"""What a plan may say, who may seal it, how it stands: rules, without a database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from treaty.agreement.terms_credit import Attribution
from treaty.attribution import plans
from treaty.attribution.agreed import agreed_model
from treaty.attribution.plans import Draft, Standing

AGREED = Attribution.model_validate(
    {
        "model": "w_shaped",
        "weights": {"first_touch": "30%", "lead_created": "30%", "opportunity_created": "30%", "rest": "10%"},
        "lookback": "90 days",
    }
)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def draft(**changes):
    said = {
        "campaign": "spring", "goal": "Fill the spring pipeline", "audience": "Plants", "metric": "revenue_closed",
        "expected": Decimal(1000), "starts_on": FIRST, "ends_on": LAST,
    }  # fmt: skip
    return Draft(**said | changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"metric": "win_rate"}, "'win_rate' is nothing a campaign is measured by: use revenue_closed"),
        ({"goal": "  "}, "a plan says what the campaign is for"),
        ({"expected": Decimal(0)}, "write a figure above zero"),
        ({"expected": Decimal("NaN")}, "write a figure above zero"),
        ({"ends_on": date(2026, 2, 1)}, "before it starts"),
    ],
)
def test_a_plan_that_cannot_stand_is_refused_with_a_sentence(changes, says):
    with pytest.raises(plans.PlanUnfit, match=says):
        plans.check(draft(**changes))


def test_another_model_is_sealed_with_its_weights_written_out():
    credit = plans.credit_of(AGREED, "position_based")
    assert {anchor: str(share) for anchor, share in plans.data_of(credit)["weights"].items()} == {
        "first_touch": "40%",
        "last_touch": "40%",
        "rest": "20%",
    }
    assert credit.lookback == AGREED.lookback
    assert plans.credit_of(AGREED, "") is AGREED


def test_every_model_that_may_be_sealed_can_be_computed():
    assert {name for name in plans.OTHERS if agreed_model(plans.credit_of(AGREED, name)) is None} == set()


def test_the_agreed_model_may_be_one_that_asks_all_journeys():
    agreed = AGREED.model_copy(update={"model": "markov", "weights": {}})
    assert plans.credit_of(agreed, "") is plans.credit_of(agreed, "markov") is agreed
    assert not plans.has_own_model(agreed, agreed)
    assert plans.has_own_model(plans.credit_of(agreed, "linear"), agreed)


def test_a_model_that_shares_no_single_deal_is_refused():
    with pytest.raises(plans.PlanUnfit, match="'markov' shares no single deal"):
        plans.credit_of(AGREED, "markov")
    with pytest.raises(plans.PlanUnfit, match="add `attribution` to the agreement"):
        plans.credit_of(None, "")


@pytest.mark.parametrize(
    ("role", "is_own", "agreed", "may"),
    [
        ("sales_manager", False, "required", True),
        ("executive", False, "required", True),
        ("revops", True, "required", False),  # nobody confirms what they proposed themselves
        ("marketing", False, "required", False),
        ("sales_rep", False, "required", False),
        ("marketing", True, "optional", True),
        ("sales_manager", False, "optional", True),
        ("sales_rep", False, "optional", False),
    ],
)
def test_the_other_side_seals_where_the_agreement_asks_for_plans(role, is_own, agreed, may):
    assert plans.may_seal(role, is_own=is_own, agreed=agreed) is may
    if not may:
        with pytest.raises(plans.NotYoursToPlan):
            plans.check_may_seal(role, is_own=is_own, agreed=agreed)


def test_a_campaign_that_has_begun_is_sealed_only_as_late():
    began, at = datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    with pytest.raises(plans.AlreadyBegan, match="has run since 3 March 2026: seal it as late"):
        plans.check_begun(began, at, is_late=False)
    plans.check_begun(began, at, is_late=True)
    plans.check_begun(None, at, is_late=False)
    plans.check_begun(at, at, is_late=False)  # what begins at the moment of the seal did not begin before it


@pytest.mark.parametrize(
    ("actual", "today", "standing"),
    [
        (Decimal(0), date(2026, 2, 28), Standing.AHEAD),
        (None, date(2026, 3, 2), Standing.UNKNOWN),
        (Decimal("999.99"), LAST, Standing.RUNNING),  # its last day is not over
        (Decimal("999.99"), date(2026, 4, 1), Standing.MISSED),
        (Decimal(1000), date(2026, 3, 2), Standing.REACHED),
    ],
)
def test_nothing_is_judged_before_its_last_day_is_over(actual, today, standing):
    assert plans.standing(Decimal(1000), actual, FIRST, LAST, today) is standing


def test_the_bytes_are_the_same_for_the_same_plan_and_no_other():
    def raw(**changes):
        return plans.raw_of(draft(**changes), AGREED, currency="EUR", zone="Europe/Berlin", agreement="a" * 64, replaces="")

    assert raw() == raw(goal=" Fill the spring pipeline ")
    assert len({raw(), raw(expected=Decimal("1000.01")), raw(ends_on=date(2026, 4, 1)), raw(metric="marketing_qualified")}) == 4
