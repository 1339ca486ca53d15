"""Is the business still the one both sides signed for? Shares since then against those of before; an alarm is kept once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from treaty.agreement import reviews
from treaty.agreement.models import InForce
from treaty.agreement.queries import in_force, signed_of
from treaty.feedback.models import Disposition, Outcome
from treaty.journal.actions import record
from treaty.rhythm.models import Drift
from treaty.rhythm.watching import Share, has_moved, needed, risk
from treaty.truth.models import Opportunity

BEFORE = timedelta(days=365)
"""So much history before a version says what was signed for."""
LEAST = 30
"""Fewer cases before it say nothing to compare with."""
SHARES = {
    "acceptance_rate": "the share of handed-over leads that sales accepts",
    "win_rate": "the share of decided opportunities that are won",
}
"""What can be watched so: each case is one yes or no. The same as `agreement.later.WATCHED`, which a test holds."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A measure of the version in force: what was signed for, what was since, whether it moved.

    soon: cases until a fall by half is found; None where it would take too many.
    """

    measure: str
    signed: Share
    since: Share
    from_on: date
    has_moved: bool
    soon: int | None


def watched(*, at: datetime) -> list[Watched]:
    """Every measure the agreement watches that is a share, in its order. Source: agreement, `review.watch` (R6)."""
    now = in_force(at)
    return [] if now is None else list(_watched(now, at))


def _watched(now: InForce, at: datetime) -> Iterator[Watched]:
    terms = signed_of(now.version).terms
    names = [name for name in terms.review.watch if name in SHARES]
    begins, spend = _window(now.starts_at, reviews.length(terms), at), risk(reviews.windows(terms), len(names))
    for name in names:
        signed, since = _share(name, now.starts_at - BEFORE, now.starts_at), _share(name, begins, at)
        enough = signed.n >= LEAST
        yield Watched(
            name, signed, since, begins.date(), enough and has_moved(signed, since, spend),
            needed(signed, signed.value * 0.5, spend, most=5_000) if enough else None,
        )  # fmt: skip


def _window(starts_at: datetime, length: timedelta, at: datetime) -> datetime:
    """Where the running window begins, from review to review: each spends its part of the year's alarms."""
    return starts_at + max(0, int((at - starts_at) / length)) * length


def _share(measure: str, since: datetime, until: datetime) -> Share:
    if measure == "acceptance_rate":
        rows = Disposition.objects.filter(at__gte=since, at__lt=until, withdrawn_at=None, outcome__in=(Outcome.ACCEPTED, Outcome.REJECTED))
        counted = rows.aggregate(n=Count("pk"), k=Count("pk", filter=Q(outcome=Outcome.ACCEPTED)))
    else:
        deals = Opportunity.objects.filter(closed_at__gte=since, closed_at__lt=until, gone_at=None, outcome__in=("won", "lost"))
        counted = deals.aggregate(n=Count("pk"), k=Count("pk", filter=Q(outcome="won")))
    return Share(counted["k"], counted["n"])


@transaction.atomic
def look(*, at: datetime) -> int:
    """Keep each measure that moved, once in a window; how many are new. Both sides are told by the journal's `agreement.drifted`."""
    now, new = in_force(at), 0
    for one in watched(at=at):
        if now is None or not one.has_moved:
            continue
        row, is_new = Drift.objects.get_or_create(
            version=now.version, measure=one.measure, from_on=one.from_on,
            defaults={"signed_k": one.signed.k, "signed_n": one.signed.n, "since_k": one.since.k, "since_n": one.since.n, "at": at},
        )  # fmt: skip
        if is_new:
            codes = {"measure": one.measure, "signed": [one.signed.k, one.signed.n], "since": [one.since.k, one.since.n]}
            record("agreement.drifted", row, by=None, at=at, agreement=now.version.hash, codes=codes)
            new += 1
    return new


def standing(*, at: datetime) -> list[Drift]:
    """What has moved since the version in force was signed and was not answered by another version yet, the newest first."""
    now = in_force(at)
    return [] if now is None else list(Drift.objects.filter(version=now.version, at__lte=at).order_by("-at"))


def said(share: Share) -> str:
    """`55% (33 of 60)`."""
    return f"{share.value:.0%} ({share.k} of {share.n})"
