"""Slack: messages in Block Kit with answers in them; what somebody pressed, read.

What comes from data stands in `plain_text`, which Slack takes as it is: no mention, link or emoji can be made of it. Only
links of ours are `mrkdwn`, their words with &, < and > escaped. Sources: Slack's references of blocks, chat.postMessage,
incoming webhooks, interaction payloads.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from treaty.notify.messages import Link, Message, Offer, more_words
from treaty.notify.transports import Declined, NotNow, Parcel, check, wait_of
from treaty.outward import Answer, Call, Outward

API = "https://slack.com/api/"
PER_SECOND = 1.0
"""To one place."""
HEADER, BUTTON, OPTION, TEXT, FIELD, FIELDS, CHOICES = 150, 75, 75, 3000, 2000, 10, 100
"""Slack's limits: letters of a header, a button, an option, a section, one of its fields; fields and options at most."""
SEPARATOR = "/"
Block = dict[str, Any]


def blocks(message: Message, ref: str) -> list[Block]:
    """The message as Slack draws it. ref: comes back with an answer, so that it is known which message it was given in."""
    return [
        {"type": "header", "text": _plain(message.headline, HEADER)},
        *([{"type": "section", "text": _plain("\n".join(message.sentences), TEXT)}] if message.sentences else []),
        *_fields(message),
        *_links(message),
        *_answers(message.offers, ref),
    ]


def text(message: Message) -> str:
    """For notifications and for who listens; Slack reads marks in it, so they are escaped."""
    return escaped(message.headline)


def escaped(words: str) -> str:
    """Safe within `mrkdwn`: Slack makes mentions and links of what stands in angle brackets alone."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(words: str, most: int) -> Block:
    return {"type": "plain_text", "text": words if len(words) <= most else f"{words[: most - 1]}…", "emoji": False}


def _fields(message: Message) -> Iterator[Block]:
    shown = [_plain(f"{field.name}\n{field.value}", FIELD) for field in message.fields]
    for start in range(0, len(shown), FIELDS):
        yield {"type": "section", "fields": shown[start : start + FIELDS]}


def _links(message: Message) -> Iterator[Block]:
    """Lines together as far as a section takes them."""
    lines = [_link(link.href, link.words) for link in message.links] + ([more_words(message)] if message.more else [])
    part = ""
    for line in lines:
        if part and len(part) + len(line) + 1 > TEXT:
            yield _mrkdwn(part)
            part = ""
        part = f"{part}\n{line}" if part else line
    if part:
        yield _mrkdwn(part)


def _link(href: str, words: str) -> str:
    """Between `<` and `>` a bar ends the address, so words have none."""
    return f"<{href}|{escaped(words).replace('|', '¦')}>"


def _mrkdwn(words: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}}


def _answers(offers: Sequence[Offer], ref: str) -> Iterator[Block]:
    if not offers:
        return
    if any(reason.asks for offer in offers for reason in offer.reasons):
        yield {
            "type": "input", "block_id": f"detail:{ref}", "optional": True, "label": _plain("What a reason asks", BUTTON),
            "element": {"type": "plain_text_input", "action_id": "detail", "max_length": 300},
        }  # fmt: skip
    yield {"type": "actions", "block_id": f"answers:{ref}", "elements": [_element(offer) for offer in offers]}


def _element(offer: Offer) -> Block:
    if not offer.reasons:
        button = {"type": "button", "action_id": offer.name, "text": _plain(offer.words, BUTTON), "value": offer.about}
        return button | ({"style": "primary"} if offer.name == "accept" else {})
    options = [{"text": _plain(reason.says, OPTION), "value": f"{offer.about}{SEPARATOR}{reason.id}"} for reason in offer.reasons[:CHOICES]]
    return {"type": "static_select", "action_id": offer.name, "placeholder": _plain(offer.words, BUTTON), "options": options}


def send(outward: Outward, parcel: Parcel) -> Any:
    """To a channel or a person by a bot, or by an incoming webhook. Raises Declined, NotNow, and what `Outward` raises."""
    body = {
        "text": text(parcel.message), "blocks": blocks(parcel.message, parcel.ref), "unfurl_links": False, "unfurl_media": False,
    }  # fmt: skip
    if not parcel.secrets.get("token"):
        answer = outward.send(Call("POST", parcel.secrets["url"], json=body))
        check(answer, "Slack")
        return {"status": answer.status}
    told = called(outward, parcel.secrets["token"], "chat.postMessage", body | {"channel": parcel.to, "parse": "none"})
    return {"ts": told.get("ts", ""), "channel": told.get("channel", "")}


LATER = ("ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "internal_error", "fatal_error", "request_timeout")


def called(outward: Outward, token: str, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a method of Slack's. Raises Declined with Slack's own word for what is wrong, NotNow."""
    answer = outward.send(Call("POST", API + method, headers={"Authorization": f"Bearer {token}"}, json=dict(body)))
    return read(answer)


def read(answer: Answer) -> dict[str, Any]:
    check(answer, "Slack")
    told = answer.json()
    if not isinstance(told, dict) or not told.get("ok"):
        error = str(told.get("error", "") if isinstance(told, dict) else told)[:100]
        if error in LATER:
            raise NotNow(f"Slack says {error}", in_doubt="error" in error or "timeout" in error, after=wait_of(answer))
        raise Declined(f"Slack says {error or 'nothing'}")
    return told


def user_named(outward: Outward, token: str, email: str) -> str:
    """The Slack user with an e-mail, empty when there is none. Raises Declined when the bot may not look, NotNow."""
    answer = outward.send(Call("GET", f"{API}users.lookupByEmail", query={"email": email}, headers={"Authorization": f"Bearer {token}"}))
    try:
        return str(read(answer).get("user", {}).get("id", ""))
    except Declined as told:
        if "users_not_found" in str(told):
            return ""
        raise


@dataclass(frozen=True, slots=True)
class Pressed:
    """What somebody pressed in a message. user, name: who, by Slack's id and as it shows them; reply_to: where Slack takes our reply,
    for half an hour; ref: which message it was."""

    user: str
    name: str
    answer: str
    about: str
    reason: str
    detail: str
    ref: str
    reply_to: str


def pressed(payload: str) -> Pressed:
    """Read an interaction. Raises ValueError for what is no answer of ours."""
    try:
        return _pressed(json.loads(payload))
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise ValueError(f"this is no answer to a message of ours ({type(fault).__name__})") from None


def _pressed(told: dict[str, Any]) -> Pressed:
    [action] = told["actions"] if told["type"] == "block_actions" else []
    ref = action["block_id"].partition(":")[2]
    value = action["selected_option"]["value"] if "selected_option" in action else action["value"]
    about, _, reason = value.partition(SEPARATOR)
    field = told.get("state", {}).get("values", {}).get(f"detail:{ref}", {}).get("detail", {})
    return Pressed(
        user=str(told["user"]["id"]), name=str(told["user"].get("name") or "")[:80], answer=str(action["action_id"]),
        about=about, reason=reason, detail=(field.get("value") or "").strip(), ref=ref, reply_to=str(told.get("response_url", "")),
    )  # fmt: skip


def reply(outward: Outward, url: str, words: str, *, is_done: bool, link: Link | None = None) -> Any:
    """Say to the one who pressed what came of it; once an answer is given, it takes the place of the message with its buttons.

    link: the way on; nobody else sees it, so it goes with nothing that is done
    """
    body = {
        "text": escaped(words), "replace_original": is_done, "response_type": "in_channel" if is_done else "ephemeral",
        "blocks": [{"type": "section", "text": _plain(words, TEXT)}, *([_mrkdwn(_link(link.href, link.words))] if link else [])],
    }  # fmt: skip
    answer = outward.send(Call("POST", url, json=body))
    check(answer, "Slack")
    return {"status": answer.status}


REPLY_WITHIN = timedelta(minutes=30)
"""After that Slack takes no reply any more."""
