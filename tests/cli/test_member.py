"""`treaty member`: accounts are made with a password that is typed or piped, never an argument."""

import json

import pytest
from typer.testing import CliRunner

from tests.conftest import NOON
from treaty.cli.member import ROLES, app
from treaty.journal.models import Entry
from treaty.team.models import Member, Role

pytestmark = pytest.mark.django_db
PASSWORD = "a rainy Tuesday in Kassel"
ADD = ("add", "Mira.Lang@halden.example", "--name", "Mira Lang", "--role", "marketing")


def run(*words, said=PASSWORD):
    return CliRunner().invoke(app, list(words), input=f"{said}\n")


def test_a_member_can_sign_in_and_the_journal_knows(client):
    result = run(*ADD, "--zone", "Europe/Berlin", "--country", "de", "--json")
    assert (result.exit_code, json.loads(result.stdout)["email"], json.loads(result.stdout)["country"]) == (
        0,
        "mira.lang@halden.example",
        "DE",
    )
    assert client.login(username="mira.lang@halden.example", password=PASSWORD)
    assert [(e.verb, e.codes) for e in Entry.objects.all()] == [("member.added", {"role": "marketing"})]


def test_who_an_import_named_gets_a_password_and_keeps_their_records():
    known = Member.objects.create(email="mira.lang@halden.example", name="mira", role="sales_rep", password="!", joined_at=NOON)
    assert run(*ADD).exit_code == 0
    known.refresh_from_db()
    assert (known.name, known.role, known.has_usable_password(), known.joined_at) == ("Mira Lang", "marketing", True, NOON)


@pytest.mark.parametrize(
    ("words", "said", "says"),
    [
        (ADD, "herons", "at least 12 characters"),
        (ADD, "1q2w3e4r5t6y", "too common"),
        (ADD, "", "no password was given"),
        (("add", "mira", *ADD[2:]), PASSWORD, "'mira' is not an e-mail address: write it as"),
        ((*ADD, "--zone", "Kassel"), PASSWORD, "'Kassel' is not a time zone: write it as Europe/Berlin"),
        ((*ADD, "--country", "Germany"), PASSWORD, "write two letters, such as DE"),
        ((*ADD, "--manager", "sam@halden.example"), PASSWORD, "sam@halden.example is not a member: `treaty member list`"),
        (("off", "sam@halden.example"), PASSWORD, "sam@halden.example is not a member"),
    ],
)
def test_a_refusal_is_one_sentence_and_nobody_is_made(words, said, says):
    result = run(*words, said=said)
    assert (result.exit_code, result.stdout, says in result.stderr, Member.objects.count()) == (1, "", True, 0)


def test_a_second_account_is_refused():
    assert run(*ADD).exit_code == 0
    assert "has an account already: `treaty member password" in run(*ADD).stderr


def test_an_unknown_role_is_wrong_usage_and_says_which_there_are():
    result = run(*ADD[:-1], "king")
    assert (result.exit_code, result.stdout, Member.objects.count()) == (2, "", 0)
    assert result.stderr == (
        "'king' is no role: write --role marketing, sales_rep (takes leads), sales_manager (heads sales), "
        "revops (keeps it running) or executive (looks)\n"
    )


def test_the_roles_of_the_command_are_those_of_the_team():
    assert set(ROLES) == set(Role.values)


def test_off_is_off_and_on_brings_them_back(client):
    run(*ADD)
    assert run("off", "mira.lang@halden.example").exit_code == 0
    assert not client.login(username="mira.lang@halden.example", password=PASSWORD)
    assert "off" in run("list").stdout
    assert run("on", "mira.lang@halden.example").exit_code == 0
    assert client.login(username="mira.lang@halden.example", password=PASSWORD)


def test_a_new_password_replaces_the_old_one(client):
    run(*ADD)
    assert run("password", "mira.lang@halden.example", said="eleven herons in the mist").exit_code == 0
    assert not client.login(username="mira.lang@halden.example", password=PASSWORD)
    assert client.login(username="mira.lang@halden.example", password="eleven herons in the mist")
