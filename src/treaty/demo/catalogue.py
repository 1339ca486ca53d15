"""What Halden Instruments sells, publishes and runs: products, content, pages, competitors, campaigns.

Halden sells vibration sensors for pumps and machines, and the service that reads them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from treaty.demo.causes import CHANNELS, WEBINARS

HOST = "www.halden.example"
PRODUCTS = ("Pulse retrofit kit", "Pulse Ex sensors", "Gateway", "Watch service")
COMPETITORS = ("Vibratek Nord", "Monitrax", "Sensoria Works")
STAGES = ("discovery", "proposal", "negotiation")


@dataclass(frozen=True, slots=True)
class Content:
    """One item of the library: where in the journey it helps, whom, and which objection it meets."""

    slug: str
    title: str
    kind: str
    journey_stage: str
    persona: str
    objection: str
    technical: bool


def _item(line: str) -> Content:
    slug, title, kind, stage, persona, objection = (part.strip() for part in line.split("|"))
    return Content(slug, title, kind.rstrip("*"), stage, persona, objection, kind.endswith("*"))


LIBRARY = tuple(
    _item(line)
    for line in """
    retrofit-guide     | Retrofitting sensors to older pumps          | guide*     | consideration | plant-engineer | integration_effort
    wiring-sheet       | Two pages on wiring without a shutdown       | datasheet* | decision      | plant-engineer | integration_effort
    protocol-notes     | Modbus and OPC UA: the registers explained   | datasheet* | decision      | automation     | integration_effort
    bearing-atlas      | An atlas of bearing spectra                  | handbook*  | consideration | plant-engineer | proof_of_value
    iso-checklist      | Severity zones by machine class, a checklist | checklist* | consideration | plant-engineer | proof_of_value
    security-paper     | Where your readings go, and who can see them | paper*     | decision      | it             | data_security
    ex-zone-sheet      | Sensors in explosive atmospheres             | datasheet* | decision      | plant-engineer | missing_certificate
    downtime-sums      | What an hour of standstill costs             | calculator | awareness     | operations     | price_level
    maintenance-trends | Maintenance in Europe, a yearly survey       | report     | awareness     | operations     | internal_capacity
    first-hundred-days | The first hundred days of monitoring         | guide      | consideration | operations     | internal_capacity
    paper-mill-story   | How a paper mill found its noisy roll        | case study | decision      | operations     | proof_of_value
    dairy-story        | Three dairies, one spare motor               | case study | decision      | operations     | price_level
    contract-compare   | A service contract beside your own readings  | comparison | decision      | purchasing     | service_contract
    board-brief        | Machine health on one page for the board     | brief      | awareness     | board          | price_level
    """.strip().splitlines()
)
TECHNICAL = tuple(item for item in LIBRARY if item.technical)
GENERAL = tuple(item for item in LIBRARY if not item.technical)
BY_SLUG = {item.slug: item for item in LIBRARY}

PAGES = {
    "/": "Halden Instruments",
    "/products/pulse": "Pulse: a sensor for every bearing",
    "/products/watch": "Watch: we read your machines with you",
    "/customers": "Who works with Halden",
    "/blog/quiet-bearings": "A quiet bearing is not a healthy one",
    "/blog/route-or-sensor": "Walking the route, or leaving a sensor",
    "/blog/spare-parts": "Spare parts nobody needed",
    "/support": "Support",
    "/careers": "Work at Halden",
}
PLAIN_PATHS = tuple(PAGES)
PRICING = {"/pricing": "Prices", "/pricing/retrofit-kit": "Prices: retrofit kit", "/pricing/watch": "Prices: Watch"}
PRICING_PATHS = tuple(PRICING)
TITLES = PAGES | PRICING


@dataclass(frozen=True, slots=True)
class Campaign:
    """Days are counted from the first simulated one; both ends are included."""

    key: str
    name: str
    channel: str
    first: int
    last: int
    budget: Decimal


def webinar_days(start_on: date, days: int) -> list[tuple[int, int]]:
    """(day, month) of each webinar: second Wednesdays within the period."""
    found = []
    for day in range(days):
        on = start_on + timedelta(day)
        if on.weekday() == 2 and 8 <= on.day <= 14:
            found.append((day, on.month))
    return found


def campaigns(start_on: date, days: int, leads: int) -> tuple[Campaign, ...]:
    """All campaigns of the period; budgets follow the number of leads and what a first touch costs."""
    half = days // 2
    dated = webinar_days(start_on, days)
    plan = [
        ("search-bearing-failure", "Search: bearing failure", "paid_search", 0, days - 1, 0.7),
        ("search-own-name", "Search: our own name", "paid_search", 0, days - 1, 0.3),
        ("social-plant-managers", "Social: plant managers", "paid_social", 0, half - 1, 0.55),
        ("social-downtime-sums", "Social: what downtime costs", "paid_social", half, days - 1, 0.45),
        ("thursday-letter", "The Thursday letter", "email", 0, days - 1, 1.0),
        ("partner-circle", "Partner circle", "referral", 0, days - 1, 1.0),
        *(_fair(*fair) for fair in fair_days(days)),
        *(_webinar(start_on, day, month, len(dated)) for day, month in dated),
    ]
    return tuple(
        Campaign(key, name, channel, max(first, 0), last, _budget(channel, share, leads))
        for key, name, channel, first, last, share in plan
        if last >= first
    )


def fair_days(days: int) -> list[tuple[int, int, int]]:
    """(number, first day, last day) of the two trade fairs; short periods have fewer."""
    return [(n, at, at + 2) for n, at in ((1, days * 5 // 16), (2, days * 11 // 16)) if at + 8 < days]


def _fair(number: int, first: int, last: int) -> tuple[str, str, str, int, int, float]:
    name = ("Instandhaltertage", "Machine Health Forum")[number - 1]
    return f"fair-{number}", f"Fair: {name}", "trade_fair", first, last, 0.5


def _webinar(start_on: date, day: int, month: int, of: int) -> tuple[str, str, str, int, int, float]:
    on = start_on + timedelta(day)
    return webinar_key(on), f"Webinar: {WEBINARS[month].topic}", "webinar", day - 9, day, 1 / of


def webinar_key(on: date) -> str:
    return f"webinar-{on:%Y-%m}"


def _budget(channel: str, share: float, leads: int) -> Decimal:
    cause = CHANNELS[channel]
    return Decimal(round(cause.share * cause.cost * leads * share)).quantize(Decimal("0.01"))
