"""Many records of a Salesforce come by a job: the same as by pages, ended anywhere, failed, gone, or not allowed at all."""

import pytest

from tests.connectors.portal import SalesforcePortal, company, state
from tests.connectors.pulls import Ends, connected, forget_all, pulled
from tests.connectors.waits import Waits
from tests.often import often
from treaty.connectors.models import PulledProblem
from treaty.connectors.vendors import salesforce_bulk as bulk
from treaty.outward import Answer, NoAnswer
from treaty.truth.models import Opportunity, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> SalesforcePortal:
    """Twelve people at two firms, three deals, four calls; pages of two, jobs from three records on, parts of three."""
    made = SalesforcePortal(clock=lambda: waits.now)
    company(made, people=12)
    made.delete("003000000000004")
    made.fake.size = 2
    monkeypatch.setattr(bulk, "FROM", 3)
    monkeypatch.setattr(bulk, "PART", 3)
    monkeypatch.setattr("treaty.connectors.pulling.TOGETHER", 2)
    monkeypatch.setattr("treaty.connectors.vendors.salesforce_reading.HISTORIES", 2)
    return made


def by_pages(portal: SalesforcePortal, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[object]]:
    """What is kept when no job is made."""
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "FROM", 1_000)
        assert pulled(connected(portal, "by pages"), portal.fake).problems == {}
    assert not portal.fake.jobs
    found = state()
    forget_all()
    return found


def calls_of(portal: SalesforcePortal, path: str) -> int:
    return sum(path in asked.path for asked in portal.fake.calls)


def test_what_a_file_says_is_kept_as_what_pages_say(portal, monkeypatch) -> None:
    """Of contacts, deals, roles and calls there are three and more; what is on the first page is not in the file again."""
    expected = by_pages(portal, monkeypatch)
    portal.fake.calls.clear()
    done = pulled(connected(portal), portal.fake)
    assert done.problems == {}
    assert state() == expected
    assert sorted(job.query.partition(" FROM ")[2].split()[0] for job in portal.fake.jobs.values()) == [
        "Contact", "Opportunity", "OpportunityContactRole", "Task",
    ]  # fmt: skip
    assert done.read == 2 + 2 + 12 + 3 + 3 + 4, "users, firms, people, deals, roles, calls"
    assert {asked.query["maxRecords"] for asked in portal.fake.calls if asked.path.endswith("/results")} == {"3"}


def test_few_records_need_no_job(portal) -> None:
    connection = connected(portal)
    pulled(connection, portal.fake)
    portal.fake.jobs.clear()
    portal.fake.later(minutes=10)
    portal.rename("003000000000002", "Chief")
    portal.fake.later(minutes=10)
    assert pulled(connection, portal.fake).problems == {}
    assert Person.objects.filter(title="Chief").count() == 1
    assert not portal.fake.jobs


def test_ended_at_any_call_and_begun_again_the_state_is_the_same(portal, monkeypatch) -> None:
    expected = by_pages(portal, monkeypatch)
    connection = connected(portal, "whole")
    began = len(portal.fake.calls)
    pulled(connection, portal.fake)
    calls = len(portal.fake.calls) - began
    for number in range(0, calls, often(9, 1)):
        forget_all()
        connection = connected(portal, f"ended {number}")
        with pytest.raises(Ends.Now):
            pulled(connection, portal.fake, Ends(portal.fake, number))
        assert pulled(connection, portal.fake).problems == {}
        assert state() == expected, f"ended before call {number}"


def test_a_third_of_the_calls_failing_changes_nothing(portal, monkeypatch) -> None:
    expected = by_pages(portal, monkeypatch)
    connection = connected(portal)
    portal.fake.faults = 0.3
    assert pulled(connection, portal.fake).problems == {}
    portal.fake.faults = 0.0
    assert portal.fake.jobs
    assert state() == expected
    assert portal.fake.over == 0


def test_a_job_under_way_is_waited_for_and_not_made_again(portal, monkeypatch) -> None:
    """Found waiting, then at work, then done; what the first page said is kept meanwhile."""
    expected = by_pages(portal, monkeypatch)
    portal.fake.looks = 2
    connection = connected(portal)
    first = pulled(connection, portal.fake)
    assert set(first.problems) == {"contacts", "opportunities", "opportunity contact roles", "tasks"}
    assert "still being made" in first.problems["contacts"]
    assert 0 < Person.objects.exclude(email="").count() < 12
    assert pulled(connection, portal.fake).problems == first.problems
    assert pulled(connection, portal.fake).problems == {}
    assert len(portal.fake.jobs) == 4
    assert state() == expected


def test_a_file_is_read_by_the_columns_it_was_made_with(portal, monkeypatch) -> None:
    """While it is being made the right to read a field is withdrawn: by now fewer would be asked for."""
    expected = by_pages(portal, monkeypatch)
    portal.fake.looks = 1
    connection = connected(portal)
    pulled(connection, portal.fake)
    connection.refresh_from_db()
    properties = connection.known["properties"]
    properties["person"] = [one for one in properties["person"] if one["name"] != "Phone"]
    connection.save()
    assert pulled(connection, portal.fake).problems == {}
    assert len(portal.fake.jobs) == 4
    assert state()["people"] == expected["people"]


def test_where_a_job_comes_to_nothing_pages_are_read_on(portal, monkeypatch) -> None:
    expected = by_pages(portal, monkeypatch)
    portal.fake.fails = 10
    done = pulled(connected(portal), portal.fake)
    assert done.problems == {}
    assert len(portal.fake.jobs) == 4
    assert calls_of(portal, "/results") == 0
    assert state() == expected


def test_who_may_have_no_jobs_made_reads_pages(portal, monkeypatch) -> None:
    expected = by_pages(portal, monkeypatch)
    portal.fake.has_jobs, portal.fake.uses = False, 1_000
    assert pulled(connected(portal), portal.fake).problems == {}
    assert calls_of(portal, "/jobs/query") == 4, "it is asked for once a stream, not at each page"
    assert state() == expected


def test_a_file_that_is_gone_is_made_again(portal, monkeypatch) -> None:
    expected = by_pages(portal, monkeypatch)
    portal.fake.looks = 1
    connection = connected(portal)
    pulled(connection, portal.fake)
    portal.fake.jobs = {number: job for number, job in portal.fake.jobs.items() if "FROM Contact" not in job.query}
    portal.fake.later(days=8)
    portal.fake.looks = 0
    assert pulled(connection, portal.fake).problems == {}
    assert state() == expected


def test_a_record_of_a_file_that_cannot_be_kept_is_set_aside(portal) -> None:
    for number in range(3):
        portal.person(f"not an address {number}", "Bo", "")
    done = pulled(connected(portal), portal.fake)
    assert done.problems == {}
    assert done.refused == PulledProblem.objects.count() == 3
    assert Opportunity.objects.count() == 3


COLUMNS = ("Id", "Name", "IsWon", "Amount", "Seats__c", "Met__c", "Campaign.Name")
TYPES = {"IsWon": "boolean", "Amount": "currency", "Seats__c": "int", "Met__c": "datetime"}
HEAD = b'"Id","Name","IsWon","Amount","Seats__c","Met__c","Campaign.Name"\n'


@pytest.mark.parametrize("head", [HEAD, b""], ids=["named", "not named"])
def test_cells_are_read_as_json_has_them(head) -> None:
    data = head + b""""1","a ""b"",\nc","true","1250.5","7.0","2026-01-05T08:00:00.000Z","Fair"\n"2","","false","0.0","0","",""\n"""
    first, second = bulk.records_of(data, COLUMNS, TYPES)
    assert first == {
        "Id": "1", "Name": 'a "b",\nc', "IsWon": True, "Amount": 1250.5, "Seats__c": 7, "Met__c": "2026-01-05T08:00:00.000+0000",
        "Campaign": {"Name": "Fair"},
    }  # fmt: skip
    assert second == {
        "Id": "2", "Name": None, "IsWon": False, "Amount": 0.0, "Seats__c": 0, "Met__c": None, "Campaign": {"Name": None},
    }  # fmt: skip
    assert str(first["Seats__c"]) == "7", "a whole number has no point"
    assert bulk.records_of(head, COLUMNS, TYPES) == []


def test_a_part_of_which_some_is_missing_is_no_answer() -> None:
    """The vendor says how many records a part has."""
    talk = bulk.part_of(bulk.Job("750", COLUMNS, "MT3"), TYPES)
    next(talk)
    with pytest.raises(NoAnswer, match="1 records came of a file instead of 2"):
        talk.send(Answer(200, {"sforce-locator": "null", "sforce-numberofrecords": "2"}, b'"1","a","true","1","7","","Fair"\n'))
