"""What is said when something is not there, not allowed, or broken: a sentence and a way on, never a trace."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
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


LATER = 5
"""Seconds after which to come back when the database is busy, full or gone."""


def broken(request: HttpRequest) -> HttpResponse:
    """Asks nothing: it may be the database, or the request itself, that is broken.

    Django calls this while it handles the fault, whichever page or middleware it came from.
    """
    if isinstance(sys.exc_info()[1], OperationalError):
        return HttpResponse(render_to_string("503.html", {"seconds": LATER}), status=503, headers={"Retry-After": str(LATER)})
    return HttpResponse(render_to_string("500.html"), status=500)
