"""What a message looks like in Slack, in Teams and as an e-mail, drawn from what would be sent there."""

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.queries import agreed_zone
from treaty.handoff.models import Handoff
from treaty.notify import mail, messages, saying, slack, teams
from treaty.notify.messages import Brief, Message, Reason
from treaty.notify.saying import Gone, address
from treaty.team.models import Role
from treaty.truth.models import Opportunity
from treaty.web.here import Here, extra, page
from treaty.web.pages.notices.channels import CHANNELS, SETTINGS
from treaty.web.pieces import Link
from treaty.web.rights import only

_LINK = re.compile(r"<([^|>]+)\|([^>]*)>")
EXAMPLE = messages.handed_over(
    Brief(
        "Ada Brenner", "Acme", "Head of maintenance", "Downtime on two lines", "Asked for a demonstration", "Call now: they asked for you."
    ),
    "Kim Dale",
    "due today 16:00",
    address("/queue/"),
    "example",
    (Reason("no_budget", "No budget"), Reason("competitor", "Competitor", "which one")),
)
"""While there is nothing of one's own to show."""


@require_GET
@page
@only(Role.REVOPS)
def preview(here: Here) -> HttpResponseBase:
    """`?what=won` shows another kind."""
    what = here.request.GET.get("what", "handoff")
    what = what if what in KINDS else "handoff"
    message = _message(here, what)
    answers = {offer.name: address("/answer/…") for offer in message.offers}
    context = extra(
        here, title="How it looks", crumbs=[SETTINGS, CHANNELS, Link("How it looks", "")],
        kinds=[(words, f"?what={name}", name == what) for name, (words, _) in KINDS.items()],
        blocks=[_block(one) for one in slack.blocks(message, "preview")], card=teams.card(message), mail=mail.as_text(message, answers),
        subject=message.headline, is_example=message is EXAMPLE,
    )  # fmt: skip
    return render(here.request, "treaty/notice_preview.html", context)


def _message(here: Here, what: str) -> Message:
    zone = ZoneInfo(agreed_zone(here.at) or "UTC")
    for body in KINDS[what][1]():
        try:
            found = saying.message_of(body, zone, at=here.at)
        except Gone:
            continue
        return messages.together([found, found, found]) if what == "several" else found
    return messages.together([EXAMPLE] * 3) if what == "several" else EXAMPLE


def _handoffs() -> list[dict[str, Any]]:
    rows = Handoff.objects.filter(ended_at=None).order_by("-made_at")
    return [{"kind": "handoff", "handoff": key} for key in rows.values_list("key", flat=True)[:20]]


def _wins() -> list[dict[str, Any]]:
    rows = Opportunity.objects.filter(outcome="won", gone_at=None, lead__isnull=False).order_by("-closed_at")
    return [{"kind": "won", "deal": key} for key in rows.values_list("key", flat=True)[:5]]


KINDS: dict[str, tuple[str, Callable[[], list[dict[str, Any]]]]] = {
    "handoff": ("A handover", _handoffs),
    "several": ("Several at once", _handoffs),
    "won": ("A win", _wins),
    "digest": ("The digest", lambda: [{"kind": "digest", "every": "week", "day": ""}]),
}


def _block(block: dict[str, Any]) -> dict[str, Any]:
    """A block with its links read as Slack reads them."""
    text = block.get("text", {})
    if text.get("type") != "mrkdwn":
        return block
    lines = [_LINK.fullmatch(line) for line in text["text"].split("\n")]
    words = [
        (_plain(found[2]), found[1]) if found else (_plain(line), "") for found, line in zip(lines, text["text"].split("\n"), strict=True)
    ]
    return {"type": "links", "lines": words}


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
