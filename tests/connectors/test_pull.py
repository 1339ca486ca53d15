"""Pulling from systems that misbehave: whatever happens on the way, what is kept in the end is the same. Every vendor alike."""

from datetime import timedelta
from decimal import Decimal

import httpx2
import pytest

from tests.connectors.portal import PORTALS, Portal, begun, state
from tests.connectors.pulls import Ends, connected, forget_all, pulled
from tests.connectors.waits import Waits
from tests.often import often
from treaty.connectors.connections import CannotConnect
from treaty.connectors.models import Connection, PulledProblem, StreamPlace
from treaty.connectors.queries import Unmapped, unmapped
from treaty.truth.models import Activity, BuyingRole, Fact, Opportunity, Person, SystemRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(params=sorted(PORTALS))
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def portal(vendor: str, waits: Waits) -> Portal:
    return begun(vendor, clock=lambda: waits.now)


def at(portal: Portal, number: int) -> str:
    """The id of the person of that number."""
    return SystemRecord.objects.get(kind="person", person__email=f"p{number}@firm{number // 10 * 10}.example").external_id


def deal_named(name: str) -> Opportunity:
    return Opportunity.objects.get(name=name)


def test_all_there_is_comes_with_its_history(portal: Portal) -> None:
    done = pulled(connected(portal), portal.fake)

    assert done.problems == {}
    assert done.refused == 0
    assert Person.objects.exclude(email="").count() == 120
    calls = Activity.objects.filter(kind="call", outcome=portal.call_end, member__email="sol@ours.example")
    assert calls.count() == (40 if portal.has_calls else 0)
    won = Opportunity.objects.filter(outcome="won", closed_at__isnull=False, account__isnull=False, owner__email="kim@ours.example")
    assert won.count() == 12
    assert {deal.amount for deal in won} == {Decimal("1250.50")}
    assert BuyingRole.objects.count() == 24, "one of every deal"
    first = Person.objects.get(email="p0@firm0.example")
    told = Fact.objects.filter(subject="person", subject_id=first.pk, field="title").order_by("occurred_at")
    if portal.keeps_history:
        assert [fact.text for fact in told] == ["Buyer", "Head of buying"]
        assert told[1].occurred_at - told[0].occurred_at == timedelta(minutes=7)
        assert told[1].known_at == told[1].occurred_at
    assert first.account is not None
    assert first.account.domain == "firm0.example"
    assert first.title == "Head of buying"
    if not portal.keeps_deals:
        return
    stages = deal_named("Deal 0").changes.filter(field="stage").order_by("at")
    assert [change.value for change in stages] == [portal.first, portal.won]
    assert stages[1].at - stages[0].at == timedelta(hours=1)
    amounts = deal_named("Deal 0").changes.filter(field="amount").order_by("at")
    assert [Decimal(change.value) for change in amounts] == [1000, Decimal("1250.50")]


def test_the_next_pull_asks_for_what_changed_alone(portal: Portal) -> None:
    connection = connected(portal)
    pulled(connection, portal.fake)
    portal.fake.later(hours=2)
    portal.rename(at(portal, 2), "Chief buyer")
    portal.fake.later(minutes=1)
    portal.end(deal_named("Deal 5").external_id, "lost")
    portal.fake.calls.clear()
    portal.fake.later(minutes=1)
    done = pulled(connection, portal.fake)

    assert done.problems == {}
    assert Person.objects.get(email="p2@firm0.example").title == "Chief buyer"
    assert deal_named("Deal 5").outcome == "lost"
    assert done.read < 20, "the rest was not asked for again"
    assert portal.whole_lists() == 0


def test_ended_at_any_call_and_begun_again_the_state_is_the_same(vendor: str, waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = begun(vendor, people=12, clock=lambda: waits.now)
    portal.page_of(5, monkeypatch)
    monkeypatch.setattr("treaty.connectors.pulling.TOGETHER", 5)
    whole = connected(portal, "whole")
    began = len(portal.fake.calls)
    pulled(whole, portal.fake)
    calls = len(portal.fake.calls) - began
    expected = state()
    assert calls > 10
    for number in range(0, calls, often(7, 1)):
        forget_all()
        connection = connected(portal, f"ended {number}")
        with pytest.raises(Ends.Now):
            pulled(connection, portal.fake, Ends(portal.fake, number))
        done = pulled(connection, portal.fake)
        assert done.problems == {}
        assert state() == expected, f"ended before call {number}"


@pytest.mark.parametrize("number", [8, 12, 16])
def test_what_was_read_before_a_trouble_is_not_read_again(vendor: str, waits: Waits, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Pages of 5, stored 12 at a time: some were waiting to be stored when no answer came any more."""
    portal = begun(vendor, people=24, clock=lambda: waits.now)
    portal.page_of(5, monkeypatch)
    monkeypatch.setattr("treaty.connectors.pulling.TOGETHER", 12)
    whole = pulled(connected(portal, "whole"), portal.fake)
    expected = state()
    forget_all()
    connection = connected(portal)
    first = pulled(connection, portal.fake, Ends(portal.fake, number, httpx2.ConnectError("away")))
    second = pulled(connection, portal.fake, only_due=True)
    assert first.problems
    assert second.problems == {}
    assert first.read + second.read == whole.read
    assert state() == expected


def test_a_third_of_the_calls_failing_changes_nothing_and_the_quota_is_kept(portal: Portal) -> None:
    pulled(connected(portal, "calm"), portal.fake)
    expected = state()
    forget_all()
    connection = connected(portal, "stormy")
    portal.fake.faults = 0.3
    done = pulled(connection, portal.fake)

    assert done.problems == {}
    assert state() == expected
    assert portal.fake.over == 0


def test_deleted_and_brought_back_merged_and_renamed(portal: Portal) -> None:
    connection = connected(portal)
    pulled(connection, portal.fake)
    deleted, kept, merged = at(portal, 3), at(portal, 4), at(portal, 5)
    portal.fake.later(days=1)
    portal.delete(deleted)
    portal.merge(kept, merged)
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    gone = SystemRecord.objects.get(kind="person", external_id=deleted)
    into = SystemRecord.objects.get(kind="person", external_id=merged)
    assert gone.gone_at is not None
    assert gone.gone_into == ""
    assert into.gone_at is not None
    assert into.gone_into == (kept if portal.tells_merges else "")

    portal.fake.later(days=1)
    portal.restore(deleted)
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    gone.refresh_from_db()
    assert gone.gone_at is None
    assert Person.objects.get(email="p3@firm0.example").title == "Back again"


def test_a_record_that_cannot_be_kept_is_set_aside_until_it_can(portal: Portal) -> None:
    bad = portal.person("not an address", "Bo", "")
    connection = connected(portal)
    done = pulled(connection, portal.fake)
    assert done.refused == 1
    assert Person.objects.exclude(email="").count() == 120
    problem = PulledProblem.objects.get()
    assert (problem.external_id, problem.stream) == (bad, portal.people)
    assert "not an address" in problem.problem
    portal.fake.later(hours=1)
    portal.mend(bad, "bo@firm0.example")
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    assert not PulledProblem.objects.exists()
    assert Person.objects.filter(email="bo@firm0.example").exists()


def test_credentials_that_are_no_good_connect_nothing(portal: Portal) -> None:
    secret = list(portal.secrets)[-1]
    with pytest.raises(CannotConnect, match="does not admit these credentials"):
        connected(portal, "Ours", **{secret: "wrong"})
    assert not Connection.objects.exists()


def test_credentials_withdrawn_later_stand_as_a_problem(portal: Portal) -> None:
    connection = connected(portal)
    portal.withdraw()
    done = pulled(connection, portal.fake)
    connection.refresh_from_db()
    assert set(done.problems) == {place.stream for place in StreamPlace.objects.all()}
    assert "40" in connection.problem
    assert connection.problem_at == portal.fake.at


def test_a_stage_nothing_names_stands_as_it_is_and_is_counted(portal: Portal) -> None:
    connection = connected(portal)
    for number in (5, 15):
        deal = portal.deal(f"Odd {number}", "", "")
        portal.fake.later(minutes=1)
        portal.odd_stage(deal, "777")
    pulled(connection, portal.fake)
    portal.fake.later(minutes=10)
    pulled(connection, portal.fake)  # some is read again: nothing counts twice
    connection.refresh_from_db()
    counted = unmapped(connection)
    assert Unmapped("opportunity", "stage", "777", 2) in counted
    assert len(counted) == (1 if portal.names_stages else 3), "and the two stages its deals are in, where none is named"
    odd = deal_named("Odd 5")
    assert odd.stage == "777"
    assert odd.outcome not in ("won", "lost")


def test_what_the_system_says_of_itself_is_asked_again_after_an_hour(portal: Portal) -> None:
    connection = connected(portal)
    before = connection.known[portal.learned]
    connection.known = {**connection.known, portal.learned: {}}
    connection.save()
    portal.fake.later(minutes=59)
    pulled(connection, portal.fake)
    connection.refresh_from_db()
    assert connection.known[portal.learned] == {}, "it was asked less than an hour ago"
    portal.fake.later(minutes=1)
    pulled(connection, portal.fake)
    connection.refresh_from_db()
    assert before
    assert connection.known[portal.learned] == before
    if portal.learned == "owners":
        assert set(before.values()) == {"kim@ours.example", "sol@ours.example"}


def test_a_second_account_of_a_vendor_has_ids_of_its_own(portal: Portal) -> None:
    first, second = connected(portal, "Ours"), connected(portal, "Theirs")
    assert first.source.settings == {"id_space": portal.vendor}
    assert second.source.settings == {}
