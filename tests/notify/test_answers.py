"""Answers from outside: signed, of somebody who is known, once, the same as in the queue (T1)."""

import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.timezone import now

from tests.notify.conftest import carrier, mail, slack
from treaty.feedback.elsewhere import follow_status
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.jobs import reactions
from treaty.journal.models import Entry, Outgoing
from treaty.notify.links import Linked, token_of
from treaty.notify.models import Choice, SlackUser, UsedLink
from treaty.sealed import unseal

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def handoff(world) -> Handoff:
    """The lead came a moment ago; its owner is known in Slack."""
    slack()
    made = world.handed_over(now() - timedelta(minutes=5))
    SlackUser.objects.create(member=made.owner, user="U0OWNER001")
    return made


def press(handoff: Handoff, answer: str, *, user="U0OWNER001", reason="", detail="", secret="s3cret", at=None, change=None, **headers):
    action = {"action_id": answer, "block_id": "answers:rrrrrrrrrrrr"}
    action |= {"selected_option": {"value": f"{handoff.key}/{reason}"}} if reason else {"value": handoff.key}
    payload = {
        "type": "block_actions", "user": {"id": user}, "actions": [action], "response_url": "https://hooks.slack.com/actions/1",
        "state": {"values": {"detail:rrrrrrrrrrrr": {"detail": {"value": detail or None}}}},
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int((at or now()).timestamp()))
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    sent = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}", **headers}
    return Client().post(
        "/slack/actions/",
        change(body) if change else body,
        content_type="application/x-www-form-urlencoded",
        headers={k: v for k, v in sent.items() if v},
    )


def said() -> list[str]:
    return [unseal(row.body["sealed"])["words"] for row in Outgoing.objects.filter(body__kind="reply").order_by("id")]


def test_a_press_accepts_as_the_member_and_a_second_one_changes_nothing(handoff):
    assert press(handoff, "accept").status_code == 200
    assert press(handoff, "accept").status_code == 200
    given = Disposition.objects.get()
    assert (given.outcome, given.by) == ("accepted", handoff.owner)
    assert said()[0] == f"Ada Brenner is accepted, by {handoff.owner.name}."
    assert all(f"lready accepted by {handoff.owner.name}" in words for words in said()[1:])
    assert Entry.objects.filter(verb="handoff.accepted").count() == 1


def test_a_reason_gives_it_back_and_one_that_asks_needs_its_detail(handoff):
    press(handoff, "reject", reason="competitor")
    assert not Disposition.objects.exists()
    assert "asks: which one" in said()[0]
    press(handoff, "reject", reason="competitor", detail="Initech")
    given = Disposition.objects.get()
    assert (given.outcome, given.reason, given.detail) == ("rejected", "competitor", "Initech")


def test_the_missing_reason_of_a_lead_that_was_accepted_gives_it_up(handoff):
    press(handoff, "accept")
    press(handoff, "reason", reason="no_budget")
    assert "is back in marketing's care: no budget" in said()[1]
    assert Entry.objects.filter(verb="handoff.recycled").count() == 1


def test_the_missing_reason_of_a_status_in_the_crm_is_given_by_one_tap(handoff):
    """Rejected in the rep's own system without a reason: it is rejected, and one answer here says why."""
    follow_status(handoff, "rejected", "", at=now() - timedelta(minutes=2), received_at=now())
    assert Disposition.objects.get().reason == ""
    press(handoff, "reason", reason="no_budget")
    press(handoff, "reason", reason="competitor", detail="Initech")
    given = Disposition.objects.get()
    assert (given.outcome, given.reason, given.by) == ("rejected", "no_budget", handoff.owner)
    assert Entry.objects.filter(verb="rejection.reason_given").count() == 1
    assert "lready" in said()[1]


def test_later_is_told_again_in_an_hour_once(handoff):
    mail()
    SlackUser.objects.update(user="U0OWNER001")
    assert press(handoff, "snooze").status_code == 200
    press(handoff, "snooze", at=now() - timedelta(seconds=2))
    again = Outgoing.objects.get(body__kind="handoff")
    assert again.to.endswith(handoff.owner.key)
    assert again.due_at > now() + timedelta(minutes=59)
    assert Entry.objects.filter(verb="handoff.snoozed").count() == 1
    assert not Disposition.objects.exists()


def test_who_is_not_known_is_told_so_and_who_may_not_answer_too(world, handoff):
    press(handoff, "accept", user="U0NOBODY01")
    assert "does not know who you are in Slack" in said()[0]
    SlackUser.objects.create(member=world.ada_brandt, user="U0ADA00001")
    press(handoff, "accept", user="U0ADA00001")
    assert "somebody else" in said()[1]
    assert not Disposition.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "another"},
        {"at": "early"},
        {"at": "late"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": ""},
        {"change": lambda body: body[:-1] + bytes([body[-1] ^ 1])},
        {"change": lambda body: body + b"&x=1"},
    ],
)
def test_what_is_not_signed_is_not_believed(handoff, wrong):
    away = {"early": timedelta(seconds=301), "late": timedelta(seconds=-301)}
    wrong = {**wrong, "at": now() + away[wrong["at"]]} if "at" in wrong else wrong
    assert press(handoff, "accept", **wrong).status_code == 401
    assert not Disposition.objects.exists()


def test_without_a_secret_nothing_is_believed_and_what_is_no_answer_is_refused(handoff):
    assert press(handoff, "accept", change=lambda body: b"", secret="").status_code == 401
    assert press(handoff, "dance").status_code == 200
    assert "is not an answer" in said()[0]


def link(handoff: Handoff, answer: str, *, at=None) -> str:
    return f"/answer/{token_of(Linked(handoff.key, handoff.owner.key, answer, 'rrrrrrrrrrrr'), at=at or now())}/"


def test_opening_a_link_changes_nothing_and_says_whose_answer_it_will_be(handoff):
    shown = Client().get(link(handoff, "accept"))
    assert shown.status_code == 200
    assert f"This will be the answer of <b>{handoff.owner.name}</b>" in shown.content.decode()
    assert not Disposition.objects.exists()
    assert "no-store" in shown["Cache-Control"]


def test_pressing_answers_once(handoff):
    where = link(handoff, "accept")
    assert Client(enforce_csrf_checks=True).post(where).status_code == 403
    done = Client().post(where)
    assert (done.status_code, "is accepted, by" in done.content.decode()) == (200, True)
    again = Client().post(where)
    assert (again.status_code, "used already" in again.content.decode()) == (410, True)
    assert Disposition.objects.get().by == handoff.owner
    assert UsedLink.objects.count() == 1


def test_an_answer_that_was_incomplete_leaves_the_link_good(handoff):
    where = link(handoff, "reject")
    assert Client().post(where, {"reason": ""}).status_code == 422
    refused = Client().post(where, {"reason": "competitor"})
    assert (refused.status_code, "asks: which one" in refused.content.decode()) == (422, True)
    assert Client().post(where, {"reason": "competitor", "detail": "Initech"}).status_code == 200
    assert Disposition.objects.get().detail == "Initech"


def test_a_link_is_good_for_seven_days_of_one_answer_and_one_member(handoff):
    assert Client().get(link(handoff, "accept", at=now() - timedelta(days=7, seconds=5))).status_code == 410
    where = link(handoff, "accept")
    for place in (10, len(where) // 2, len(where) - 3):
        changed = where[:place] + ("a" if where[place] != "a" else "b") + where[place + 1 :]
        assert Client().post(changed).status_code == 410
    handoff.owner.is_active = False
    handoff.owner.save()
    assert Client().post(where).status_code == 410
    assert not Disposition.objects.exists()


def test_the_links_of_an_e_mail_answer(world, clock):
    clock.at = now()
    mail()
    handoff, sent = world.handed_over(clock.at), []
    while reactions.react(at=clock.at):
        pass
    Outgoing.objects.update(due_at=clock.at)
    Choice.objects.create(member=handoff.owner, quiet="none")
    carrier(clock, deliver=sent.append).turn()
    text = sent[0].get_body(("plain",)).get_content()
    where = next(line for line in text.splitlines() if line.startswith("Accept: ")).removeprefix("Accept: https://treaty.example")
    assert Client().post(where).status_code == 200
    assert Disposition.objects.get().outcome == "accepted"
