"""One's own settings."""

import pytest
from django.test import Client

from treaty.journal.models import Entry
from treaty.team.accounts import set_password
from treaty.team.models import Member

SECRET, NEW = "a long old secret", "a long new secret"


@pytest.fixture
def kim(world) -> Client:
    set_password(world.kim, SECRET)
    client = Client()
    assert client.login(username=world.kim.email, password=SECRET)
    return client


def test_what_one_says_of_oneself_is_kept(world, kim):
    kim.post("/settings/", {"name": "Kim D.", "zone": "Asia/Kathmandu", "languages": "en", "theme": "dark"})
    world.kim.refresh_from_db()
    assert (world.kim.name, world.kim.zone, world.kim.languages, world.kim.theme, world.kim.keys_on) == (
        "Kim D.", "Asia/Kathmandu", ["en"], "dark", False,
    )  # fmt: skip
    shown = kim.get("/settings/").content.decode()
    assert "Times in Asia/Kathmandu" in shown
    assert 'data-theme="dark"' in shown
    assert Entry.objects.get(verb="member.changed").codes == {"fields": ["keys_on", "languages", "name", "theme", "zone"]}


def test_nobody_gives_themselves_a_role(world, kim):
    kim.post("/settings/", {"name": "Kim", "role": "revops", "capacity": "9", "is_active": "", "manager": ""})
    fresh = Member.objects.get(pk=world.kim.pk)
    assert (fresh.role, fresh.capacity, fresh.manager) == ("sales_rep", 1, world.sam)


def test_a_zone_that_is_none_is_said_and_what_was_written_stays(world, kim):
    refused = kim.post("/settings/", {"name": "Kim Other", "zone": "Mars"})
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert "is no time zone" in shown
    assert "Kim Other" in shown
    assert Member.objects.get(pk=world.kim.pk).name == "Kim Dale"


def test_the_password_changes_for_who_knows_it_and_only_this_session_stays(world, kim):
    elsewhere = Client()
    elsewhere.login(username=world.kim.email, password=SECRET)
    done = kim.post("/settings/password/", {"present": SECRET, "wanted": NEW, "again": NEW})
    assert done.status_code == 303
    assert kim.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302
    assert Client().login(username=world.kim.email, password=NEW)


@pytest.mark.parametrize(
    ("present", "wanted", "again", "says"),
    [
        ("something else", NEW, NEW, "not your present password"),
        (SECRET, NEW, NEW + "x", "differ"),
        (SECRET, "short", "short", "too short"),
        (SECRET, "password123456", "password123456", "too common"),
    ],
)
def test_a_password_that_cannot_be_is_refused_with_the_reason(world, kim, present, wanted, again, says):
    refused = kim.post("/settings/password/", {"present": present, "wanted": wanted, "again": again})
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert Member.objects.get(pk=world.kim.pk).check_password(SECRET)


def test_a_refused_password_is_not_said_to_be_kept(world, kim):
    refused = kim.post("/settings/password/", {}).content.decode()
    assert "Three things need a look before this can be saved." in refused
    assert "What you wrote is kept" not in refused  # no page sends a password back


def test_being_away_can_be_said_here(world, kim):
    assert 'action="/settings/absences/#away"' in kim.get("/settings/").content.decode()
    done = kim.post("/settings/absences/", {"kind": "paused", "first_on": "2036-01-01"})
    assert done["Location"] == "/settings/"
    assert "until it is ended" in kim.get("/settings/").content.decode()
    assert kim.post(f"/team/{world.kim.key}/absences/1/end/", {"next": "/settings/"})["Location"] == "/settings/"


def test_a_refused_absence_stays_here_with_what_was_typed(world, kim):
    refused = kim.post("/settings/absences/", {"kind": "paused", "first_on": "", "note": "at sea"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "<h1>Your settings</h1>" in page
    assert 'value="at sea"' in page


def test_who_named_no_zone_reads_the_agreements_times_and_is_told(world, kim):
    Member.objects.filter(pk=world.kim.pk).update(zone="")
    shown = kim.get("/settings/").content.decode()
    assert "Times in Europe/Berlin, until you" in shown
    Member.objects.filter(pk=world.kim.pk).update(zone="Asia/Kathmandu")
    assert "Times in Asia/Kathmandu</span>" in kim.get("/settings/").content.decode()
