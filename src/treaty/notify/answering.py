"""Replies to what somebody pressed in Slack: put down like everything that goes out."""

from datetime import datetime

from treaty.journal import outbox
from treaty.journal.outbox import Out
from treaty.notify.models import Channel, SlackUser, Transport
from treaty.notify.rules import Kind
from treaty.sealed import CannotOpen, seal, unseal
from treaty.team.models import Member


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


def member_of(slack_user: str) -> Member | None:
    """Who somebody in Slack is here: found by their e-mail, or by what they wrote in their settings."""
    known = SlackUser.objects.filter(user=slack_user, member__is_active=True).select_related("member").first()
    return known.member if known else None


def put_reply(url: str, words: str, *, is_done: bool, ref: str, at: datetime) -> None:
    """Say what came of it. The address is a secret for half an hour, so it is sealed. ref: of what was pressed, each time its own."""
    channel = Channel.objects.filter(transport=Transport.SLACK, is_active=True).order_by("id").first()
    if channel is not None and url:
        body = {"kind": Kind.REPLY, "sealed": seal({"url": url, "words": words, "is_done": is_done})}
        outbox.put([Out(Transport.SLACK, channel.key, f"{Kind.REPLY}:{ref}", body=body)], at=at)
