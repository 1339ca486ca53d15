"""A person gives a lead to another: beside the route, and in the ledger with their name and reason."""

from datetime import datetime

from django.db import transaction

from treaty.handoff.actions import NotForHandoff, Timing, hold, make_handoffs
from treaty.handoff.ledger import Given, assign
from treaty.handoff.models import Handoff
from treaty.handoff.rules import Route
from treaty.journal.actions import record
from treaty.team.models import Member


@transaction.atomic
def give(handoff: Handoff, to: Member, *, by: Member, at: datetime, reason: str) -> Handoff:
    """Take an open handoff from its owner and give it to `to`; no turn of a pool is used. Running twice changes nothing more.

    The brief is written anew for its reader; source and system delay stay those of the first handoff. An accepted lead
    stays with its owner, unless they left: then `to` goes on with it.
    Raises NotForHandoff for one that has ended, or was accepted by somebody who is here.
    """
    lead = hold(handoff.lead_id)
    row = Handoff.objects.select_related("lead__person__account", "lead__version", "owner", "version").get(pk=handoff.pk)
    if row.owner_id == to.pk and row.ended_at is None:
        return row
    if row.ended_at is not None:
        raise NotForHandoff(f"this handoff to {row.owner.name} has ended: open the lead and look who has it now")
    if lead.stage != row.from_stage:
        return _go_on(row, to, by, at, reason)
    Handoff.objects.filter(pk=row.pk).update(ended_at=at, ended_how="moved")
    record("handoff.moved", row, by=by, at=at, agreement=row.version.hash, codes={"from": row.owner.key}, words={"reason": reason})
    route = Route(to.email, "person", "", (f"given by {by.name}: {reason}",))
    return make_handoffs([(Given(row.lead, to, route, at, by), Timing(row.qualified_at, row.received_at))])[0]


def _go_on(row: Handoff, to: Member, by: Member, at: datetime, reason: str) -> Handoff:
    """Whoever accepted it left: it is the same handoff, with its brief, its answer and its stage, and another owner from now on."""
    left = row.owner
    if left.is_active:
        raise NotForHandoff(f"{left.name} has accepted it: it goes back with a reason, or stays")
    why = (f"{left.name}, who accepted it, is no longer with us", f"given by {by.name}: {reason}")
    row.assignment = assign(row.lead, Route(to.email, "person", "", why), at=at, by=by)
    row.owner = to
    row.save(update_fields=["owner", "assignment"])
    codes = {"lead": row.lead.key, "from": left.key, "owner": to.key}
    record("handoff.taken_over", row, by=by, at=at, agreement=row.version.hash, codes=codes, words={"reason": reason})
    return row
