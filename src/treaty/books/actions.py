"""Closing a period: its figures made once, both sides' signatures under them, and taking back what is not signed by both."""

from datetime import datetime

from django.db import transaction

from treaty.agreement import signing
from treaty.agreement.models import InForce
from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.signatures import key_of
from treaty.agreement.tries import counted
from treaty.books import calendar, document, figures
from treaty.books.calendar import GRACE_DAYS
from treaty.books.document import Closed, Held, Statement
from treaty.books.measures import versions
from treaty.books.mixing import as_it_is
from treaty.books.models import Closing, Mark
from treaty.books.queries import adjustments_into, as_said, closed_of, closings, held_until, may_close, missing, side_of
from treaty.engine.lake import Snapshot, opened
from treaty.engine.periods import Period
from treaty.engine.pinned import pin
from treaty.journal.actions import record
from treaty.journal.models import Head
from treaty.moments import to_us
from treaty.team.models import Member


class NotClosable(Exception):
    """This period cannot be closed, signed or taken back now; the message says why and what would help."""


class MayNotClose(Exception):
    """This member does not close periods; the message says who does."""


def check_may_close(member: Member, at: datetime) -> None:
    """Raises MayNotClose."""
    if not may_close(member, at):
        raise MayNotClose(f"{member.name} does not close periods: the signatories of the agreement and its steward do")


def close(period: Period, lake: Snapshot, *, by: Member, at: datetime, grace_days: int = GRACE_DAYS) -> Closing:
    """Make the figures of a period as this lake has them, once and for ever, for both sides to sign.

    lake: what it does not hold yet does not count; its files are kept for ever. grace_days: working days after the period's
    end in which what is late still counts; the lake must be younger than that. Raises MayNotClose, NotClosable, NotCountable.
    """
    check_may_close(by, at)
    _check_free(period)
    held = held_until(period)
    if not held:
        raise NotClosable(f"no agreement held before {period.end_on}: a period is closed by the terms that held at its end")
    closed = _computed(period, lake, held, grace_days)
    with transaction.atomic():
        Head.objects.select_for_update().filter(pk=1).first()  # one at a time: two periods that overlap are never both closed
        _check_free(period)
        return _store(closed, by, at)


def _check_free(period: Period) -> None:
    """No day is closed twice: a deal's difference would be made good twice. Raises NotClosable."""
    for other in closings():
        if calendar.overlap(period, other.days):
            way = "the next one" if other.closed_at else "or take that back first"
            raise NotClosable(f"{other.period} has days of this period and is made already: close {way}")


def _computed(period: Period, lake: Snapshot, held: list[InForce], grace_days: int) -> Closed:
    """Everything but what other periods bring in. Raises NotClosable while the grace runs, NotCountable."""
    if not 0 <= grace_days <= calendar.MOST_DAYS:
        raise NotClosable(f"{grace_days} working days of grace: choose 0 to {calendar.MOST_DAYS}")
    signed = signed_of(held[-1].version)
    ends_at = calendar.grace_ends_at(period, grace_days, signed)
    name = calendar.name_of(period, calendar.fiscal_start(signed))
    if lake.as_of < ends_at:
        raise NotClosable(
            f"{name} is in grace until {ends_at:%Y-%m-%d %H:%M} UTC and the figures are as of {lake.as_of:%Y-%m-%d %H:%M}: "
            "close it from then on, or name fewer days of grace"
        )
    with figures.counting(name), as_it_is(opened(lake.manifest, lake.folder, "duckdb")) as tables:  # whatever engine the pages ask
        frame = figures.frame_of(tables, held, lake.as_of)
        lines = figures.lines(frame, period)
    return Closed(
        name=name, period=period, as_of=lake.as_of, grace_days=grace_days, grace_ends_at=ends_at,
        held=[Held(row.version.number, row.version.hash, to_us(row.starts_at)) for row in held],
        currency=signed.terms.currency, measures=versions(frame), lines=lines, adjustments=(),
        inputs=pin(lake, tables.asked),
    )  # fmt: skip


def _store(closed: Closed, by: Member, at: datetime) -> Closing:
    closed = document.with_adjustments(closed, as_said(adjustments_into(closed.period)))
    raw = document.closing_bytes(closed)
    period = closed.period
    closing = Closing.objects.create(
        period=closed.name, per=period.per, first_on=period.first_on, end_on=period.end_on, zone=period.zone,
        closed_bytes=raw, hash=document.hash_of(raw), as_of=closed.as_of, by=by, at=at,
    )  # fmt: skip
    record(
        "books.made", closing, by=by, at=at, agreement=closed.held[-1].hash,
        codes={"period": closed.name, "lines": len(closed.lines), "as_of_us": to_us(closed.as_of)},
    )  # fmt: skip
    return closing


def sign(closing: Closing, *, by: Member, passphrase: str, at: datetime) -> Mark:
    """Put a side's mark under the stored bytes; with the second side the period is closed.

    Raises NotClosable (not a signatory, the side has signed, taken back, bytes changed), signing.WrongPassphrase and
    tries.TooManyTries. The passphrase is tried outside of the transaction, so that a wrong one is counted.
    """
    closing = Closing.objects.get(pk=closing.pk)
    said, key = check_may_sign(closing, by, at), key_of(by)
    if key is None:
        raise NotClosable(f"{by.email} has no signing key yet: choose a passphrase on the Agreement page first")
    with counted(by, at=at):
        mark = signing.sign(signing.SealedKey.model_validate(key.sealed), passphrase, said)
    with transaction.atomic():
        Head.objects.select_for_update().filter(pk=1).first()
        closing = Closing.objects.select_for_update(of=("self",)).get(pk=closing.pk)
        check_may_sign(closing, by, at)
        row = Mark.objects.create(
            closing=closing, member=by, side=said.side, key=key, statement=mark.statement, signature=mark.signature, at=at
        )
        codes = {"period": closing.period, "side": said.side, "key": mark.key, "signature": mark.hash}
        record("books.signed", closing, by=by, at=at, agreement=said.agreement, codes=codes)
        if not missing(closing):
            Closing.objects.filter(pk=closing.pk).update(closed_at=at)
            record("books.closed", closing, at=at, agreement=said.agreement, codes={"period": closing.period})
    return row


def check_may_sign(closing: Closing, member: Member, at: datetime) -> Statement:
    """What this member would say by signing now. Raises NotClosable; Damaged when the stored bytes are not those made."""
    closed_of(closing)
    side, current = side_of(member, at), in_force(at)
    if side is None or current is None:
        raise NotClosable(f"{member.email} is not a signatory of the version in force: its signatories sign the books, one for each side")
    if closing.withdrawn_at is not None:
        raise NotClosable(f"the figures of {closing.period} were taken back: make them again")
    if side not in missing(closing):
        raise NotClosable(f"{side} has already signed {closing.period}")
    return Statement(period=closing.period, hash=closing.hash, agreement=current.version.hash, person=member.email, side=side, at=at)


@transaction.atomic
def withdraw(closing: Closing, *, by: Member, at: datetime) -> None:
    """Take back figures that not both sides have signed, to make them anew; twice changes nothing more. The files stay.

    Raises MayNotClose, NotClosable.
    """
    check_may_close(by, at)
    Head.objects.select_for_update().filter(pk=1).first()
    closing = Closing.objects.select_for_update(of=("self",)).get(pk=closing.pk)
    if closing.closed_at is not None:
        raise NotClosable(f"{closing.period} is signed by both sides: what is found later is a restatement beside it")
    if Closing.objects.filter(pk=closing.pk, withdrawn_at=None).update(withdrawn_at=at):
        record("books.withdrawn", closing, by=by, at=at, codes={"period": closing.period})
