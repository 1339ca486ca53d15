"""What Pipedrive alone does: a status beside the stage, changelogs a call each, fields known by codes, tokens for a day."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.connectors.portal import PipedrivePortal
from tests.connectors.pulls import connected, pulled
from tests.connectors.waits import Waits
from treaty.connectors.vendors.pipedrive import Pipedrive
from treaty.connectors.vendors.talk import Busy, Declined, Forbidden, Lost, SignedOut, Trouble
from treaty.outward import Answer
from treaty.truth.models import Activity, Opportunity, Person, SystemRecord

pytestmark = pytest.mark.django_db
CODE = "d4de1c1518b4531717c676029a45911c340390a6"


@pytest.fixture
def portal(waits: Waits) -> PipedrivePortal:
    return PipedrivePortal(clock=lambda: waits.now)


def a_deal(portal: PipedrivePortal) -> str:
    firm = portal.firm("Firm", "firm.example")
    return portal.deal("Deal", firm, portal.person("p@firm.example", "P", firm))


def test_a_deal_won_in_an_early_stage_is_won_and_keeps_its_stage(portal) -> None:
    deal = a_deal(portal)
    won = portal.fake.later(days=3)
    portal.fake.put("deals", deal, status="won", won_time=won.isoformat())
    pulled(connected(portal), portal.fake)
    found = Opportunity.objects.get()
    assert (found.outcome, found.stage, found.closed_at) == ("won", "Qualified", won)


def test_how_a_deal_was_made_is_told_by_its_first_changes(portal) -> None:
    """Made at 1,000 in the first stage; the amount changed after a day, the stage after two."""
    made, deal = portal.fake.at, a_deal(portal)
    portal.fake.later(days=1)
    portal.fake.put("deals", deal, value=900)
    portal.fake.later(days=1)
    portal.fake.put("deals", deal, stage_id=2)
    pulled(connected(portal), portal.fake)
    changes = Opportunity.objects.get().changes.order_by("at")
    told = {field: [(change.at - made, change.value) for change in changes.filter(field=field)] for field in ("stage", "amount")}
    day = timedelta(days=1)
    assert told["stage"] == [(0 * day, "Qualified"), (2 * day, "Negotiations")]
    assert [(at, Decimal(value)) for at, value in told["amount"]] == [(0 * day, 1000), (day, 900)]


def test_the_history_of_a_deal_nobody_changed_is_not_asked_for(portal) -> None:
    a_deal(portal)
    pulled(connected(portal), portal.fake)
    assert Opportunity.objects.get().stage == "Qualified"
    assert not [asked for asked in portal.fake.calls if asked.path.endswith("/changelog")]


def test_a_field_of_the_companys_own_is_read_by_its_code_and_a_choice_by_its_label(portal) -> None:
    portal.fake.fields["personFields"] = [
        {"field_code": CODE, "field_name": "Seniority", "field_type": "enum", "options": [{"id": 7, "label": "Head"}]}
    ]
    person = portal.person("p@firm.example", "P", "")
    portal.fake.put("persons", person, custom_fields={CODE: 7}, phones=[{"value": "+49 30 1", "primary": True}])
    connection = connected(portal)
    assert connection.known["properties"]["person"][0]["label"] == "Seniority"
    connection.mapping = {"fields": {"person": {"seniority": CODE}}}
    connection.save()
    pulled(connection, portal.fake)
    found = Person.objects.get()
    assert (found.seniority, found.phone, found.email) == ("Head", "+49 30 1", "p@firm.example")


@pytest.mark.parametrize("kind", ["deals", "organizations", "activities"])
def test_what_was_deleted_is_noted(portal, kind) -> None:
    a_deal(portal)
    portal.call("1")
    connection = connected(portal)
    pulled(connection, portal.fake)
    portal.fake.later(days=1)
    portal.fake.put(kind, "1", is_deleted=True)
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    ours = {"deals": "opportunity", "organizations": "account", "activities": "activity"}[kind]
    assert SystemRecord.objects.get(kind=ours, external_id="1").gone_at is not None


def test_what_is_still_to_be_done_says_nothing_and_a_meeting_was_held_when_it_was_due(portal) -> None:
    portal.person("p@firm.example", "P", "")
    portal.fake.put("activities", type="call", done=False, person_id=1, due_date="2026-01-07")
    portal.fake.put("activities", type="meeting", done=True, person_id=1, due_date="2026-01-04", due_time="09:30", owner_id=71)
    done = pulled(connected(portal), portal.fake)
    assert (done.problems, done.refused) == ({}, 0)
    meeting = Activity.objects.get()
    assert (meeting.kind, meeting.outcome, meeting.occurred_at) == ("meeting", "held", datetime(2026, 1, 4, 9, 30, tzinfo=UTC))


def test_the_tokens_of_a_day_are_left_to_others_before_they_are_used_up(portal) -> None:
    connection = connected(portal)
    portal.fake.budget = portal.fake.used + 40
    done = pulled(connection, portal.fake)
    assert "little left of its quota" in " ".join(done.problems.values())
    assert portal.fake.used <= portal.fake.budget


@pytest.mark.parametrize(
    ("answer", "trouble", "after"),
    [
        (Answer(429, {"x-ratelimit-reset": "2"}, b"{}"), Busy, 2.0),
        (Answer(429, {"x-daily-ratelimit-token-remaining": "0"}, b"{}"), Busy, 900.0),
        (Answer(502, {}, b"<html>"), Busy, None),
        (Answer(401, {}, b'{"error": "unauthorized access"}'), SignedOut, None),
        (Answer(402, {}, b'{"error": "the account is suspended"}'), Forbidden, None),
        (Answer(403, {}, b"{}"), Forbidden, None),
        (Answer(400, {}, b'{"error": "Invalid cursor"}'), Lost, None),
        (Answer(400, {}, b'{"error": "Bad field"}'), Declined, None),
        (Answer(200, {}, b'{"success": false, "error": "no"}'), Declined, None),
    ],
)
def test_each_trouble_is_named_by_what_can_be_done(answer, trouble, after) -> None:
    with pytest.raises(Trouble) as told:
        Pipedrive().check(answer, datetime(2026, 1, 1, tzinfo=UTC))
    assert type(told.value) is trouble
    if isinstance(told.value, Busy):
        assert told.value.after == after
