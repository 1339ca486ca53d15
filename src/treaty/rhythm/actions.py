"""Hold a meeting; decide; take on an action; get it done; settle a dispute."""

from datetime import date, datetime, timedelta

from django.db import transaction

from treaty.agreement.queries import signed_of
from treaty.feedback.models import Dispute
from treaty.journal.actions import record
from treaty.qualification import moves
from treaty.qualification.moves import How, Why
from treaty.qualification.resting import rest
from treaty.rhythm.models import Meeting, Resolution
from treaty.team.models import Member
from treaty.truth.models import Lead

RULINGS = {
    "rejection_stands": "the rejection stands",
    "reopen": "sales looks again",
    "recycle": "back to marketing's care",
    "amend": "the clause is unclear: amend it",
}
"""What a meeting may rule on a disputed rejection."""
REOPENED = "dispute"


class NothingSaid(ValueError):
    """A decision or action needs words."""


class NotARuling(ValueError):
    """The ruling is none of RULINGS; the message lists them."""


class AlreadySettled(Exception):
    """The dispute has its ruling; `dispute` holds it."""

    def __init__(self, dispute: Dispute) -> None:
        self.dispute = dispute
        super().__init__(f"this dispute is settled: {RULINGS.get(dispute.ruling, dispute.ruling)}")


@transaction.atomic
def open_meeting(name: str, on: date, *, by: Member, at: datetime) -> Meeting:
    """The holding of a meeting on a date; opening it twice gives the same one."""
    meeting, is_new = Meeting.objects.get_or_create(name=name, on=on, defaults={"opened_by": by, "opened_at": at})
    if is_new:
        record("meeting.opened", meeting, by=by, at=at, codes={"name": name, "on": on.isoformat()})
    return meeting


@transaction.atomic
def resolve(
    kind: str, text: str, *, owner: Member, by: Member, at: datetime, due_on: date | None = None, meeting: Meeting | None = None
) -> Resolution:
    """Write down a decision or an action. An action has a date, not one before its meeting, or before today. Raises NothingSaid."""
    if not text.strip():
        raise NothingSaid("say in a sentence what was decided")
    if kind == Resolution.Kind.ACTION and due_on is None:
        raise NothingSaid("an action needs a date: by when is it done?")
    yesterday = (at - timedelta(days=1)).date()  # somewhere it is still today
    if due_on is not None and due_on < min(yesterday, meeting.on if meeting else yesterday):
        raise NothingSaid(f"{due_on} is over already: say a day that is ahead")
    row = Resolution.objects.create(kind=kind, text=text.strip()[:500], owner=owner, due_on=due_on, meeting=meeting, by=by, at=at)
    record("resolution.made", row, by=by, at=at, codes={"kind": kind, "owner": owner.key}, words={"text": row.text})
    return row


@transaction.atomic
def finish(row: Resolution, *, by: Member, at: datetime) -> None:
    """Done. Saying it twice keeps the first moment."""
    if Resolution.objects.filter(pk=row.pk, done_at=None, dropped_at=None).update(done_at=at):
        record("resolution.done", row, by=by, at=at)


@transaction.atomic
def drop(row: Resolution, *, by: Member, at: datetime) -> None:
    """No longer wanted; it stays in the record."""
    if Resolution.objects.filter(pk=row.pk, done_at=None, dropped_at=None).update(dropped_at=at):
        record("resolution.dropped", row, by=by, at=at)


@transaction.atomic
def settle(dispute: Dispute, ruling: str, *, by: Member, at: datetime, note: str = "") -> Dispute:
    """Keep the ruling of the meeting; note: why. `reopen` and `recycle` also move the lead, by the agreed graph and in the name of `by`.

    Raises NotARuling, AlreadySettled with the first ruling, lifecycle.NotAllowed when the lead cannot go there any
    more; then nothing is kept.
    """
    if ruling not in RULINGS:
        raise NotARuling(f"{ruling!r} is not a ruling: use one of {', '.join(RULINGS)}")
    if not Dispute.objects.filter(pk=dispute.pk, ruling="").update(ruling=ruling, why=note[:300], ruled_by=by, ruled_at=at):
        dispute.refresh_from_db()
        raise AlreadySettled(dispute)
    dispute.refresh_from_db()
    disposition = dispute.disposition
    lead = disposition.handoff.lead
    _carry_out(lead, ruling, by=by, at=at, note=note)
    codes = {"lead": lead.key, "ruling": ruling}
    record(
        "rejection.settled",
        disposition,
        by=by,
        at=at,
        agreement=disposition.version.hash,
        codes=codes,
        words={"note": note} if note else None,
    )
    return dispute


def _carry_out(lead: Lead, ruling: str, *, by: Member, at: datetime, note: str) -> None:
    terms = signed_of(lead.version).terms
    to_stage = {"reopen": terms.handoff_stage, "recycle": "recycled"}.get(ruling)
    if to_stage is None or lead.stage == to_stage:
        return
    moves.move(lead, to_stage, at=at, why=Why(How.PERSON, REOPENED, note), by=by)
    if ruling == "reopen":
        rest(lead, until=None, evidence_from=None)
