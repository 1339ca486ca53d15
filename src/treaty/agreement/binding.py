"""What a proposal brings along for its document: lists in full, files by hash, public holidays for its term."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from treaty.agreement.canonical import Bindings, Unbound, hash_of, needed
from treaty.agreement.terms import Terms
from treaty.team.models import Member

MORE_YEARS = 1
"""Holidays are bound to the end of the year after the term's last known day; later ones come from an amendment."""


def gathered(terms: Terms, *, files: Mapping[str, bytes] | None = None, lists: Mapping[str, Iterable[str]] | None = None) -> Bindings:
    """All that can be bound: what was given, and the holidays of every country named or worked in.

    files: content by the name the document uses; only the SHA-256 is bound. Raises Unbound for a country without a
    known calendar that the document names. What is missing is refused by `canonical.signed_bytes`.
    """
    return Bindings(
        lists={name: list(members) for name, members in (lists or {}).items()},
        files={name: hash_of(raw) for name, raw in (files or {}).items()},
        holidays={**_worked_in(terms), **{name: _named(name, terms) for name in needed(terms).holidays}},
    )


def years_of(terms: Terms) -> range:
    """The years a version's holidays are bound for: from its first day on, through its lock, and a year beyond."""
    last = max(terms.effective, terms.locked_until or terms.effective)
    return range(terms.effective.year, last.year + MORE_YEARS + 1)


def public_holidays(place: str, years: Iterable[int]) -> list[date] | None:
    """The public holidays of `DE` or `DE-BE` in these years, in order; None for a place the pinned library does not know."""
    return _holidays(place, tuple(years))


@lru_cache(maxsize=256)
def _holidays(place: str, years: tuple[int, ...]) -> list[date] | None:
    import holidays

    country, _, region = place.partition("-")
    try:
        return sorted(holidays.country_holidays(country, subdiv=region or None, years=years))
    except NotImplementedError:
        return None


def _worked_in(terms: Terms) -> dict[str, list[date]]:
    """For calendars that follow the owner: the places where members work."""
    if not any(calendar.holidays == "of_owner" for calendar in terms.calendars.values()):
        return {}
    rows = Member.objects.filter(is_active=True).exclude(country="").values_list("country", "region").distinct()
    places = sorted({f"{country}-{region}" if region else country for country, region in rows})
    found = {place: public_holidays(place, years_of(terms)) for place in places}
    return {place: days for place, days in found.items() if days is not None}


def _named(place: str, terms: Terms) -> list[date]:
    days = public_holidays(place, years_of(terms))
    if days is None:
        raise Unbound(f"the holidays of {place!r} are not known: write the days themselves under `holidays`")
    return days


def lines_of(text: str) -> list[str]:
    """A list given as text: one member a line, empty lines and what follows # left out."""
    return [kept for line in text.splitlines() if (kept := line.partition("#")[0].strip())]
