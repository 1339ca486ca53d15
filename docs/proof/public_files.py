"""The numbers of the public files as the product tells them, beside plain loops over the files. Called by public.sh.

A folder of data, imported with the product's own command, and the files it came from.
"""

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

HOME, FILES = Path(os.environ["TREATY_HOME"]), Path(sys.argv[1])
MAVEN, OLIST = FILES / "maven_crm", FILES / "olist_funnel"
WON, LOST = "Won", "Lost"
Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


class Files:
    """The rows of both, as they stand in the files."""

    def __init__(self) -> None:
        self.leads = rows(OLIST / "olist_marketing_qualified_leads_dataset.csv")
        self.won = rows(OLIST / "olist_closed_deals_dataset.csv")
        self.pipeline = rows(MAVEN / "sales_pipeline.csv")

    def ended(self, first: date, end: date, outcome: str) -> list[Row]:
        """Deals of Maven that ended so in [first, end)."""
        return [
            row for row in self.pipeline if row["deal_stage"] == outcome and (on := day(row["close_date"])) is not None and first <= on < end
        ]

    def won_of_olist(self, first: date, end: date) -> list[Row]:
        return [row for row in self.won if (on := day(row["won_date"])) is not None and first <= on < end]


def length(row: Row) -> int:
    """Days from the first contact to the end."""
    opened, closed = day(row["engage_date"]), day(row["close_date"])
    assert opened is not None and closed is not None
    return (closed - opened).days


def quantile(values: list[int], part: Fraction) -> Decimal:
    values = sorted(values)
    place = part * (len(values) - 1)
    low = int(place)
    found = values[low] + (place - low) * (values[min(low + 1, len(values) - 1)] - values[low])
    return hundredths(found)


def hundredths(value: Fraction) -> Decimal:
    """A half away from zero; nothing here is below it."""
    return Decimal(int(value * 100 + Fraction(1, 2))) / 100


def expected(files: Files, name: str, first: date, end: date, of: str = "", value: str = "") -> Any:
    """What a loop over the files says. of: a column of Maven's pipeline; then deals of Olist are left out."""
    won = [row for row in files.ended(first, end, WON) if not of or row[of] == value]
    lost = [row for row in files.ended(first, end, LOST) if not of or row[of] == value]
    worth = sum(int(row["close_value"]) for row in won)
    others = [] if of else files.won_of_olist(first, end)
    lengths = [length(row) for row in won]
    return {
        "revenue_closed": lambda: Decimal(worth),
        "deals_lost": lambda: Decimal(len(lost)),
        "win_rate": lambda: Decimal(len(won) + len(others)) / (len(won) + len(others) + len(lost)) if won or others or lost else None,
        "win_rate_by_value": lambda: Decimal(1) if worth else None,
        "average_won": lambda: hundredths(Fraction(worth, len(won))) if won else None,
        "sales_cycle_median": lambda: quantile(lengths, Fraction(1, 2)) if lengths else None,
        "sales_cycle_p80": lambda: quantile(lengths, Fraction(4, 5)) if lengths else None,
        "sales_cycle_mean": lambda: hundredths(Fraction(sum(lengths), len(lengths))) if lengths else None,
    }[name]()


NAMES = (
    "revenue_closed", "deals_lost", "win_rate", "win_rate_by_value", "average_won", "sales_cycle_median", "sales_cycle_p80",
    "sales_cycle_mean",
)  # fmt: skip


class Told:
    """How many figures were compared, and those that differ."""

    def __init__(self) -> None:
        self.compared = 0
        self.differences: list[str] = []

    def same(self, what: str, ours: Any, theirs: Any) -> None:
        self.compared += 1
        if ours != theirs and not (None not in (ours, theirs) and abs(ours - theirs) < Decimal("1e-9")):
            self.differences.append(f"{what}: {ours}, in the files {theirs}")

    def say(self, what: str) -> None:
        print(f"{what}: {self.compared:,} figures compared, {len(self.differences)} differ")
        print("".join(f"  {line}\n" for line in self.differences[:5]), end="")


def numbers(files: Files) -> None:
    """Every month, quarter and year of both files; quarters by product and by owner."""
    from treaty.engine.lake import open_lake
    from treaty.funnel.catalogue import ask, series
    from treaty.funnel.frame import frame_of

    frame = frame_of(open_lake(HOME), datetime.now(UTC))
    assert frame is not None
    for per in ("month", "quarter", "year"):
        told, periods, on = Told(), [], date(2016, 10, 1)
        while on < date(2019, 1, 1):
            periods.append(frame.containing(on, per))
            on = periods[-1].end_on
        for name in NAMES:
            for period, (one,) in zip(periods, series(frame, name, periods), strict=True):
                told.same(f"{name} {period.first_on}", one.figure, expected(files, name, period.first_on, period.end_on))
        told.say(f"by {per}")
    for by, column in (("product", "product"), ("owner", "sales_agent")):
        told = Told()
        for on in (date(2017, month, 1) for month in (1, 4, 7, 10)):
            period = frame.containing(on, "quarter")
            for name in NAMES:
                found = {one.value: one.figure for one in ask(frame, name, period, by, {"currency": ("USD",)})}
                for value in {row[column] for row in files.pipeline}:
                    key = members()[value] if by == "owner" else value
                    theirs = expected(files, name, period.first_on, period.end_on, column, value)
                    told.same(f"{name} {value} {on}", found.get(key), theirs if key in found else theirs or None)
        told.say(f"quarters of 2017 by {by}")


def members() -> dict[str, str]:
    from treaty.team.models import Member

    return {one.name: str(one.pk) for one in Member.objects.all()}


def still_open(files: Files) -> None:
    from treaty.engine.lake import open_lake
    from treaty.funnel.catalogue import one
    from treaty.funnel.frame import frame_of

    frame = frame_of(open_lake(HOME), datetime.now(UTC))
    assert frame is not None
    told, found = Told(), one(frame, "open_pipeline", frame.period("quarter"))
    told.same("open", found.n, sum(row["deal_stage"] not in (WON, LOST) for row in files.pipeline))
    told.same("without an amount", found.parts["without"], sum(row["deal_stage"] not in (WON, LOST) for row in files.pipeline))
    told.say("open now, none with an amount")


def funnel(files: Files, treaty: str) -> None:
    """Leads of Olist that reached the agreed stage, by origin, as the Funnel page tells; and those that became customers, as
    `treaty audit` tells: they did before anything was agreed, and the past has no stages of an agreement."""
    from treaty.engine.lake import open_lake
    from treaty.funnel.catalogue import ask
    from treaty.funnel.frame import frame_of

    frame = frame_of(open_lake(HOME), datetime.now(UTC))
    assert frame is not None
    said = subprocess.run([treaty, "audit", str(OLIST), "--json"], capture_output=True, text=True, check=False).stdout
    told, customers = Told(), {row["mql_id"] for row in files.won}
    of_origin: dict[str, list[bool]] = defaultdict(list)
    for row in files.leads:  # pandas wrote NaN where nothing was known
        of_origin["" if row["origin"] == "NaN" else row["origin"]].append(row["mql_id"] in customers)
    found = {row["value"] or "": row for row in json.loads(said)["conversion"]["origin"]}
    numbers = ask(frame, "stage_reached", frame.period("quarter"), "channel")
    reached = {one.value: one.figure for one in numbers if one.part == "marketing_qualified"}
    for origin, went_on in of_origin.items():
        row = found.get(origin, {})
        told.same(f"leads from {origin or 'nowhere said'}", row.get("count"), len(went_on))
        told.same(f"won from {origin or 'nowhere said'}", row.get("won"), sum(went_on))
        told.same(f"qualified from {origin or 'nowhere said'}", reached.get(origin), len(went_on))
    told.same("qualified in all", sum(reached.values()), len(files.leads))
    told.say("Olist, leads, qualified leads and customers by origin")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "treaty.settings"
    import django

    django.setup()
    from treaty.jobs.lake import refresh

    refresh(at=datetime.now(UTC), where=HOME)
    files = Files()
    print(f"Maven: {len(files.pipeline):,} deals; Olist: {len(files.leads):,} leads, {len(files.won):,} deals")
    numbers(files)
    still_open(files)
    funnel(files, sys.argv[2])


if __name__ == "__main__":
    main()
