"""Who reads: the zone of their clock and the signs of their numbers."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NBSP = "\u00a0"
THIN = "\u202f"
MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Manner:
    """How one locale writes: sign between thousands, decimal sign, where the currency stands, order of day and month."""

    group: str = ","
    point: str = "."
    money_after: bool = False
    month_first: bool = False
    half_days: bool = False
    percent_space: str = ""


EN_GB = Manner()
_DE = Manner(".", ",", money_after=True, percent_space=NBSP)
_SPACED = Manner(NBSP, ",", money_after=True, percent_space=NBSP)
MANNERS = {
    "en-GB": EN_GB,
    "en-US": Manner(month_first=True, half_days=True),
    "de-DE": _DE,
    "de-AT": _DE,
    "de-CH": Manner("’", "."),
    "fr-FR": Manner(THIN, ",", money_after=True, percent_space=THIN),
    "es-ES": _DE,
    "it-IT": Manner(".", ",", money_after=True),
    "nl-NL": Manner(".", ","),
    "pl-PL": _SPACED,
    "sv-SE": _SPACED,
    "cs-CZ": _SPACED,
}


def manner_of(locale: str) -> Manner:
    """The manner of a locale; else of its language; else British English, the product's own."""
    if locale in MANNERS:
        return MANNERS[locale]
    language = locale.replace("_", "-").split("-")[0].lower()
    return next((manner for name, manner in MANNERS.items() if language and name.startswith(f"{language}-")), EN_GB)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person a page is written for."""

    zone: tzinfo = UTC
    manner: Manner = EN_GB
    zone_name: str = "UTC"


def viewer_of(zone_name: str, locale: str = "en-GB") -> Viewer:
    """The viewer of a stored zone and locale. Raises ValueError for a zone nobody knows, naming it."""
    try:
        return Viewer(ZoneInfo(zone_name), manner_of(locale), zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time zone {zone_name!r} is not known: choose one such as Europe/Berlin") from error
