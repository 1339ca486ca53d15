"""Reading the books: periods and where they stand, what was closed, who signed, what came after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db.models import QuerySet

from treaty.agreement import signing
from treaty.agreement.canonical import Signed
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


# What periods are called


@dataclass(frozen=True, slots=True)
class Names:
    """Periods as the fiscal year of the version in force calls them. A closing is found by its days: another fiscal year gives its
    name to other days, or makes no period of them; then the beginning of its hash names it."""

    signed: Signed

    @property
    def zone(self) -> str:
        return self.signed.terms.time_zone

    @property
    def start(self) -> tuple[int, int]:
        return calendar.fiscal_start(self.signed)

    def period(self, day: date, per: Per) -> Period:
        return containing(day, per, self.zone, self.start)

    def of(self, closing: Closing) -> str:
        """Under which a closing is found now."""
        now = self.period(closing.first_on, closing.days.per)
        return calendar.name_of(now, self.start) if _days(now) == _days(closing) else closing.hash[:SHORT]

    def at(self, day: date, per: Per) -> str:
        """What the period of a day is called now."""
        return calendar.name_of(self.period(day, per), self.start)


SHORT = 12
"""Signs of a hash that name a closing."""


def names_at(at: datetime) -> Names:
    """Raises NoAgreement."""
    current = in_force(at)
    if current is None:
        raise NoAgreement("no agreement is in force: its calendar makes the periods")
    return Names(signed_of(current.version))


def _days(of: Period | Closing) -> tuple[date, date]:
    return of.first_on, of.end_on


# Where periods stand


@dataclass(frozen=True, slots=True)
class Book:
    """One period, where it stands, and what is kept of it. name: what it is called now · missing: sides that have still to sign ·
    others: closings of other periods that have days of it, so that it can never be closed."""

    name: str
    period: Period
    stands: Stands
    grace_ends_at: datetime
    closing: Closing | None = None
    missing: Sequence[Side] = ()
    restatements: int = 0
    others: Sequence[Closing] = ()

    @property
    def is_covered(self) -> bool:
        """Whether every day of it is in figures of other periods, of which no two have the same day."""
        parts = (min(one.end_on, self.period.end_on) - max(one.first_on, self.period.first_on) for one in self.others)
        return sum(parts, timedelta()) == self.period.end_on - self.period.first_on


def period_of(name: str, at: datetime) -> Period:
    """The month or quarter of a name, in the zone and fiscal year of the agreement. Raises NoSuchPeriod, NoAgreement."""
    names = names_at(at)
    return calendar.period_named(name, names.zone, names.start)


def books(at: datetime, per: Per = "quarter") -> list[Book]:
    """The periods since the first agreement, the running one first, and among them what was closed by another fiscal year. Raises
    NoAgreement. Four queries."""
    names, first = names_at(at), InForce.objects.filter(applies_to=EVERYONE).order_by("starts_at").first()
    assert first is not None  # noqa: S101 - one is in force
    kept = _kept()
    found, period = [], names.period(local_date(at, names.zone), per)
    while period.ends_at > first.starts_at:
        found.append(_book(names, period, kept, at))
        period = period.before(names.start)
    elsewhere = [row for row in kept if row.per == per and names.of(row) == row.hash[:SHORT]]
    found += [_book(names, row.days, kept, at) for row in elsewhere]
    return sorted(found, key=lambda one: one.period.first_on, reverse=True)


def book(name: str, at: datetime) -> Book:
    """One period by its name; one that was closed by another fiscal year by its hash. Raises NoSuchPeriod, NoAgreement."""
    names, kept = names_at(at), _kept()
    wanted = name.strip().lower()
    closed = [row for row in kept if names.of(row) == row.hash[:SHORT] == wanted[:SHORT] and row.hash.startswith(wanted)]
    return _book(names, closed[0].days if closed else period_of(name, at), kept, at)


def _kept() -> list[Closing]:
    return list(closings().prefetch_related("marks", "restatements").order_by("first_on"))


def _book(names: Names, period: Period, kept: Sequence[Closing], at: datetime) -> Book:
    row = next((one for one in kept if _days(one) == _days(period)), None)
    others = [one for one in kept if one is not row and calendar.overlap(one.days, period)]
    name = names.of(row) if row else calendar.name_of(period, names.start)
    grace = calendar.grace_ends_at(period, GRACE_DAYS, names.signed)
    stands = calendar.standing(period, grace, is_made=row is not None, is_closed=bool(row and row.closed_at), at=at, is_taken=bool(others))
    if row is None:
        return Book(name, period, stands, grace, others=others)
    return Book(name, period, stands, grace, row, missing(row), len(row.restatements.all()), others)


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


def adjustments_into(period: Period) -> list[Adjustment]:
    """What earlier periods brought into this one, in the order it came: into the one that has the day, whatever it is called."""
    rows = Adjustment.objects.filter(into_on__gte=period.first_on, into_on__lt=period.end_on)
    return list(rows.select_related("restatement__closing").order_by("pk"))


def as_said(rows: Sequence[Adjustment]) -> list[dict[str, str]]:
    """Adjustments as a closing's bytes hold them."""
    return [
        {
            "of": row.restatement.closing.period, "restatement": row.restatement.hash, "measure": row.measure, "unit": row.unit,
            "amount": text(row.amount),
        }
        for row in rows
    ]  # fmt: skip
