"""Credit for a stretch of time: each deal by the version in force when it closed, whatever changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis

from treaty.agreement.terms_credit import Attribution
from treaty.attribution import deals, sharing
from treaty.attribution.agreed import agreed_model, journey_of, model_named
from treaty.attribution.credit import MARKOV
from treaty.attribution.deals import Journey
from treaty.attribution.removal import effects
from treaty.attribution.sharing import Model
from treaty.engine.laid import laid
from treaty.engine.measuring import Fetching, Lake, Span, kept_rows, rows_of, within
from treaty.engine.periods import containing, local_date
from treaty.moments import from_us, to_us
from treaty.truth.measures import Exchange, exchange_of

if TYPE_CHECKING:
    from treaty.agreement.models import InForce

FIRST_US, LAST_US = -(1 << 62), 1 << 62


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of time under one version: what it says of credit, None where it says nothing, and of money."""

    span: Span
    number: int
    agreed: Attribution | None
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Sharing:
    """How the deals that closed in `span` are shared. name: of the model; agreed: the terms it comes from."""

    span: Span
    number: int
    name: str
    agreed: Attribution
    journey: Journey
    model: Model
    exchange: Exchange


def parts(held: "Sequence[InForce]", span: Span) -> list[Part]:
    """The span, cut where one version follows another. held: versions for everyone, the oldest first, at least one.

    What closed before the first version counts by the first; what closed while none was in force, by the last before.
    """
    from treaty.agreement.queries import signed_of  # here: the catalogue is listed where no database is set up

    starts = [FIRST_US, *(to_us(row.starts_at) for row in held[1:]), LAST_US]
    found = []
    for place, row in enumerate(held):
        start, end = max(span[0], starts[place]), min(span[1], starts[place + 1])
        if start < end:
            terms = signed_of(row.version).terms
            found.append(Part((start, end), row.version.number, terms.attribution, exchange_of(terms)))
    return found


def sharings(lake: Fetching, held: "Sequence[InForce]", span: Span, instead: str = "") -> list[Sharing]:
    """How each deal that closed in the span is shared: by the model of its version, or by the model `instead`, to ask what if.

    Stretches whose version agrees no model are not in it. Markov weighs each month by itself, see `removal.effects`.
    """
    return [one for part in parts(held, span) if part.agreed for one in _shared(lake, part, part.agreed, instead or part.agreed.model)]


def _shared(lake: Fetching, part: Part, agreed: Attribution, name: str) -> list[Sharing]:
    journey = journey_of(agreed)
    if name == MARKOV:
        months = _months(part.span, part.exchange.zone, lake.as_of)
        weights = effects(lake, (month for _, month in months), journey)
        cut = [(piece, Model(channels=weights[month])) for piece, month in months]
    else:
        model = agreed_model(agreed) if name == agreed.model else model_named(name)
        cut = [(part.span, model)] if model else []
    return [Sharing(piece, part.number, name, agreed, journey, model, part.exchange) for piece, model in cut]


def _months(span: Span, zone: str, as_of: datetime) -> list[tuple[Span, Span]]:
    """(what of a month lies in the span, the month by which it is weighed) for every month of the zone that the span meets.

    A month weighs itself, one that had not begun when the lake was made is weighed by the one that ran then.
    """
    running = containing(local_date(as_of, zone), "month", zone).us
    found, at = [], span[0]
    while at < span[1]:
        month = containing(local_date(from_us(at), zone), "month", zone).us
        found.append(((at, min(span[1], month[1])), min(month, running)))
        at = month[1]
    return found


def credited(lake: Lake, found: Sequence[Sharing]) -> Any:
    """What the touches of each deal won have of it: `shared` for those that have an amount."""
    return credited_of(lake, deals.with_amount(deals.all_won(lake)), found)


def credited_of(lake: Lake, won: Any, found: Sequence[Sharing]) -> Any:
    """The same of some deals won, those without an amount shared as nothing. It is worked out of all of them, once for all questions."""

    def make() -> Any:
        every = deals.all_won(lake)
        return shared(lake, every.mutate(amount=every.amount.fill_null(0)), found)

    t = laid(lake, ("credited", repr(tuple(found))), make)
    return t.semi_join(won, t.conversion == won.opportunity_id)


def shared(lake: Lake, of: Any, found: Sequence[Sharing]) -> Any:
    """One row per touch of each deal, see `sharing.shared`, without what only one model needs.

    of: opportunities with an amount and `at_us`, the moment whose version shares it and up to which touches count: when it closed;
    of one that has not, the moment of the lake, and of pipeline when it was opened · found: at least one; deals of none of their
    spans are left out
    """
    together = _together(found)
    rows = [sharing.of(lake, within(of, of.at_us, one.span), one.journey, one.model, one.exchange).select(*COLUMNS) for one in together]
    return ibis.union(*rows) if len(rows) > 1 else rows[0]


def _together(found: Sequence[Sharing]) -> list[Sharing]:
    """The months of one version as one stretch whose weights change: years of months make a statement that takes longer to write than
    to answer."""
    made: list[Sharing] = []
    for one in found:
        last = made[-1] if made else None
        if last is None or one.model.channels is None or _terms(last) != _terms(one) or last.span[1] != one.span[0]:
            made.append(one)
        else:
            until = (*last.model.until, (last.span[1], last.model.channels or {}))
            made[-1] = replace(one, span=(last.span[0], one.span[1]), model=Model(channels=one.model.channels, until=until))
    return made


def _terms(one: Sharing) -> Any:
    return one.number, one.name, one.agreed, one.journey, one.exchange


def valued(lake: Lake, of: Any, there: Sequence[Part]) -> Any:
    """What each opportunity is worth by the version of its `at_us`, see `deals.valued`: (conversion, at_us, currency, reported,
    whole_units, whole_converted). of: as for `shared` · there: at least one part."""

    def one(part: Part) -> Any:
        rows = within(of, of.at_us, part.span)
        priced = deals.with_money(lake, rows.select("at_us", conversion="opportunity_id"), rows, part.exchange)
        return priced.select("conversion", "at_us", "currency", "reported", "whole_units", "whole_converted")

    rows = [one(part) for part in there]
    return ibis.union(*rows) if len(rows) > 1 else rows[0]


COLUMNS = (
    *("conversion", "touch_id", "person_id", "channel", "campaign", "content", "at_us", "c_at_us", "place"),
    *("n", "share", "currency", "reported", "units", "converted", "whole_units", "whole_converted"),
)


def by(lake: Fetching, found: Sequence[Sharing], dimension: str) -> list[dict[str, Any]]:
    """Credit per value of a dimension, `sharing.by`, asked once per version of the lake."""
    if not found:
        return []
    return kept_rows(lake, ("credit by", dimension, repr(found)), lambda: sharing.by(credited(lake, found), dimension))


def of_deals(lake: Fetching, found: Sequence[Sharing], chosen: Mapping[str, str]) -> dict[int, dict[str, Any]]:
    """What touches with the chosen values have of each deal, `sharing.of_deals`, by the deal's number."""
    if not found:
        return {}
    t = credited(lake, found)
    for name, value in chosen.items():
        t = t.filter(t[name] == value)
    return {row["opportunity_id"]: row for row in rows_of(lake, sharing.of_deals(t))}


def won(lake: Fetching, held: "Sequence[InForce]", span: Span) -> list[dict[str, Any]]:
    """The deals won in the span, `deals.valued`, each converted as its own version says, in order of their close."""
    found = [row for part in parts(held, span) for row in rows_of(lake, deals.valued(lake, part.span, part.exchange))]
    found = [{**row, "is_converted": row["whole_converted"] is not None} for row in found]
    return sorted(found, key=lambda row: (row["at_us"], row["conversion"]))


def in_all(lake: Fetching, held: "Sequence[InForce]", span: Span) -> list[dict[str, Any]]:
    """What was won in the span, `deals.in_all`, each deal converted as its own version says."""
    there = parts(held, span)

    def ask() -> Any:
        rows = [deals.in_all(lake, part.span, part.exchange) for part in there]
        return ibis.union(*rows) if len(rows) > 1 else rows[0]

    return kept_rows(lake, ("won in all", repr([(part.span, part.exchange) for part in there])), ask) if there else []
