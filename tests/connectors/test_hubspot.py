"""What HubSpot alone does: its search ends, and tells of a change late."""

from datetime import datetime
from typing import Any

import pytest

from tests.connectors.portal import HubSpotPortal, Portal, begun
from tests.connectors.pulls import connected, pulled
from tests.connectors.waits import Waits
from treaty.connectors.models import StreamPlace
from treaty.connectors.queries import Unmapped, unmapped
from treaty.truth.models import Person, Touch

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Its search ends at 100 rows, not at 10,000."""
    monkeypatch.setattr("treaty.connectors.vendors.hubspot_reading.MOST_FOUND", 100)
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


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def sent(portal: HubSpotPortal, form: str, email: str, page: str = "https://halden.example/demo?x=1") -> None:
    number = sum(map(len, portal.fake.submissions.values()))
    values = [{"name": "firstname", "value": "Ada"}, *([{"name": "email", "value": email}] if email else [])]
    told = {"conversionId": f"c{number}", "submittedAt": ms(portal.fake.at), "values": values, "pageUrl": page}
    portal.fake.submissions.setdefault(form, []).append(told)


def mailed(portal: HubSpotPortal, kind: str, **more: Any) -> None:
    number = f"e{len(portal.fake.events)}"
    told = {"id": number, "created": ms(portal.fake.at), "type": kind, "recipient": "ada@acme.example", "emailCampaignId": 7}
    portal.fake.events.append(told | more)


def test_forms_that_people_sent_are_touches_and_each_is_read_once(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two forms, pages of two: the first has five, of which one names nobody; then one more comes to each."""
    monkeypatch.setattr("treaty.connectors.vendors.hubspot_marketing.SIZE", 2)
    portal = HubSpotPortal(clock=lambda: waits.now)
    portal.fake.forms = {"f1": "Demo", "f2": "Contact"}
    for number in range(5):
        sent(portal, "f1", f"p{number}@acme.example" if number else "")
        portal.fake.later(hours=1)
    sent(portal, "f2", "ada@acme.example")
    connection = connected(portal)
    assert pulled(connection, portal.fake).problems == {}
    found = Touch.objects.filter(kind="form_submitted")
    assert set(found.values_list("form", "host", "path")) == {("Demo", "halden.example", "/demo"), ("Contact", "halden.example", "/demo")}
    assert found.count() == 5
    portal.fake.later(days=1)
    sent(portal, "f1", "new@acme.example")
    sent(portal, "f2", "new@acme.example")
    portal.fake.calls.clear()
    portal.fake.later(minutes=1)
    assert pulled(connection, portal.fake).problems == {}
    assert found.count() == 7
    assert sum("/submissions/" in asked.path for asked in portal.fake.calls) == 2, "the old ones are not read again"


def test_what_became_of_e_mails_is_touches_of_their_campaign(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treaty.connectors.vendors.hubspot_marketing.MOST_EVENTS", 2)
    portal = HubSpotPortal(clock=lambda: waits.now)
    portal.fake.campaigns = {"7": {"name": "Spring", "subject": "Come"}}
    mailed(portal, "SENT")
    mailed(portal, "OPEN")
    mailed(portal, "OPEN", filteredEvent=True)
    mailed(portal, "CLICK", url="https://halden.example/offer?x=1")
    mailed(portal, "STATUSCHANGE", portalSubscriptionStatus="SUBSCRIBED")
    mailed(portal, "STATUSCHANGE", subscriptions=[{"id": 1, "status": "UNSUBSCRIBED"}], emailCampaignId=8)
    assert pulled(connected(portal), portal.fake).problems == {}
    assert set(Touch.objects.values_list("kind", "campaign", "title", "host", "path", "channel", "person__email")) == {
        ("email_sent", "Spring", "Come", "", "", "email", "ada@acme.example"),
        ("email_open", "Spring", "Come", "", "", "email", "ada@acme.example"),
        ("email_click", "Spring", "Come", "halden.example", "/offer", "email", "ada@acme.example"),
        ("unsubscribed", "hubspot email 8", "", "", "", "email", "ada@acme.example"),
    }


def test_a_word_for_the_next_page_that_ran_out_is_asked_anew(waits: Waits) -> None:
    portal = HubSpotPortal(clock=lambda: waits.now)
    mailed(portal, "SENT")
    connection = connected(portal)
    StreamPlace.objects.create(connection=connection, stream="e-mail events", round_at=portal.fake.at, next="stale")
    assert pulled(connection, portal.fake).problems == {}
    assert Touch.objects.get().kind == "email_sent"


def test_without_the_rights_to_forms_and_e_mails_they_are_not_asked_for(waits: Waits) -> None:
    portal = HubSpotPortal(clock=lambda: waits.now, may_read_marketing=False)
    mailed(portal, "SENT")
    done = pulled(connected(portal), portal.fake)
    assert done.problems == {}
    assert not Touch.objects.exists()
