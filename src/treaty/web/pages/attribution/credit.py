"""What the page asks: who earned how much of what was won in a stretch of time, in one currency."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from treaty.agreement.vocabulary import MODELS
from treaty.attribution import versions
from treaty.attribution.agreed import PLACED
from treaty.attribution.credit import MARKOV, UNATTRIBUTED
from treaty.attribution.sharing import Kind, counts_as
from treaty.attribution.versions import Part, Sharing
from treaty.currencies import of_units
from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.web import formats
from treaty.web.figures import campaign_names, words
from treaty.web.pages.chosen import When

BY = {"channel": "Channel", "campaign": "Campaign", "content": "Content"}
NOBODY = (0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """by: of `BY`; instead: another model, or nothing; money: the own currency of deals that is looked at, nothing for all of them in
    the agreement's."""

    by: str
    when: When
    instead: str = ""
    money: str = ""

    @property
    def period(self) -> Period:
        return self.when.period


@dataclass(frozen=True, slots=True)
class Line:
    """One origin: how many deals it touched, its share of them, and what it earned of the won amount. instead: by the other model."""

    value: str
    name: str
    touched: int
    n: float
    amount: Decimal
    whole: Decimal
    instead: Decimal | None = None

    @property
    def share(self) -> float | None:
        return float(self.amount / self.whole) if self.whole else None

    @property
    def moves(self) -> Decimal | None:
        return None if self.instead is None else self.instead - self.amount


@dataclass(frozen=True, slots=True)
class Found:
    """lines: the most first, what nothing earned last; currency: of their amounts; applied: how each version's deals were shared;
    silent: versions that agree no model; currencies: of the deals won; left: amounts that no rate converts, by currency."""

    lines: Sequence[Line]
    currency: str
    applied: Sequence[Sharing]
    silent: Sequence[Part]
    currencies: Sequence[str]
    left: Mapping[str, Decimal]

    @property
    def earned(self) -> dict[str, Decimal]:
        return {line.value: line.amount for line in self.lines if line.value != UNATTRIBUTED}

    @property
    def models(self) -> list[str]:
        """The agreed models that were applied, the latest first."""
        return list(dict.fromkeys(one.name for one in reversed(self.applied)))


def others(frame: Frame, period: Period) -> dict[str, str]:
    """Models to ask what if: all but the one that is agreed throughout."""
    agreed = {part.agreed.model for part in versions.parts(frame.held, period.us) if part.agreed}
    return {name: MODELS[name] for name in (*PLACED, MARKOV) if name in MODELS and agreed != {name}}


def ask(frame: Frame, asked: Asked) -> Found:
    """Each deal by the version in force when it closed. Raises chain.TooManyStates."""
    span = asked.period.us
    applied = versions.sharings(frame.lake, frame.held, span)
    won = versions.in_all(frame.lake, frame.held, span)
    currency = asked.money or frame.terms.currency
    own = _earned(versions.by(frame.lake, applied, asked.by), asked, currency)
    other = _by_model(frame, asked, asked.instead, currency) if asked.instead else None
    return Found(
        lines=_lines(own, other, _whole(won, asked, currency), asked.by, currency),
        currency=currency,
        applied=applied,
        silent=[part for part in versions.parts(frame.held, span) if part.agreed is None],
        currencies=sorted({row["currency"] for row in won if row["currency"]}),
        left={} if asked.money else _left(won, currency),
    )


def by_model(frame: Frame, asked: Asked, model: str, currency: str) -> dict[str, Decimal]:
    """What each origin would have earned by another model."""
    return {value: of_units(units, currency) for value, (_, _, units) in _by_model(frame, asked, model, currency).items()}


def _by_model(frame: Frame, asked: Asked, model: str, currency: str) -> dict[str, tuple[int, float, int]]:
    shared = versions.sharings(frame.lake, frame.held, asked.period.us, model)
    return _earned(versions.by(frame.lake, shared, asked.by), asked, currency)


def kind_of(row: Mapping[str, Any], money: str, currency: str) -> Kind | None:
    """With which of its amounts a row of credit counts: only deals in one own currency, or all in the agreement's."""
    return ("units" if row["currency"] == money else None) if money else counts_as(row, currency)


def _earned(rows: Iterable[Mapping[str, Any]], asked: Asked, currency: str) -> dict[str, tuple[int, float, int]]:
    """(deals touched, share of deals, units) by value."""
    found: dict[str, tuple[int, float, int]] = {}
    for row in rows:
        if kind := kind_of(row, asked.money, currency):
            touched, n, units = found.get(row["value"], NOBODY)
            found[row["value"]] = (touched + row["deals"], n + row["n"], units + int(row[kind]))
    return found


def _whole(won: Iterable[Mapping[str, Any]], asked: Asked, currency: str) -> tuple[int, int]:
    """(how many deals, units) there are to share."""
    rows = [(row, kind) for row in won if (kind := kind_of(row, asked.money, currency))]
    return sum(row["n"] for row, _ in rows), sum(int(row[kind]) for row, kind in rows)


def _left(won: Iterable[Mapping[str, Any]], currency: str) -> dict[str, Decimal]:
    found: dict[str, int] = {}
    for row in won:
        if kind_of(row, "", currency) is None:
            found[row["currency"]] = found.get(row["currency"], 0) + int(row["units"])
    return {code: of_units(units, code) for code, units in sorted(found.items())}


def _lines(
    own: Mapping[str, tuple[int, float, int]],
    other: Mapping[str, tuple[int, float, int]] | None,
    whole: tuple[int, int],
    by: str,
    currency: str,
) -> list[Line]:
    count, units = whole
    amount = of_units(units, currency)
    found = []
    for value, name in named({**own, **(other or {})}, by).items():
        touched, n, earned = own.get(value, NOBODY)
        then = None if other is None else of_units(other.get(value, NOBODY)[2], currency)
        found.append(Line(value, name, touched, n, of_units(earned, currency), amount, then))
    found.sort(key=lambda line: (-line.amount, line.name))
    left, left_n = units - sum(earned for _, _, earned in own.values()), count - sum(n for _, n, _ in own.values())
    if left or left_n > 1e-6:
        then = None if other is None else of_units(units - sum(earned for _, _, earned in other.values()), currency)
        found.append(Line(UNATTRIBUTED, "No touch", 0, max(0.0, left_n), of_units(left, currency), amount, then))
    return found


def named(values: Collection[str], by: str) -> dict[str, str]:
    """What origins are called, by value; campaigns as somebody named them."""
    names = campaign_names(values) if by == "campaign" else {}
    return {value: _name(value, by, names) for value in values}


def _name(value: str, by: str, names: Mapping[str, str]) -> str:
    if not value:
        return f"no {BY[by].lower()}"
    return names.get(value) or (words(value) if by == "campaign" else formats.capital(words(value)))
