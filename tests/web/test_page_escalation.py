"""When time runs out the owner's manager is told: on Home, and among the cases of the promise. Sam manages Sol and Kim."""

import re
from datetime import timedelta
from html import unescape

import pytest
from web_doors import Door

from tests.conftest import NOON
from tests.world import HALDEN, build
from treaty.feedback.actions import reject
from treaty.handoff.models import Handoff
from treaty.sla.actions import start
from treaty.sla.models import SlaClock
from treaty.sla.watch import tick
from treaty.team.models import Member, Role
from treaty.truth.models import Assignment, Lead

pytestmark = pytest.mark.django_db
WEDNESDAY = NOON + timedelta(days=1)
SEE = "/promises/first-contact/?period=2026-03-10&is=not_kept&owner={}"


def text(door, path="/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


def with_sol(world, email="ada@acme.example"):
    """A handoff of Tuesday noon UTC that is Sol's: first contact due at 16:30 UTC."""
    made = world.handed_over(NOON, email)
    for rows in (Handoff.objects.filter(pk=made.pk), Lead.objects.filter(pk=made.lead_id), Assignment.objects.filter(lead=made.lead_id)):
        rows.update(owner=world.sol)
    made.refresh_from_db()
    start(made)
    return made


@pytest.fixture
def late(world, lake):
    """Sol's time ran out and the lead went to a colleague, as the agreement says: tell_manager, reroute."""
    with_sol(world)
    tick(at=WEDNESDAY)
    lake.export(WEDNESDAY)
    assert SlaClock.objects.get(promise="first-contact", owner=world.sol).ended == "moved"
    return world


def test_the_manager_reads_on_home_that_a_lead_went_on(late):
    door = Door(late.sam, WEDNESDAY)
    page = text(door)
    assert "One lead of Sol Meyer went to a colleague." in page
    assert "The time for the first contact ran out." in page
    assert SEE.format(late.sol.key).replace("&", "&amp;") in door.says("/")


def test_the_link_opens_the_case_among_the_promises(late):
    page = text(Door(late.sam, WEDNESDAY), SEE.format(late.sol.key))
    assert "Ada Brenner" in page
    assert "the time ran out; it went to a colleague" in page
    assert "Sol Meyer" in page
    assert "If the time runs out, the owner's manager is told" in text(Door(late.sam, WEDNESDAY), "/promises/")


@pytest.mark.parametrize("name", ["mira", "kim", "sol", "rui", "ada_brandt"])
def test_nobody_else_is_told(late, name):
    assert "Sol Meyer went to a colleague" not in text(Door(getattr(late, name), WEDNESDAY))


def test_after_four_days_it_is_no_news(late):
    # due on Tuesday at 16:30 UTC, so told until Saturday 16:30
    assert "Sol Meyer went to a colleague" in text(Door(late.sam, NOON + timedelta(days=4)))
    assert "Sol Meyer went to a colleague" not in text(Door(late.sam, NOON + timedelta(days=4, hours=5)))


def test_where_the_agreement_does_not_say_so_no_manager_is_told(lake, db):
    world = build(HALDEN.replace("on_breach: [tell_manager, reroute]", "on_breach: [reroute]"))
    with_sol(world)
    tick(at=WEDNESDAY)
    lake.export(WEDNESDAY)
    assert "Sol Meyer went to a colleague" not in text(Door(world.sam, WEDNESDAY))


def test_a_late_lead_that_stays_is_named_until_it_is_answered(lake, db):
    world = build(HALDEN.replace("on_breach: [tell_manager, reroute]", "on_breach: [tell_manager]"))
    made = with_sol(world)
    tick(at=WEDNESDAY)
    lake.export(WEDNESDAY)
    assert "One lead of Sol Meyer is late." in text(Door(world.sam, WEDNESDAY))
    reject(made, "no_budget", by=world.sol, at=WEDNESDAY)
    assert "Sol Meyer is late" not in text(Door(world.sam, WEDNESDAY))


def test_whoever_is_the_manager_is_told_whatever_their_role(late):
    head = Member.objects.create(email="head@halden.example", name="Head", role=Role.EXECUTIVE, joined_at=NOON, password="!")
    Member.objects.filter(pk=late.sol.pk).update(manager=head)
    assert "One lead of Sol Meyer went to a colleague." in text(Door(head, WEDNESDAY))
    page = text(Door(head, WEDNESDAY), SEE.format(late.sol.key))
    assert "the time ran out; it went to a colleague" in page


def test_marketings_manager_is_told_of_marketings_promise(world, lake):
    head = Member.objects.create(email="head@halden.example", name="Head", role=Role.MARKETING, joined_at=NOON, password="!")
    Member.objects.filter(pk=world.mira.pk).update(manager=head)
    lead = world.qualified(NOON)
    SlaClock.objects.create(
        lead=lead, owner=world.mira, side="marketing", promise="nurture", version=world.version,
        starts_at=NOON, due_at=NOON, breached_at=NOON,
    )  # fmt: skip
    lake.export(WEDNESDAY)
    page = Door(head, WEDNESDAY).says("/")
    assert "One lead of Mira Lang is late." in unescape(page)
    assert f"/leads/?owner={world.mira.key}" in page
