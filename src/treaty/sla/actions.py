"""Start, stop and pause the clocks of both sides' promises."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from treaty.agreement.queries import signed_of
from treaty.agreement.terms_promises import Promise
from treaty.bulk import insert, update
from treaty.handoff.actions import lock
from treaty.handoff.models import Handoff
from treaty.journal.actions import record
from treaty.prepared import prepared
from treaty.sla import rules, worktime
from treaty.sla.evidence import evidence_of, nurtured_at
from treaty.sla.models import ClockPause, SlaClock
from treaty.sla.whose import history_of
from treaty.team.models import Member
from treaty.truth.models import Lead

JUDGED = ("stopped_at", "done", "ended", "next_at", "breached_at")


def start(handoff: Handoff) -> list[SlaClock]:
    """`start_all` for one handoff; returns its clocks."""
    start_all([handoff])
    return list(SlaClock.objects.filter(handoff=handoff))


@transaction.atomic
def start_all(handoffs: Sequence[Handoff]) -> None:
    """Start sales' clocks for handoffs, each from the moment it was made. Running twice starts nothing more.

    A re-routed lead gets new clocks; those of the owners before end as `moved`. One that has moved on meanwhile gets none.
    """
    if not handoffs:
        return
    lock(*{handoff.lead_id for handoff in handoffs})
    moved = set(_moved([handoff.pk for handoff in handoffs]))
    going = sorted((handoff for handoff in handoffs if handoff.pk not in moved), key=lambda handoff: handoff.pk)
    clocks: dict[int, list[SlaClock]] = defaultdict(list)
    for clock in _of_sales([handoff.lead_id for handoff in going]):
        clocks[clock.lead_id].append(clock)
    ended, new = [], []
    for handoff in going:
        there = clocks[handoff.lead_id]
        ended += _end_those_before(handoff, there)
        new += (mine := _clocks_of(handoff, {clock.promise for clock in there if clock.handoff_id == handoff.pk}))
        _take_over(handoff, there)
        there += mine
    insert(new, ignore_conflicts=True)
    update([clock for clock in ended if clock.pk], ["ended", "stopped_at", "next_at"])


@prepared
def _moved(handoffs: Collection[int]) -> QuerySet[Handoff, int]:
    return Handoff.objects.filter(pk__among=handoffs, ended_how="moved").values_list("pk", flat=True)


@prepared
def _of_sales(leads: Collection[int]) -> QuerySet[SlaClock]:
    return SlaClock.objects.filter(lead__among=leads, side="sales").select_related("version")


def _end_those_before(handoff: Handoff, clocks: Sequence[SlaClock]) -> list[SlaClock]:
    ending = [clock for clock in clocks if clock.handoff_id is not None and clock.handoff_id < handoff.pk and not clock.ended]
    for clock in ending:
        clock.ended, clock.stopped_at, clock.next_at = SlaClock.Ended.MOVED, handoff.made_at, None
    return ending


def _clocks_of(handoff: Handoff, known: AbstractSet[str]) -> list[SlaClock]:
    wanted = [promise for promise in signed_of(handoff.version).terms.promises.sales if promise.kind == "do" and promise.id not in known]
    return [_new(promise, handoff.lead, handoff.owner, handoff.made_at, handoff) for promise in wanted]


def _take_over(handoff: Handoff, clocks: Sequence[SlaClock]) -> None:
    """What still runs of a handoff whose owner left runs on for whoever goes on with it, in their hours."""
    for clock in clocks:
        if clock.handoff_id == handoff.pk and not clock.ended and clock.owner_id != handoff.owner_id:
            clock.owner = handoff.owner
            clock.save(update_fields=["owner"])
            _retime(clock)


def start_nurture(lead: Lead, *, at: datetime) -> None:
    """`start_nurture_all` for one lead."""
    start_nurture_all([(lead, at)])


@transaction.atomic
def start_nurture_all(returned: Sequence[tuple[Lead, datetime]]) -> None:
    """Marketing's clocks for leads that came back, each from then on: somebody takes care of it within the promised time.

    Running twice starts nothing more.
    """
    if not returned:
        return
    lock(*{lead.pk for lead, _ in returned})
    there = set(_of_marketing([lead.pk for lead, _ in returned]))
    wanted = [(promise, lead, at) for lead, at in returned for promise in signed_of(lead.version).terms.promises.marketing]
    insert(
        _new(promise, lead, lead.owner, at, None)
        for promise, lead, at in wanted
        if promise.answer == "recycled_lead" and (lead.pk, promise.id, at) not in there
    )


@prepared
def _of_marketing(leads: Collection[int]) -> QuerySet[SlaClock, tuple[int, str, datetime]]:
    return SlaClock.objects.filter(lead__among=leads, handoff=None).values_list("lead", "promise", "starts_at")


def _new(promise: Promise, lead: Lead, owner: Member, at: datetime, handoff: Handoff | None) -> SlaClock:
    clock = SlaClock(
        lead=lead,
        handoff=handoff,
        owner=owner,
        side="sales" if handoff else "marketing",
        promise=promise.id,
        version=lead.version if handoff is None else handoff.version,
        starts_at=at,
        needed=int(promise.at_least.number) if promise.do == "contact_attempts" and promise.at_least else 1,
    )
    _time(clock, promise, ())
    return clock


def _time(clock: SlaClock, promise: Promise, pauses: worktime.Pauses) -> None:
    """Set when a clock warns and is due, in its owner's hours as its version has them."""
    if promise.within is None:
        return
    history = history_of(clock.owner, signed_of(clock.version), promise.calendar)
    clock.due_at = worktime.deadline(clock.starts_at, promise.within, history, pauses)
    if promise.warn_at is not None:
        clock.warn_at = worktime.warning_at(clock.starts_at, promise.within, promise.warn_at, history, pauses)
    clock.next_at = rules.next_look(clock.warn_at, clock.due_at, clock.warned_at, clock.breached_at)


def refresh(handoff: Handoff) -> None:
    """Judge a handoff's clocks by all evidence there is: also evidence that came late, or was taken back."""
    refresh_all([handoff])


@transaction.atomic
def refresh_all(handoffs: Sequence[Handoff]) -> None:
    """The same for several handoffs, in a fixed number of queries; leads, then clocks, then the evidence."""
    if not handoffs:
        return
    lock(*{handoff.lead_id for handoff in handoffs})
    clocks = _judged([handoff.pk for handoff in handoffs])
    evidence = evidence_of(handoffs)
    changed = [clock for clock in clocks if _judge_by(clock, evidence[clock.handoff_id or 0])]
    update(changed, JUDGED)


@prepared
def _judged(handoffs: Collection[int]) -> QuerySet[SlaClock]:
    running = SlaClock.objects.exclude(ended__in=["moved", "void"]).select_related("version")
    return running.select_for_update(of=("self",)).filter(handoff__among=handoffs).order_by("pk")


def _judge_by(clock: SlaClock, evidence: rules.Evidence) -> bool:
    promise = signed_of(clock.version).terms.promise(clock.promise)
    stopped = rules.stopped_at(promise.do, clock.needed, evidence) if promise.do else None
    return _judge(clock, stopped, done=len(evidence.contacts) if clock.needed > 1 else 0)


def _judge(clock: SlaClock, stopped: datetime | None, done: int) -> bool:
    """Met if and only if it stopped by the due moment; a breach stands unless earlier evidence arrived late.

    True if anything about the clock changed.
    """
    before = [getattr(clock, name) for name in JUDGED]
    clock.stopped_at, clock.done = stopped, min(done, 32_000)
    if stopped is None:
        clock.ended = ""
        clock.next_at = rules.next_look(clock.warn_at, clock.due_at, clock.warned_at, clock.breached_at)
    else:
        is_met = clock.due_at is None or stopped <= clock.due_at
        clock.ended = SlaClock.Ended.MET if is_met else SlaClock.Ended.LATE
        clock.next_at = None
        clock.breached_at = None if is_met else (clock.breached_at or clock.due_at)
    return before != [getattr(clock, name) for name in JUDGED]


def nurtured(lead: Lead) -> None:
    """`nurtured_all` for one lead."""
    nurtured_all([lead.pk])


@transaction.atomic
def nurtured_all(lead_ids: Collection[int]) -> None:
    """Stop marketing's clocks for returned leads at the first thing marketing did for the person since."""
    if not lead_ids:
        return
    lock(*lead_ids)
    clocks = _nurture(lead_ids)
    first = nurtured_at(clocks)
    update([clock for clock in clocks if _judge(clock, first.get(clock.pk), done=0)], JUDGED)


@prepared
def _nurture(leads: Collection[int]) -> QuerySet[SlaClock]:
    mine = SlaClock.objects.filter(lead__among=leads, side="marketing", handoff=None).exclude(ended__in=["moved", "void"])
    return mine.select_for_update(of=("self",)).select_related("lead").order_by("pk")


@transaction.atomic
def pause(clock: SlaClock, reason: str, *, by: Member, at: datetime, until: datetime | None = None) -> bool:
    """Let a clock that runs stand for a reason the agreement lists; False if it has ended meanwhile.

    until: when it runs on by itself. Raises ValueError for another reason, and for a clock that stands already.
    """
    terms = signed_of(clock.version).terms
    if reason not in terms.promises.pauses:
        raise ValueError(f"{reason!r} does not pause a clock; the agreement lists {', '.join(terms.promises.pauses) or 'none'}")
    clock = held(clock.pk, clock.lead_id)
    if clock.ended:
        return False
    if _standing(clock, at).exists():
        raise ValueError("the clock stands already: let it run again first")
    ClockPause.objects.create(clock=clock, reason=reason, starts_at=at, ends_at=until, by=by)
    _retime(clock)
    record("clock.paused", clock.lead, by=by, at=at, agreement=clock.version.hash, codes={"promise": clock.promise, "reason": reason})
    return True


@transaction.atomic
def resume(clock: SlaClock, *, by: Member, at: datetime) -> bool:
    """End the pause in which a clock stands, also one whose end was known; False if the clock has ended, or does not stand."""
    clock = held(clock.pk, clock.lead_id)
    if clock.ended or not _standing(clock, at).update(ends_at=at):
        return False
    _retime(clock)
    record("clock.resumed", clock.lead, by=by, at=at, agreement=clock.version.hash, codes={"promise": clock.promise})
    return True


def _standing(clock: SlaClock, at: datetime) -> QuerySet[ClockPause]:
    """The pauses a clock is in."""
    return clock.pauses.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


def held(pk: int, lead_id: int) -> SlaClock:
    """A clock as it is now, kept from other writers until the transaction ends: the lead first, as everywhere."""
    lock(lead_id)
    return SlaClock.objects.select_for_update(of=("self",)).select_related("handoff", "lead", "owner", "version").get(pk=pk)


def _retime(clock: SlaClock) -> None:
    terms = signed_of(clock.version).terms
    pauses = tuple(clock.pauses.values_list("starts_at", "ends_at"))
    clock.due_at = clock.warn_at = clock.next_at = None
    _time(clock, terms.promise(clock.promise), pauses)
    clock.save(update_fields=("due_at", "warn_at", "next_at"))
