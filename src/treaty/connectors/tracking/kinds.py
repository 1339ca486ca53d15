"""What the agreement calls a touch: one kind for each event name, whatever the site or the client calls it."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

PAGE, SCREEN, FORM = "page_view", "screen_view", "form_submitted"

SAME = {
    "content_download": "content_downloaded asset_downloaded whitepaper_downloaded white_paper_downloaded ebook_downloaded"
    " e_book_downloaded guide_downloaded report_downloaded brochure_downloaded datasheet_downloaded"
    " case_study_downloaded file_downloaded document_downloaded resource_downloaded template_downloaded download downloaded",
    "content_view": "content_viewed article_viewed article_read case_study_viewed document_viewed",
    "demo_request": "demo_requested requested_demo request_demo book_demo demo_booked demo_form_submitted",
    "contact_request": "contact_requested contact_us contact_us_submitted contact_form_submitted contacted_sales contact_sales",
    "quote_request": "quote_requested requested_quote pricing_requested price_requested",
    "callback_request": "callback_requested requested_callback",
    "trial_start": "trial_started started_trial free_trial_started",
    "signed_up": "sign_up signup account_created user_signed_up registered",
    "email_sent": "email_delivered",
    "email_open": "email_opened opened_email",
    "email_click": "email_link_clicked email_clicked clicked_email",
    "email_bounce": "email_bounced",
    "email_spam": "email_marked_as_spam",
    "unsubscribed": "unsubscribe email_unsubscribed opted_out",
    "webinar_registered": "webinar_registration registered_for_webinar webinar_signup",
    "webinar_attended": "webinar_attendance attended_webinar webinar_joined",
    "event_registered": "event_registration registered_for_event",
    "event_attended": "event_attendance attended_event booth_visited",
    "form_submitted": "form_submit submitted_form form_submission form_completed",
    "video_watched": "video_viewed video_completed video_playback_completed",
    "ad_click": "ad_clicked clicked_ad",
    "page_view": "page_viewed viewed_page pageview loaded_a_page",
    "screen_view": "screen_viewed viewed_screen",
}
"""Kind → other names of the same thing. Any other name is its own kind in snake_case."""

HAND_RAISERS = frozenset({"demo_request", "contact_request", "quote_request", "callback_request", "trial_start"})
"""Kinds by which somebody asks for sales. From a public key they are limited, for each one costs a rep's time."""

ABOUT_THE_SENDER = HAND_RAISERS | {"form_submitted", "signed_up"}
"""Kinds whose properties carry what the person wrote of themselves. A download's `title` is the document's."""

_KIND_OF = {name: kind for kind, names in SAME.items() for name in (kind, *names.split())}
_LONGEST = 64


@lru_cache(4096)
def snake(name: str) -> str:
    """`Content Downloaded`, `contentDownloaded` and `content-downloaded` are `content_downloaded`. Empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", name[:200])
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def kind_of(name: str, overrides: Mapping[str, str] | None = None) -> str:
    """The touch kind of an event name: `Demo Requested` is `demo_request`.

    overrides: this source's own words (`Source.settings["events"]`), by the name as sent or in snake_case; they win.
    A name without a Latin letter or digit gets a short stable kind of its own (`event_1f3a…`).
    """
    plain = snake(name)
    if overrides:
        stated = overrides.get(name) or overrides.get(plain)
        if stated:
            return snake(str(stated))[:_LONGEST]
    if not plain or not plain[0].isalpha():
        plain = f"event_{plain or hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return _KIND_OF.get(plain, plain[:_LONGEST].rstrip("_"))
