"""The web form: a page any listed site may frame, and the address it, or a site's own form, posts to. Works without script."""

import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.utils.timezone import now

from treaty.connectors.lookup import KEYRING, Known
from treaty.connectors.tracking.form_spec import TRAP, BadForm, Filled, FormSpec, clean, read_spec
from treaty.connectors.tracking.kinds import HAND_RAISERS
from treaty.connectors.tracking.parse import Row, message_id_of
from treaty.connectors.tracking.strict import BadBody, decode
from treaty.connectors.tracking.traits import text
from treaty.moments import to_us
from treaty.truth.models import Source
from treaty.web.intake.bodies import read_body
from treaty.web.intake.cors import check_origin
from treaty.web.intake.gates import check_form_rate, limited
from treaty.web.intake.refusals import Refusal, json_answer, only, refused
from treaty.web.intake.views import door, keep
from treaty.web.security import allow_framing

MOST_FORM = 64 * 1024
_NONCE = re.compile(r"[A-Za-z0-9_-]{10,60}")


@door
def form(request: HttpRequest, key: str) -> HttpResponse:
    """GET: the page. POST: take it, as a page's form or as JSON; the answer comes in the same manner."""
    only(request, "GET", "HEAD", "POST")
    source, spec = _form_of(key)
    if request.method != "POST":
        return _page(request, source, spec, given=request.GET)
    wants_json = _wants_json(request)
    try:
        return _take(request, source, spec, wants_json=wants_json)
    except Refusal as refusal:
        return refused(refusal) if wants_json else _page(request, source, spec, given=request.POST, refusal=refusal)


@door
def embed(request: HttpRequest, key: str) -> HttpResponse:
    """The script a site includes to show the form: it adds the frame. Any site may load it; framing is another matter."""
    only(request, "GET", "HEAD")
    _form_of(key)
    path = finders.find("treaty/form.js")
    with open(str(path), encoding="utf-8") as script:
        response = HttpResponse(script.read(), content_type="text/javascript; charset=utf-8")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _form_of(key: str) -> tuple[Known, FormSpec]:
    source = KEYRING.find(key, at=now())
    if source is None or source.kind != Source.Kind.FORM:
        raise Refusal(404, "unknown_form", "there is no such form, or it was switched off: look it up with `treaty source list`")
    try:
        return source, read_spec(source.settings, source.name)
    except BadForm as bad:
        raise Refusal(503, "bad_form", f"form {source.name!r} is described wrongly: {bad}", 60) from None


def _take(request: HttpRequest, source: Known, spec: FormSpec, *, wants_json: bool) -> HttpResponse:
    check_origin(request, source)
    given = _given(request)
    check_form_rate(request, source)
    filled = clean(spec, given)
    if filled.problems:
        return _with_problems(request, source, spec, given, filled, wants_json=wants_json)
    row = _row(spec, given, filled)
    if text(given.get(TRAP)):
        row = row._replace(state="quarantined", problem="a field no person sees was filled in: release it if it is meant")
    elif spec.kind in HAND_RAISERS:
        row = limited(request, source, row, filled.values.get("email", ""))
    keep(source.id, [row])
    if wants_json:
        return json_answer({"success": True, "message": spec.thanks})
    return _rendered(request, source, {"spec": spec, "done": True})


def _wants_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json" or "application/json" in request.headers.get("Accept", "")


def _given(request: HttpRequest) -> Mapping[str, Any]:
    """The fields as sent. Raises Refusal (400)."""
    if request.content_type != "application/json":
        try:
            return request.POST
        except (SuspiciousOperation, UnreadablePostError):
            raise Refusal(
                400, "unreadable", "the form is cut short or has more fields than any of ours: send the ones it asks for"
            ) from None
    try:
        found = decode(read_body(request, MOST_FORM))
    except BadBody as bad:
        raise Refusal(400, bad.code, bad.message) from None
    if not isinstance(found, dict):
        raise Refusal(400, "not_an_object", "the body is no JSON object: send the fields by name")
    return found


def _row(spec: FormSpec, given: Mapping[str, Any], filled: Filled) -> Row:
    at = now()
    url, referrer = text(given.get("page"), 2000), text(given.get("referrer"), 2000)
    properties = {"form": spec.title, "url": url, "referrer": referrer, "campaign": spec.campaign, "content": spec.content}
    event: dict[str, Any] = {
        "type": "form",
        "kind": spec.kind,
        "anonymousId": text(given.get("visitor"), 200) or None,
        "values": filled.values,
        "answers": filled.answers,
        "properties": {name: value for name, value in properties.items() if value},
    }
    if filled.consent is not None:
        event |= {"consent": filled.consent, "consentText": spec.consent}
    return Row(_message_id(given, event), "form", to_us(at), None, to_us(at), msgspec.json.encode(event).decode())


def _message_id(given: Mapping[str, Any], event: dict[str, Any]) -> str:
    """One page shown is one message, however often its button is pressed; without a page, the content and the day are."""
    nonce = text(given.get("nonce"), 61)
    return f"form-{nonce}" if _NONCE.fullmatch(nonce) else message_id_of(event, now())


def _with_problems(
    request: HttpRequest, source: Known, spec: FormSpec, given: Mapping[str, Any], filled: Filled, *, wants_json: bool
) -> HttpResponse:
    if wants_json:
        message = "some fields need another look: " + "; ".join(f"{name}: {problem}" for name, problem in filled.problems.items())
        return json_answer({"success": False, "code": "invalid_fields", "message": message, "fields": filled.problems}, 400)
    return _page(request, source, spec, given=given, problems=filled.problems)


def _page(
    request: HttpRequest,
    source: Known,
    spec: FormSpec,
    *,
    given: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The form, with what was written kept in it."""
    problems = problems or {}
    fields = [
        {"asked": asked, "value": text(given.get(asked.name), 2000), "problem": problems.get(asked.name, "")} for asked in spec.fields
    ]
    nonce = text(given.get("nonce"), 60)
    context = {
        "spec": spec,
        "fields": fields,
        "consent_problem": problems.get("consent", ""),
        "consent_given": given.get("consent"),
        "nonce": nonce if _NONCE.fullmatch(nonce) else secrets.token_urlsafe(18),
        "page": _web(given.get("page")) or _web(request.headers.get("Referer")),
        "referrer": _web(given.get("referrer")),
        "visitor": text(given.get("visitor"), 200),
        "trap": TRAP,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 400 if problems else 200
    response = _rendered(request, source, context, status)
    if refusal is not None and refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _rendered(request: HttpRequest, source: Known, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = HttpResponse(render_to_string("intake/form.html", context), status=status)
    response.headers["Cache-Control"] = "no-store"
    return allow_framing(response, sorted(source.origins))


def _web(address: Any) -> str:
    """An http(s) address, or nothing."""
    stated = text(address, 2000)
    try:
        return stated if urlsplit(stated).scheme in ("http", "https") else ""
    except ValueError:
        return ""
