"""How to send with a key, ready to copy: the official clients, the form, the bare request."""

from dataclasses import dataclass

from django.http import HttpRequest

from treaty.truth.models import Source


@dataclass(frozen=True, slots=True)
class Way:
    """title: for whom · code: to be copied as it is."""

    title: str
    code: str


def ways_to_send(request: HttpRequest, source: Source, key: str) -> list[Way]:
    """The lines to copy, with this key and the address this page was asked at."""
    host = f"{request.scheme}://{request.get_host()}"
    return {"browser": _browser, "server": _server, "form": _form}[source.kind](host, key, source)


def _browser(host: str, key: str, _source: Source) -> list[Way]:
    return [
        Way("Segment’s browser client", f'AnalyticsBrowser.load({{ writeKey: "{key}", cdnURL: "{host}" }})'),
        Way("RudderStack’s browser client", f'rudder.load("{key}", "{host}", {{ configUrl: "{host}" }})'),
    ]


def _server(host: str, key: str, _source: Source) -> list[Way]:
    body = '{"userId": "42", "event": "Demo Requested", "properties": {"email": "ada@example.com"}}'
    return [
        Way("Segment’s or RudderStack’s Python client", f'Client("{key}", host="{host}")'),
        Way("Segment’s Node client", f'new Analytics({{ writeKey: "{key}", host: "{host}" }})'),
        Way("Any program", f"curl -u '{key}:' -H 'Content-Type: application/json' \\\n  -d '{body}' {host}/v1/track"),
    ]


def _form(host: str, key: str, source: Source) -> list[Way]:
    title = source.name.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return [
        Way("In a page", f'<script src="{host}/forms/{key}/embed.js" data-title="{title}"></script>'),
        Way("Its own address", f"{host}/forms/{key}/"),
    ]
