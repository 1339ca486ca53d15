"""Pulling from a system that misbehaves: whatever happens on the way, what is kept in the end is the same."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import httpx2
import pytest
import stamina

from tests.connectors.portal import company, state
from tests.connectors.waits import Waits, instead_of_time
from tests.fakes.hubspot import FakeHubSpot, stamp
from tests.fakes.server import Transport
from treaty.connectors.connections import CannotConnect, connect
from treaty.connectors.models import Connection, PulledProblem, StreamPlace
from treaty.connectors.pulling import Pulled, pull
from treaty.outward import Outward
from treaty.truth.models import Activity, Fact, Opportunity, Person, SystemRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waits]:
    """Calls are tried again at once, how long is waited is the library's matter; quotas are kept by a clock of our own."""
    stamina.set_testing(True, attempts=30)
    yield instead_of_time(monkeypatch)
    stamina.set_testing(False)


@pytest.fixture
def fake(waits: Waits) -> FakeHubSpot:
    fake = FakeHubSpot(clock=lambda: waits.now)
    company(fake)
    return fake


def connected(fake: FakeHubSpot, name: str = "Our HubSpot") -> Connection:
    return connect(name, "hubspot", {"token": fake.token}, clock=lambda: fake.at, outward=Outward(Transport(fake)))


def pulled(connection: Connection, fake: FakeHubSpot, transport: httpx2.BaseTransport | None = None) -> Pulled:
    connection.refresh_from_db()
    return pull(connection, clock=lambda: fake.at, outward=Outward(transport or Transport(fake)))


def test_all_there_is_comes_with_its_history(fake: FakeHubSpot) -> None:
    done = pulled(connected(fake), fake)

    assert done.problems == {}
    assert done.refused == 0
    assert Person.objects.exclude(email="").count() == 120
    assert Activity.objects.count() == 40
    won = Opportunity.objects.filter(outcome="won")
    assert won.count() == 12
    assert {deal.amount for deal in won} == {Decimal("1250.50")}
    first = Person.objects.get(email="p0@firm0.example")
    told = Fact.objects.filter(subject="person", subject_id=first.pk, field="lifecycle_stage").order_by("occurred_at")
    assert [fact.text for fact in told] == ["lead", "marketingqualifiedlead"]
    assert told[1].occurred_at - told[0].occurred_at == timedelta(minutes=7)
    assert told[1].known_at == told[1].occurred_at
    assert first.account is not None
    assert first.account.domain == "firm0.example"
    assert first.title == "Head of buying"
    deal = Opportunity.objects.get(external_id="1001")
    assert [change.value for change in deal.changes.filter(field="stage").order_by("at")] == ["Appointment scheduled", "Closed won"]


def test_the_next_pull_asks_for_what_changed_alone(fake: FakeHubSpot) -> None:
    connection = connected(fake)
    pulled(connection, fake)
    fake.later(hours=2)
    fake.put("contacts", "1003", jobtitle="Chief buyer")
    deal = fake.put("deals", "1002", dealstage="closedlost", closedate=stamp(fake.later(minutes=1)))
    fake.calls.clear()
    fake.later(minutes=1)
    done = pulled(connection, fake)

    assert Person.objects.get(email="p2@firm0.example").title == "Chief buyer"
    assert Opportunity.objects.get(external_id=deal).outcome == "lost"
    assert done.read < 20, "the rest was not asked for again"
    pages = [
        asked
        for asked in fake.calls
        if asked.path.endswith("/contacts") and asked.query.get("archived") != "true" and "properties" in asked.query
    ]
    assert not pages


class Ends(httpx2.BaseTransport):
    """The process ends before the call of that number."""

    class Now(BaseException):
        pass

    def __init__(self, fake: FakeHubSpot, call: int) -> None:
        self._inner, self._left = Transport(fake), call

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._left -= 1
        if self._left < 0:
            raise self.Now
        return self._inner.handle_request(request)


def test_ended_at_any_call_and_begun_again_the_state_is_the_same(waits: Waits) -> None:
    fake = FakeHubSpot(clock=lambda: waits.now)
    company(fake, people=60)
    whole = connected(fake, "whole")
    began = len(fake.calls)
    pulled(whole, fake)
    calls = len(fake.calls) - began
    expected = state()
    assert calls > 15
    for number in range(calls):
        _forget_all()
        connection = connected(fake, f"ended {number}")
        with pytest.raises(Ends.Now):
            pulled(connection, fake, Ends(fake, number))
        done = pulled(connection, fake)
        assert done.problems == {}
        assert state() == expected, f"ended before call {number}"


def test_a_third_of_the_calls_failing_changes_nothing_and_the_quota_is_kept(fake: FakeHubSpot) -> None:
    pulled(connected(fake, "calm"), fake)
    expected = state()
    _forget_all()
    connection = connected(fake, "stormy")
    fake.faults = 0.3
    done = pulled(connection, fake)

    assert done.problems == {}
    assert state() == expected
    assert fake.over == 0


def test_deleted_and_brought_back_merged_and_renamed(fake: FakeHubSpot) -> None:
    connection = connected(fake)
    pulled(connection, fake)
    fake.later(days=1)
    fake.archive("contacts", "1004")
    fake.merge("contacts", kept="1005", gone="1006")
    fake.later(minutes=1)
    pulled(connection, fake)
    gone = SystemRecord.objects.get(kind="person", external_id="1004")
    merged = SystemRecord.objects.get(kind="person", external_id="1006")
    assert gone.gone_at is not None
    assert gone.gone_into == ""
    assert merged.gone_into == "1005"

    fake.later(days=1)
    fake.objects["contacts"]["1004"].archived_at = None
    fake.put("contacts", "1004", jobtitle="Back again")
    fake.later(minutes=1)
    pulled(connection, fake)
    gone.refresh_from_db()
    assert gone.gone_at is None


def test_more_than_a_search_can_tell_is_told_in_several(fake: FakeHubSpot) -> None:
    connection = connected(fake)
    pulled(connection, fake)
    fake.later(days=1)
    fake.most_found = 100
    for number in range(120):
        fake.put("contacts", str(1001 + number), jobtitle=f"Title {number}")
        fake.later(seconds=1)
    from treaty.connectors.vendors import hubspot

    before, hubspot.MOST_FOUND = hubspot.MOST_FOUND, 100
    try:
        pulled(connection, fake)
    finally:
        hubspot.MOST_FOUND = before
    assert Person.objects.filter(title__startswith="Title ").count() == 120


def test_so_many_changed_at_once_that_all_are_listed_again(fake: FakeHubSpot, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = connected(fake)
    pulled(connection, fake)
    fake.later(days=1)
    fake.most_found = 100
    monkeypatch.setattr("treaty.connectors.vendors.hubspot.MOST_FOUND", 100)
    for number in range(120):
        fake.put("contacts", str(1001 + number), jobtitle="All at once")
    fake.later(minutes=1)
    done = pulled(connection, fake)
    assert done.problems == {}
    assert Person.objects.filter(title="All at once").count() == 120


def test_a_record_that_cannot_be_kept_is_set_aside_until_it_can(fake: FakeHubSpot) -> None:
    bad = fake.put("contacts", email="not an address", firstname="Bo")
    connection = connected(fake)
    done = pulled(connection, fake)
    assert done.refused == 1
    assert Person.objects.exclude(email="").count() == 120
    problem = PulledProblem.objects.get()
    assert (problem.external_id, problem.stream) == (bad, "contacts")
    assert "not an address" in problem.problem
    fake.later(hours=1)
    fake.put("contacts", bad, email="bo@firm0.example")
    fake.later(minutes=1)
    pulled(connection, fake)
    assert not PulledProblem.objects.exists()
    assert Person.objects.filter(email="bo@firm0.example").exists()


def test_a_token_that_is_no_good_connects_nothing(fake: FakeHubSpot) -> None:
    with pytest.raises(CannotConnect, match="does not admit these credentials"):
        connect("Ours", "hubspot", {"token": "pat-wrong"}, clock=lambda: fake.at, outward=Outward(Transport(fake)))
    assert not Connection.objects.exists()


def test_a_token_withdrawn_later_stands_as_a_problem(fake: FakeHubSpot) -> None:
    connection = connected(fake)
    fake.token = "pat-new"
    done = pulled(connection, fake)
    connection.refresh_from_db()
    assert set(done.problems) == {place.stream for place in StreamPlace.objects.all()}
    assert "401" in connection.problem
    assert connection.problem_at == fake.at


def _forget_all() -> None:
    from treaty.connectors.models import CallCount
    from treaty.truth.models import Account, AccountIdentity, BuyingRole, Identity, Merge, OpportunityChange, Source

    for model in (
        CallCount,
        StreamPlace,
        PulledProblem,
        Connection,
        SystemRecord,
        Activity,
        BuyingRole,
        OpportunityChange,
        Opportunity,
        Fact,
        Merge,
    ):
        model.objects.all().delete()
    for model in (Identity, Person, AccountIdentity, Account, Source):
        model.objects.all().delete()
