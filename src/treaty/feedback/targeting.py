"""Files for advertising platforms: who may be in one, who is left out and why. Pure.

Who may be in one: the decision what-consent-means. How rows look: `feedback.platforms`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from treaty.feedback.platforms import AUDIENCE, CLICK_ID, CONVERSION, CONVERSION_HEADS, Contact, Conversion, Platform, last_click, names_of
from treaty.truth.consent import Consent


class Why(StrEnum):
    """Why somebody is left out."""

    WITHDREW = "withdrew"
    SHARED = "shared"
    UNKNOWN = "unknown"
    NO_ADDRESS = "no_address"
    NO_CLICK = "no_click"
    TOO_OLD = "too_old"
    TWICE = "twice"


WINDOW = {
    Platform.GOOGLE: timedelta(days=90),
    Platform.META: timedelta(days=62),
    Platform.LINKEDIN: timedelta(days=90),
    Platform.MICROSOFT: timedelta(days=90),
}
"""Google and Microsoft: how long after its click a conversion still counts. Meta and LinkedIn: how old it may be when it is told."""
BY_CLICK = (Platform.GOOGLE, Platform.MICROSOFT)
"""Platforms whose file of conversions knows people by their click alone, and holds nothing else of them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody in a file, or left out of it and why. name: the conversion it is about, empty in a list of people."""

    contact: Contact
    why: Why | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """What a platform takes: the lines as cells, the first ones its heads; and everybody, in it or not."""

    lines: Sequence[Sequence[str]]
    everybody: Sequence[Placed]

    @property
    def inside(self) -> list[Contact]:
        return [one.contact for one in self.everybody if one.why is None]

    @property
    def left(self) -> list[tuple[Contact, Why]]:
        return [(one.contact, one.why) for one in self.everybody if one.why is not None]


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may pass. withheld: hashes and clicks of those who withdrew, as this platform writes them."""

    platform: Platform
    withheld: frozenset[str]
    takes_unknown: bool = False

    def stops(self, contact: Contact) -> Why | None:
        if contact.consent is Consent.WITHDRAWN:
            return Why.WITHDREW
        if not self.withheld.isdisjoint(names_of(self.platform, contact)):
            return Why.SHARED
        return None if contact.consent is Consent.GIVEN or self.takes_unknown else Why.UNKNOWN


def audience(people: Iterable[Contact], gate: Gate) -> File:
    """A list of people, one row each; of two with the same addresses the first is in it."""
    heads, row = AUDIENCE[gate.platform]
    lines: list[Sequence[str]] = [heads]
    everybody, seen = [], set()
    for contact in people:
        cells = tuple(row(contact))
        why = gate.stops(contact) or (Why.NO_ADDRESS if not any(cells) else Why.TWICE if cells in seen else None)
        if why is None:
            seen.add(cells)
            lines.append(list(cells))
        everybody.append(Placed(contact, why))
    return File(lines, everybody)


def conversions(told: Iterable[Conversion], gate: Gate, *, at: datetime, zone: tzinfo) -> File:
    """What came of people, one row each, the earliest first. zone: in which moments are written where the platform reads one."""
    lines, everybody = list(CONVERSION_HEADS[gate.platform]), []
    for one in sorted(told, key=lambda one: (one.at, one.order)):
        cells = gate.stops(one.contact) or _written(one, gate.platform, at, zone)
        why = cells if isinstance(cells, Why) else None
        if not isinstance(cells, Why):
            lines.append(cells)
        everybody.append(Placed(one.contact, why, one.name))
    return File(lines, everybody)


def _written(one: Conversion, platform: Platform, at: datetime, zone: tzinfo) -> Sequence[str] | Why:
    click = last_click(one.contact.clicks, CLICK_ID[platform], until=one.at)
    if platform in BY_CLICK:
        if click is None:
            return Why.NO_CLICK
        return Why.TOO_OLD if one.at - click.at > WINDOW[platform] else CONVERSION[platform](one, click, zone)
    if not one.contact.email and not (platform is Platform.META and (one.contact.phone or click)):
        return Why.NO_ADDRESS
    return Why.TOO_OLD if at - one.at > WINDOW[platform] else CONVERSION[platform](one, click, zone)
