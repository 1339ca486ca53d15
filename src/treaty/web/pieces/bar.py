"""The frame of every page: where one may go, what is in force, how fresh the data is, who is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from treaty.web.pieces.words import Link, Party, Who


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the bar. key: second letter after `g`; count: what waits there, None to say nothing."""

    words: str
    href: str
    key: str = ""
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """The version everything here is computed under. digest: its SHA-256 in hexadecimal."""

    words: str
    href: str
    digest: str
    marketing_signed: bool = True
    sales_signed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """theme: empty follows the system; who None: nobody is signed in, and the bar shows only the wordmark.

    is_zone_named: the one who looks has chosen the zone; else it is the agreement's, or UTC.
    """

    places: Sequence[Place] = ()
    more: Sequence[Place] = ()
    company: str = ""
    fresh: Link | None = None
    sources: Link | None = None
    in_force: InForce | None = None
    who: Who | None = None
    email: str = ""
    zone: str = "UTC"
    is_zone_named: bool = True
    theme: Literal["", "light", "dark"] = ""
    keys_on: bool = True
    home_href: str = "/"
    agreement_href: str = "/agreement/"
    settings_href: str = "/settings/"
    theme_href: str = "/settings/theme/"
    sign_out_href: str = "/sign-out/"

    @property
    def is_more_current(self) -> bool:
        return any(place.is_current for place in self.more)

    @property
    def going(self) -> list[Place]:
        """Every place that a key leads to, for the help."""
        return [place for place in (*self.places, *self.more) if place.key]


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A way into the demo company without a passphrase; only there, only on loopback."""

    party: Party
    name: str
    words: str
    href: str
