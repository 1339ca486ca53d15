"""What waits for this member today, by role: records only, the most pressing first."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from treaty.agreement import reviews
from treaty.agreement.models import Version
from treaty.agreement.queries import in_force, open_proposals, signed_of
from treaty.agreement.terms import Terms
from treaty.connectors.models import Event, RefusedRow
from treaty.engine.periods import local_date
from treaty.feedback.models import Disposition, Dispute
from treaty.handoff.models import Handoff
from treaty.jobs.models import Job
from treaty.rhythm.models import Resolution
from treaty.sla.models import SlaClock
from treaty.sla.queries import next_clocks, running_clocks
from treaty.sla.rules import Standing, standing
from treaty.team.models import Member, Role
from treaty.truth.gaps import gaps, of_house
from treaty.truth.models import Lead
from treaty.web import formats
from treaty.web.figures import short_words, words
from treaty.web.here import Here
from treaty.web.pieces import Link, Need

MOST, MOST_TOLD = 6, 100
SHOWN = 3
"""Single leads named before the rest is one line."""
LOOKED = 50
"""Clocks looked at for those that press."""
DO = {
    "first_contact": "waits for a first contact",
    "disposition": "waits for your answer",
    "contact_attempts": "waits for the next attempt",
}
DUTY = {"first_contact": "the first contact", "disposition": "the answer", "contact_attempts": "the attempts"}
SOON = timedelta(days=2)
TOLD = timedelta(days=4)
"""So long a manager is told of a lead that went on when its time ran out: a weekend and a day on either side."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """order: 0 what is late, 1 today, 2 later."""

    order: int
    need: Need


def needs(here: Here, terms: Terms | None, today: date) -> list[Need]:
    """At most MOST things; about twelve queries."""
    found = [*_proposals(here), *_review(here), *_own_actions(here, today), *_team_late(here), *_went_on(here), *_left_behind(here)]
    for role, sources in BY_ROLE.items():
        if here.member.role == role:
            found += [one for source in sources for one in source(here, terms)]
    if terms is not None and here.member.email == terms.sponsor:
        found += _overdue(here, today)
    return [one.need for one in sorted(found, key=lambda one: one.order)][:MOST]


def _proposals(here: Here) -> Iterable[Ranked]:
    """Versions that wait for this member's signature."""
    for version in open_proposals():
        side = signed_of(version).terms.signatories.side_of(here.member.email)
        if side and not version.signatures.filter(member=here.member).exists():
            yield Ranked(1, _proposal(here, version))


def _review(here: Here) -> Iterable[Ranked]:
    """The agreed day to look at the definitions again, for who signs the agreement and who keeps it running."""
    now = in_force(here.at)
    if now is None:
        return
    terms = signed_of(now.version).terms
    if here.member.email not in (*terms.signatories.everyone, terms.steward):
        return
    day = reviews.due_on(now, reviews.looks(now))
    if reviews.is_near(day, now, at=here.at):
        what, when = (
            "The definitions are looked at again.",
            formats.day_words(day, here.at.astimezone(here.viewer.zone).date()),
        )
        why = f"As agreed, {terms.review.definitions}: do they still find the leads that are won?"
        yield Ranked(2, Need(when=when, what=what, why=why, step=Link("Look together", "/agreement/#review")))


def _proposal(here: Here, version: Version) -> Need:
    signed = [signature.member.name for signature in version.signatures.select_related("member")]
    why = f"{formats.listing(signed)} signed." if signed else f"{version.proposed_by.name} proposed it."
    return Need(
        when="today",
        what=f"{formats.capital(str(version))} waits for your signature.",
        why=why,
        step=Link("Read it", f"/agreement/versions/{version.number}/"),
    )


def _own_actions(here: Here, today: date) -> Iterable[Ranked]:
    """Actions taken on in a meeting, due by the end of the week or over."""
    rows = Resolution.objects.filter(kind="action", owner=here.member, done_at=None, dropped_at=None, due_on__lte=today + SOON)
    for row in rows.order_by("due_on")[:SHOWN]:
        is_over = row.due_on is not None and row.due_on < today
        when = formats.day(row.due_on, today, here.viewer.manner) if row.due_on else ""
        why = "You took it on; say when it is done." if not is_over else "Its day has passed: do it, or agree on another one."
        need = Need(when=when, what=row.text, why=why, step=Link("Open the week", "/week/#m7"), is_now=is_over)
        yield Ranked(0 if is_over else 1, need)


def _own_leads(here: Here, _: Terms | None) -> Iterable[Ranked]:
    """What a rep's clocks ask next: those that are late or near it, then how many more."""
    clocks = next_clocks(here.member, most=LOOKED)
    waiting = [(clock, standing(clock.due_at, None, at=here.at, warn_at=clock.warn_at)) for clock in clocks]
    pressing = [pair for pair in waiting if pair[1] in (Standing.SOON, Standing.BREACHED)] or waiting[:1]
    for clock, stands in pressing[:SHOWN]:
        yield Ranked(0, _lead(here, clock, stands == Standing.BREACHED))
    count = running_clocks(here.member).aggregate(n=Count("handoff", distinct=True))["n"] if len(waiting) > SHOWN else 0
    if count > SHOWN:
        rest = formats.capital(formats.spell(count, "lead"))
        yield Ranked(
            2,
            Need(
                when="today", what=f"{rest} in your queue.", why="By the clock that runs out first.", step=Link("Open the queue", "/queue/")
            ),
        )


def _own_reasons(here: Here, _terms: Terms | None) -> Iterable[Ranked]:
    """Leads this member rejected in another system without saying why."""
    rows = Disposition.objects.filter(by=here.member, outcome="rejected", reason="", withdrawn_at=None).select_related(
        "handoff__lead__person"
    )
    for row in rows.order_by("-at")[:SHOWN]:
        lead = row.handoff.lead
        why = "Rejected in your own system, which did not say why. The lead waits for it."
        yield Ranked(
            1, Need(when="today", what=f"Why was {lead.person} rejected?", why=why, step=Link("Say why", f"/leads/{lead.key}/#answers"))
        )


def _lead(here: Here, clock: SlaClock, is_late: bool) -> Need:
    lead, promise = clock.lead, signed_of(clock.version).terms.promise(clock.promise)
    account = f", {lead.person.account}" if lead.person.account else ""
    when = formats.short(clock.due_at, here.viewer, here.at) if clock.due_at else "paused"
    return Need(
        when=when,
        when_note="was due" if is_late else "due",
        what=f"{lead.person}{account}",
        why=f"{DO.get(promise.do or '', 'waits for you')}.",
        step=Link("See lead", f"/queue/{clock.handoff.key}/" if clock.handoff else f"/leads/{lead.key}/"),
        is_now=True,
    )


def _team_late(here: Here) -> Iterable[Ranked]:
    """A manager, of either team, sees whose leads are late now, one line a report."""
    late = SlaClock.objects.filter(ended="", breached_at__isnull=False, handoff__ended_at=None, owner__manager=here.member)
    counts = late.values("owner__name", "owner__key").annotate(leads=Count("lead", distinct=True)).order_by("-leads", "owner__name")
    for row in counts[:SHOWN]:
        what = (
            f"{formats.capital(formats.spell(row['leads'], 'lead'))} of {row['owner__name']} {'is' if row['leads'] == 1 else 'are'} late."
        )
        place = "/queue/" if here.member.role in (Role.SALES_MANAGER, Role.REVOPS) else "/leads/"
        step = Link("See them", f"{place}?owner={row['owner__key']}")
        yield Ranked(
            0, Need(when="now", what=what, why="Ask what stands in the way, or give them to somebody who is there.", step=step, is_now=True)
        )


def _left_behind(here: Here) -> Iterable[Ranked]:
    """Whoever may give a lead to another sees those whose owner left."""
    if here.member.role not in (Role.SALES_MANAGER, Role.REVOPS):
        return
    left = Handoff.objects.filter(ended_at=None, lead__closed_at=None, owner__in=Member.objects.filter(is_active=False))
    for row in left.values("owner__name", "owner__key").annotate(leads=Count("pk")).order_by("-leads", "owner__name")[:SHOWN]:
        what = f"{formats.capital(formats.spell(row['leads'], 'lead'))} of {row['owner__name']}, who left."
        step = Link("See them", f"/queue/?owner={row['owner__key']}")
        yield Ranked(0, Need(when="today", what=what, why="Give each to somebody who goes on with it.", step=step, is_now=True))


def _went_on(here: Here) -> Iterable[Ranked]:
    """The manager is told, as the agreement says, of leads whose time ran out and that are with a colleague since."""
    rows = SlaClock.objects.filter(ended=SlaClock.Ended.MOVED, breached_at__gte=here.at - TOLD, owner__manager=here.member)
    groups: dict[tuple[str, str], list[SlaClock]] = defaultdict(list)
    for clock in rows.select_related("owner", "version").order_by("-breached_at")[:MOST_TOLD]:
        if "tell_manager" in signed_of(clock.version).terms.promise(clock.promise).on_breach:
            groups[clock.owner.key, clock.promise].append(clock)
    for found in list(groups.values())[:SHOWN]:
        yield Ranked(0, _gone_on(found))


def _gone_on(found: list[SlaClock]) -> Need:
    """found: clocks of one owner and one promise, the latest first."""
    last, count = found[0], len({clock.lead_id for clock in found})
    terms = signed_of(last.version).terms
    promise = terms.promise(last.promise)
    day = local_date(last.due_at or last.starts_at, terms.time_zone)
    return Need(
        when="today",
        what=f"{formats.capital(formats.spell(count, 'lead'))} of {last.owner.name} went to a colleague.",
        why=f"The time for {DUTY.get(promise.do or '', short_words(promise).lower())} ran out.",
        step=Link("See them", f"/promises/{promise.id}/?period={day}&is=not_kept&owner={last.owner.key}"),
    )


def _disputes(here: Here, _: Terms | None) -> Iterable[Ranked]:
    count = Dispute.objects.filter(ruling="").count()
    if count:
        what = f"{formats.capital(formats.spell(count, 'dispute'))} to settle"
        yield Ranked(
            1,
            Need(
                when="this week", what=what, why="at the weekly sync. Both views are side by side.", step=Link("Open the week", "/week/#m3")
            ),
        )


def _in_review(here: Here, _: Terms | None) -> Iterable[Ranked]:
    """Rejected leads that marketing decides on: put right and returned, or let go. Those without a reason wait for sales to give it."""
    rows = Disposition.objects.filter(outcome="rejected", withdrawn_at=None, handoff__lead__stage="rejected", handoff__lead__closed_at=None)
    rows = rows.exclude(reason="")
    reasons = list(rows.values("reason").annotate(n=Count("handoff__lead", distinct=True)).order_by("-n", "reason"))
    count = sum(row["n"] for row in reasons)
    if count:
        named = formats.listing([f"{words(row['reason'])} {row['n']}" for row in reasons])
        why = f"{formats.capital(named)}. Put the data right, or let them go."
        what = f"{formats.capital(formats.spell(count, 'rejected lead'))} {'waits' if count == 1 else 'wait'} for you."
        yield Ranked(1, Need(when="today", what=what, why=why, step=Link("See them", "/leads/?stage=rejected")))


def _returned(here: Here, _: Terms | None) -> Iterable[Ranked]:
    """Returned leads whose promised care is due soon."""
    running = SlaClock.objects.filter(ended="", side="marketing", breached_at=None, due_at__lte=here.at + SOON)
    first = running.order_by("due_at").first()
    if first is not None and first.due_at is not None:
        count = running.count()
        what = f"{formats.capital(formats.spell(count, 'returned lead'))} to care for."
        when = formats.short(first.due_at, here.viewer, here.at)
        yield Ranked(
            1,
            Need(
                when=when,
                when_note="first due",
                what=what,
                why="An e-mail or a call keeps the promise.",
                step=Link("See them", "/leads/?stage=recycled"),
            ),
        )


def _intake(here: Here, _: Terms | None) -> Iterable[Ranked]:
    """What the machinery set aside: events, rows of files, jobs."""
    counted: list[tuple[int, str, str]] = [
        (Event.objects.filter(state=Event.State.QUARANTINED).count(), "event in quarantine", "events in quarantine"),
        (RefusedRow.objects.count(), "row of a file refused", "rows of files refused"),
        (Job.objects.filter(state=Job.State.PARKED).count(), "job parked", "jobs parked"),
    ]
    for count, one, many in counted:
        if count:
            what = f"{formats.capital(formats.spell(count, one, many))}."
            why = "Nothing is lost: each says what is wrong with it and what would make it good."
            yield Ranked(1, Need(when="today", what=what, why=why, step=Link("Look", "/sources/")))


def _overdue(here: Here, today: date) -> Iterable[Ranked]:
    """The sponsor hears of decisions whose day has passed."""
    rows = Resolution.objects.filter(done_at=None, dropped_at=None, due_on__lt=today).filter(~Q(owner=here.member))
    for row in rows.select_related("owner").order_by("due_on")[:SHOWN]:
        when = formats.day(row.due_on, today, here.viewer.manner) if row.due_on else ""
        why = f"{row.owner.name} took it on; its day has passed."
        yield Ranked(1, Need(when=when, when_note="was due", what=row.text, why=why, step=Link("Open the week", "/week/#m7")))


Source = Callable[[Here, Terms | None], Iterable[Ranked]]


def _own_gaps(here: Here, terms: Terms | None) -> Iterable[Ranked]:
    """Leads of this member that lack what their stage asks."""
    n = len(gaps(Lead.objects.filter(owner=here.member), of_house(terms))) if terms else 0
    if n:
        lacks = "lacks what its" if n == 1 else "lack what their"
        what = f"{formats.capital(formats.spell(n, 'lead'))} of yours {lacks} stage asks."
        step = Link("Complete them", f"/gaps/?owner={here.member.key}")
        yield Ranked(2, Need(when="this week", what=what, why="Only their owner can find it out.", step=step))


BY_ROLE: dict[Role, tuple[Source, ...]] = {
    Role.SALES_REP: (_own_leads, _own_reasons, _own_gaps),
    Role.SALES_MANAGER: (_own_leads, _own_reasons, _disputes, _own_gaps),
    Role.MARKETING: (_disputes, _in_review, _returned, _own_gaps),
    Role.REVOPS: (_intake, _disputes),
    Role.EXECUTIVE: (_disputes,),
}


def note(found: list[Need]) -> str:
    return formats.capital(formats.spell(len(found), "thing")) if found else ""
