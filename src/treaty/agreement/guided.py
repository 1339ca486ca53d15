"""A first draft from about ten answers: a template with its people, money and days put in, every comment kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from treaty.agreement.beginning import text_of
from treaty.agreement.rewriting import GONE, put
from treaty.agreement.yamltree import Path, parse

IN_A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """template: a name of `beginning.TEMPLATES` · marketing, sales: who sign, by address · takers: who take leads ·
    contact_within: as the document says it, such as `4 working hours` · leads: handed over in a month · revenue: to be won
    by both in a quarter, in the currency · lookback: days before a deal in which touches earn of it. None leaves what the template says."""

    template: str
    company: str
    currency: str
    zone: str
    marketing: str
    sales: str
    takers: tuple[str, ...]
    begins: date
    sponsor: str | None = None
    steward: str | None = None
    contact_within: str | None = None
    leads: int | None = None
    revenue: Decimal | None = None
    lookback: int | None = None


def drafted(answers: Answers) -> str:
    """The document, ready to be read and changed. Raises LookupError for a template that is not there."""
    text = text_of(answers.template)
    return put(text, dict(_changes(answers, parse(text).data)))


def _changes(said: Answers, data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield ("agreement",), f"{said.company}, sales and marketing"
    yield from _money(said, data)
    yield from _days(said, data)
    yield from _people(said, data)
    yield from _figures(said, data)


def _money(said: Answers, data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Rates are of other currencies than the own; the European Central Bank, which the templates name, quotes in euro and is kept."""
    yield ("currency",), said.currency
    rates = {name: rate for name, rate in data.get("rates", {}).items() if name != said.currency}
    yield ("rates",), rates or GONE


def _days(said: Answers, data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield ("time_zone",), said.zone
    yield ("effective",), said.begins
    yield ("locked_until",), said.begins + (data["locked_until"] - data["effective"])
    for name, calendar in data["promises"]["calendars"].items():
        if calendar["zone"] != "of_owner":
            yield ("promises", "calendars", name, "zone"), said.zone
    if said.lookback:
        yield ("attribution", "lookback"), f"{said.lookback} days"


def _people(said: Answers, data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield ("signatories",), {"marketing": [said.marketing], "sales": [said.sales]}
    yield ("sponsor",), said.sponsor or GONE
    yield ("steward",), said.steward or GONE
    for name in data["handoff"]["pools"]:
        yield ("handoff", "pools", name, "members"), list(said.takers)
    for place, rule in enumerate(data["handoff"]["route"]):
        if "to" in rule:
            yield ("handoff", "route", place, "to"), said.sales


def _figures(said: Answers, data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """What is asked of both sides; a share of a segment, which nobody was asked about, goes."""
    for place, promise in enumerate(data["promises"]["marketing"]):
        at: Path = ("promises", "marketing", place)
        if "by_segment" in promise:
            yield (*at, "by_segment"), GONE
        if said.leads and promise.get("deliver") in data["stages"]:
            yield (*at, "at_least"), max(1, round(said.leads * Decimal(12) / IN_A_YEAR[promise["per"]]))
    for place, promise in enumerate(data["promises"]["sales"]):
        if said.contact_within and promise.get("do") == "first_contact":
            yield ("promises", "sales", place, "within"), said.contact_within
    for place, goal in enumerate(data["goals"]):
        if said.revenue and goal["measure"] == "revenue_closed" and "target" in goal:
            yield ("goals", place, "target"), round(said.revenue * 4 / IN_A_YEAR[goal["per"]])


def next_beginning(today: date) -> date:
    """The first of the month after next week: time to read, and a whole month to begin with."""
    later = today + timedelta(days=7)
    return date(later.year + later.month // 12, later.month % 12 + 1, 1)
