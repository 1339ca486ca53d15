"""A rep may open a lead for anybody; of people they may not see they learn nothing and change nothing that is known."""

import pytest
from web_doors import Door, told

from tests.conftest import NOON
from treaty.truth.models import Account, Lead, Person

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ADA = "ada@acme.example"
FALSE = {
    "email": ADA, "name": "Somebody Else", "title": "Intern", "phone": "+49 561 1", "company": "Other GmbH", "employees": "3",
    "country": "FR", "lead_source": "invented", "reason": "Met",
}  # fmt: skip


def known():
    ada = Person.objects.select_related("account").get(email=ADA)
    return ada.name, ada.title, ada.phone, ada.country, ada.account.name, ada.account.employees, ada.account.country


def test_whom_a_rep_may_not_see_keeps_what_is_known_and_gains_what_was_not(world):
    world.qualified(NOON)  # with Mira
    response = Door(world.kim, NOON).post("/leads/new/", FALSE, follow=True)
    assert known() == ("Ada Brenner", "Head of maintenance", "+49 561 1", "DE", "Acme", 240, "DE")
    assert told(response) == [
        "ada@acme.example is a lead already. What was not known of them is kept. You see them once they are handed over to you."
    ]
    assert response.redirect_chain == [("/leads/", 303)]
    assert not Account.objects.filter(name="Other GmbH").exists()


def test_a_lead_opened_for_somebody_hidden_does_not_say_who_they_are_or_whose(world):
    world.person()
    response = Door(world.kim, NOON).post("/leads/new/", FALSE, follow=True)
    assert told(response) == ["ada@acme.example is a lead. You see them once they are handed over to you."]
    assert (known()[0], Lead.objects.get().owner) == ("Ada Brenner", world.mira)


def test_a_new_colleague_of_a_hidden_account_changes_nothing_of_it(world):
    world.qualified(NOON)
    Door(world.kim, NOON).post("/leads/new/", {**FALSE, "email": "ben@acme.example", "company": ""})
    assert Person.objects.get(email="ben@acme.example").account.employees == 240
    assert known()[-2:] == (240, "DE")


def test_who_may_see_them_corrects_them(world):
    world.qualified(NOON)
    response = Door(world.mira, NOON).post("/leads/new/", {**FALSE, "company": ""}, follow=True)
    assert known()[:2] == ("Somebody Else", "Intern")
    assert "Somebody Else is a lead already, with Mira Lang." in told(response)[-1]
