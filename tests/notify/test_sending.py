"""Each message ends once, whatever the other side does (invariants 10 and 11)."""

import random
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import NOON
from tests.fakes.notices import FakeSlack, FakeTeams, Receiver
from tests.fakes.server import Reply
from tests.notify.conftest import SECRET, bot, carrier, mail, slack, states, teams, webhook
from tests.often import often
from treaty.config import config
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out
from treaty.notify import channels, messages
from treaty.notify.answering import put_reply
from treaty.notify.connecting import NotYours, connect, give_up
from treaty.notify.links import Account, account_token_of
from treaty.notify.mail import server_of
from treaty.notify.models import Channel, SlackUser
from treaty.notify.rules import quiet_until
from treaty.notify.sending import Carrier
from treaty.outward import Guarded, Outward
from treaty.sealed import unseal

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def put(channel: Channel, *names: str, member=None, at=NOON, **body) -> None:
    to = f"{channel.key}:{member.key}" if member else channel.key
    outbox.put([Out(channel.transport, to, f"test:{name}", body={"kind": "test", **body}) for name in names], at=at)


def test_what_slack_refuses_for_good_is_dead_with_its_word_and_may_be_tried_again(world, clock):
    channel = slack()
    put(channel, "a")
    fake = FakeSlack(refuses="no_service")
    carrier(clock, fake).turn()
    row = Outgoing.objects.get()
    assert (row.state, row.problem) == ("dead", "Slack answered 404: no_service")
    outbox.release(channels.sent_by(channel), at=clock())
    fake.refuses = ""
    carrier(clock, fake).turn()
    assert states() == {"sent": 1}


def test_a_bot_says_what_is_wrong_and_who_is_not_known_to_it(world, clock):
    channel = bot(to="C1")
    put(channel, "a")
    put(channel, "b", member=world.kim)
    fake = FakeSlack(refuses="channel_not_found")
    carrier(clock, fake).turn()
    assert set(Outgoing.objects.values_list("problem", flat=True)) == {
        "Slack says channel_not_found",
        "Kim Dale is not known in Slack: they can connect themselves by pressing a button of a message there",
    }


def test_slack_gets_one_a_second_and_teams_four(world, clock):
    put(slack(), *"abcde")
    talks, cards = FakeSlack(quotas=((1, 0.999),), clock=clock.seconds), FakeTeams(quotas=((4, 0.999),), clock=clock.seconds)
    began = clock.at
    carrier(clock, talks).turn()
    assert (len(talks.posted), talks.over) == (5, 0)
    assert clock.at - began >= timedelta(seconds=4)
    put(teams(), *"abcdefgh")
    began = clock.at
    carrier(clock, cards).turn()
    assert (len(cards.cards), cards.over) == (8, 0)
    assert timedelta(seconds=1.5) <= clock.at - began <= timedelta(seconds=3)


@pytest.mark.parametrize("seed", range(often(3, 40)))
def test_a_receiver_that_knows_ids_has_each_once_however_often_calls_go_wrong(world, clock, seed):
    """A third of the calls fail: turned away, broken, received and not answered; carriers fall on the way too."""
    channel = webhook(kinds=[])
    names = [str(n) for n in range(30)]
    put(channel, *names)
    fake, draw = (
        Receiver(faults=0.33, seed=seed, secrets=[SECRET], kinds=("busy", "broken", "away", "applied, then no answer")),
        random.Random(seed),
    )
    while Outgoing.objects.filter(state__in=["waiting", "sending"]).exists():
        fake.now = clock.go(minutes=draw.randrange(1, 30))
        if draw.random() < 0.2:
            outbox.take("webhook", channel.key, at=clock.at, most=draw.randrange(1, 5))  # one that falls before it sends
        carrier(clock, fake).turn()
        clock.at = max(clock.at, fake.now)
    assert states() == {"sent": 30}
    assert set(fake.done) == set(Outgoing.objects.values_list("key", flat=True))
    assert fake.forged == 0


def test_a_new_secret_is_signed_with_beside_the_one_before(world, clock):
    channel = webhook()
    new = channels.replace_secret(channel, by=world.rui, at=NOON)
    for n, secret in enumerate((SECRET, new)):
        put(channel, str(n))
        fake = Receiver(secrets=[secret], now=NOON)
        carrier(clock, fake).turn()
        assert (len(fake.done), fake.forged) == (1, 0)
    channels.replace_secret(channel, by=world.rui, at=NOON)
    put(channel, "later")
    fake = Receiver(secrets=[SECRET], now=clock.at)
    carrier(clock, fake).turn()
    assert fake.forged == 1


def test_a_receiver_that_wants_no_more_is_left_alone(world, clock):
    put(webhook(), "a")

    class Gone(Receiver):
        def answer(self, asked):
            return Reply(410)

    carrier(clock, Gone()).turn()
    assert states() == {"dead": 1}


@pytest.mark.parametrize("seed", range(often(2, 40)))
def test_nothing_is_said_in_quiet_hours_whatever_happens(world, clock, seed):
    """Days of notices, failures and carriers that fall; every call came when it might (invariant 11)."""
    draw, heard = random.Random(seed), []
    channel = slack(quiet="18:00-08:00", kinds=[])
    handoffs = [world.handed_over(NOON, f"p{n}@acme.example") for n in range(20)]
    fake = FakeSlack(faults=0.4, seed=seed, kinds=("busy", "broken", "applied, then no answer"))
    sends, answer = carrier(clock, fake), fake._reply
    fake._reply = lambda asked: heard.append(clock.at) or answer(asked)
    for handoff in handoffs * 2:
        clock.go(minutes=draw.randrange(1, 120))
        body = {"kind": "handoff", "handoff": handoff.key}
        outbox.put([Out("slack", channel.key, f"handoff:{handoff.key}", body=body)], at=clock.at)
        if draw.random() < 0.3:
            outbox.take("slack", channel.key, at=clock.at)  # one that falls
        sends.turn()
    assert [at for at in heard if quiet_until(at, "18:00-08:00", ZoneInfo("Europe/Berlin"))] == []
    assert len(fake.posted) >= 3


def test_an_e_mail_is_handed_to_the_server_and_an_address_that_is_refused_is_dead(world, clock):
    channel, sent = mail(), []
    put(channel, "a", member=world.kim)
    carrier(clock, deliver=sent.append).turn()
    [one] = sent
    assert isinstance(one, EmailMessage)
    assert (one["To"], one["Subject"]) == (world.kim.email, "E-mail is connected to Treaty")

    def refuse(code):
        def deliver(one):
            raise smtplib.SMTPRecipientsRefused({world.kim.email: (code, b"no such user")})

        return deliver

    put(channel, "b", member=world.kim)
    carrier(clock, deliver=refuse(450)).turn()
    assert states() == {"sent": 1, "waiting": 1}
    clock.go(minutes=1)
    carrier(clock, deliver=refuse(550)).turn()
    assert states() == {"sent": 1, "dead": 1}
    assert "550 no such user" in Outgoing.objects.get(state="dead").problem


def test_who_is_asked_for_is_read_from_the_address():
    found = server_of("smtps://rui:p%40ss@mail.example")
    assert (found.host, found.port, found.user, found.password, found.is_tls) == ("mail.example", 465, "rui", "p@ss", True)
    assert server_of("smtp://mail.example").port == 587
    for bad in ("", "http://mail.example", "smtp://"):
        with pytest.raises(ValueError, match="TREATY_SMTP"):
            server_of(bad)


INSIDE = ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:10.0.0.1", "192.168.1.1", "2002:7f00:1::"]


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_within_the_house_is_called_nor_kept(world, clock, monkeypatch, address):
    """Also not one that answers with another address the second time (T8)."""
    monkeypatch.setattr(config(), "reachable", "")
    wanted = channels.Wanted(name="x", transport="webhook", secrets={"url": "https://program.example/in"})
    with pytest.raises(ValueError, match="within the house"):
        channels.add(wanted, by=world.rui, at=NOON, look_up=lambda host, port: [address])
    assert not Channel.objects.exists()
    channels.add(wanted, by=world.rui, at=NOON, look_up=lambda host, port: ["93.184.216.34"])
    put(Channel.objects.get(), "a")
    Carrier(clock, Outward(Guarded(lambda host, port: [address])), pause=clock.pause, tick=clock.seconds).turn()
    row = Outgoing.objects.get()
    assert row.state == "waiting"
    assert "within the house" in row.problem


@pytest.mark.parametrize(
    "url", ["ftp://x.example", "file:///etc/passwd", "https://u:p@x.example", "https://", "javascript:1", "https://x.example:99999/", ""]
)
def test_what_is_no_address_is_refused(world, url):
    with pytest.raises(ValueError, match="address"):
        channels.add(channels.Wanted(name="x", transport="teams", secrets={"url": url}), by=world.rui, at=NOON)


def test_secrets_are_sealed_and_forgotten_when_it_is_switched_off(world, clock):
    given = {"url": "https://hooks.slack.example/services/very-secret", "signing_secret": "s3cret"}
    channel = channels.add(
        channels.Wanted(name="#x", transport="slack", secrets=given), by=world.rui, at=NOON, look_up=lambda h, p: ["8.8.8.8"]
    )
    assert "secret" not in channel.secrets
    assert unseal(channel.secrets) == given
    put(channel, "a")
    assert channels.switch_off(channel, by=world.rui, at=NOON) == 1
    assert (channel.secrets, states()) == ("", {"cancelled": 1})


def test_what_waits_for_nobody_is_cancelled(world, clock):
    channel = mail()
    put(channel, "a", member=world.kim)
    world.kim.is_active = False
    world.kim.save()
    carrier(clock, deliver=lambda one: pytest.fail("they left")).turn()
    assert states() == {"cancelled": 1}


def test_slack_says_who_the_members_are_and_believes_no_one_who_says_they_are_another(world, clock):
    bot()
    SlackUser.objects.create(member=world.sol, user="U0KIM0DALE")
    fake = FakeSlack(users={world.kim.email: "U0KIM0DALE"})
    asks = carrier(clock, fake)
    assert [asks.learn_slack_users(most=4) for _ in range(4)] == [True, True, False, True], "six members, then from the beginning"
    assert list(SlackUser.objects.values_list("member__name", "user", "is_found")) == [("Kim Dale", "U0KIM0DALE", True)]
    with pytest.raises(NotYours, match="somebody else"):
        connect(world.sol, account_token_of(Account("U0KIM0DALE", "kim"), at=NOON), at=NOON)
    with pytest.raises(NotYours, match="by your e-mail"):
        connect(world.kim, account_token_of(Account("U0SOL0MEYE", "sol"), at=NOON), at=NOON)
    give_up(world.kim, at=NOON)
    assert SlackUser.objects.get(member=world.kim).user == "U0KIM0DALE", "what Slack said stays"


def test_a_reply_is_sealed_until_it_is_sent(world, clock):
    slack()
    put_reply("https://hooks.slack.com/actions/1", "Ada is accepted.", is_done=True, ref="r1", at=NOON)
    assert "hooks.slack.com" not in str(Outgoing.objects.get().body)
    fake = FakeSlack()
    carrier(clock, fake).turn()
    assert [(one["text"], one["replace_original"]) for one in fake.replies] == [("Ada is accepted.", True)]


def test_a_digest_is_worked_out_once_for_all_who_are_told_it(world, clock, monkeypatch):
    """Three members and a channel, of two kinds; five minutes later the figures are asked for anew."""
    made = []

    def digest_of(every, address, *, at):
        made.append((every, at))
        return messages.digest(f"The {every}", (), (f"of {at:%H:%M}",), ())

    monkeypatch.setattr("treaty.notify.saying.digest_of", digest_of)
    channel, told = mail(), []
    for name, every in (("kim", "day"), ("sol", "day"), ("sam", "week")):
        put(channel, name, member=world.members[name], kind="digest", every=every, day="2026-03-10")
    sends = carrier(clock, deliver=told.append)
    sends.turn()
    assert [every for every, _ in made] == ["day", "week"]
    assert sorted(one["Subject"] for one in told) == ["The day", "The day", "The week"]
    clock.go(minutes=6)
    put(channel, "later", member=world.kim, at=clock.at, kind="digest", every="day", day="2026-03-11")
    sends.turn()
    assert made[2:] == [("day", clock.at)]
