"""The door: who types wrong too often waits, told until when, and nothing more is hashed meanwhile."""

import pytest
from django.test import Client

from tests.parties import PASSWORD, parties
from treaty.web.intake.buckets import Buckets
from treaty.web.pages import door

pytestmark = pytest.mark.django_db
MIRA, SAM = "mira.lang@halden.example", "sam.okafor@halden.example"


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    """Two wrong ones per e-mail, three per address; then one a minute. Passwords are cheap to hash."""
    monkeypatch.setattr(door, "BUCKETS", Buckets())
    monkeypatch.setattr(door, "PER_EMAIL", (1 / 60, 2.0))
    monkeypatch.setattr(door, "PER_ADDRESS", (1 / 60, 3.0))


@pytest.fixture
def mira(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    member = parties(with_keys=False).mira
    member.set_password(PASSWORD)
    member.save()
    return member


def tried(password, email=MIRA, address="192.0.2.1"):
    return Client(REMOTE_ADDR=address).post("/sign-in/", {"email": email, "password": password})


def test_after_a_few_wrong_passwords_even_the_right_one_waits(mira):
    assert [tried("a guess").status_code for _ in range(2)] == [400, 400]
    refused = tried(PASSWORD, MIRA.upper(), address="198.51.100.7")  # the e-mail is counted wherever it comes from
    assert (refused.status_code, 1 <= int(refused["Retry-After"]) <= 60) == (429, True)
    assert "Too many wrong passwords. Try again in 1 min." in refused.content.decode()


def test_one_address_does_not_try_everybodys_password(mira):
    answers = [tried("a guess", f"p{n}@halden.example").status_code for n in range(4)]
    assert answers == [400, 400, 400, 429]
    assert tried("a guess", address="198.51.100.7").status_code == 400


def test_who_types_right_is_never_counted(mira):
    assert {tried(PASSWORD).status_code for _ in range(5)} == {302}
