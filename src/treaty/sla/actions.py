"""Start, stop, pause and watch the clocks of both sides' promises."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from treaty.agreement.queries import signed_of
from treaty.agreement.terms_promises import Promise
from treaty.bulk import insert, update
from treaty.feedback.contact import ANSWERED
from treaty.feedback.models import Disposition
from treaty.handoff.actions import lock, reroute
from treaty.handoff.models import Handoff
from treaty.journal.actions import record
from treaty.qualification.actions import route_rules_holding
from treaty.sla import rules, worktime
from treaty.sla.models import ClockPause, SlaClock
from treaty.sla.whose import history_of
from treaty.team.models import Member
from treaty.team.queries import absences
from treaty.truth.models import Activity, Lead, Touch

logger = logging.getLogger("treaty.sla")
AT_ONCE = 200
"""How many are looked at in one go at most."""
AGAIN = timedelta(minutes=1)
"""After how long a clock is looked at again that could not be."""


@transaction.atomic
def start(handoff: Handoff) -> list[SlaClock]:
    """Start sales' clocks for a handoff, from the moment it was made. Running twice starts nothing more.

    A re-routed lead gets new clocks; those of the owners before end as `moved`. One that has moved on meanwhile gets none.
    """
    lock(handoff.lead_id)
    if Handoff.objects.filter(pk=handoff.pk, ended_how="moved").exists():
        return []
    terms = signed_of(handoff.version).terms
    SlaClock.objects.filter(lead=handoff.lead_id, side="sales", ended="", handoff__lt=handoff.pk).update(
        ended=SlaClock.Ended.MOVED, stopped_at=handoff.made_at, next_at=None
    )
    wanted = [promise for promise in terms.promises.sales if promise.kind == "do"]
    known = set(SlaClock.objects.filter(handoff=handoff).values_list("promise", flat=True))
    clocks = [_new(promise, handoff.lead, handoff.owner, handoff.made_at, handoff) for promise in wanted if promise.id not in known]
    insert(clocks, ignore_conflicts=True)
    _take_over(handoff)
    return list(SlaClock.objects.filter(handoff=handoff))


def _take_over(handoff: Handoff) -> None:
    """What still runs of a handoff whose owner left runs on for whoever goes on with it, in their hours."""
    for clock in SlaClock.objects.filter(handoff=handoff, ended="").exclude(owner=handoff.owner).select_related("version"):
        clock.owner = handoff.owner
        clock.save(update_fields=["owner"])
        _retime(clock)


@transaction.atomic
def start_nurture(lead: Lead, *, at: datetime) -> None:
    """Marketing's clock for a returned lead: somebody takes care of it within the promised time."""
    lock(lead.pk)
    terms = signed_of(lead.version).terms
    for promise in terms.promises.marketing:
        if promise.answer == "recycled_lead" and not SlaClock.objects.filter(lead=lead, promise=promise.id, starts_at=at).exists():
            _new(promise, lead, lead.owner, at, None).save()


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
    lock(*{handoff.lead_id for handoff in handoffs})
    running = SlaClock.objects.exclude(ended__in=["moved", "void"]).select_related("version")
    clocks = list(running.select_for_update(of=("self",)).filter(handoff__in=[h.pk for h in handoffs]).order_by("pk"))
    evidence = evidence_of(handoffs)
    changed = [clock for clock in clocks if _judge_by(clock, evidence[clock.handoff_id or 0])]
    update(changed, JUDGED)


JUDGED = ("stopped_at", "done", "ended", "next_at", "breached_at")


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


def evidence_of(handoffs: Sequence[Handoff]) -> dict[int, rules.Evidence]:
    """Outbound activities to each person since their handoff, and sales' answer: by row of the handoff."""
    leads = dict(Lead.objects.filter(pk__in=[h.lead_id for h in handoffs]).values_list("pk", "person_id"))
    done: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    rows = Activity.objects.filter(person__in=set(leads.values()), direction="out", withdrawn_at=None).exclude(kind="note")
    for person_id, occurred_at, outcome in rows.order_by("occurred_at").values_list("person_id", "occurred_at", "outcome"):
        done[person_id].append((occurred_at, outcome))
    answers = {d.handoff_id: d for d in Disposition.objects.filter(handoff__in=[h.pk for h in handoffs], withdrawn_at=None)}
    return {h.pk: _evidence(h, done[leads[h.lead_id]], answers.get(h.pk)) for h in handoffs}


def _evidence(handoff: Handoff, done: Sequence[tuple[datetime, str]], answer: Disposition | None) -> rules.Evidence:
    since = [(at, outcome) for at, outcome in done if at >= handoff.made_at]
    return rules.Evidence(
        contacts=[at for at, _ in since],
        reached_at=next((at for at, outcome in since if outcome in ANSWERED), None),
        decided_at=answer.at if answer else None,
        outcome=answer.outcome if answer else "",
    )


def tick(*, at: datetime) -> int:
    """Warn and declare breaches whose moment has passed; each is written once. Returns how many clocks were looked at."""
    due = list(SlaClock.objects.filter(ended="", next_at__lt=at).order_by("next_at").values_list("pk", flat=True)[:AT_ONCE])
    for pk in due:
        if not _try("a clock cannot be looked at, and is put off", partial(_look, pk, at)):
            SlaClock.objects.filter(pk=pk).update(next_at=at + AGAIN)
    return len(due)


def _try(trouble: str, act: Callable[[], object]) -> bool:
    """Do one of many things; False if it failed, which is logged, for the others must go on. A busy database is nobody's fault."""
    try:
        act()
    except OperationalError:
        raise
    except Exception:
        logger.exception(trouble)
        return False
    return True


@transaction.atomic
def _look(pk: int, at: datetime) -> None:
    clock = _held(pk, SlaClock.objects.values_list("lead", flat=True).get(pk=pk))
    if clock.ended or clock.next_at is None or clock.next_at >= at or _is_nurtured(clock):
        return
    verb, codes = _declare(clock, at)
    clock.next_at = rules.next_look(clock.warn_at, clock.due_at, clock.warned_at, clock.breached_at)
    clock.save(update_fields=("warned_at", "breached_at", "next_at"))
    if clock.breached_at is not None:
        _after_breach(clock, at)  # it takes the seats of a pool, and they come before the journal
    if verb:
        record(verb, clock.lead, at=at, agreement=clock.version.hash, codes=codes)


def _declare(clock: SlaClock, at: datetime) -> tuple[str, dict[str, str]]:
    """Set what is to be said of a clock now: the entry's verb, empty for none, and its codes."""
    codes = {"promise": clock.promise, "lead": str(clock.lead.key), "owner": str(clock.owner.key)}
    if clock.due_at is None or clock.breached_at is not None:
        return "", codes
    if clock.due_at < at:
        clock.breached_at = clock.due_at
        return "clock.breached", {**codes, "due_at": clock.due_at.isoformat()}
    if clock.warned_at is None and clock.warn_at is not None:
        clock.warned_at = at
        return "clock.warned", codes
    return "", codes


def _is_nurtured(clock: SlaClock) -> bool:
    """Whether marketing did its part meanwhile: an e-mail is no entry of the journal, so it is looked for when the time is near."""
    if clock.handoff_id is not None:
        return False
    nurtured(clock.lead)
    clock.refresh_from_db()
    return clock.ended != ""


def _after_breach(clock: SlaClock, at: datetime) -> None:
    """What the agreement says happens then. Only a handoff nobody has answered or tried is given to another."""
    promise = signed_of(clock.version).terms.promise(clock.promise)
    if "reroute" not in promise.on_breach or clock.handoff is None or clock.handoff.ended_at is not None:
        return
    known = evidence_of([clock.handoff])[clock.handoff.pk]
    if not known.contacts and known.decided_at is None:
        start(_to_the_next(clock.handoff, f"{clock.promise.replace('-', ' ')}: the time ran out", at))


def _to_the_next(handoff: Handoff, reason: str, at: datetime) -> Handoff:
    """By the route as it stands now, its conditions asked anew."""
    return reroute(handoff, at=at, reason=reason, holds=route_rules_holding(handoff.lead, at=at))


def reroute_absent(*, at: datetime) -> int:
    """Give unanswered handoffs of those who are away or left to the next in turn; returns how many went.

    Which of them is drawn by lot, so that those who can go to nobody do not keep the others waiting for ever.
    """
    away = Q(owner__is_active=False) | Q(owner__in=_absent(at))
    answered = Disposition.objects.filter(handoff=OuterRef("pk"), withdrawn_at=None)
    waiting = Handoff.objects.filter(away, ~Exists(answered), ended_at=None).order_by("?").select_related("owner", "version")
    going = [handoff for handoff in waiting[:AT_ONCE] if signed_of(handoff.version).terms.handoff.absent.skip]
    for handoff in going:
        _try("a lead of somebody who is away cannot go on", partial(_go_on, handoff, at))
    return Handoff.objects.filter(pk__in=[handoff.pk for handoff in going], ended_how="moved").count()


def _go_on(handoff: Handoff, at: datetime) -> None:
    start(_to_the_next(handoff, f"{handoff.owner.name} is away", at))


def _absent(at: datetime) -> Iterable[int]:
    return absences(at).filter(kind="absent").values_list("member", flat=True)


@transaction.atomic
def pause(clock: SlaClock, reason: str, *, by: Member, at: datetime, until: datetime | None = None) -> bool:
    """Let a clock that runs stand for a reason the agreement lists; False if it has ended meanwhile.

    until: when it runs on by itself. Raises ValueError for another reason, and for a clock that stands already.
    """
    terms = signed_of(clock.version).terms
    if reason not in terms.promises.pauses:
        raise ValueError(f"{reason!r} does not pause a clock; the agreement lists {', '.join(terms.promises.pauses) or 'none'}")
    clock = _held(clock.pk, clock.lead_id)
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
    clock = _held(clock.pk, clock.lead_id)
    if clock.ended or not _standing(clock, at).update(ends_at=at):
        return False
    _retime(clock)
    record("clock.resumed", clock.lead, by=by, at=at, agreement=clock.version.hash, codes={"promise": clock.promise})
    return True


def _standing(clock: SlaClock, at: datetime) -> QuerySet[ClockPause]:
    """The pauses a clock is in."""
    return clock.pauses.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


def _held(pk: int, lead_id: int) -> SlaClock:
    """A clock as it is now, kept from other writers until the transaction ends: the lead first, as everywhere."""
    lock(lead_id)
    return SlaClock.objects.select_for_update(of=("self",)).select_related("handoff", "lead", "owner", "version").get(pk=pk)


def _retime(clock: SlaClock) -> None:
    terms = signed_of(clock.version).terms
    pauses = tuple(clock.pauses.values_list("starts_at", "ends_at"))
    clock.due_at = clock.warn_at = clock.next_at = None
    _time(clock, terms.promise(clock.promise), pauses)
    clock.save(update_fields=("due_at", "warn_at", "next_at"))


@transaction.atomic
def nurtured(lead: Lead) -> None:
    """Stop marketing's clock for a returned lead at the first thing marketing did for the person since."""
    lock(lead.pk)
    for clock in (
        SlaClock.objects.select_for_update(of=("self",))
        .filter(lead=lead, side="marketing", handoff=None)
        .exclude(ended__in=["moved", "void"])
    ):
        first = (
            Touch.objects.filter(person=lead.person_id, channel="email", occurred_at__gte=clock.starts_at).order_by("occurred_at").first()
        )
        call = Activity.objects.filter(lead=lead, withdrawn_at=None, occurred_at__gte=clock.starts_at).order_by("occurred_at").first()
        if _judge(clock, min((row.occurred_at for row in (first, call) if row), default=None), done=0):
            clock.save(update_fields=JUDGED)
