"""Where Slack sends what somebody pressed in a message: believed when it is signed, carried out at once, answered in Slack."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.timezone import now

from treaty.notify.answering import put_reply, signing_secrets
from treaty.notify.connecting import member_of
from treaty.notify.links import Account, account_token_of
from treaty.notify.messages import Link
from treaty.notify.saying import address
from treaty.notify.slack import Pressed
from treaty.notify.slack import pressed as read_pressed
from treaty.signatures import NotGenuine, check_slack
from treaty.web.intake.bodies import read_raw
from treaty.web.intake.refusals import Refusal, only
from treaty.web.intake.views import door
from treaty.web.outside import Became, Given, give

MOST = 256 * 1024
UNKNOWN = (
    "Treaty does not know who you are in Slack, so nothing was done. Open the link below, sign in and say that this is you; then press "
    "again. The link is yours alone, for half an hour: pass it on to nobody."
)


@door
def pressed(request: HttpRequest) -> HttpResponse:
    """Slack waits three seconds for the empty 200; what came of it is said in the message a moment later."""
    only(request, "POST")
    raw, at = read_raw(request, MOST), now()
    try:
        check_slack(signing_secrets(), raw, {name.lower(): value for name, value in request.headers.items()}, at)
    except NotGenuine:
        raise Refusal(
            401, "not_genuine", "the signature does not match: compare the signing secret on both sides, and the clocks"
        ) from None
    try:
        found = read_pressed(QueryDict(raw).get("payload", "") or "")
    except ValueError as problem:
        raise Refusal(400, "unreadable", str(problem)[:200]) from None
    with transaction.atomic():
        outcome, link = _carried_out(found, at)
        put_reply(found.reply_to, outcome.says, is_done=outcome.is_done, ref=hashlib.sha256(raw).hexdigest()[:32], at=at, link=link)
    return HttpResponse()


def _carried_out(found: Pressed, at: datetime) -> tuple[Became, Link | None]:
    """What came of it, and the way on for somebody whom nobody here is known to be."""
    member = member_of(found.user)
    if member is None:
        token = account_token_of(Account(found.user[:20], found.name), at=at)
        return Became(UNKNOWN, is_refused=True), Link("Connect Slack with Treaty", address(f"/settings/notices/slack/{token}/"))
    given = Given(by=member, answer=found.answer, about=found.about, reason=found.reason, detail=found.detail, ref=found.ref)
    return give(given, at=at), None
