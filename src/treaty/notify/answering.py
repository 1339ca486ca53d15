"""Replies to what somebody pressed in Slack: put down like everything that goes out."""

from datetime import datetime

from treaty.journal import outbox
from treaty.journal.outbox import Out
from treaty.notify.messages import Link
from treaty.notify.models import Channel, Transport
from treaty.notify.rules import Kind
from treaty.sealed import CannotOpen, seal, unseal


def signing_secrets() -> list[str]:
    """Of every Slack channel that is on and whose buttons are set up."""
    found = []
    for channel in Channel.objects.filter(transport=Transport.SLACK, is_active=True).order_by("-id"):
        try:
            secret = unseal(channel.secrets).get("signing_secret", "")
        except CannotOpen:
            continue
        found += [secret] if secret else []
    return list(dict.fromkeys(found))


def put_reply(url: str, words: str, *, is_done: bool, ref: str, at: datetime, link: Link | None = None) -> None:
    """Say what came of it. The address is a secret for half an hour, so it is sealed. ref: of what was pressed, each time its own.

    link: the way on, for who pressed alone
    """
    channel = Channel.objects.filter(transport=Transport.SLACK, is_active=True).order_by("id").first()
    if channel is not None and url:
        way = {"link": {"words": link.words, "href": link.href}} if link else {}
        body = {"kind": Kind.REPLY, "sealed": seal({"url": url, "words": words, "is_done": is_done, **way})}
        outbox.put([Out(Transport.SLACK, channel.key, f"{Kind.REPLY}:{ref}", body=body)], at=at)
