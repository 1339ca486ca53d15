"""Whose hours count: the agreement's calendar in the zone and with the holidays of an owner."""

from datetime import date
from functools import lru_cache

from treaty.agreement.binding import public_holidays, years_of
from treaty.agreement.canonical import Signed
from treaty.sla.calendars import Calendar, Shift
from treaty.sla.worktime import History, always
from treaty.team.models import Member
from treaty.team.queries import zone_of

YEARS = tuple(range(2000, 2051))
NO_PLACE = ("", "none")


def history_of(member: Member, signed: Signed, name: str = "default") -> History:
    """The working calendar of one owner under one version. An owner without zone or country takes the agreement's."""
    calendar = signed.terms.calendars[name]
    zone = zone_of(member, signed.terms.time_zone).key if calendar.zone == "of_owner" else calendar.zone
    if calendar.holidays == "of_owner":
        days = holidays_at(place_of(member), signed)
    elif isinstance(calendar.holidays, str):
        days = holidays_at(calendar.holidays, signed)
    else:
        days = calendar.listed_holidays
    week = calendar.week
    return always(_calendar(zone, tuple(tuple(week.get(day, ())) for day in range(7)), days))


@lru_cache(maxsize=256)
def _calendar(zone: str, week: tuple[tuple[tuple[int, int], ...], ...], days: frozenset[date]) -> Calendar:
    return Calendar(zone, tuple(tuple(Shift(*block) for block in day) for day in week), days)


def place_of(member: Member) -> str:
    """Where somebody works, as holidays are bound: `DE`, or `DE-BE`."""
    return f"{member.country}-{member.region}" if member.country and member.region else member.country


def holidays_at(place: str, signed: Signed) -> frozenset[date]:
    """The public holidays of a place under a version: the days that were signed, the library's where none were.

    A version binds a place for the years of its term (`binding.years_of`); in these no other day counts. Before and
    after them, and for a place it does not bind, the pinned library is asked; none for a place that does not know.
    """
    if place in NO_PLACE:
        return frozenset()
    bound = signed.bindings.holidays.get(place)
    return _known(place) if bound is None else _bound(place, tuple(bound), tuple(years_of(signed.terms)))


@lru_cache(maxsize=256)
def _bound(place: str, days: tuple[date, ...], years: tuple[int, ...]) -> frozenset[date]:
    return frozenset(days) | {day for day in _known(place) if day.year not in years}


@lru_cache(maxsize=256)
def _known(place: str) -> frozenset[date]:
    return frozenset(public_holidays(place, YEARS) or ())
