"""What HubSpot alone does: its search ends, and tells of a change late."""

import pytest

from tests.connectors.portal import HubSpotPortal, Portal, begun
from tests.connectors.pulls import connected, pulled
from tests.connectors.waits import Waits
from treaty.connectors.queries import Unmapped, unmapped
from treaty.truth.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Its search ends at 100 rows, not at 10,000."""
    monkeypatch.setattr("treaty.connectors.vendors.hubspot.MOST_FOUND", 100)
    return begun("hubspot", clock=lambda: waits.now, most_found=100)


def test_more_than_a_search_can_tell_is_told_in_several(portal: Portal) -> None:
    connection = connected(portal)
    pulled(connection, portal.fake)
    portal.fake.later(days=1)
    for number in range(120):
        portal.rename(str(1001 + number), f"Title {number}")
        portal.fake.later(seconds=1)
    pulled(connection, portal.fake)
    assert Person.objects.filter(title__startswith="Title ").count() == 120


def test_so_many_changed_at_once_that_all_are_listed_again(portal: Portal) -> None:
    connection = connected(portal)
    pulled(connection, portal.fake)
    portal.fake.later(days=1)
    for number in range(120):
        portal.rename(str(1001 + number), "All at once")
    portal.fake.later(minutes=1)
    done = pulled(connection, portal.fake)
    assert done.problems == {}
    assert Person.objects.filter(title="All at once").count() == 120


@pytest.mark.db
def test_a_choice_that_is_not_on_the_systems_list_is_counted(waits: Waits) -> None:
    portal = HubSpotPortal(clock=lambda: waits.now)
    for number, stage in enumerate(("lead", "customer", "warm", "warm", "hot")):
        person = portal.person(f"p{number}@firm.example", f"P {number}", "")
        portal.fake.later(minutes=1)
        portal.fake.put("contacts", person, lifecyclestage=stage)
    connection = connected(portal)
    stages = [{"value": value, "label": value.title()} for value in ("lead", "customer")]
    connection.known["properties"]["person"] = [{"name": "lifecyclestage", "label": "Stage", "type": "enumeration", "options": stages}]
    connection.save()
    pulled(connection, portal.fake)
    assert unmapped(connection) == [
        Unmapped("person", "lifecycle_stage", "warm", 2),
        Unmapped("person", "lifecycle_stage", "hot", 1),
    ]
