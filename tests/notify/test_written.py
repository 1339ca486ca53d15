"""One message as each transport shows it; what comes from outside stays text in all of them (T6)."""

import json
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest

from tests.conftest import NOON
from tests.fakes.notices import checked
from tests.notify.hostile import ALL
from treaty.notify import mail, messages, slack, teams, webhook
from treaty.notify.messages import Brief, Field, Link, Message, Reason
from treaty.notify.rules import Kind
from treaty.notify.transports import Declined, Parcel

HREF = "https://treaty.example/queue/abc/"
REASONS = (Reason("no_budget", "No budget"), Reason("competitor", "Competitor", "which one"))
BRIEF = Brief(
    "Ada Brenner", "Acme", "Head of maintenance", "Downtime on two lines", "Asked for a demonstration", "Call now: they asked for you."
)
MESSAGE = messages.handed_over(BRIEF, "Kim Dale", "due today 16:00 CET", HREF, "hhhhhhhhhhhh", REASONS)


def hostile(text: str) -> Message:
    """Every field of it that comes from outside."""
    return messages.handed_over(Brief(text, text, text, text, text, text), text, "due today", HREF, "hhhhhhhhhhhh", REASONS)


def posted(message: Message) -> dict:
    return {"text": slack.text(message), "blocks": slack.blocks(message, "rrrrrrrrrrrr")}


def test_there_are_a_hundred_of_them():
    assert len(set(ALL)) >= 100


def test_slack_shows_the_lead_and_offers_the_answers():
    plain = {"type": "plain_text", "emoji": False}
    assert checked(posted(MESSAGE)) == {
        "text": "Ada Brenner at Acme is handed to Kim Dale",
        "blocks": [
            {"type": "header", "text": {**plain, "text": "Ada Brenner at Acme is handed to Kim Dale"}},
            {"type": "section", "text": {**plain, "text": "Call now: they asked for you."}},
            {
                "type": "section",
                "fields": [
                    {**plain, "text": "First contact\ndue today 16:00 CET"},
                    {**plain, "text": "Title\nHead of maintenance"},
                    {**plain, "text": "Wants\nDowntime on two lines"},
                    {**plain, "text": "Last seen\nAsked for a demonstration"},
                ],
            },
            {"type": "section", "text": {"type": "mrkdwn", "text": f"<{HREF}|Open the brief>", "verbatim": True}},
            {
                "type": "input",
                "block_id": "detail:rrrrrrrrrrrr",
                "optional": True,
                "label": {**plain, "text": "What a reason asks"},
                "element": {"type": "plain_text_input", "action_id": "detail", "max_length": 300},
            },
            {
                "type": "actions",
                "block_id": "answers:rrrrrrrrrrrr",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "accept",
                        "text": {**plain, "text": "Accept"},
                        "value": "hhhhhhhhhhhh",
                        "style": "primary",
                    },
                    {
                        "type": "static_select",
                        "action_id": "reject",
                        "placeholder": {**plain, "text": "Reject"},
                        "options": [
                            {"text": {**plain, "text": "No budget"}, "value": "hhhhhhhhhhhh/no_budget"},
                            {"text": {**plain, "text": "Competitor (asks which one)"}, "value": "hhhhhhhhhhhh/competitor"},
                        ],
                    },
                    {"type": "button", "action_id": "snooze", "text": {**plain, "text": "In an hour"}, "value": "hhhhhhhhhhhh"},
                ],
            },
        ],
    }


@pytest.mark.parametrize("text", ALL)
def test_in_slack_nothing_of_it_becomes_a_mention_a_link_or_a_mark(text):
    body = checked(posted(messages.together([hostile(text), hostile(text)]))), checked(posted(hostile(text)))
    json.dumps(body, ensure_ascii=False).encode()  # no half of a character is left
    for one in body:
        assert "<" not in one["text"]
        for block in one["blocks"]:
            if block.get("text", {}).get("type") == "mrkdwn":
                assert block["text"]["verbatim"]
                for line in block["text"]["text"].split("\n"):
                    assert re.fullmatch(rf"<{HREF}\|[^<>|]*>", line)


def test_teams_shows_a_card_whose_buttons_open_our_pages():
    card = teams.card(MESSAGE)
    assert card["type"] == "AdaptiveCard"
    assert [element["inlines"][0]["text"] for element in card["body"]] == [
        "Ada Brenner at Acme is handed to Kim Dale", "Call now: they asked for you.", "First contact: ", "Title: ", "Wants: ",
        "Last seen: ",
    ]  # fmt: skip
    assert card["body"][2]["inlines"][1] == {"type": "TextRun", "text": "due today 16:00 CET"}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open the brief", "url": HREF}]


@pytest.mark.parametrize("text", ALL)
def test_in_teams_all_of_it_stands_in_runs_that_know_no_marks(text):
    card = json.loads(teams.body(hostile(text)))["attachments"][0]["content"]
    assert {element["type"] for element in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for element in card["body"] for run in element["inlines"]} == {"TextRun"}
    assert [action["url"] for action in card["actions"]] == [HREF]


def test_a_card_that_is_too_large_names_fewer_and_counts_the_rest():
    links = tuple(Link("😀" * 80, f"{HREF}?{n}") for n in range(200))
    large = Message(kind=Kind.BREACH, headline="Many", links=links)
    packed = teams.body(large)
    card = json.loads(packed)["attachments"][0]["content"]
    named = sum("selectAction" in element["inlines"][0] for element in card["body"])
    assert len(packed) <= teams.MOST_BYTES
    assert 50 < named < 200
    assert card["body"][-1]["inlines"][0]["text"] == f"and {200 - named} more"
    with pytest.raises(Declined):
        teams.body(Message(kind=Kind.BREACH, headline="x" * 30_000))


def written(message: Message) -> bytes:
    parcel = Parcel(message, "rrrrrrrrrrrr", "kim.dale@halden.example", {}, NOON, "https://treaty.example/settings/notices/")
    return mail.written(parcel, "Treaty <treaty@halden.example>", {"accept": "https://treaty.example/answer/t/"}).as_bytes()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(sorted(f"{name}={value}" for name, value in attrs))))


def tags_of(raw: bytes) -> list:
    reader = Tags()
    reader.feed(message_from_bytes(raw, policy=policy.default).get_body(("html",)).get_content())
    return reader.seen


def test_an_e_mail_says_the_same_in_text_and_in_html():
    found = message_from_bytes(written(MESSAGE), policy=policy.default)
    text, html = found.get_body(("plain",)).get_content(), found.get_body(("html",)).get_content()
    assert (found["Subject"], found["To"]) == ("Ada Brenner at Acme is handed to Kim Dale", "kim.dale@halden.example")
    assert found["Message-ID"] == "<rrrrrrrrrrrr@halden.example>"
    assert text.splitlines() == [
        "Ada Brenner at Acme is handed to Kim Dale", "", "Call now: they asked for you.", "", "First contact: due today 16:00 CET",
        "Title: Head of maintenance", "Wants: Downtime on two lines", "Last seen: Asked for a demonstration", "",
        "Accept: https://treaty.example/answer/t/", f"Open the brief: {HREF}", "",
        "What you are told, and how: https://treaty.example/settings/notices/",
    ]  # fmt: skip
    for line in ("Ada Brenner at Acme is handed to Kim Dale", "Downtime on two lines", 'href="https://treaty.example/answer/t/"'):
        assert line in html


@pytest.mark.parametrize("text", ALL)
def test_an_e_mail_has_the_same_tags_and_heads_whatever_stands_in_it(text):
    raw = written(hostile(text))
    found = message_from_bytes(raw, policy=policy.default)
    assert sorted(found.keys()) == sorted(message_from_bytes(written(MESSAGE), policy=policy.default).keys())
    assert found["To"] == "kim.dale@halden.example"
    assert set(tags_of(raw)) <= set(tags_of(written(MESSAGE)))


def test_a_webhook_says_it_in_json_with_the_records_it_is_about():
    assert json.loads(webhook.body(MESSAGE, "rrrrrrrrrrrr")) == {
        "id": "rrrrrrrrrrrr",
        "type": "notice.handoff",
        "data": {
            "headline": "Ada Brenner at Acme is handed to Kim Dale",
            "sentences": ["Call now: they asked for you."],
            "fields": {
                "First contact": "due today 16:00 CET", "Title": "Head of maintenance", "Wants": "Downtime on two lines",
                "Last seen": "Asked for a demonstration",
            },
            "links": [{"words": "Open the brief", "href": HREF}],
            "records": {"handoff": "hhhhhhhhhhhh"},
        },
    }  # fmt: skip


def test_several_of_a_kind_are_one_message_that_names_each_and_offers_no_answer():
    three = messages.together([MESSAGE, MESSAGE, MESSAGE])
    assert (three.headline, len(three.links), three.offers) == ("3 leads were handed over", 3, ())
    many = messages.together([MESSAGE] * 25)
    assert (len(many.links), many.more) == (20, 5)


def test_a_win_names_those_of_both_teams():
    deal = messages.Won(
        "dddddddddddd",
        "Acme",
        "48,000 EUR",
        ("First seen 4 September 2025: downloaded a guide.",),
        (("Brought it to the handoff", "Mira Lang"), ("Closed it", "Kim Dale")),
        True,
    )
    said = messages.won(deal, "https://treaty.example/opportunities/dddddddddddd/")
    assert said.headline == "Won together: Acme, 48,000 EUR"
    assert said.fields == (Field("Brought it to the handoff", "Mira Lang"), Field("Closed it", "Kim Dale"))


def test_what_was_pressed_is_read_and_anything_else_is_refused():
    payload = {
        "type": "block_actions", "user": {"id": "U1", "name": "ada"}, "response_url": "https://hooks.slack.com/actions/1",
        "actions": [{"action_id": "reject", "block_id": "answers:rrrrrrrrrrrr", "selected_option": {"value": "hhhhhhhhhhhh/competitor"}}],
        "state": {"values": {"detail:rrrrrrrrrrrr": {"detail": {"value": " Initech "}}}},
    }  # fmt: skip
    assert slack.pressed(json.dumps(payload)) == slack.Pressed(
        "U1", "ada", "reject", "hhhhhhhhhhhh", "competitor", "Initech", "rrrrrrrrrrrr", "https://hooks.slack.com/actions/1"
    )
    for bad in (
        "",
        "[]",
        "{}",
        '{"type": "view_submission"}',
        json.dumps({**payload, "actions": []}),
        json.dumps({**payload, "user": None}),
    ):
        with pytest.raises(ValueError, match="no answer"):
            slack.pressed(bad)
