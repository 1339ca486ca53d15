"""Where systems send their webhooks: a word that something changed, believed when it is signed, and nothing more."""

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from treaty.connectors.hooks import hear
from treaty.connectors.models import Connection
from treaty.connectors.vendors.talk import Hook
from treaty.signatures import NotGenuine
from treaty.web.intake.bodies import read_raw
from treaty.web.intake.refusals import Refusal, json_answer, only
from treaty.web.intake.views import door

MOST = 1024 * 1024
"""Bytes of one message; vendors send a hundred events of a few hundred bytes."""


@door
def heard(request: HttpRequest, key: str) -> HttpResponse:
    """200 means that it is noted durably. Why a request is not believed is told to nobody who may have forged it."""
    only(request, "POST")
    connection = Connection.objects.select_related("source").filter(source__key=key, source__is_active=True).first()
    if connection is None:
        raise Refusal(404, "unknown_hook", "no connected system has this address")
    headers = {name.lower(): value for name, value in request.headers.items()}
    hook = Hook(request.method or "", request.build_absolute_uri(), headers, read_raw(request, MOST))
    try:
        count = hear(connection, hook, at=now())
    except NotGenuine:
        raise Refusal(401, "not_genuine", "the signature does not match: compare the secret on both sides, and the clocks") from None
    except ValueError as problem:
        raise Refusal(400, "unreadable", str(problem)[:200]) from None
    return json_answer({"noted": count})
