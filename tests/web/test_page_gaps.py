"""Data to complete: the worklist of who is responsible, what the house asks, and where it is changed."""

import re
from datetime import timedelta
from html import unescape

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.truth.actions.house import decide
from treaty.truth.gaps import MUST_BE_KNOWN
from treaty.truth.models import HouseRule, Lead, Person

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def text(door, path):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


@pytest.fixture
def company(world):
    """Two leads wait with Sol and Kim; the house wants a telephone number at the handoff and a department after it."""
    for rep, email in ((world.sol, "ada@acme.example"), (world.kim, "bo@acme.example")):
        lead = world.handed_over(NOON, email).lead
        Lead.objects.filter(pk=lead.pk).update(owner=rep)
    rules = {"marketing_qualified": [["phone", "for the first call"]], "sales_accepted": [["department", ""]]}
    decide(MUST_BE_KNOWN, rules, by=world.rui, at=NOON)
    return world


def test_each_lead_that_lacks_something_stands_with_who_is_responsible(company):
    page = text(Door(company.mira, LATER), "/gaps/")
    assert "Two leads lack what their stage asks" in page
    assert "phone for the first call" in page
    assert "Kim Dale 1 phone, 1" in page
    assert "Sol Meyer" not in text(Door(company.mira, LATER), f"/gaps/?owner={company.kim.key}").split("There since")[1].split("By who")[0]


def test_a_rep_sees_their_own_and_is_told_at_home(company, lake):
    lake.export(LATER)
    door = Door(company.sol, LATER)
    assert "One lead lacks what its stage asks" in text(door, f"/gaps/?owner={company.sol.key}")
    assert "One lead of yours lacks what its stage asks." in text(door, "/")


def test_the_lead_says_what_is_missing_now_and_next(company):
    page = text(Door(company.sol, LATER), f"/leads/{Lead.objects.get(owner=company.sol).key}/")
    assert "Still to find out" in page
    assert "Phone missing for the first call; at marketing qualified" in page
    assert "Department missing asked for; at sales accepted" in page


def test_nothing_missing_says_so(company):
    Person.objects.update(phone="+49 561 1")
    page = text(Door(company.mira, LATER), "/gaps/")
    assert "Nothing is missing" in page
    assert "By who is responsible" not in page


def test_revops_changes_what_stages_ask_and_the_change_is_kept(company):
    door = Door(company.rui, LATER)
    answer = door.post("/house/known/", {"rules": "sales_accepted: account.revenue (for the offer)"}, follow=True)
    assert "Stages ask for this from now on" in told(answer)[0]
    assert HouseRule.objects.filter(name=MUST_BE_KNOWN).count() == 2
    page = text(door, "/house/")
    assert "Sales accepted Revenue of the account for the offer" in page
    assert "Sales qualified Budget agreed by both sides for this stage" in page
    assert "What must be known Rui Costa" in page
    assert "Nothing is missing" in text(door, "/gaps/")


@pytest.mark.parametrize(
    ("path", "rules", "says"),
    [
        ("known", "hot: phone", "is no stage of the agreement"),
        ("known", "engaged: shoe_size", "is no field"),
        ("roles", "proposal: boss", "is no role"),
        ("roles", "proposal", "write a stage, a colon and roles"),
    ],
)
def test_what_cannot_be_read_stays_as_it_was_typed(company, path, rules, says):
    answer = Door(company.rui, LATER).post(f"/house/{path}/", {"rules": rules})
    assert answer.status_code == 422
    page = unescape(answer.content.decode())
    assert says in page
    assert f">\n{rules}</textarea>" in page


def test_parts_deals_need_are_changed_too(company):
    door = Door(company.rui, LATER)
    door.post("/house/roles/", {"rules": "Proposal sent: champion, economic buyer\nany: champion"}, follow=True)
    page = text(door, "/house/")
    assert "Proposal sent champion and economic buyer" in page
    assert "Every other stage champion" in page
    assert "Change them" not in text(Door(company.sam, LATER), "/house/")
