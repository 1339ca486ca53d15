"""What currencies were worth: each day's rate as it was stated, and stated again."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from treaty import trail
from treaty.agreement.queries import agreed_currency
from treaty.bulk import insert
from treaty.truth.actions.work import Batch
from treaty.truth.models import ExchangeRate
from treaty.truth.records import RateRecord

PLACES, DIGITS = 10, 15
MOST = Decimal(10) ** 8

Day = tuple[str, str, date]
"""Currency, what it becomes, the day."""


def save(numbered: Sequence[tuple[int, RateRecord]], batch: Batch) -> None:
    """A row for every rate that differs from the last one stated for its day; the same again changes nothing."""
    if not numbered:
        return
    own = agreed_currency(batch.received_at)
    last = _last(record.on for _, record in numbered)
    rows = []
    for number, record in numbered:
        try:
            day, rate = _day(record, own), _rate(record.rate)
        except ValueError as problem:
            batch.done.refused.append((number, str(problem)))
            continue
        said, before, row = last.get(day, (0, None, None))
        batch.done.count(is_new=rate != before)
        if rate == before:
            trail.met(ExchangeRate, [row] if row else ())
        else:
            last[day] = (said + 1, rate, None)
            rows.append(_row(day, rate, said + 1, batch))
    insert(rows)


def _row(day: Day, rate: Decimal, said: int, batch: Batch) -> ExchangeRate:
    currency, to, on = day
    return ExchangeRate(source=batch.source, currency=currency, to=to, on=on, rate=rate, said=said, received_at=batch.received_at)


def _last(days: Iterable[date]) -> dict[Day, tuple[int, Decimal, int | None]]:
    """How often each rate of these days was stated, and as what and in which row the last time."""
    rows = ExchangeRate.objects.filter(on__in=set(days)).order_by("said").values_list("currency", "to", "on", "said", "rate", "pk")
    return {(currency, to, on): (said, rate, number) for currency, to, on, said, rate, number in rows}


def _day(record: RateRecord, own: str) -> Day:
    currency, to = record.currency.strip().upper(), record.to.strip().upper() or own
    if not to:
        raise ValueError("no agreement says which currency this becomes: add a column `to`")
    for code in (currency, to):
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise ValueError(f"{code!r} is not a currency: write its three letters, such as USD")
    if currency == to:
        raise ValueError(f"{currency} in {to}: a currency needs no rate to itself")
    if currency == own:
        raise ValueError(f"{currency} is the agreement's own currency: state what one {to} is worth in {own}")
    return currency, to, record.on


def _rate(rate: Decimal) -> Decimal:
    """Exact in every store: SQLite keeps fifteen digits of a number."""
    if not rate.is_finite() or not 0 < rate < MOST:
        raise ValueError(f"{rate} is not a rate: write what one unit is worth, above 0 and below {MOST:,}")
    exact = rate.normalize()
    _, digits, exponent = exact.as_tuple()
    if int(exponent) < -PLACES or len(digits) > DIGITS:
        raise ValueError(f"{rate} has more digits than are kept: round it to {PLACES} decimals and {DIGITS} digits")
    return exact
