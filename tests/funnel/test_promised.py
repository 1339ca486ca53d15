"""Sealed plans against what came: in the zone, the currency and by the stage of their own bytes, shared as on every page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.conftest import NOON
from tests.funnel.fake_lake import FakeLake
from tests.plan.frames import us
from tests.world import HALDEN, SIGNED_AT, signed
from treaty.agreement.canonical import hash_of
from treaty.agreement.models import InForce, Version
from treaty.attribution import actions
from treaty.attribution.plans import Draft
from treaty.engine.periods import Period
from treaty.funnel import campaigns
from treaty.funnel.frame import Frame
from treaty.funnel.promised import promises

pytestmark = pytest.mark.django_db
SINCE, AT = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 9, 12, tzinfo=UTC)
WEIGHTS = "  weights: {first_touch: 30%, lead_created: 30%, opportunity_created: 30%, rest: 10%}\n"
AMENDED = (
    HALDEN.replace("model: w_shaped", "model: first_touch")
    .replace(WEIGHTS, "")
    .replace("currency: EUR\nrates: {USD:", "currency: USD\nrates: {EUR:")
    .replace("time_zone: Europe/Berlin", "time_zone: America/New_York")
    .replace("  marketing_qualified:\n    owner: sales", "  marketing_qualified:\n    owner: marketing")
)
"""Another model, currency, zone and stage of the handoff, since February: none of them is a plan's of version 1."""


def touch(number, person, at, campaign):
    return {"touch_id": number, "person_id": person, "occurred_us": us(at), "channel": "email", "campaign": campaign, "content": ""}


def won(number, account, opened, closed, amount, currency="EUR"):
    return {
        "opportunity_id": number, "account_id": account, "opened_us": us(opened), "closed_us": us(closed), "outcome": "won",
        "amount": Decimal(amount), "currency": currency,
    }  # fmt: skip


ROWS = {
    "people": [{"person_id": n, "account_id": n} for n in (1, 2, 3)],
    "touches": [
        *(touch(n, n, "01-02", "Spring") for n in (1, 2, 3)),
        *(touch(10 + n, n, "01-03", "fair") for n in (1, 2, 3)),
    ],
    "opportunities": [
        won(1, 1, "01-04", "01-30", "100.01"),  # version 1, two touches: half each, the odd cent to the earlier
        won(2, 2, "01-05", "02-28 23:30", "40.00"),  # the first half hour of March in Berlin, February in New York
        won(3, 3, "01-06", "03-05", "50.00", "USD"),  # at the plan's rate of the day it was opened
        won(4, 3, "01-06", "03-31 22:00", "8.00"),  # midnight of the last day in Berlin: not in it any more
    ],
    "rates": [
        {"rate_id": n, "said": 1, "received_us": 0, "currency": of, "becomes": to, "rate_on": date(2025, 12, 31), "rate": Decimal(rate)}
        for n, (of, to, rate) in enumerate((("USD", "EUR", "0.9"), ("EUR", "USD", "1.2")))
    ],
    "leads": [{"lead_id": 1, "person_id": 1}, {"lead_id": 2, "person_id": 2}],
    "stage_moves": [
        {"move_id": n, "lead_id": n, "at_us": us("03-02"), "from_stage": "engaged", "to_stage": stage, "how": "definition"}
        for n, stage in ((1, "marketing_qualified"), (2, "sales_accepted"))
    ],
}  # fmt: skip


@pytest.fixture
def made(world):
    """The frame of version 1 followed by another, and how to have a sealed plan of a campaign, written under version 1."""
    raw = signed(AMENDED)
    later = Version.objects.create(number=2, text=AMENDED, signed_bytes=raw, hash=hash_of(raw), proposed_by=world.mira, proposed_at=NOON)
    held = [InForce(version=world.version, starts_at=SIGNED_AT, ends_at=SINCE), InForce(version=later, starts_at=SINCE)]

    def sealed(metric, first, last, campaign="spring", model=""):
        draft = Draft(
            campaign=campaign, goal="g", audience="a", metric=metric, expected=Decimal(5), starts_on=first, ends_on=last, model=model
        )
        actions.seal(actions.propose(draft, world.version, by=world.mira, at=NOON), world.version, by=world.sam, at=NOON, late=True)

    return SimpleNamespace(frame=Frame(FakeLake(**ROWS), held, AT), sealed=sealed, version=world.version)


def actual(made, campaign="spring"):
    return promises(made.frame, {})[campaign].actual


def test_what_was_won_is_of_the_days_of_its_zone_and_in_its_currency(made):
    """March in Berlin: 40 euros and 50 dollars at 0.9, both first touched by spring, as version 2 agreed when they closed."""
    made.sealed("revenue_closed", date(2026, 3, 1), date(2026, 3, 31))
    assert actual(made) == Decimal("85.00")


def test_each_deal_of_its_days_is_shared_by_the_version_of_its_close(made):
    """100.01 of January by two touches of W-shaped, where the earlier has the odd cent: 50.01; then 40 and 45 as above."""
    made.sealed("revenue_closed", date(2026, 1, 1), date(2026, 3, 31))
    assert actual(made) == Decimal("135.01")


def test_a_plan_with_a_model_of_its_own_is_counted_by_its_bytes(made):
    made.sealed("revenue_closed", date(2026, 1, 1), date(2026, 3, 31), "fair", "last_touch")
    assert actual(made, "fair") == Decimal("185.01")  # the last touch of each: all of them


def test_leads_are_those_that_reached_the_stage_of_its_agreement(made):
    """Version 2 hands over at the next stage, which the lead of person 2 has reached; the plan's is marketing_qualified."""
    assert made.frame.terms.handoff_stage == "sales_accepted"
    made.sealed("marketing_qualified", date(2026, 3, 1), date(2026, 3, 31))
    assert actual(made) == 1


def test_pipeline_is_what_the_page_of_the_campaign_says_of_the_same_days(made):
    """All opened in January, under version 1."""
    made.sealed("pipeline_created", date(2026, 1, 1), date(2026, 1, 31))
    january = Period("month", date(2026, 1, 1), date(2026, 2, 1), "Europe/Berlin")
    alone = Frame(made.frame.lake, [InForce(version=made.version, starts_at=SIGNED_AT)], AT)
    assert actual(made) == campaigns.pipeline(alone, "campaign", january)["spring"].credited == Decimal("96.51")


def test_a_plan_of_days_to_come_has_nothing_yet_and_one_day_of_its_zone_decides(made):
    made.sealed("revenue_closed", date(2026, 5, 1), date(2026, 5, 31))
    assert actual(made) == 0
    assert str(promises(made.frame, {})["spring"].standing) == "to come"
    night = Frame(made.frame.lake, made.frame.held, datetime(2026, 4, 30, 23, tzinfo=UTC))  # 1 May in Berlin, 30 April in New York
    assert str(promises(night, {})["spring"].standing) == "running"
