"""Two systems compared, in plain values: which there are, what each counts, why they differ, day by day."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from treaty.agreement.base import Duration
from treaty.agreement.queries import agreed_zone, in_force, signed_of
from treaty.engine.measuring import Fetching, kept_rows
from treaty.moments import from_us, to_us
from treaty.truth import comparing
from treaty.truth.comparing import CAUSES, PLACES, Comparison, Side, What, kind_of
from treaty.truth.masters import is_master
from treaty.truth.models import Difference, Source, SystemRecord

HOUR = timedelta(hours=1)
"""How old data may be where the agreement says nothing of its source."""
TREATY = "Treaty"


class NothingToCompare(LookupError):
    """No system has records here, or none of this name; the text says what to do."""


@dataclass(frozen=True, slots=True)
class System:
    """One of two systems. source: None is Treaty itself · limit: how old its data may be · is_agreed: whether the agreement says so."""

    source: Source | None
    limit: timedelta = timedelta(0)
    is_agreed: bool = True

    @property
    def name(self) -> str:
        return self.source.name if self.source else TREATY

    @property
    def key(self) -> str:
        return self.source.key if self.source else "treaty"


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause comes to in one cell, or in all of them: records and sums of either side.

    cell: a stage, a month (2026-04) or nothing · currency: of amounts · cause: empty where both say the same.
    """

    cell: str
    currency: str
    cause: str
    records_here: int
    here: Decimal
    records_there: int
    there: Decimal

    @property
    def difference(self) -> Decimal:
        return self.here - self.there


@dataclass(frozen=True, slots=True)
class Compared:
    """Two systems by one measure. parts: by cell, currency and cause · pairs: how many there are of each cause, also of the empty one."""

    here: System
    there: System
    what: What
    as_of: datetime
    parts: Sequence[Part]
    pairs: Mapping[str, int]

    @property
    def differing(self) -> int:
        return sum(count for cause, count in self.pairs.items() if cause)

    def over(self, *names: str) -> list[Part]:
        """The parts summed up to these of `cell`, `currency` and `cause`; the others are empty."""
        found: dict[tuple[str, ...], list[Part]] = defaultdict(list)
        for part in self.parts:
            found[tuple(getattr(part, name) if name in names else "" for name in ("cell", "currency", "cause"))].append(part)
        return [_summed(key, parts) for key, parts in sorted(found.items(), key=lambda pair: _order(pair[0]))]


def _order(key: tuple[str, ...]) -> tuple[Any, ...]:
    cell, currency, cause = key
    return (cell, currency, CAUSES.index(cause) if cause else -1)


def _summed(key: tuple[str, ...], parts: Sequence[Part]) -> Part:
    cell, currency, cause = key
    return Part(
        cell,
        currency,
        cause,
        sum(part.records_here for part in parts),
        sum((part.here for part in parts), Decimal(0)),
        sum(part.records_there for part in parts),
        sum((part.there for part in parts), Decimal(0)),
    )


def systems(at: datetime) -> list[System]:
    """Every system that has records of its own, those first that are believed before others."""
    limits = agreed_limits(at)
    rows = list(Source.objects.filter(pk__in=SystemRecord.objects.values("source").distinct()))
    ranked = sorted(rows, key=lambda one: (sum(is_master("stage", other, one) for other in rows if other.pk != one.pk), one.name))
    return [System(one, *_limit(one, limits)) for one in ranked]


def pairs(at: datetime) -> list[tuple[System, System]]:
    """Every two systems, and each with Treaty. Raises NothingToCompare."""
    found = systems(at)
    if not found:
        raise NothingToCompare("no system has records here: connect one (treaty connect), or import its exports (treaty import)")
    return [*itertools.combinations(found, 2), *((one, System(None)) for one in found)]


def named(name: str, at: datetime) -> System:
    """The system of this name or key; `treaty` is Treaty itself. Raises NothingToCompare naming those there are."""
    if name.strip().lower() == "treaty":
        return System(None)
    found = systems(at)
    wanted = slug(name)
    for one in found:
        if name == one.key or wanted == slug(one.name):
            return one
    there = ", ".join([one.name for one in found] + [TREATY])
    raise NothingToCompare(f"no system named {name[:80]!r} has records here: there are {there}")


def agreed_limits(at: datetime) -> dict[str, Duration]:
    """How old data may be, by source, as the version in force says."""
    current = in_force(at)
    return {slug(name): limit for name, limit in signed_of(current.version).terms.freshness.items()} if current else {}


def slug(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def limit_of(source: Source, limits: Mapping[str, Duration]) -> Duration | None:
    """What is agreed for a source: by its name, or by the system whose ids it has."""
    return limits.get(slug(source.name)) or limits.get(slug(str(source.settings.get("id_space") or "")))


def _limit(source: Source, limits: Mapping[str, Duration]) -> tuple[timedelta, bool]:
    """A limit in working days has no fixed length; here it is as many days."""
    agreed = limit_of(source, limits)
    if agreed is None:
        return HOUR, False
    return (timedelta(days=agreed.count) if agreed.unit == "working days" else agreed.span), True


def compare(lake: Fetching, here: System, there: System, what: What) -> Compared:
    """Two systems by one measure, as of the lake. Raises NothingToCompare while the lake is one of an earlier version."""
    try:
        lake.table("system_records")
    except LookupError:
        raise NothingToCompare("the lake has no records of systems yet: the worker exports them within a minute") from None
    asked = comparison_of(lake, here, there, what)
    rows = kept_rows(lake, ("reconciled", asked), lambda: comparing.totals(lake, asked))
    counts = Counter[str]()
    for row in rows:
        counts[row["cause"]] += int(row["pairs"])
    return Compared(here, there, what, from_us(asked.at_us), _parts(rows, what), counts)


def _parts(rows: Sequence[Mapping[str, Any]], what: What) -> list[Part]:
    """The sums by cell: what is in one cell here and in another there is in both, each with its own side."""
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        for place, side in ((0, "here"), (2, "there")):
            if count := int(row[f"records_{side}"]):
                own = sums[cell_words(row[f"cell_{side}"], what), row[f"currency_{side}"], row["cause"]]
                own[place], own[place + 1] = own[place] + count, own[place + 1] + int(row[f"units_{side}"])
    scale = PLACES if what.startswith("amounts") else 1
    return [
        Part(*key, here, amount_of(sum_here, scale), there, amount_of(sum_there, scale))
        for key, (here, sum_here, there, sum_there) in sums.items()
    ]


def comparison_of(lake: Fetching, here: System, there: System, what: What) -> Comparison:
    sides = [
        Side(one.source.pk if one.source else None, one.limit // timedelta(microseconds=1), _stages(one, what)) for one in (here, there)
    ]
    return Comparison(sides[0], sides[1], what, to_us(lake.as_of), agreed_zone(lake.as_of) or "UTC")


def _stages(system: System, what: What) -> tuple[tuple[str, str], ...] | None:
    """`stages` of the source's settings: {"person": {their stage: ours}, "opportunity": …}; None where nothing is said, as for accounts."""
    stated = (system.source.settings.get("stages") or {}) if system.source else {}
    mapping = stated.get(kind_of(what))
    return tuple(sorted((_plain(theirs), _plain(ours)) for theirs, ours in mapping.items())) if isinstance(mapping, dict) else None


def _plain(stage: str) -> str:
    """As the measure compares stages."""
    return " ".join(str(stage).lower().replace("_", " ").split(" "))


def cell_words(cell: str, what: What) -> str:
    """A cell as it is shown: months as 2026-04."""
    return _month(int(cell)) if what == "amounts_by_month" and cell else cell


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"


def amount_of(units: int | None, scale: int) -> Decimal:
    """Whole units as a figure. scale: how many of them are one."""
    return Decimal(units or 0) / scale


def keep_day(lake: Fetching, *, at: datetime, on: date) -> int:
    """Keep how many records differ today, once a day for each pair and measure; returns how many rows were new."""
    if Difference.objects.filter(on=on).exists():
        return 0
    try:
        both = pairs(at)
    except NothingToCompare:
        return 0
    rows = [_day(compare(lake, here, there, what), on) for here, there in both for what in comparing.WHATS]
    Difference.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _day(compared: Compared, on: date) -> Difference:
    causes = {cause: count for cause, count in compared.pairs.items() if cause}
    return Difference(
        on=on, here=compared.here.source, there=compared.there.source, what=compared.what, causes=causes, pairs=sum(compared.pairs.values())
    )  # fmt: skip


def trend(here: System, there: System, what: What, days: int = 90) -> list[Difference]:
    """The days of a pair that were kept, oldest first."""
    rows = Difference.objects.filter(here=here.source, there=there.source, what=what).order_by("-on")[:days]
    return list(rows)[::-1]
