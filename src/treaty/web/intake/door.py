"""The intake's own way in: programs bring a key, so sessions, tokens, messages and pages need not be gone through first."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.urls import resolve
from django.utils.log import log_response

from treaty.web.security import ContentPolicy

ROUTES = "treaty.web.intake.urls"


class IntakeDoor:
    """Answers everything under /v1/ by the views Django would have chosen; `behind` sees only the rest.

    Of a batch of 100 events Django's handler, its signals and its middleware took a third of the interpreter's time. What
    counts of them is kept: the headers of every answer, faults that become a 500 and are logged, and connections to the
    database that broke or grew old are opened anew. The answer goes out in one piece, so the server need not come back for
    more. Forms go the usual way, for they are pages too.
    """

    def __init__(self, behind: WSGIApplication) -> None:
        self._behind = behind
        self._answer = _safe(SecurityMiddleware(ContentPolicy(_safe(_view))))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith("/v1/"):
            return self._behind(environ, start_response)
        close_old_connections()
        request = WSGIRequest(environ)
        response = self._answer(request)
        if response.status_code >= 400:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]


def _safe(view: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], HttpResponse]:
    """The same, but a fault becomes the answer Django gives to it, and is logged."""
    return cast("Callable[[HttpRequest], HttpResponse]", convert_exception_to_response(view))


def _view(request: HttpRequest) -> HttpResponse:
    request.resolver_match = match = resolve(request.path_info, ROUTES)
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return answer
