"""Numbers of the catalogue in words: a figure in its unit, what was usual, whether it changed; values of dimensions by name."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from treaty.engine.periods import Period, local_date
from treaty.funnel.catalogue import CATALOGUE, Composed, Measure, Number
from treaty.funnel.catalogue.measure import DAY_US
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.changes import BEFORE, ENOUGH, FALSE, FEWEST, Change
from treaty.funnel.frame import Frame
from treaty.moments import from_us
from treaty.team.models import Member
from treaty.web import formats
from treaty.web.figures import FOUND, campaign_names, words
from treaty.web.formats import Viewer
from treaty.web.here import Here
from treaty.web.pieces import Faint, Piece, Strong

DIMENSIONS = {
    "business": "New or expansion",
    "content": "Content",
    "month": "Month",
    "segment": "Segment",
    "channel": "Channel",
    "campaign": "Campaign",
    "source": "Lead source",
    "owner": "Owner",
    "product": "Product",
    "persona": "Persona",
    "country": "Country",
    "version": "Agreement version",
    "sourced": "Found by",
    "grade": "Grade",
    "stage": "Stage it is in",
    "reason": "Reason",
    "outcome": "Outcome",
    "lost_reason": "Reason it was lost",
    "currency": "Currency",
}
TITLES = {
    "sales_cycle_p80": "Sales cycle, four in five",
    "first_contact_hours_p90": "Hours to the first contact, nine in ten",
    "win_rate": "Win rate by count",
    "win_rate_of_created": "Win rate of those opened",
    "lead_to_won": "Lead to won opportunity",
}
CALLED = f"Of the changes called so, at most {round(FALSE * 100)} in 100 are chance: all numbers of this page are judged together."


def title_of(name: str) -> str:
    """A number as a heading."""
    return TITLES.get(name, formats.capital(words(name)))


def said(value: Decimal | float | None, number: Measure | Composed, frame: Frame, viewer: Viewer) -> str:
    """A figure in the unit of its number; a dash where nothing was measured."""
    return "–" if value is None else in_unit(Decimal(str(value)), number.unit, frame.terms.currency, viewer)


def in_unit(value: Decimal, unit: str, currency: str, viewer: Viewer) -> str:
    manner = viewer.manner
    if unit == "money":
        return formats.money(value, currency, manner)
    if unit == "money per day":
        return f"{formats.money(value, currency, manner)} a day"
    if unit == "share":
        return formats.percent(value, 0, manner)
    if unit in ("days", "hours"):
        return f"{formats.decimal(value, 1, manner)} {unit}"
    if unit == "ratio":
        return f"{formats.decimal(value, 1, manner)} ×"
    return formats.number(int(value), manner) if value == int(value) else formats.decimal(value, 1, manner)


def usual(change: Change, frame: Frame, viewer: Viewer) -> Piece:
    """What it usually was; amounts without cents, for they are means."""
    if change.usual is None:
        return Faint("–")
    number = CATALOGUE[change.name]
    value = to_places(change.usual, WHOLE) if number.unit == "money" else change.usual
    return said(value, number, frame, viewer)


def verdict(change: Change) -> Piece:
    """One cell: what a change is called, or why nothing is."""
    if change.lack:
        return Faint(lack_words(change))
    if not change.is_flagged:
        return Faint("as usual")
    return Strong("higher than usual" if change.is_up else "lower than usual")


def lack_words(change: Change) -> str:
    """What there is too little of, and what would be enough."""
    n = formats.number(change.now.n)
    return {
        "few": f"{n}, {ENOUGH} needed" if change.now.n < ENOUGH else "too few to say",
        "few before": f"{ENOUGH} needed in earlier periods",
        "few periods": f"{_needed(change)} earlier periods needed, {change.periods} found",
        "young": "still followed",
        "running": "not over yet",
        "now": "of now",
        "odd period": "choose a month or a quarter",
    }.get(change.lack, "")


def _needed(change: Change) -> int:
    number = CATALOGUE[change.name]
    return FEWEST if number.unit in ("share", "count") else BEFORE


def sentence(change: Change, what: str, frame: Frame, viewer: Viewer) -> str:
    """A called change in words: `Lost deals: 30 where 11.5 are usual, more than chance explains.`"""
    now, was = said(change.now.figure, CATALOGUE[change.name], frame, viewer), usual(change, frame, viewer)
    return f"{what}: {now} where {was} {'is' if CATALOGUE[change.name].unit != 'count' else 'are'} usual, more than chance explains."


def range_words(one: Number, number: Measure | Composed, frame: Frame, viewer: Viewer) -> Piece:
    """Between what the true value lies, 95 of 100 times."""
    if one.low is None and one.high is None:
        return Faint("–")
    if number.unit == "share" and one.low is not None and one.high is not None:
        return Faint(formats.interval(one.low, one.high, viewer.manner))
    low, high = ("?" if end is None else formats.decimal(end, 1, viewer.manner) for end in (one.low, one.high))
    return Faint(f"{low} to {high}")


def matures(number: Measure | Composed, period: Period, frame: Frame) -> str:
    """The day until which a cohort is followed."""
    last_us = period.us[1] + (number.days if isinstance(number, Measure) else 0) * DAY_US - 1
    return formats.day_words(local_date(from_us(last_us), frame.zone), frame.today)


def seen_owners(here: Here) -> dict[str, Member]:
    """Whose figures a member may see one by one: their own, and those of their reports."""
    rows = Member.objects.filter(pk=here.member.pk).union(Member.objects.filter(manager=here.member))
    return {str(one.pk): one for one in rows}


def names_of(here: Here, by: str, values: Iterable[str]) -> Mapping[str, str]:
    """What values of a dimension are called. By owner only those this member may see are named; the others are not to be shown."""
    found = list(dict.fromkeys(values))
    if by == "owner":
        return {pk: member.name for pk, member in seen_owners(here).items()}
    named = campaign_names(found) if by == "campaign" else FOUND if by == "sourced" else {}
    return {value: named.get(value) or _named(by, value) for value in found}


def _named(by: str, value: str) -> str:
    if not value:
        return f"no {DIMENSIONS.get(by, by).lower()}"
    if by == "version":
        return f"Version {value}"
    return value if by in ("country", "currency", "product", "campaign") else formats.capital(words(value))
