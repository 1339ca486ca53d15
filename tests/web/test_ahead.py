"""The pages are opened before a lake counts: whoever looks first, in whatever role, asks the lake for nothing."""

from datetime import timedelta

import pytest
from test_page_economics import company
from web_doors import Door

from tests.conftest import NOON
from tests.jobs.test_ahead import without_its_files
from treaty.engine.lake import open_lake
from treaty.engine.measuring import forget
from treaty.jobs.ahead import Asker
from treaty.jobs.lake import refresh
from treaty.team.models import Member, Role
from treaty.web import ahead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
LATER = NOON + timedelta(days=1)


def exported_again(lake, asker=None):
    """A company whose lake was exported; no file of it can be read any more."""
    world = company(lake)
    refresh(at=LATER + timedelta(minutes=1), where=lake.where, ask=asker)
    forget()
    without_its_files(lake.where)
    return world


def test_the_first_look_of_everybody_finds_every_page_ready(lake, monkeypatch):
    monkeypatch.setattr(ahead, "SECONDS", 3600.0)  # whether the pages are ready does not depend on how quick this machine is
    world = exported_again(lake, Asker(lambda: LATER))
    stranger = Member.objects.create(email="new@halden.example", name="New", role=Role.EXECUTIVE, joined_at=NOON, password="!")
    for page in ahead.PAGES:
        for member in (world.mira, world.sam, world.kim, stranger):
            Door(member, LATER).says(page)
            forget()


def test_without_the_looks_the_lake_is_asked(lake):
    """The twin: it shows that the test above can fail."""
    world = exported_again(lake)
    with pytest.raises(Exception, match="No files found"):
        Door(world.sam, LATER).says("/goals/")


def test_a_page_that_fails_does_not_keep_the_others_from_it(lake, caplog):
    company(lake)
    there = open_lake(lake.where)
    assert ahead.look(there, LATER, pages=("/nowhere/", "/goals/")) == ["/goals/"]
    assert "/nowhere/ could not be opened ahead" in caplog.text


def test_no_page_is_opened_after_the_time_is_over(lake):
    company(lake)
    assert ahead.look(open_lake(lake.where), LATER, seconds=-1) == []


def test_nobody_there_opens_nothing(lake):
    company(lake)
    Member.objects.update(is_active=False)
    assert ahead.look(open_lake(lake.where), LATER) == []


def test_one_who_has_to_choose_a_password_will_do(lake):
    company(lake)
    Member.objects.update(must_change=True)
    assert ahead.look(open_lake(lake.where), LATER, pages=("/goals/",)) == ["/goals/"]
    assert Member.objects.filter(must_change=False).count() == 0
