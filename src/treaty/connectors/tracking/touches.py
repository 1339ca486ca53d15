"""The touch inside an event: what was seen, which campaign and channel brought it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from treaty.connectors.tracking.channels import Arrived, channel_of, host_of, query_of
from treaty.connectors.tracking.kinds import PAGE, SCREEN
from treaty.connectors.tracking.told import Told, ref_of
from treaty.connectors.tracking.traits import MOST_TEXT, first, in_snake, plain, text
from treaty.truth.records import PersonRef, TouchRecord, Value

CONTENT = tuple(
    "content content_name asset asset_name document document_name file_name webinar webinar_name video video_title title name".split()
)
FORM_NAME = ("form", "form_name", "form_title", "form_id")
UTM = {"name": "utm_campaign", "source": "utm_source", "medium": "utm_medium", "term": "utm_term", "content": "utm_content"}
NO_CAMPAIGN = dict.fromkeys(UTM, "")
CLICK_IDS = ("gclid", "fbclid", "li_fat_id", "msclkid")
"""Names under which an advertising platform knows the click again, in the address it led to."""
MOST_FIELDS = 40


def touch_of(told: Told, kind: str, properties: Mapping[str, Any], ref: PersonRef | None = None) -> TouchRecord:
    page = in_snake(told.context.get("page"))
    url = first(properties, "url") or first(page, "url")
    campaign = _campaign(told, url)
    is_view = kind in (PAGE, SCREEN)
    return TouchRecord(
        ref=ref or ref_of(told),
        kind=kind,
        **told.times,
        message_id=told.message_id,
        path=(first(properties, "path") or first(page, "path") or _path(url))[:500],
        host=host_of(url)[:200],
        title=(first(properties, "title", *(("name",) if is_view else ())) or first(page, "title"))[:300],
        channel=_channel(kind, url, properties, page, campaign),
        campaign=(first(properties, "campaign", "campaign_name") or campaign["name"])[:120],
        content="" if is_view else first(properties, *CONTENT)[:200],
        form=first(properties, *FORM_NAME)[:120],
        fields=_fields(properties, campaign, _clicks(url) if "?" in url else {}),
    )


def _campaign(told: Told, url: str) -> Mapping[str, str]:
    """The campaign's parts: as the client read them, else from the address."""
    stated, asked = in_snake(told.context.get("campaign")), _asked(url) if "?" in url else NO_CAMPAIGN
    return {name: first(stated, name) or asked[name] for name in UTM} if stated else asked


@lru_cache(4096)
def _asked(url: str) -> Mapping[str, str]:
    asked = query_of(url)
    return {name: text(asked.get(utm)) for name, utm in UTM.items()}


def _channel(kind: str, url: str, properties: Mapping[str, Any], page: Mapping[str, Any], campaign: Mapping[str, str]) -> str:
    """A visit has a channel; an event a server reports has one only if it says so; mail is mail."""
    stated = first(properties, "channel")
    referrer = first(properties, "referrer") or first(page, "referrer")
    if stated or url or referrer or campaign["source"] or campaign["medium"]:
        return channel_of(Arrived(url, referrer, campaign["source"], campaign["medium"], stated))
    return "email" if kind.startswith("email_") else ""


@lru_cache(4096)
def _clicks(url: str) -> Mapping[str, str]:
    """Of an address that was too long to be read whole, without what stands last in it: half an id names nobody's click."""
    asked = query_of(url)
    found = {name: asked[name] for name in CLICK_IDS if asked.get(name)}
    return {name: value for name, value in found.items() if len(url) < MOST_TEXT or not url.endswith(value)}


def _fields(properties: Mapping[str, Any], campaign: Mapping[str, str], clicks: Mapping[str, str]) -> dict[str, Value]:
    """The event's plain properties, the click that led here, and where the visit came from under `source`, `medium` and `term`."""
    kept = {name[:60]: value for name in list(properties)[:MOST_FIELDS] if (value := plain(properties[name])) not in (None, "")}
    came: dict[str, Value] = {name: campaign[name] for name in ("source", "medium", "term") if campaign[name]}
    return {**clicks, **kept, **came}


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
