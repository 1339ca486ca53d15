"""Leads: the list and its files, one lead, what its owner does with it, and leads made by hand."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from treaty.truth.models import Lead

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lead(world):
    return world.qualified(NOON)


def names(door, query=""):
    response = door.get(f"/leads/{query}")
    return [row.cells[0] for row in response.context["table"].rows]


def many(world, n=3):
    return [world.qualified(NOON + k * MINUTE, f"person{k}@acme.example") for k in range(n)]


def test_the_list_shows_each_lead_with_its_stage_and_owner(world, lead):
    page = Door(world.mira, NOON).says("/leads/")
    assert "One lead" in page
    for words in ("Ada Brenner", "Acme", "marketing qualified", "Mira Lang", "dach"):
        assert words in page


def test_a_rep_sees_only_own_leads(world, lead):
    assert names(Door(world.kim, NOON)) == []
    Lead.objects.update(owner=world.kim)
    assert names(Door(world.kim, NOON)) == ["Ada Brenner"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?stage=marketing_qualified", 1), ("?stage=engaged", 0), ("?segment=dach", 1), ("?segment=rest", 0),
        ("?q=brenner", 1), ("?q=acme", 1), ("?q=nobody", 0), ("?stage=nonsense", 1),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(world, lead, query, found):
    assert len(names(Door(world.mira, NOON), query)) == found


def test_leads_of_one_account_are_one_address(world, lead):
    key = lead.person.account.key
    assert "One lead at Acme" in Door(world.mira, NOON).says(f"/leads/?account={key}")


def test_the_csv_holds_what_the_page_holds_and_runs_nothing(world, lead):
    lead.person.name = "=cmd|'/c calc'!A0"
    lead.person.save()
    response = Door(world.mira, NOON).get("/leads/?format=csv&stage=marketing_qualified")
    head, row = csv.reader(StringIO(b"".join(response.streaming_content).decode()))
    assert head[:5] == ["Person", "Account", "Stage", "Since", "Owner"]
    assert row[:5] == ["'=cmd|'/c calc'!A0", "Acme", "marketing_qualified", "2026-03-10T12:00:00Z", "Mira Lang"]


def test_the_list_costs_the_same_whatever_its_length(world, django_assert_max_num_queries):
    many(world, 6)
    with django_assert_max_num_queries(12):
        assert len(names(Door(world.mira, NOON))) == 6


def test_a_list_without_leads_says_how_they_come(world):
    assert "No leads yet" in Door(world.mira, NOON).says("/leads/")
    assert "No lead fits" in Door(world.mira, NOON).says("/leads/?q=x")
