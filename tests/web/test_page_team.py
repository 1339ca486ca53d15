"""The team's pages: who may change whom, passwords shown once, being away."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from web_doors import Door

from tests.conftest import NOON
from treaty.journal.models import Entry
from treaty.team.models import Absence, Member

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_(world):
    def client(name: str) -> Client:
        made = Client()
        made.force_login(world.members[name], backend=BACKEND)
        return made

    return client


def about(member: Member, **changed: str) -> dict[str, str]:
    """The form as the page sends it."""
    same = {
        "name": member.name, "role": member.role, "manager": member.manager.key if member.manager else "", "zone": member.zone,
        "country": member.country, "region": "", "languages": "", "capacity": str(member.capacity), "max_open": "",
    }  # fmt: skip
    return {**same, **changed}


def test_everybody_sees_who_is_here(world, as_):
    for name in world.members:
        assert "Kim Dale" in as_(name).get("/team/").content.decode()


def test_the_list_can_be_taken_away(world, as_):
    rows = b"".join(as_("kim").get("/team/?format=csv&role=sales_rep&sort=name").streaming_content).decode().splitlines()
    assert rows[1] == 'Kim Dale,kim.dale@halden.example,"Sales, takes leads",Sam Okafor,Europe/Berlin,DE,1,no password yet'


def test_revops_changes_a_role_and_the_journal_says_what_it_was(world, as_):
    done = as_("rui").post(f"/team/{world.kim.key}/", about(world.kim, role="sales_manager", capacity="3", languages="de, en"))
    assert done.status_code == 303
    world.kim.refresh_from_db()
    assert (world.kim.role, world.kim.capacity, world.kim.languages) == ("sales_manager", 3, ["de", "en"])
    entry = Entry.objects.get(verb="member.changed")
    assert entry.actor == world.rui
    assert entry.codes == {"fields": ["capacity", "languages", "role"], "was": "sales_rep", "role": "sales_manager"}


@pytest.mark.parametrize("name", ["mira", "sam", "kim", "ada_brandt"])
def test_nobody_else_changes_a_role_not_even_their_own(world, as_, name):
    member = world.members[name]
    assert as_(name).post(f"/team/{member.key}/", about(member, role="revops")).status_code == 403
    assert Member.objects.get(pk=member.pk).role == member.role


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"zone": "Mars"}, "is no time zone"),
        ({"country": "DEU"}, "at most 2 characters"),
        ({"languages": "Deutsch"}, "is no language"),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"name": ""}, "“Name” is empty: write something."),
        ({"role": ""}, "“Role” is empty: choose one."),
        ({"capacity": ""}, "“Weight of their turns” is empty: write a number."),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field(world, as_, changed, says):
    refused = as_("rui").post(f"/team/{world.kim.key}/", about(world.kim, **changed))
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert not Entry.objects.filter(verb="member.changed").exists()


def test_the_last_one_in_revops_cannot_leave(world, as_):
    refused = as_("rui").post(f"/team/{world.rui.key}/", about(world.rui, role="marketing"))
    assert "only one in RevOps" in refused.content.decode()
    as_("rui").post(f"/team/{world.rui.key}/off/")
    assert Member.objects.get(pk=world.rui.pk).is_active


def test_a_new_member_signs_in_with_the_password_shown_once(world, as_):
    rui = as_("rui")
    added = rui.post("/team/new/", {"email": "Nia@Halden.example", "name": "Nia Berg", "role": "sales_rep", "manager": world.sam.key})
    secret = added.context["password"]
    assert secret in added.content.decode()
    assert added["Cache-Control"] == "no-store"
    nia = Member.objects.get(email="nia@halden.example")
    assert nia.manager == world.sam
    assert Client().login(username="nia@halden.example", password=secret)
    assert secret not in rui.get(f"/team/{nia.key}/").content.decode()
    again = rui.post("/team/new/", {"email": "nia@halden.example", "name": "Nia", "role": "sales_rep"})
    assert "has an account already" in again.content.decode()


def test_a_password_somebody_told_opens_nothing_until_another_is_chosen(world, as_):
    secret = as_("rui").post(f"/team/{world.kim.key}/password/").context["password"]
    kim = Client()
    assert kim.login(username=world.kim.email, password=secret)
    assert [kim.get(path)["Location"] for path in ("/", "/leads/", "/queue/")] == ["/settings/"] * 3
    assert kim.get("/queue/", headers={"HX-Request": "true"})["HX-Redirect"] == "/settings/"
    assert "Choose one of your own" in kim.get("/settings/").content.decode()
    chosen = {"present": secret, "wanted": "a long own secret", "again": "a long own secret"}
    assert kim.post("/settings/password/", chosen)["Location"] == "/"
    assert kim.get("/leads/").status_code == 200
    assert "Choose one of your own" not in kim.get("/settings/").content.decode()


def test_a_new_password_ends_the_sessions_of_the_old_one(world, as_):
    kim = as_("kim")
    assert kim.get("/team/").status_code == 200
    as_("rui").post(f"/team/{world.kim.key}/password/")
    assert kim.get("/team/").status_code == 302
    assert Entry.objects.get(verb="member.password").subject_key == world.kim.key


def test_who_is_switched_off_is_out_at_once_and_can_come_back(world, as_):
    kim = as_("kim")
    as_("rui").post(f"/team/{world.kim.key}/off/")
    assert kim.get("/team/").status_code == 302
    as_("rui").post(f"/team/{world.kim.key}/on/")
    assert Member.objects.get(pk=world.kim.pk).is_active


AWAY = {"kind": "absent", "first_on": "2036-03-03", "back_on": "2036-03-10", "note": "at sea"}


@pytest.mark.parametrize(("name", "status"), [("kim", 303), ("sam", 303), ("rui", 303), ("sol", 403), ("mira", 403), ("ada_brandt", 403)])
def test_who_may_say_that_kim_is_away(world, as_, name, status):
    assert as_(name).post(f"/team/{world.kim.key}/absences/", AWAY).status_code == status
    assert Absence.objects.count() == (status == 303)


def test_an_absence_is_shown_and_ended(world, as_):
    kim = as_("kim")
    kim.post(f"/team/{world.kim.key}/absences/", AWAY)
    assert "at sea" in kim.get(f"/team/{world.kim.key}/").content.decode()
    assert as_("sol").post(f"/team/{world.kim.key}/absences/1/end/").status_code == 403
    kim.post(f"/team/{world.kim.key}/absences/1/end/")
    absence = Absence.objects.get()
    assert absence.ends_at == absence.starts_at  # it had not begun
    assert [entry.verb for entry in Entry.objects.order_by("seq")] == ["member.away", "member.back"]


def test_a_refused_absence_is_asked_for_again_with_what_was_typed(world, as_):
    refused = as_("kim").post(f"/team/{world.kim.key}/absences/", {**AWAY, "kind": "paused", "first_on": "", "back_on": "soon"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Two things need a look before this can be saved." in page
    assert "“From” is empty: give a day, such as 2026-03-31." in unescape(page)
    assert '<option value="paused" selected>' in page
    assert 'value="at sea"' in page


def test_an_absence_that_ends_before_it_begins_is_refused_with_the_way_out(world, as_):
    refused = as_("kim").post(f"/team/{world.kim.key}/absences/", {**AWAY, "back_on": "2036-03-01"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "say the day they are back" in page
    assert all(f'value="{typed}"' in page for typed in ("2036-03-03", "2036-03-01", "at sea"))
    assert not Absence.objects.exists()
    assert not Entry.objects.exists()


def test_a_name_of_html_is_a_name(world, as_):
    Member.objects.filter(pk=world.kim.pk).update(name="<script>alert(1)</script>")
    for path in ("/team/", f"/team/{world.kim.key}/"):
        assert "<script>alert(1)" not in as_("rui").get(path).content.decode()


def test_the_days_of_a_member_without_a_zone_are_those_of_the_agreement(world):
    type(world.kim).objects.filter(pk=world.kim.pk).update(zone="")
    days = {"kind": "absent", "first_on": "2026-03-16", "back_on": "2026-03-30", "note": ""}
    Door(world.rui, NOON).post(f"/team/{world.kim.key}/absences/", days)
    absence = Absence.objects.get()
    assert (absence.starts_at, absence.ends_at) == (datetime(2026, 3, 15, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
