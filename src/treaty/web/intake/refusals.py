"""Saying no so that programs and people both know what to do next."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

OK = b'{"success": true}'


class Refusal(Exception):
    """Nothing of the request was stored. 429 and 503 say after how many seconds to send it again."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


def stored() -> HttpResponse:
    """The one answer that means: durable."""
    return _sized(HttpResponse(OK, content_type="application/json"))


def refused(refusal: Refusal) -> HttpResponse:
    """A refusal as the clients read it: `code`, `message` and, where it helps, Retry-After."""
    response = json_answer({"success": False, "code": refusal.code, "message": refusal.message}, refusal.status)
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def json_answer(value: Any, status: int = 200) -> HttpResponse:
    return _sized(HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json"))


def _sized(response: HttpResponse) -> HttpResponse:
    """With its length, so that the server answers in one piece and not in chunks."""
    response.headers["Content-Length"] = str(len(response.content))
    return response


def only(request: HttpRequest, *methods: str) -> None:
    """Raises Refusal (405) for any other method."""
    if request.method not in methods:
        raise Refusal(405, "method_not_allowed", f"{request.method} is not taken here: use {' or '.join(methods)}")
