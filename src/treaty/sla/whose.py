"""Whose hours count: the agreement's calendar in the zone and with the holidays of an owner."""

from datetime import date
from functools import lru_cache

import holidays

from treaty.agreement.terms import Terms
from treaty.sla.calendars import Calendar, Shift
from treaty.sla.worktime import History, always
from treaty.team.models import Member

YEARS = range(2000, 2051)


def history_of(member: Member, terms: Terms, name: str = "default") -> History:
    """The working calendar of one owner under one version. An owner without zone or country takes the agreement's."""
    calendar = terms.calendars[name]
    zone = member.zone or terms.time_zone if calendar.zone == "of_owner" else calendar.zone
    if calendar.holidays == "of_owner":
        days = public_holidays(member.country, member.region)
    elif isinstance(calendar.holidays, str):
        country, _, region = calendar.holidays.partition("-")
        days = public_holidays("" if country == "none" else country, region)
    else:
        days = calendar.listed_holidays
    week = calendar.week
    return always(_calendar(zone, tuple(tuple(week.get(day, ())) for day in range(7)), days))


@lru_cache(maxsize=256)
def _calendar(zone: str, week: tuple[tuple[tuple[int, int], ...], ...], days: frozenset[date]) -> Calendar:
    return Calendar(zone, tuple(tuple(Shift(*block) for block in day) for day in week), days)


@lru_cache(maxsize=256)
def public_holidays(country: str, region: str = "") -> frozenset[date]:
    """Public holidays by country and region, from the pinned library; none for a country it does not know."""
    if not country:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=YEARS))
    except NotImplementedError:
        return frozenset()
