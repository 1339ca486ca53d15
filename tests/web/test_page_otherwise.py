"""Decisions that stand although they would be otherwise today: as a list, and on the page that explains a lead."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.qualification.test_otherwise import demo, judged
from tests.web.test_page_sources import text_of
from treaty.qualification.merging import merge, unmerge
from treaty.truth.actions import absorb
from treaty.truth.models import Person
from treaty.truth.records import PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
PATH = "/leads/otherwise/"


def asks(world, name, path):
    client = Client()
    client.force_login(world.members[name], backend="django.contrib.auth.backends.ModelBackend")
    return client.get(path)


@pytest.fixture
def lead(world):
    """Ada was qualified by what Bo did, while both were one."""
    at = datetime.now(UTC) - timedelta(days=2)
    world.person()
    absorb([PersonRecord(ref=PersonRef(email="bo@acme.example"))], source=world.source, received_at=at)
    ada, bo = (Person.objects.get(email=f"{name}@acme.example") for name in ("ada", "bo"))
    made = merge(ada, bo, evidence={"rule": "told"}, by=world.rui, at=at)
    demo(world, "bo@acme.example", at)
    lead = judged(world, at=at)
    unmerge(made, by=world.rui, at=at + timedelta(hours=1))
    return lead


def test_with_nothing_to_list_the_page_says_when_there_is(world):
    assert "Every decision would be the same today" in text_of(asks(world, "mira", PATH))


def test_the_list_and_its_file_say_what_stands(world, lead):
    page = text_of(asks(world, "mira", PATH))
    assert "would be otherwise today" in page
    assert "Ada Brenner" in page
    assert "not then" in page
    lines = b"".join(asks(world, "mira", f"{PATH}?format=csv").streaming_content).decode().splitlines()
    assert lines[0] == "Person,Account,Became,On,Would have been,Owner"
    assert any(line.startswith("Ada Brenner,Acme,marketing_qualified,") for line in lines)


def test_a_rep_sees_those_of_their_own_leads(world, lead):
    assert "Ada Brenner" not in text_of(asks(world, "sol", PATH))


def test_the_page_that_explains_the_lead_says_it_too(world, lead):
    page = text_of(asks(world, "mira", f"/leads/{lead.key}/why/"))
    assert "Would be judged otherwise today" in page
    assert "its definition did not hold then. It stands as it was decided." in page


def test_a_look_says_how_many_it_was_and_where_to_go_on(world, lead, monkeypatch):
    monkeypatch.setattr("treaty.web.pages.leads.otherwise.LOOK", 1)
    at = datetime.now(UTC) - timedelta(days=3)
    world.person("bea@acme.example")
    demo(world, "bea@acme.example", at)
    other = judged(world, "bea@acme.example", at)
    first = text_of(asks(world, "mira", PATH))
    assert "Ada Brenner" in first
    assert "Of the 1 lead that moved last, 1 was moved by a definition in the last 90 days and judged again." in first
    assert f"{PATH}?after={lead.key}" in first
    second = text_of(asks(world, "mira", f"{PATH}?after={lead.key}"))
    assert "Every decision of these leads would be the same today" in second
    assert "Look further back" not in second
    assert "Begin with the latest" in second
    assert "Ada Brenner" in text_of(asks(world, "sam", f"{PATH}?after=nobody")), "an old address begins with the latest"
    assert other.pk != lead.pk
