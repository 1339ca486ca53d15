"""The headers every answer carries, and the one way to be framed (T6, T10)."""

import pytest
from django.http import HttpRequest, HttpResponse

from treaty.web.security import ContentPolicy, allow_framing, policy


def answered(response: HttpResponse) -> HttpResponse:
    return ContentPolicy(lambda request: response)(HttpRequest())


def parsed(response: HttpResponse) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))


def test_nothing_is_loaded_run_or_sent_elsewhere():
    sources = parsed(answered(HttpResponse()))
    assert sources == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "connect-src": "'self'",
        "font-src": "'none'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'",
    }  # fmt: skip
    assert "unsafe" not in policy()


def test_the_other_headers_are_there_on_errors_too():
    response = answered(HttpResponse(status=500))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]


def test_only_a_response_that_allows_it_may_be_framed_and_only_by_those_named():
    response = answered(allow_framing(HttpResponse(), ["https://www.halden.example", "http://localhost:8080"]))
    assert parsed(response)["frame-ancestors"] == "https://www.halden.example http://localhost:8080"
    assert "X-Frame-Options" not in response
    assert parsed(response)["script-src"] == "'self'"


def test_allowing_nobody_is_the_same_as_not_allowing():
    response = answered(allow_framing(HttpResponse(), []))
    assert parsed(response)["frame-ancestors"] == "'none'"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example.com",
        "https://a.example/path",
        "https://a.example; script-src *",
        "https://a.example b",
        "javascript:",
        "a.example",
        "'self'",
        "",
    ],
)
def test_what_is_not_a_plain_origin_is_refused_by_name(origin):
    with pytest.raises(ValueError, match="is not an origin: write the scheme and host only"):
        allow_framing(HttpResponse(), [origin])


def test_a_header_the_view_has_set_stays():
    response = HttpResponse()
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    assert answered(response)["Cross-Origin-Resource-Policy"] == "cross-origin"
