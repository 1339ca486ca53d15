"""What advertising platforms take: how an address is hashed for each, what a row of its files looks like. Pure.

Every address leaves as a SHA-256 hash of the form its platform documents, in lower-case hexadecimal, without salt:

    google     e-mail in lower case without spaces, no full stops before @gmail.com and @googlemail.com; telephone in E.164
    meta       e-mail trimmed, in lower case; telephone as digits with the country's code, without plus or leading zeros
    linkedin   e-mail trimmed, in lower case; no telephone
    microsoft  e-mail trimmed, in lower case; no telephone

Sources: Google Ads Help 7659867 and 7014069; Meta, customer information parameters; LinkedIn Marketing Solutions Help a1489764
and a530615; Microsoft Advertising Help 56921 and the bulk record "Offline Conversion".
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from treaty.truth.consent import Consent


class Platform(StrEnum):
    GOOGLE = "google"
    META = "meta"
    LINKEDIN = "linkedin"
    MICROSOFT = "microsoft"


CLICK_ID = {Platform.GOOGLE: "gclid", Platform.META: "fbclid", Platform.LINKEDIN: "li_fat_id", Platform.MICROSOFT: "msclkid"}
_CLICK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{4,499}")
"""What can be a click id: anybody can write an address, and a cell must not begin like a formula."""


class Click(NamedTuple):
    """An advertisement somebody came by. name: the parameter that carries it, such as gclid."""

    name: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as files need them. phone: as +4930123456, empty where there is none or its country is unknown."""

    id: int
    key: str
    name: str
    email: str
    phone: str = ""
    consent: Consent = Consent.UNKNOWN
    clicks: Sequence[Click] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Something that came of a person. name: as the platform knows it. order: one name of it for ever, so it counts once."""

    contact: Contact
    name: str
    at: datetime
    order: str
    amount: Decimal | None = None
    currency: str = ""
    is_won: bool = False


def hashed(text: str) -> str:
    """SHA-256 in hexadecimal; empty of nothing."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def normal_email(platform: Platform, email: str) -> str:
    plain = email.strip().lower()
    if platform is not Platform.GOOGLE:
        return plain
    name, at, domain = re.sub(r"\s", "", plain).rpartition("@")
    return f"{name.replace('.', '') if domain in ('gmail.com', 'googlemail.com') else name}{at}{domain}"


def normal_phone(platform: Platform, phone: str) -> str:
    """phone: in E.164. Empty where the platform takes none."""
    if platform is Platform.GOOGLE:
        return phone
    return phone.lstrip("+0") if platform is Platform.META else ""


def email_hash(platform: Platform, email: str) -> str:
    return hashed(normal_email(platform, email))


def phone_hash(platform: Platform, phone: str) -> str:
    return hashed(normal_phone(platform, phone))


def names_of(platform: Platform, contact: Contact) -> set[str]:
    """All by which this platform could know the person again."""
    found = {email_hash(platform, contact.email), phone_hash(platform, contact.phone)}
    return (found | {click.value for click in contact.clicks if click.name == CLICK_ID[platform]}) - {""}


def last_click(clicks: Iterable[Click], name: str, *, until: datetime) -> Click | None:
    """The latest click of a platform up to a moment; what cannot be a click id is none."""
    fit = [click for click in clicks if click.name == name and click.at <= until and _CLICK.fullmatch(click.value)]
    return max(fit, key=lambda click: (click.at, click.value), default=None)


def money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _google(one: Conversion, click: Click | None, zone: tzinfo) -> list[str]:
    """The template for conversions from clicks, which allows no further column and nothing personal."""
    at = one.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S%z")
    return [click.value if click else "", one.name, at, money(one.amount), one.currency if one.amount is not None else ""]


def _meta(one: Conversion, click: Click | None, _: tzinfo) -> list[str]:
    """event_time in seconds since 1970, UTC. fbc as the platform's own cookie has it: `fb.1.<milliseconds>.<fbclid>`."""
    fbc = f"fb.1.{int(click.at.timestamp() * 1000)}.{click.value}" if click else ""
    hashes = [email_hash(Platform.META, one.contact.email), phone_hash(Platform.META, one.contact.phone)]
    value = [money(one.amount), one.currency if one.amount is not None else ""]
    return [one.name, str(int(one.at.timestamp())), *hashes, fbc, *value, one.order]


def _linkedin(one: Conversion, _click: Click | None, _zone: tzinfo) -> list[str]:
    """The template has no column for a click. It asks for an amount over 0: 1 where none is known, as it says itself."""
    amount = one.amount if one.amount is not None and one.amount > 0 else Decimal(1)
    email = email_hash(Platform.LINKEDIN, one.contact.email)
    return [
        email,
        str(int(one.at.timestamp() * 1000)),
        "PURCHASE" if one.is_won else "LEAD",
        money(round(amount, 2)),
        one.currency,
    ]


def _microsoft(one: Conversion, click: Click | None, _: tzinfo) -> list[str]:
    """A row of the bulk file; moments in UTC as 4/1/2026 6:50:54 PM."""
    at = one.at.astimezone(UTC)
    moment = f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M:%S} {'AM' if at.hour < 12 else 'PM'}"
    currency = one.currency if one.amount is not None else ""
    return ["Offline Conversion", "", "", "", "", "", currency, one.name, moment, money(one.amount), click.value if click else ""]


Written = Callable[[Conversion, Click | None, tzinfo], Sequence[str]]
CONVERSION: Mapping[Platform, Written] = {
    Platform.GOOGLE: _google, Platform.META: _meta, Platform.LINKEDIN: _linkedin, Platform.MICROSOFT: _microsoft,
}  # fmt: skip
CONVERSION_HEADS: Mapping[Platform, Sequence[Sequence[str]]] = {
    Platform.GOOGLE: [["Google Click ID", "Conversion Name", "Conversion Time", "Conversion Value", "Conversion Currency"]],
    Platform.META: [["event_name", "event_time", "email", "phone", "fbc", "value", "currency", "order_id"]],
    Platform.LINKEDIN: [["email", "timestamp", "eventtype", "amount", "currency"]],
    Platform.MICROSOFT: [
        [
            "Type", "Status", "Id", "Parent Id", "Client Id", "Name", "Conversion Currency Code", "Conversion Name", "Conversion Time",
            "Conversion Value", "Microsoft Click Id",
        ],
        ["Format Version", "", "", "", "", "6.0", "", "", "", "", ""],
    ],
}  # fmt: skip


def _email_and_phone(platform: Platform) -> Callable[[Contact], list[str]]:
    return lambda one: [email_hash(platform, one.email), phone_hash(platform, one.phone)]


AUDIENCE: Mapping[Platform, tuple[Sequence[str], Callable[[Contact], Sequence[str]]]] = {
    Platform.GOOGLE: (["Email", "Phone"], _email_and_phone(Platform.GOOGLE)),
    Platform.META: (["email", "phone"], _email_and_phone(Platform.META)),
    Platform.LINKEDIN: (
        ["email", "firstname", "lastname", "jobtitle", "employeecompany", "country", "googleaid"],
        lambda one: [email_hash(Platform.LINKEDIN, one.email), *[""] * 6],
    ),
    Platform.MICROSOFT: (["Email"], lambda one: [email_hash(Platform.MICROSOFT, one.email)]),
}
"""Heads and row of each platform's list. LinkedIn's template must keep all its columns; names in clear text stay out of it."""
