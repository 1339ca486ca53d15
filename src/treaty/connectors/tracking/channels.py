"""Which marketing channel brought a visit, by rules anyone can check against the address and the referrer.

First rule that fits: a channel the sender states; a click id that only an advertisement carries; the medium and
source of the campaign (utm); the referring site; none of them: direct. A referrer on the same site continues a visit
and names no channel. The order follows the common default grouping of web analytics; the lists are ours.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

AD_CLICKS = {
    "gclid": "paid_search", "gbraid": "paid_search", "wbraid": "paid_search", "msclkid": "paid_search", "yclid": "paid_search",
    "dclid": "display", "li_fat_id": "paid_social", "ttclid": "paid_social", "twclid": "paid_social", "rdt_cid": "paid_social",
}  # fmt: skip
"""`fbclid` is absent: that network adds it to unpaid links too."""

SITES = {
    "ai_assistant": "chatgpt.com chat.openai.com openai.com perplexity.ai gemini.google.com bard.google.com copilot.microsoft.com claude.ai"
    " you.com chat.mistral.ai mistral.ai chat.deepseek.com deepseek.com grok.com meta.ai phind.com poe.com",
    "organic_search": "google bing.com duckduckgo.com yahoo ecosia.org qwant.com yandex baidu.com startpage.com search.brave.com"
    " kagi.com naver.com seznam.cz ask.com aol.com",
    "organic_social": "linkedin.com lnkd.in facebook.com fb.com fb.me instagram.com twitter.com t.co x.com reddit.com youtube.com youtu.be"
    " xing.com tiktok.com pinterest threads.net bsky.app mastodon.social quora.com news.ycombinator.com slack.com discord.com"
    " whatsapp.com t.me telegram.org medium.com vk.com",
    "email": "mail.google.com outlook.live.com outlook.office.com outlook.office365.com mail.yahoo.com mail.proton.me webmail gmx.net"
    " web.de com.google.android.gm mail.zoho.com",
}  # fmt: skip
"""Hosts, their subdomains, and names with any ending (`google` is google.de too). The longest match decides."""

_CHANNEL_OF = {site: channel for channel, sites in SITES.items() for site in sites.split()}
_SOCIAL_NAMES = {"linkedin", "facebook", "instagram", "twitter", "x", "reddit", "youtube", "xing", "tiktok", "fb", "ig", "threads", "meta"}
_SEARCH_NAMES = {"google", "bing", "duckduckgo", "yahoo", "ecosia", "yandex", "baidu", "adwords", "googleads", "google_ads"}
_AI_NAMES = {"chatgpt", "perplexity", "gemini", "copilot", "claude", "openai"}
_MEDIUMS = (
    (r"display|banner|cpm|programmatic|native", "display"),
    (r"e?mail|e-mail|newsletter|drip|nurture", "email"),
    (r"affiliates?|partners?", "affiliate"),
    (r"social([-_ ]?(media|network))?|sm|organic[-_ ]?social", "organic_social"),
    (r"organic|organic[-_ ]?search|seo", "organic_search"),
    (r"referral|link|pr", "referral"),
    (r"events?|webinars?|trade[-_ ]?show|conference|fair", "event"),
    (r"sms|push|whatsapp", "messaging"),
    (r"qr|print|offline|direct[-_ ]?mail|postcard|flyer", "offline"),
    (r"video|audio|podcast", "media"),
)
_PAID = re.compile(r"(cpc|ppc|cpa|cpl|paid.*|.*[-_ ]?ads?|sem|retargeting|remarketing)")


class Arrived(NamedTuple):
    """What is known of how somebody came: texts as they were sent, empty when unknown."""

    url: str = ""
    referrer: str = ""
    source: str = ""
    medium: str = ""
    stated: str = ""


@lru_cache(1024)
def channel_of(came: Arrived) -> str:
    """The channel, or empty when the visit merely goes on (a referrer on the same site)."""
    if came.stated:
        return re.sub(r"[^a-z0-9]+", "_", came.stated.lower()).strip("_")[:60]
    asked = query_of(came.url)
    by_click = next((channel for name, channel in AD_CLICKS.items() if name in asked), "")
    if by_click:
        return by_click
    if came.source or came.medium:
        return _by_campaign(came.source.lower().strip(), came.medium.lower().strip())
    return _by_referrer(host_of(came.referrer), host_of(came.url))


@lru_cache(4096)
def query_of(url: str) -> Mapping[str, str]:
    """The parameters of an address, each with its first value; none for an address nobody can read."""
    if "?" not in url:
        return {}
    try:
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query, max_num_fields=100).items()}
    except ValueError:
        return {}


@lru_cache(4096)
def host_of(url: str) -> str:
    """The host of an address in lower case without `www.`, or empty."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _by_campaign(source: str, medium: str) -> str:
    name = source.removesuffix(".com")
    site = _known_site(source) or _by_name(name)
    if _PAID.fullmatch(medium):
        return (
            "paid_social" if site == "organic_social" or "social" in medium else "paid_search" if site == "organic_search" else "paid_other"
        )
    by_medium = next((channel for pattern, channel in _MEDIUMS if re.fullmatch(pattern, medium)), "")
    return site if site == "ai_assistant" else by_medium or site or ("email" if "newsletter" in source else "other")


def _by_name(name: str) -> str:
    names = ((_SOCIAL_NAMES, "organic_social"), (_SEARCH_NAMES, "organic_search"), (_AI_NAMES, "ai_assistant"))
    return next((channel for known, channel in names if name in known), "")


def _by_referrer(referrer: str, host: str) -> str:
    if not referrer:
        return "direct"
    if _same_site(referrer, host):
        return ""
    return _known_site(referrer) or "referral"


def _same_site(one: str, other: str) -> bool:
    return bool(other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


@lru_cache(4096)
def _known_site(host: str) -> str:
    """The channel of a site, by its whole host, a parent of it, or a name with any ending."""
    parts = host.split(".")
    for place in range(len(parts)):
        tail = ".".join(parts[place:])
        if tail in _CHANNEL_OF:
            return _CHANNEL_OF[tail]
    return next((_CHANNEL_OF[part] for part in parts[:-1] if part in _CHANNEL_OF), "")
