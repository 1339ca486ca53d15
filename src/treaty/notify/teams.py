"""Microsoft Teams: an Adaptive Card, posted to a Workflows webhook.

What comes from data stands in text runs, in which Teams reads no Markdown; a `TextBlock` or `FactSet` would make links of
it. A flow takes no answer back, so buttons open our pages. Sources: Adaptive Cards 1.4, Teams' limits (28 KB, 4 a second).
"""

import json
from collections.abc import Iterator
from typing import Any

from treaty.notify.messages import Message, more_words, shorter
from treaty.notify.transports import Declined, Parcel, check
from treaty.outward import Call, Outward

MOST_BYTES = 27_000
"""Below Teams' 28 KB, whatever it counts besides."""
MOST_BUTTONS = 6
PER_SECOND = 4.0
Element = dict[str, Any]


def card(message: Message) -> Element:
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": message.headline,
        "msteams": {"width": "Full"},
        "body": list(_body(message)),
        "actions": [{"type": "Action.OpenUrl", "title": link.words, "url": link.href} for link in message.links] if _few(message) else [],
    }


def _few(message: Message) -> bool:
    return len(message.links) <= MOST_BUTTONS and not message.more


def _body(message: Message) -> Iterator[Element]:
    yield _text(_run(message.headline, size="Large", weight="Bolder"))
    for sentence in message.sentences:
        yield _text(_run(sentence))
    for field in message.fields:
        yield _text(_run(f"{field.name}: ", isSubtle=True), _run(field.value))
    if not _few(message):
        for link in message.links:
            yield _text(_run(link.words, selectAction={"type": "Action.OpenUrl", "url": link.href}))
    if message.more:
        yield _text(_run(more_words(message), isSubtle=True))


def _text(*runs: Element) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(words: str, **more: Any) -> Element:
    return {"type": "TextRun", "text": words, **more}


def body(message: Message) -> bytes:
    """What is posted. A card that is too large names fewer things and counts the rest. Raises Declined when nothing is left of it."""
    shown: Message | None = message
    while shown is not None:
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card(shown)}
        packed = json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()
        if len(packed) <= MOST_BYTES:
            return packed
        shown = shorter(shown)
    raise Declined("the card is larger than Teams takes, however much is left out")


def send(outward: Outward, parcel: Parcel) -> Any:
    """Raises Declined, NotNow, and what `Outward` raises."""
    call = Call("POST", parcel.secrets["url"], headers={"Content-Type": "application/json"}, content=body(parcel.message))
    answer = outward.send(call)
    check(answer, "Teams")
    return {"status": answer.status}
