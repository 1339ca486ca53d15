"""Setting a service up, seeing what it was asked, switching it off."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.conftest import NOON
from treaty.connectors.models import Enriched, Enricher
from treaty.sealed import unseal

pytestmark = pytest.mark.django_db
SAID = {
    "name": "Knower", "address": "https://api.example/people?email={email}", "header": "X-Key", "secret": "s3cret",
    "fields_text": "title = job.title", "daily": "50", "keep_days": "90",
}  # fmt: skip


@pytest.fixture
def rui(world):
    made = Client()
    made.force_login(world.rui, backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_a_service_is_set_up_looked_at_and_switched_off(world, rui):
    place = rui.post("/sources/enrichment/", SAID)["Location"]
    enricher = Enricher.objects.select_related("source").get()
    assert place == f"/sources/{enricher.source.key}/"
    assert "s3cret" not in enricher.secrets
    lead = world.handed_over(NOON).lead
    Enriched.objects.create(enricher=enricher, person=lead.person, at=NOON, found=["title"])
    page = rui.get(place).content.decode()
    assert "s3cret" not in page
    assert str(lead.person) in page
    assert "job.title" in page
    rui.post(f"{place}off/")
    assert "switched off" in rui.get(place).content.decode()


def test_it_is_changed_on_a_form_that_never_shows_the_secret(world, rui):
    place = rui.post("/sources/enrichment/", SAID)["Location"]
    form = rui.get(f"{place}enrichment/").content.decode()
    assert "s3cret" not in form
    for words in ("X-Key", "title = job.title", "https://api.example/people?email={email}", "Empty to keep what it says now"):
        assert words in form
    assert rui.post(f"{place}enrichment/", SAID | {"secret": "", "daily": "70"})["Location"] == place
    enricher = Enricher.objects.get()
    assert (enricher.daily, unseal(enricher.secrets)) == (70, {"X-Key": "s3cret"})
    Enricher.objects.update(failed=3, failed_on=datetime.now(UTC).date())
    assert "3 calls came to nothing; at most 70 calls a day" in rui.get(place).content.decode().replace("\xa0", " ")
    refused = rui.post(f"{place}enrichment/", SAID | {"name": "crm"})
    assert (refused.status_code, "exists: choose another name" in refused.content.decode()) == (422, True)
    rui.post(f"{place}off/")
    assert rui.get(f"{place}enrichment/").status_code == 404


WRONG = [
    ({"address": "https://api.example/people"}, "asks about nobody"),
    ({"fields_text": "title"}, "names no field"),
    ({"name": ""}, "is empty"),
    ({"secret": "schlüssel"}, "a letter in place 5 that no header can carry"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_what_cannot_be_used_is_said_and_what_was_typed_stays(rui, wrong, words):
    answer = rui.post("/sources/enrichment/", SAID | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "X-Key" in page
    assert not Enricher.objects.exists()
