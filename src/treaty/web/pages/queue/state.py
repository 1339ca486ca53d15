"""How one handoff stands now: its answer, what was tried, its running clocks. Read once for all a page draws of it."""

from dataclasses import dataclass
from datetime import datetime

from treaty.feedback import rules
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff
from treaty.sla.models import SlaClock
from treaty.sla.queries import next_clock
from treaty.team.models import Member
from treaty.truth.models import Activity
from treaty.web import clocks
from treaty.web.clocks import Reading


@dataclass(frozen=True, slots=True)
class State:
    """given: the answer that counts; tried: outbound activities since the handoff, oldest first; readings: running clocks, at `at`."""

    handoff: Handoff
    at: datetime
    given: Disposition | None
    tried: tuple[Activity, ...]
    readings: tuple[Reading, ...]

    @property
    def is_accepted(self) -> bool:
        return self.given is not None and self.given.outcome == "accepted"

    @property
    def is_waiting(self) -> bool:
        """Nobody has answered: its answers come before everything else."""
        return self.handoff.ended_at is None and self.given is None

    @property
    def first_contact_at(self) -> datetime | None:
        return self.tried[0].occurred_at if self.tried else None

    @property
    def stands(self) -> bool:
        """A clock is in a pause, whether its end is known or not."""
        pauses = [pause for reading in self.readings for pause in reading.pauses]
        return any(start <= self.at and (end is None or end > self.at) for start, end in pauses)

    @property
    def reading(self) -> Reading | None:
        """The clock that runs out first."""
        first = next_clock([reading.clock for reading in self.readings])
        return next((reading for reading in self.readings if reading.clock is first), None)

    def last_done(self, by: Member) -> Disposition | Activity | None:
        """What a press of U would take back: the answer, or a contact this member logged here, whichever is later."""
        mine = [one for one in self.tried if one.member_id == by.pk and one.lead_id == self.handoff.lead_id and one.source.kind == "manual"]
        logged = mine[-1] if mine else None
        if self.given is None or (logged is not None and logged.occurred_at > self.given.at):
            return logged
        return self.given

    def can_undo(self, by: Member, at: datetime) -> bool:
        """An answer upon which something followed stays: the lead has been qualified, given up, or woken since."""
        last = self.last_done(by)
        if isinstance(last, Disposition) and self.handoff.lead.stage_since > last.at:
            return False
        moment = last.at if isinstance(last, Disposition) else last.occurred_at if last else None
        return moment is not None and at - moment <= rules.UNDO_WITHIN


def state_of(handoff: Handoff, at: datetime) -> State:
    """Four queries at most, whatever happened."""
    tried = Activity.objects.filter(
        person=handoff.lead.person_id, direction="out", withdrawn_at=None, occurred_at__gte=handoff.made_at
    ).exclude(kind="note").select_related("source", "lead").order_by("occurred_at", "id")  # fmt: skip
    running = list(SlaClock.objects.filter(handoff=handoff, ended=""))
    for clock in running:
        clock.owner, clock.version = handoff.owner, handoff.version
    pauses = clocks.pauses_of(running) if running else {}
    return State(
        handoff,
        at,
        Disposition.objects.filter(handoff=handoff, withdrawn_at=None).select_related("by", "handoff__owner").first(),
        tuple(tried),
        tuple(clocks.read(clock, at, pauses.get(clock.pk, ())) for clock in running),
    )
