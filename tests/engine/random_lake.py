"""A lake made at random in every declared table, dirty on purpose: nulls, ties in time, merges, several currencies, no rows at all."""

import random
from datetime import date, timedelta
from decimal import Decimal

from tests.conftest import NOON
from treaty.books.exported import TABLES
from treaty.engine import files, manifest
from treaty.engine.manifest import Exported, Manifest
from treaty.moments import to_us

DAY_US = 86_400_000_000
START_US = to_us(NOON) - 90 * DAY_US
HOW_MANY = {"touches": 300, "people": 60, "leads": 90, "opportunities": 70, "stage_moves": 200, "accounts": 12, "members": 5}
NONE = ("objections",)
"""Tables without a row."""
TEXTS = {
    "channel": ("paid_search", "email", "webinar", "direct", "", None),
    "campaign": ("spring", "autumn", "", None),
    "segment": ("mid", "small", "", None),
    "currency": ("EUR", "EUR", "USD", "", None),
    "becomes": ("EUR", "EUR", "USD"),
    "outcome": ("won", "lost", "open", "won"),
    "ended": ("met", "late", "moved", "void", ""),
    "promise": ("first_contact", "answer"),
    "how": ("definition", "passed_through", "hand"),
    "from_stage": ("", "engaged", "marketing_qualified"),
    "to_stage": ("engaged", "marketing_qualified", "sales_accepted", "sales_qualified"),
    "stage": ("engaged", "marketing_qualified", "sales_accepted", "sales_qualified"),
    "reason": ("no_budget", "no_need", "", None),
    "subject": ("person", "account"),
    "field": ("persona", "country", "amount", "self_reported_source"),
    "country": ("DE", "AT", "", None),
    "text": ("x", " A  friend\tof mine\n", "a friend of mine", "", None),
    "content": ("guide", " Guide ", "", None),
    "pool": ("north", "south"),
}
OUTCOMES = {"dispositions": ("accepted", "rejected", "recycled"), "activities": ("reached", "missed", "")}
KINDS = {"system_records": ("person", "opportunity", "opportunity", "account")}
REFERS = {
    "person_id": "people",
    "seen_as_id": "people",
    "owner_id": "members",
    "by_id": "members",
    "stated_of_id": "people",
    "told_of_id": "people",
}
ALWAYS = (
    "occurred_us",
    "known_us",
    "received_us",
    "at_us",
    "opened_us",
    "starts_us",
    "stage_since_us",
    "seen_as_id",
    "made_us",
    "number",
    "said",
    "rate",
    "rate_on",
)
"""Never null."""
FACTORS = {"opened_us": 50, "starts_us": 40, "made_us": 60, "qualified_us": 30}
"""How many days of the ninety these lie in, so that what comes after usually does."""


def written(folder, seed, scale=1):
    """The manifest of a lake in this folder, put in force. scale: so many times as many rows."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)
    counts = {table.name: 0 if table.name in NONE else scale * HOW_MANY.get(table.name, 50) for table in TABLES}
    tables = {table.name: _exported(table, counts, dice, folder) for table in TABLES}
    found = Manifest(seed, to_us(NOON), tables)
    manifest.save(folder, found)
    return found


def _exported(table, counts, dice, folder):
    rows = _merged(counts["people"], dice) if table.name == "merged" else _rows(table, counts, dice)
    half = len(rows) // 2
    parts = [part for part in (rows[:half], rows[half:]) if part]
    made = tuple(files.add(table, table.arrow(part), folder) for part in parts)
    return Exported(table.shape, {name: column.kind for name, column in table.columns.items()}, made, follow=table.follow)


def _merged(people, dice):
    """A third of the people are others by now."""
    return [(number, dice.randrange(1, people // 2)) for number in range(people // 2, people) if dice.random() < 0.6]


def _rows(table, counts, dice):
    return [[_value(table.name, name, column.kind, number, counts, dice) for name, column in table.columns.items()]
            for number in range(1, counts[table.name] + 1)]  # fmt: skip


def _value(table, name, kind, number, counts, dice):
    if name.endswith("_id") or name == "id":
        return _reference(table, name, number, counts, dice)
    if name not in ALWAYS and kind != "text" and dice.random() < 0.25:
        return None
    if table == "opportunity_changes" and name == "value":
        return f"{dice.randrange(1, 90_000)}.{dice.randrange(100):02}"
    return number if name == "said" else _drawn(table, name, kind, dice)


def _reference(table, name, number, counts, dice):
    """Its own number in the first column, another's elsewhere: of some record, of one that is not there, or none."""
    own = next(iter(next(one for one in TABLES if one.name == table).columns))
    if name == own:
        return number
    if name not in ALWAYS and dice.random() < 0.15:
        return None
    there = counts.get(REFERS.get(name) or _of(name), 20)
    return dice.randrange(1, max(there, 1) + 2)


def _of(name):
    """`lead_id` is of `leads`, `opportunity_id` of `opportunities`."""
    stem = name.removesuffix("_id")
    return stem[:-1] + "ies" if stem.endswith("y") else stem + "s"


def _drawn(table, name, kind, dice):
    if kind == "text":
        texts = {"outcome": OUTCOMES, "kind": KINDS}.get(name, {}).get(table)
        return dice.choice(texts or TEXTS.get(name, ("x", "y", "", None)))
    if kind == "moment":
        return START_US + dice.randrange(FACTORS.get(name, 90)) * DAY_US + dice.choice((0, 0, 0, 1, 3_600_000_000, 41_999_999_999))
    if kind == "money":
        return Decimal(dice.randrange(-100, 9_000_000_000)).scaleb(dice.choice((-2, -2, -4)))
    if kind == "rate":
        return Decimal(dice.randrange(1, 30_000_000_000)).scaleb(-10)
    if kind == "day":
        return date(2026, 1, 1) + timedelta(days=dice.randrange(90))
    if kind == "real":
        return dice.choice((0.0, 0.25, 2 / 3, 1.0))
    return dice.random() < 0.5 if kind == "flag" else dice.randrange(1, 9)
