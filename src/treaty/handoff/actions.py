"""Give a lead to exactly one owner, with a brief; take it back; give it to another."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, models, transaction

from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.terms_handoff import Rule
from treaty.handoff import rules, seats
from treaty.handoff.brief import write
from treaty.handoff.material import gather
from treaty.handoff.models import Handoff
from treaty.journal.actions import record
from treaty.team.models import Member
from treaty.truth.models import Assignment, Lead

ATTEMPTS = 6


class NotForHandoff(Exception):
    """This lead cannot be handed over now; the message says why."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When the lead became ready, and when the deciding fact reached us: source and system delay (R25)."""

    qualified_at: datetime
    received_at: datetime


def hand_over(lead: Lead, *, at: datetime, timing: Timing | None = None, holds: frozenset[int] = frozenset()) -> Handoff:
    """Route a lead that entered sales' care and write its brief. Running twice gives the same handoff.

    holds: positions of the route's rules whose `when` holds for the lead. Two writers at once: a constraint
    settles who was first, the other looks again. Raises NotForHandoff, rules.NobodyLeft.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _hand_over(lead.pk, at, timing, holds, frozenset(), None)
        except IntegrityError:
            continue
    return _hand_over(lead.pk, at, timing, holds, frozenset(), None)


def reroute(handoff: Handoff, *, at: datetime, reason: str, holds: frozenset[int] = frozenset(), by: Member | None = None) -> Handoff:
    """Take an unanswered handoff from its owner and give it to the next who has not had it yet.

    holds: as in `hand_over`, as it is now. When everybody had it already it stays where it is: a lead does not
    go round in circles. Running twice changes nothing more. Returns the handoff that is open afterwards.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _reroute(handoff.pk, at, reason, holds, by)
        except IntegrityError:
            continue
    return _reroute(handoff.pk, at, reason, holds, by)


def hold(lead_id: int) -> Lead:
    """Keep other writers from this lead until the transaction ends.

    First of all in an action, before seats and the journal: two that take them in the same order never wait for
    each other.
    """
    return Lead.objects.select_for_update(of=("self",)).select_related("person__account__owner", "version").get(pk=lead_id)


def lock(*lead_ids: int) -> None:
    """The same for who needs no more than the place in line; several in the order of their numbers.

    SQLite has one line for all, and we stand in it.
    """
    if connection.features.has_select_for_update:
        list(Lead.objects.select_for_update().filter(pk__in=lead_ids).order_by("pk").values_list("pk"))


@transaction.atomic
def _reroute(handoff_id: int, at: datetime, reason: str, holds: frozenset[int], by: Member | None) -> Handoff:
    lead = hold(Handoff.objects.values_list("lead", flat=True).get(pk=handoff_id))
    handoff = Handoff.objects.select_related("owner", "version").get(pk=handoff_id)
    if handoff.ended_at is not None:
        return Handoff.objects.filter(lead=lead, ended_at=None).first() or handoff
    if lead.stage != handoff.from_stage:
        return handoff  # it was answered while we waited
    had = _had_it(handoff)
    if _route(lead, signed_of(lead.version).terms, holds, had, at).email in had:
        return handoff
    Handoff.objects.filter(pk=handoff.pk).update(ended_at=at, ended_how="moved")
    record(
        "handoff.moved", handoff, by=by, at=at, agreement=handoff.version.hash, codes={"from": handoff.owner.key}, words={"reason": reason}
    )
    timing = Timing(handoff.qualified_at, handoff.received_at)
    return _hand_over(lead.pk, at, timing, holds, had, reason)


@transaction.atomic
def _hand_over(
    lead_id: int, at: datetime, timing: Timing | None, holds: frozenset[int], excluded: frozenset[str], reason: str | None
) -> Handoff:
    lead = hold(lead_id)
    existing = Handoff.objects.filter(lead=lead, ended_at=None).first()
    if existing is not None:
        return existing
    terms = signed_of(lead.version).terms
    if lead.closed_at is not None or terms.stages[lead.stage].owner != "sales":
        raise NotForHandoff(f"lead {lead.key} is in {lead.stage}, which is not in sales' care")
    found = _route(lead, terms, holds, excluded, at)
    assignment = assign(lead, found, at=at, reason=reason)
    return make_handoff(lead, assignment, timing or Timing(lead.stage_since, at), at=at)


def make_handoff(lead: Lead, assignment: Assignment, timing: Timing, *, at: datetime, by: Member | None = None) -> Handoff:
    """Hand the lead to whom the ledger row names, with a brief written for them."""
    parts, completeness = write(gather(lead, at), signed_of(lead.version).terms)
    handoff = Handoff.objects.create(
        lead=lead,
        owner=assignment.owner,
        assignment=assignment,
        version=lead.version,
        from_stage=lead.stage,
        brief=parts,
        completeness=completeness,
        qualified_at=timing.qualified_at,
        received_at=timing.received_at,
        made_at=at,
    )
    codes = {"lead": lead.key, "owner": assignment.owner.key, "rule": assignment.rule, "pool": assignment.pool}
    record("handoff.made", handoff, by=by, at=at, agreement=lead.version.hash, codes=codes)
    return handoff


def _had_it(handoff: Handoff) -> frozenset[str]:
    """Everyone this lead was with since it was qualified, the present owner included."""
    since = Handoff.objects.filter(lead=handoff.lead, qualified_at=handoff.qualified_at)
    return frozenset(since.values_list("owner__email", flat=True))


def _route(lead: Lead, terms: Terms, holds: frozenset[int], excluded: frozenset[str], at: datetime) -> rules.Route:
    members = seats.members_named(terms)
    account_owner = lead.person.account.owner if lead.person.account else None
    listed = [account_owner] if account_owner else []
    reasons = seats.away([*members.values(), *listed], at)
    holding = {id(rule) for position, rule in enumerate(terms.routes) if position in holds}
    situation = rules.Situation(
        segment=lead.segment,
        account_owner=account_owner.email if account_owner else "",
        pools=seats.pools(terms, members, reasons, at),
        away={**seats.unable(listed), **reasons},
        holds=lambda rule: _holds(rule, holding),
        excluded=excluded,
    )
    return rules.route(terms.routes, situation)


def _holds(rule: Rule, holding: set[int]) -> bool:
    return id(rule) in holding


def assign(lead: Lead, found: rules.Route, *, at: datetime, reason: str | None = None, by: Member | None = None) -> Assignment:
    """Write the ledger row: the owner before ends at the moment the next begins."""
    owner = Member.objects.get(email=found.email)
    Assignment.objects.filter(lead=lead, ends_at=None).update(ends_at=at)
    turn = None
    if found.rule == "pool":
        last = Assignment.objects.filter(pool=found.pool).aggregate(top=models.Max("turn"))["top"]
        turn = (last or 0) + 1
        seats.take_turn(found.pool, owner)
    row = Assignment.objects.create(
        lead=lead,
        owner=owner,
        starts_at=at,
        rule=found.rule,
        pool=found.pool,
        turn=turn,
        reasons=[*([reason] if reason else []), *found.reasons],
        ledger=found.ledger(),
        version=lead.version,
        by=by,
    )
    Lead.objects.filter(pk=lead.pk).update(owner=owner)
    lead.owner = owner
    return row
