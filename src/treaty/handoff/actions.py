"""Give leads to exactly one owner each, with a brief; take them back; give them to others."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from treaty.agreement.queries import signed_of
from treaty.bulk import insert, update
from treaty.handoff.brief import Material, write
from treaty.handoff.ledger import Given, assign_all
from treaty.handoff.material import gather
from treaty.handoff.models import Handoff
from treaty.handoff.turns import Turns
from treaty.journal.actions import Said, record_all
from treaty.prepared import prepared
from treaty.truth.models import Assignment, Lead

ATTEMPTS = 6
T = TypeVar("T")


class NotForHandoff(Exception):
    """This lead cannot be handed over now; the message says why."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When the lead became ready, and when the deciding fact reached us: source and system delay (R25)."""

    qualified_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Ready:
    """A lead that entered sales' care.

    lead: its row. at: when it is handed over. timing: without one it became ready when it entered its stage.
    holds: positions of the route's rules whose `when` holds for the lead.
    """

    lead: int
    at: datetime
    timing: Timing | None = None
    holds: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Leaving:
    """A handoff, by its row, to be taken from its owner, when and why. holds: as in `Ready`, as it is now."""

    handoff: int
    at: datetime
    reason: str
    holds: frozenset[int] = frozenset()


def hand_over(lead: Lead, *, at: datetime, timing: Timing | None = None, holds: frozenset[int] = frozenset()) -> Handoff:
    """`hand_over_all` for one lead. Raises NotForHandoff, rules.NobodyLeft."""
    made = hand_over_all([Ready(lead.pk, at, timing, holds)]).get(lead.pk)
    if made is None:
        stage = Lead.objects.values_list("stage", flat=True).get(pk=lead.pk)
        raise NotForHandoff(f"lead {lead.key} is in {stage}, which is not in sales' care")
    return made


def hand_over_all(ready: Sequence[Ready]) -> dict[int, Handoff]:
    """Route leads that entered sales' care, in turn as given, and write their briefs, in a fixed number of queries.

    Returns the open handoffs by row of the lead; one that has left sales' care has none. Running twice gives the same.
    Two writers at once: a constraint settles who was first, the other looks again. Raises rules.NobodyLeft.
    """
    return _until_settled(partial(_hand_over_all, ready)) if ready else {}


def reroute(handoff: Handoff, *, at: datetime, reason: str, holds: frozenset[int] = frozenset()) -> Handoff:
    """`reroute_all` for one handoff."""
    return reroute_all([Leaving(handoff.pk, at, reason, holds)])[handoff.pk]


def reroute_all(leaving: Sequence[Leaving]) -> dict[int, Handoff]:
    """Take unanswered handoffs from their owners and give each to the next who has not had it yet.

    When everybody had it already it stays where it is: a lead does not go round in circles. Running twice changes
    nothing more. Returns the handoffs open afterwards, by the row of the one before. Raises rules.NobodyLeft.
    """
    return _until_settled(partial(_reroute_all, leaving)) if leaving else {}


def _until_settled(act: Callable[[], T]) -> T:
    for _ in range(ATTEMPTS - 1):
        try:
            return act()
        except IntegrityError:
            continue
    return act()


def hold(lead_id: int) -> Lead:
    """Keep other writers from this lead until the transaction ends.

    First of all in an action, before seats and the journal: two that take them in the same order never wait for
    each other.
    """
    return hold_all([lead_id])[lead_id]


def hold_all(lead_ids: Iterable[int]) -> dict[int, Lead]:
    """The same for several, in the order of their numbers."""
    return {lead.pk: lead for lead in _held(set(lead_ids))}


@prepared
def _held(leads: Collection[int]) -> QuerySet[Lead]:
    rows = Lead.objects.select_for_update(of=("self",)).select_related("person__account__owner", "version")
    return rows.filter(pk__among=leads).order_by("pk")


def lock(*lead_ids: int) -> None:
    """The same for who needs no more than the place in line.

    SQLite has one line for all, and we stand in it.
    """
    if connection.features.has_select_for_update:
        list(Lead.objects.select_for_update().filter(pk__in=lead_ids).order_by("pk").values_list("pk"))


@transaction.atomic
def _hand_over_all(ready: Sequence[Ready]) -> dict[int, Handoff]:
    leads = hold_all(one.lead for one in ready)
    made = {row.lead_id: row for row in _open(list(leads))}
    due = {one.lead: one for one in ready if one.lead not in made and _is_with_sales(leads[one.lead])}
    if due:
        turns = Turns([leads[pk] for pk in due], [one.at for one in due.values()])
        given = [(_next(turns, leads[pk], one.at, one.holds), one.timing) for pk, one in due.items()]
        turns.keep()
        made |= {row.lead_id: row for row in make_handoffs([(g, t or Timing(g.lead.stage_since, g.at)) for g, t in given])}
    return made


@prepared
def _open(leads: Collection[int]) -> QuerySet[Handoff]:
    return Handoff.objects.filter(lead__among=leads, ended_at=None).select_related("owner")


def _is_with_sales(lead: Lead) -> bool:
    return lead.closed_at is None and signed_of(lead.version).terms.stages[lead.stage].owner == "sales"


def _next(turns: Turns, lead: Lead, at: datetime, holds: frozenset[int]) -> Given:
    found = turns.route(lead, at, holds)
    owner, turn = turns.take(lead, found)
    return Given(lead, owner, found, at, turn=turn)


@transaction.atomic
def _reroute_all(leaving: Sequence[Leaving]) -> dict[int, Handoff]:
    pks = [one.handoff for one in leaving]
    leads = hold_all(Handoff.objects.filter(pk__in=pks).values_list("lead", flat=True))
    rows = {row.pk: row for row in Handoff.objects.filter(pk__in=pks).select_related("owner", "version", "lead")}
    waiting = [one for one in leaving if _is_unanswered(row := rows[one.handoff], leads[row.lead_id])]
    going = _given_on(waiting, rows, leads) if waiting else {}
    for one in waiting:
        if one.handoff in going:
            rows[one.handoff].ended_at, rows[one.handoff].ended_how = one.at, "moved"
    update([rows[pk] for pk in going], ["ended_at", "ended_how"])
    moved = [_moved(rows[one.handoff], one) for one in waiting if one.handoff in going]
    make_handoffs([(given, Timing(rows[pk].qualified_at, rows[pk].received_at)) for pk, given in going.items()], before=moved)
    still_open = Handoff.objects.filter(lead__in=leads, ended_at=None)
    opened = {row.lead_id: row for row in still_open.select_related("owner", "version", "lead__version")}
    return {pk: opened.get(row.lead_id, row) for pk, row in rows.items()}


def _is_unanswered(row: Handoff, lead: Lead) -> bool:
    """Whether it is still open, and was not answered or taken back while we waited."""
    return row.ended_at is None and lead.stage == row.from_stage and _is_with_sales(lead)


def _given_on(waiting: Sequence[Leaving], rows: Mapping[int, Handoff], leads: Mapping[int, Lead]) -> dict[int, Given]:
    """By handoff, to whom its lead goes; who can go to nobody new is not in it."""
    turns = Turns([leads[rows[one.handoff].lead_id] for one in waiting], [one.at for one in waiting])
    had = _had_it([rows[one.handoff] for one in waiting])
    going = {}
    for one in waiting:
        lead = leads[rows[one.handoff].lead_id]
        found = turns.route(lead, one.at, one.holds, had[one.handoff])
        if found.email not in had[one.handoff]:
            owner, turn = turns.take(lead, found)
            going[one.handoff] = Given(lead, owner, found, one.at, reason=one.reason, turn=turn)
    turns.keep()
    return going


def _had_it(rows: Iterable[Handoff]) -> dict[int, frozenset[str]]:
    """By handoff, everyone its lead was with since it was qualified, the present owner included."""
    since: dict[tuple[int, datetime], set[str]] = defaultdict(set)
    listed = list(rows)
    before = Handoff.objects.filter(lead__in=[row.lead_id for row in listed])
    for lead, qualified_at, email in before.values_list("lead", "qualified_at", "owner__email"):
        since[lead, qualified_at].add(email)
    return {row.pk: frozenset(since[row.lead_id, row.qualified_at]) for row in listed}


def _moved(row: Handoff, one: Leaving) -> Said:
    return Said("handoff.moved", row, one.at, agreement=row.version.hash, codes={"from": row.owner.key}, words={"reason": one.reason})


def make_handoffs(given: Sequence[tuple[Given, Timing]], *, before: Sequence[Said] = ()) -> list[Handoff]:
    """Hand leads to whom the ledger names next, each with a brief written for them. before: what the journal says first."""
    material = gather([(one.lead, one.at) for one, _ in given]) if given else {}
    assignments = assign_all([one for one, _ in given])
    made = insert(
        _handoff(one, timing, assignment, material[one.lead.pk]) for (one, timing), assignment in zip(given, assignments, strict=True)
    )
    record_all([*before, *(_said(row, one) for row, (one, _) in zip(made, given, strict=True))])
    return made


def _handoff(one: Given, timing: Timing, assignment: Assignment, material: Material) -> Handoff:
    parts, completeness = write(material, signed_of(one.lead.version).terms)
    return Handoff(
        lead=one.lead,
        owner=one.owner,
        assignment=assignment,
        version=one.lead.version,
        from_stage=one.lead.stage,
        brief=parts,
        completeness=completeness,
        qualified_at=timing.qualified_at,
        received_at=timing.received_at,
        made_at=one.at,
    )


def _said(row: Handoff, one: Given) -> Said:
    codes = {"lead": one.lead.key, "owner": one.owner.key, "rule": one.route.rule, "pool": one.route.pool}
    return Said("handoff.made", row, one.at, one.by, one.lead.version.hash, codes)
