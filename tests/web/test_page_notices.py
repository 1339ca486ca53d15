"""Channels as pages: added, tried, looked at, tried again, switched off; what one wants to be told."""

import pytest

from tests.conftest import NOON
from tests.web.test_page_sources import text_of
from treaty.config import config
from treaty.journal import outbox
from treaty.journal.models import Entry, Outgoing
from treaty.journal.outbox import Out
from treaty.notify.models import Channel, Choice, SlackUser
from treaty.sealed import seal, unseal


@pytest.fixture
def channel(world) -> Channel:
    secrets = seal({"url": "https://93.184.216.34/in", "secrets": ["whsec_a2V5"]})
    return Channel.objects.create(name="Our program", transport="webhook", secrets=secrets, kinds=["won"], made_at=NOON)


def put(channel: Channel, state: str, problem: str = "") -> None:
    outbox.put([Out(channel.transport, channel.key, f"won:{state}", body={"kind": "won"})], at=NOON)
    Outgoing.objects.filter(dedup_key=f"won:{state}").update(state=state, problem=problem, attempts=3, ended_at=NOON)


def test_an_empty_page_says_the_next_step_and_what_the_agreement_names(world, as_):
    shown = text_of(as_("rui").get("/settings/channels/"))
    for words in ("Nobody is told anything yet", "Add Slack", "The agreement tells both teams in #revenue by Slack"):
        assert words in shown
    assert "/settings/channels/" in text_of(as_("rui").get("/settings/"))
    assert "/settings/channels/" not in text_of(as_("kim").get("/settings/"))


def test_slack_is_added_by_revops_alone_and_no_secret_is_to_be_read(world, as_):
    url = "https://93.184.216.34/services/very-secret"
    told = {"name": "#revenue", "url": url, "signing_secret": "s3cret", "kind_won": "on", "kind_handoff": "on", "digest_every": "week"}
    assert as_("kim").post("/settings/channels/add/slack/", told).status_code == 403
    rui = as_("rui")
    made = rui.post("/settings/channels/add/slack/", told)
    channel = Channel.objects.get()
    assert (made.status_code, made["Location"]) == (303, f"/settings/channels/{channel.key}/")
    assert (channel.kinds, channel.digest_every, channel.is_bot) == (["handoff", "won"], "week", False)
    assert unseal(channel.secrets) == {"url": url, "signing_secret": "s3cret"}
    shown = text_of(rui.get(made["Location"]))
    assert "very-secret" not in shown
    assert "s3cret" not in shown
    assert "/slack/actions/" in shown
    assert Entry.objects.get(verb="channel.added").codes == {"transport": "slack"}
    assert "The agreement tells" not in text_of(rui.get("/settings/channels/"))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://127.0.0.1/x", "within the house"),
        ("http://93.184.216.34/x", "write https"),
        ("ftp://x", "no address"),
        ("https://10.0.0.1/", "within"),
    ],
)
def test_a_place_within_the_house_is_refused_and_what_was_written_stays(world, as_, monkeypatch, url, says):
    monkeypatch.setattr(config(), "reachable", "")
    answer = as_("rui").post("/settings/channels/add/teams/", {"name": "Deals & more", "url": url})
    shown = text_of(answer)
    assert answer.status_code == 422
    assert says in shown
    assert "Deals &amp; more" in shown
    assert not Channel.objects.exists()


def test_e_mail_needs_a_server_and_quiet_hours_are_hours(world, as_, monkeypatch):
    rui = as_("rui")
    assert "TREATY_SMTP" in text_of(rui.post("/settings/channels/add/email/", {"name": "E-mail"}))
    monkeypatch.setattr(config(), "smtp", "smtp://mail.example")
    monkeypatch.setattr(config(), "mail_from", "treaty@halden.example")
    refused = rui.post("/settings/channels/add/email/", {"name": "E-mail", "quiet": "evening"})
    assert (refused.status_code, "are no quiet hours" in text_of(refused)) == (422, True)
    assert rui.post("/settings/channels/add/email/", {"name": "E-mail", "quiet": "18:00-08:00"}).status_code == 303
    assert (Channel.objects.get().has_place, Channel.objects.get().quiet) == (False, "18:00-08:00")


def test_the_page_says_what_was_sent_what_waits_and_what_could_not_be_delivered_and_why(world, as_, channel):
    for state, problem in (("sent", ""), ("waiting", ""), ("dead", "the receiver answered <b>410</b>"), ("cancelled", "it was answered")):
        put(channel, state, problem)
    rui = as_("rui")
    shown = text_of(rui.get(f"/settings/channels/{channel.key}/"))
    for words in (
        "sent",
        "waits",
        "failed",
        "not needed any more",
        "the receiver answered &lt;b&gt;410&lt;/b&gt;",
        "Try it again",
        "whsec_a2V5",
    ):
        assert words in shown
    assert rui.get(f"/settings/channels/{channel.key}/")["Cache-Control"] == "no-store", "it shows a secret"
    assert rui.post(f"/settings/channels/{channel.key}/again/").status_code == 303
    assert Outgoing.objects.filter(state="waiting", attempts=0).count() == 1
    assert "there is nothing to try again" in text_of(rui.post(f"/settings/channels/{channel.key}/again/", follow=True))


def test_a_test_goes_out_and_the_channel_is_changed_and_switched_off(world, as_, channel):
    rui = as_("rui")
    for _ in range(2):
        rui.post(f"/settings/channels/{channel.key}/test/")
    assert [row.body for row in Outgoing.objects.all()] == [{"kind": "test"}] * 2
    rui.post(f"/settings/channels/{channel.key}/", {"kind_breach": "on", "quiet": "20:00-07:00", "digest_every": "day", "digest_hour": "7"})
    channel.refresh_from_db()
    assert (channel.kinds, channel.quiet, channel.digest_every, channel.digest_hour) == (["breach"], "20:00-07:00", "day", 7)
    rui.post(f"/settings/channels/{channel.key}/secret/")
    channel.refresh_from_db()
    assert unseal(channel.secrets)["secrets"][1] == "whsec_a2V5"
    rui.post(f"/settings/channels/{channel.key}/off/")
    channel.refresh_from_db()
    assert (channel.is_active, channel.secrets) == (False, "")
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"cancelled"}
    assert rui.post(f"/settings/channels/{channel.key}/test/").status_code == 404
    assert "switched off" in text_of(rui.get(f"/settings/channels/{channel.key}/"))


def test_the_page_of_the_agreed_channel_says_whose_quiet_hours_hold(world, as_):
    """The demo's agreement names #revenue, by Slack, quiet from 18:00 to 08:00."""
    for name, says in (("#revenue", True), ("#deals", False)):
        channel = Channel.objects.create(name=name, transport="slack", secrets=seal({"url": "https://x.example"}), made_at=NOON)
        assert ("the agreement says: quiet 18:00-08:00" in text_of(as_("rui").get(f"/settings/channels/{channel.key}/"))) is says


def test_everybody_chooses_for_themselves(world, as_):
    kim = as_("kim")
    assert "Nothing reaches you yet" in text_of(kim.get("/settings/notices/"))
    told = {
        "kind_handoff": "email",
        "kind_digest": "none",
        "quiet": "19:00-07:30",
        "digest_every": "day",
        "digest_hour": "8",
    }
    assert kim.post("/settings/notices/", told).status_code == 303
    choice = Choice.objects.get(member=world.kim)
    assert (choice.by_kind, choice.quiet, choice.digest_every, choice.digest_hour) == (
        {"handoff": "email", "digest": "none"}, "19:00-07:30", "day", 8,
    )  # fmt: skip
    assert "19:00-07:30" in text_of(kim.get("/settings/notices/"))
    refused = as_("sol").post("/settings/notices/", {"quiet": "at night"})
    assert (refused.status_code, "are no quiet hours" in text_of(refused)) == (422, True)
    assert not Choice.objects.filter(member=world.sol).exists()


def test_what_somebody_types_names_nobody_in_slack(world, as_):
    assert as_("kim").post("/settings/notices/", {"slack_user": "U024BE7LH"}).status_code == 303
    assert not SlackUser.objects.exists()


def test_who_connected_themselves_may_give_it_up_and_whom_slack_found_not(world, as_):
    SlackUser.objects.create(member=world.kim, user="U0KIM0DALE")
    SlackUser.objects.create(member=world.sol, user="U0SOL0MEYE", is_found=True)
    assert "I am not U0KIM0DALE in Slack any more" in text_of(as_("kim").get("/settings/notices/"))
    assert "U0SOL0MEYE" not in text_of(as_("sol").get("/settings/notices/"))
    for name in ("kim", "sol"):
        assert as_(name).post("/settings/notices/", {"give_up_slack": "on"}).status_code == 303
    assert SlackUser.objects.get().member == world.sol


@pytest.mark.parametrize("what", ["handoff", "several", "won", "digest", "nonsense"])
def test_how_a_message_looks_is_drawn_from_what_would_be_sent(world, as_, what):
    rui = as_("rui")
    shown = text_of(rui.get(f"/settings/channels/preview/?what={what}"))
    assert "Ada Brenner at Acme" in shown
    assert "this is an example" in shown or what == "several"
    world.handed_over(NOON)
    assert rui.get(f"/settings/channels/preview/?what={what}").status_code == 200


def test_a_hostile_name_is_text_in_the_preview(world, as_):
    handoff = world.handed_over(NOON)
    person = handoff.lead.person
    person.name = "<script>alert(1)</script>|<https://evil.example|x>"
    person.save()
    shown = text_of(as_("rui").get("/settings/channels/preview/"))
    assert "<script>alert" not in shown
    assert 'href="https://evil.example' not in shown
