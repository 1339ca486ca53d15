"""Reading the books: periods and where they stand, what was closed, who signed, what came after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet

from treaty.agreement import signing
from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import Damaged, in_force, signed_of
from treaty.agreement.terms_parties import SIDES, Side
from treaty.books import calendar
from treaty.books.calendar import GRACE_DAYS, Stands
from treaty.books.document import Closed, Restated, hash_of, read_closing, read_restatement
from treaty.books.lines import text
from treaty.books.models import Adjustment, Closing, Mark, Restatement
from treaty.engine.periods import Per, Period, containing, local_date
from treaty.moments import from_us
from treaty.team.models import Member

EVERYONE = "everyone"


class NoAgreement(LookupError):
    """No agreement held in the period, so there is nothing its figures were counted by."""


def closings() -> QuerySet[Closing]:
    """Those that stand: taken back ones are history."""
    return Closing.objects.filter(withdrawn_at=None)


@lru_cache(maxsize=64)
def _read(raw: bytes) -> Closed:
    return read_closing(raw)


def closed_of(closing: Closing) -> Closed:
    """What a closing says. Raises Damaged unless its bytes are those of its hash."""
    raw = bytes(closing.closed_bytes)
    if hash_of(raw) != closing.hash:
        raise Damaged(f"the stored bytes of {closing.period} do not fit their hash: somebody changed them beside Treaty; restore a backup")
    return _read(raw)


def restated_of(restatement: Restatement) -> Restated:
    """What a restatement says. Raises Damaged likewise."""
    raw = bytes(restatement.restated_bytes)
    if hash_of(raw) != restatement.hash:
        raise Damaged(f"the stored bytes of restatement {restatement.number} do not fit their hash: restore a backup")
    return read_restatement(raw)


# The agreement of a period


def held_until(period: Period) -> list[InForce]:
    """The versions that held for everyone before a period's end, oldest first, the last of them for ever."""
    rows = InForce.objects.filter(applies_to=EVERYONE, starts_at__lt=period.ends_at).select_related("version").order_by("starts_at", "id")
    return _closed_up([row for row in rows if row.ends_at is None or row.ends_at > row.starts_at])


def held_of(closed: Closed) -> list[InForce]:
    """The versions a closing names, by their hashes. Raises Damaged when one is not there or not what it was."""
    rows = []
    for one in closed.held:
        version = Version.objects.filter(hash=one.hash, withdrawn_at=None).first()
        if version is None:
            raise Damaged(f"version {one.number} of the agreement, under which {closed.name} is counted, is not there: restore a backup")
        signed_of(version)
        rows.append(InForce(version=version, applies_to=EVERYONE, starts_at=from_us(one.starts_us)))
    return _closed_up(rows)


def _closed_up(rows: Sequence[InForce]) -> list[InForce]:
    """Each ends where the next begins: unsaved copies, whatever was signed since."""
    ends: list[datetime | None] = [*(row.starts_at for row in rows[1:]), None]
    pairs = zip(rows, ends, strict=False)  # of no version there is no end
    return [InForce(version=row.version, applies_to=EVERYONE, starts_at=row.starts_at, ends_at=end) for row, end in pairs]


def period_of(name: str, at: datetime) -> Period:
    """The month or quarter of a name, in the zone and fiscal year of the agreement. Raises NoSuchPeriod, NoAgreement."""
    current = in_force(at)
    if current is None:
        raise NoAgreement("no agreement is in force: its calendar makes the periods")
    signed = signed_of(current.version)
    return calendar.period_named(name, signed.terms.time_zone, calendar.fiscal_start(signed))


# Where periods stand


@dataclass(frozen=True, slots=True)
class Book:
    """One period, where it stands, and what is kept of it. missing: sides that have still to sign."""

    name: str
    period: Period
    stands: Stands
    grace_ends_at: datetime
    closing: Closing | None = None
    missing: Sequence[Side] = ()
    restatements: int = 0


def books(at: datetime, per: Per = "quarter") -> list[Book]:
    """The periods since the first agreement, the running one first. Raises NoAgreement. Four queries."""
    current = in_force(at)
    first = InForce.objects.filter(applies_to=EVERYONE).order_by("starts_at").first()
    if current is None or first is None:
        raise NoAgreement("no agreement is in force: its calendar makes the periods")
    signed = signed_of(current.version)
    zone, start = signed.terms.time_zone, calendar.fiscal_start(signed)
    kept = {row.period: row for row in closings().prefetch_related("marks", "restatements")}
    found, period = [], containing(local_date(at, zone), per, zone, start)
    while period.ends_at > first.starts_at:
        grace = calendar.grace_ends_at(period, GRACE_DAYS, signed)
        found.append(_book(calendar.name_of(period, start), period, grace, kept, at))
        period = period.before(start)
    return found


def book(name: str, at: datetime) -> Book:
    """One period by its name. Raises NoSuchPeriod, NoAgreement."""
    period, current = period_of(name, at), in_force(at)
    assert current is not None  # noqa: S101 - `period_of` has refused
    signed = signed_of(current.version)
    own = calendar.name_of(period, calendar.fiscal_start(signed))
    kept = {row.period: row for row in closings().filter(period=own).prefetch_related("marks", "restatements")}
    return _book(own, period, calendar.grace_ends_at(period, GRACE_DAYS, signed), kept, at)


def _book(name: str, period: Period, grace: datetime, kept: dict[str, Closing], at: datetime) -> Book:
    row = kept.get(name)
    stands = calendar.standing(period, grace, is_made=row is not None, is_closed=bool(row and row.closed_at), at=at)
    if row is None:
        return Book(name, period, stands, grace)
    return Book(name, period, stands, grace, row, missing(row), len(row.restatements.all()))


# Signatures


def marks(closing: Closing) -> list[tuple[Mark, signing.Signature]]:
    """The signatures as they travel, in order of signing."""
    rows = closing.marks.select_related("key", "member").order_by("at", "id")
    return [(row, signing.Signature(row.statement, row.key.public_key, row.signature)) for row in rows]


def missing(closing: Closing) -> list[Side]:
    """The sides that have still to sign."""
    there = {mark.side for mark in closing.marks.all()}
    return [side for side in SIDES if side not in there]


def side_of(member: Member, at: datetime) -> Side | None:
    """The side for which a member signs closings: signatories of the version in force."""
    current = in_force(at)
    return signed_of(current.version).terms.signatories.side_of(member.email) if current and member.is_active else None


def may_close(member: Member, at: datetime) -> bool:
    """Who makes the figures of a period ready to be signed, and takes them back: its signatories and its steward."""
    current = in_force(at)
    if current is None or not member.is_active:
        return False
    terms = signed_of(current.version).terms
    return terms.signatories.side_of(member.email) is not None or member.email == terms.steward


# What came after


def restatements(closing: Closing) -> list[Restatement]:
    return list(closing.restatements.order_by("number"))


def latest(closing: Closing) -> Restatement | None:
    return closing.restatements.order_by("-number").first()


def adjustments_into(name: str) -> list[Adjustment]:
    """What earlier periods brought into this one, in the order it came."""
    return list(Adjustment.objects.filter(into=name).select_related("restatement__closing").order_by("pk"))


def as_said(rows: Sequence[Adjustment]) -> list[dict[str, str]]:
    """Adjustments as a closing's bytes hold them."""
    return [
        {
            "of": row.restatement.closing.period, "restatement": row.restatement.hash, "measure": row.measure, "unit": row.unit,
            "amount": text(row.amount),
        }
        for row in rows
    ]  # fmt: skip
