"""A database that is locked, full or gone: every door says so with 503 and when to come back, and tells nothing of the inside."""

import base64

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.parties import parties
from treaty.connectors.lookup import KEYRING

pytestmark = pytest.mark.django_db
SECRET = "database is locked at /srv/secret/treaty.db"


def locked(*_):
    raise OperationalError(SECRET)


@pytest.fixture
def patient():
    """A client that is answered as a browser is: a fault does not come through to it. No key was looked for a moment ago."""
    KEYRING.forget()
    return Client(raise_request_exception=False)


def test_a_page_says_when_to_come_back_and_nothing_else(patient):
    member = parties(with_keys=False).mira
    patient.force_login(member)
    with connection.execute_wrapper(locked):
        answers = [patient.get("/agreement/"), patient.post("/sign-in/", {"email": member.email, "password": "x"})]
    for answer in answers:
        page = answer.content.decode()
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "try again in 5 seconds" in page
        assert SECRET not in page


def test_another_fault_is_still_our_own(patient, monkeypatch):
    monkeypatch.setattr("treaty.web.pages.door.JsonResponse", lambda _: 1 / 0)
    assert patient.get("/healthz").status_code == 500


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/v1/track"), ("get", "/v1/projects/k/settings"), ("get", "/sourceConfig?writeKey=k"), ("get", "/forms/k")],
)
def test_the_intake_says_it_in_its_own_words(patient, method, path):
    key = "Basic " + base64.b64encode(b"k:").decode()
    with connection.execute_wrapper(locked):
        answer = getattr(patient, method)(path, headers={"Authorization": key})
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "2", "no_database")
    assert SECRET not in answer.content.decode()
