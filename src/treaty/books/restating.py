"""Restating a closed period: what later data would make of it, beside what was closed, which stays as it is."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.books import calendar, comparing, document, pay
from treaty.books.actions import NotClosable
from treaty.books.document import Changed, Restated
from treaty.books.figures import counting
from treaty.books.lines import Key, text
from treaty.books.models import Adjustment, Closing, Restatement
from treaty.books.queries import closed_of, closings, held_of, latest, names_at, restated_of
from treaty.engine.lake import Snapshot
from treaty.journal.actions import record
from treaty.journal.models import Head
from treaty.moments import to_us


def restate(closing: Closing, lake: Snapshot, *, at: datetime) -> Restatement | None:
    """Compare a closed period with what its data say now; restatement n+1 if they say something else than n.

    What pay rests on is made good in the next open period in the same transaction. Safe twice and at once: whoever comes second
    finds the restatement there and makes none. None if there is no news. Raises NotClosable for what is not closed,
    NotCountable.
    """
    if closing.closed_at is None:
        raise NotClosable(f"{closing.period} is not signed by both sides yet: until then its figures can be taken back and made anew")
    closed = closed_of(closing)
    if lake.as_of < closed.as_of:
        raise NotClosable(f"the data are older than the close of {closing.period}: start `treaty work`, it exports them")
    held = held_of(closed)
    with counting(closed.name):
        changes = comparing.compared(closed, held, lake)
    with transaction.atomic():
        Head.objects.select_for_update().filter(pk=1).first()  # one at a time: the next number and what was made good stay true
        last = latest(closing)
        if last is not None and last.as_of > lake.as_of:
            return None
        listed = comparing.since(changes, restated_of(last).changes if last else ())
        return _store(closing, last, listed, lake.as_of, at) if comparing.is_news(listed) else None


def _store(closing: Closing, last: Restatement | None, changes: Sequence[Changed], as_of: datetime, at: datetime) -> Restatement:
    number, previous = (last.number + 1, last.hash) if last else (1, closing.hash)
    raw = document.restatement_bytes(
        Restated(name=closing.period, closing=closing.hash, number=number, previous=previous, as_of=as_of, changes=changes)
    )
    row = Restatement.objects.create(
        closing=closing, number=number, restated_bytes=raw, hash=document.hash_of(raw), previous=previous, as_of=as_of, at=at
    )
    codes = {"period": closing.period, "closing": closing.hash, "number": number, "lines": len(changes), "as_of_us": to_us(as_of)}
    record("books.restated", row, at=at, codes=codes)
    _make_good(closing, row, changes, at)
    return row


def _make_good(closing: Closing, row: Restatement, changes: Sequence[Changed], at: datetime) -> None:
    """One line for each figure that pay rests on and that is further from what pay has used than the threshold."""
    terms = signed_of(held_of(closed_of(closing))[-1].version).terms
    before, into = already(closing), next_open(closing, at)
    for one in changes:
        amount = pay.to_make_good(one.old, one.new, before[one.key.measure, one.key.unit]) if pay.rests(terms, one.key) else Decimal(0)
        if amount:
            _adjust(row, one.key, amount, into, at)


def _adjust(row: Restatement, key: Key, amount: Decimal, into: tuple[str, date], at: datetime) -> None:
    name, on = into
    made = Adjustment.objects.create(restatement=row, measure=key.measure, unit=key.unit, amount=amount, into=name, into_on=on, at=at)
    codes = {
        "period": row.closing.period, "measure": key.measure, "unit": key.unit, "amount": text(made.amount), "into": name,
        "into_on": on.isoformat(),
    }  # fmt: skip
    record("books.adjusted", row, at=at, codes=codes)


def already(closing: Closing) -> dict[tuple[str, str], Decimal]:
    """What was made good of a closing before, by measure and unit."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in Adjustment.objects.filter(restatement__closing=closing):
        found[row.measure, row.unit] += row.amount
    return found


def next_open(closing: Closing, at: datetime) -> tuple[str, date]:
    """The first later period of the same length of which no day is in figures that are made already: what it is called by the fiscal
    year that holds now, and its first day."""
    names, made = names_at(at), [row.days for row in closings()]
    period = names.period(closing.end_on, closing.days.per)
    while any(calendar.overlap(period, one) for one in made):
        period = calendar.after(period, names.start)
    return calendar.name_of(period, names.start), period.first_on


def restate_all(lake: Snapshot, *, at: datetime) -> list[Restatement]:
    """Every closed period, oldest first."""
    rows = closings().exclude(closed_at=None).order_by("first_on")
    return [made for closing in rows if (made := restate(closing, lake, at=at)) is not None]
