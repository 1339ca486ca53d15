"""How leads are shared: turns against weights, who is next, who is away, and every turn decided once more."""

import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from treaty.agreement.queries import signed_of
from treaty.handoff.actions import reroute
from treaty.handoff.models import Seat
from treaty.handoff.queries import standings, turns
from treaty.team.models import Absence, Member, Role
from treaty.truth.models import Assignment

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOON + 5 * HOUR


def text(door, path="/fairness/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


@pytest.fixture
def company(world, lake):
    """Four leads of the segment dach, shared by Sam and Sol: two each."""
    for place in range(4):
        world.handed_over(NOON + place * HOUR / 10, f"p{place}@acme.example")
    lake.export(LATER)
    return world


def test_turns_stand_beside_the_share_by_weight(company):
    page = text(Door(company.mira, LATER))
    assert "Sam Okafor 1 2 2.0 2" in page
    assert "Sol Meyer 1 2 2.0 2" in page
    assert "All of the last four turns went to whoever was next" in page


def test_who_is_next_is_said_with_its_numbers(company):
    # both stand at two: ties go by e-mail, and sam comes before sol
    assert "Next is Sam Okafor : with this turn they would stand at 2 + 1, the least of those who are here." in text(
        Door(company.sol, LATER)
    )
    terms = signed_of(company.version).terms
    assert {one.pool: one.next for one in standings(terms, LATER)}["dach-reps"] == "sam.okafor@halden.example"


def test_looking_changes_nobodys_count(company):
    before = list(Seat.objects.order_by("pk").values_list("pool", "member", "taken", "was_away"))
    text(Door(company.mira, LATER))
    assert list(Seat.objects.order_by("pk").values_list("pool", "member", "taken", "was_away")) == before


def test_what_it_says_is_what_the_next_turn_does(company):
    terms = signed_of(company.version).terms
    Absence.objects.create(member=company.sam, starts_at=NOON, ends_at=LATER, by=company.sam, at=NOON)
    for place in range(4, 9):
        at = LATER + place * HOUR
        said = {one.pool: one.next for one in standings(terms, at)}["dach-reps"]
        assert company.handed_over(at, f"p{place}@acme.example").owner.email == said


def test_those_who_are_away_are_named_with_their_days(company):
    Absence.objects.create(member=company.sol, starts_at=NOON, ends_at=NOON + timedelta(days=3), note="private", by=company.sol, at=NOON)
    page = text(Door(company.mira, LATER))
    assert "Sol Meyer today Fri 13 Mar takes no new leads" in page
    assert "away until 13 March" in page
    assert "private" not in page


def test_a_turn_after_a_reroute_is_decided_again_without_those_who_had_it(company):
    handoff = company.handed_over(LATER, "again@acme.example")
    moved = reroute(handoff, at=LATER + HOUR, reason="first-contact: the time ran out")
    assert moved.owner != handoff.owner
    assert all(turn.agrees for turn in turns())


def test_a_ledger_row_that_was_changed_is_found(company):
    row = Assignment.objects.filter(rule="pool").latest("starts_at")
    other = company.sol if row.owner == company.sam else company.sam
    Assignment.objects.filter(pk=row.pk).update(owner=other)
    page = text(Door(company.mira, LATER))
    assert "3 of 4 turns went to whoever was next by the ledger" in page
    assert "would have been next" in page


def test_the_ledger_is_taken_away_as_a_file(company):
    body = b"".join(Door(company.mira, LATER).get("/fairness/?format=csv").streaming_content).decode()
    rows = list(csv.DictReader(StringIO(body)))
    assert [row["Turn"] for row in rows] == ["4", "3", "2", "1"]
    assert all(row["Went to"] == row["Decided again"] for row in rows)


def test_a_rep_does_not_read_the_names_of_leads_that_are_not_theirs(company):
    stranger = Member.objects.create(email="new@halden.example", name="New", role=Role.SALES_REP, joined_at=NOON, password="!")
    assert text(Door(stranger, LATER)).count("a colleague’s lead") == 4
