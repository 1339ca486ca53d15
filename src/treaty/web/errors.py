"""What is said when something is not there, not allowed, or broken: a sentence and a way on, never a trace."""

import sys
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


class FormsOnly:
    """An address that only takes a form says so to whoever opens it by itself, by a bookmark or a reload.

    Django's answer is an empty 405, which browsers show as a fault of the server. What has words of its own keeps them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


LATER = 5
"""Seconds after which to come back when the database is busy, full or gone."""


def broken(request: HttpRequest) -> HttpResponse:
    """Asks nothing: it may be the database, or the request itself, that is broken.

    Django calls this while it handles the fault, whichever page or middleware it came from.
    """
    if isinstance(sys.exc_info()[1], OperationalError):
        return HttpResponse(render_to_string("503.html", {"seconds": LATER}), status=503, headers={"Retry-After": str(LATER)})
    return HttpResponse(render_to_string("500.html"), status=500)
