"""Who somebody in Slack is, is said from both sides: by a link that Slack showed to them alone, opened by who is signed in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tests.fakes.notices import FakeSlack
from tests.notify.conftest import Clock, carrier, slack
from tests.notify.test_answers import press
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.journal.models import Entry
from treaty.notify.connecting import NotYours, connect, find, member_of
from treaty.notify.links import Account, BadLink, account_token_of
from treaty.notify.models import SlackUser

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ACCOUNT = Account("U0KIM0DALE", "kim <b>d</b>")


@pytest.fixture
def handoff(world) -> Handoff:
    slack()
    return world.handed_over(now() - timedelta(minutes=5))


def signed_in(member) -> Client:
    made = Client()
    made.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return made


def link_in_reply() -> str:
    """Where the reply to the one who pressed leads, as Slack would draw it."""
    fake, clock = FakeSlack(), Clock()
    clock.at = now()
    carrier(clock, fake).turn()
    [told] = fake.replies
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", False), "nobody else sees it"
    href, _, words = told["blocks"][1]["text"]["text"].strip("<>").partition("|")
    assert words == "Connect Slack with Treaty"
    return href[href.index("/settings/") :]


def test_from_a_press_of_a_stranger_to_an_answer_of_the_owner(handoff):
    press(handoff, "accept", user="U0OWNER001")
    link, owner = link_in_reply(), signed_in(handoff.owner)
    assert Client().get(link).status_code == 302, "who is not signed in is asked to"
    page = owner.get(link).content.decode()
    assert "U0OWNER001" in page
    assert f"will answer as you, {handoff.owner.name}" in page
    assert not SlackUser.objects.exists(), "opening it connects nobody"
    assert owner.post(link)["Location"] == "/settings/notices/"
    assert member_of("U0OWNER001") == handoff.owner
    press(handoff, "accept", user="U0OWNER001")
    assert Disposition.objects.get().by == handoff.owner
    assert Entry.objects.filter(verb="member.slack_connected").count() == 1


def test_a_link_connects_once_and_half_an_hour(world):
    at = now()
    token = account_token_of(ACCOUNT, at=at)
    with pytest.raises(BadLink, match="half an hour"):
        connect(world.kim, token, at=at + timedelta(minutes=31))
    connect(world.kim, token, at=at)
    with pytest.raises(BadLink, match="used already"):
        connect(world.sol, token, at=at)
    for changed in (token[:-1], f"x{token}", ""):
        with pytest.raises(BadLink, match="not whole"):
            connect(world.sol, changed, at=at)
    assert list(SlackUser.objects.values_list("member__name", "user")) == [("Kim Dale", "U0KIM0DALE")]


def test_nobody_becomes_somebody_elses_account(world):
    at = now()
    connect(world.kim, account_token_of(ACCOUNT, at=at), at=at)
    other = account_token_of(Account("U0KIM0DALE", "again"), at=at)
    with pytest.raises(NotYours, match="connected with somebody else"):
        connect(world.sol, other, at=at)
    type(world.kim).objects.filter(pk=world.kim.pk).update(is_active=False)
    connect(world.sol, other, at=at)
    assert member_of("U0KIM0DALE") == world.sol, "the refusal did not use the link up, and who left holds nothing"


def test_what_slack_says_goes_before_what_a_member_said(world):
    at = now()
    connect(world.sol, account_token_of(ACCOUNT, at=at), at=at)
    find(world.kim, "U0KIM0DALE")
    assert member_of("U0KIM0DALE") == world.kim
    with pytest.raises(NotYours, match="by your e-mail"):
        connect(world.kim, account_token_of(Account("U0OTHER001", ""), at=at), at=at)


def test_the_name_in_slack_is_text_on_the_page(world):
    page = signed_in(world.kim).get(f"/settings/notices/slack/{account_token_of(ACCOUNT, at=now())}/")
    assert "kim &lt;b&gt;d&lt;/b&gt;" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
