"""What many people do in one go leaves the company as it would be if each had done it in turn, moment by moment."""

from datetime import date

import pytest
from django.db import transaction

from tests.often import often
from treaty.demo import run
from treaty.feedback.models import Disposition
from treaty.handoff.models import Handoff, Seat
from treaty.journal.models import Entry
from treaty.sla import watch
from treaty.sla.models import SlaClock
from treaty.truth.models import Activity, Assignment, Lead, Objection, Opportunity, StageMove

pytestmark = [
    pytest.mark.db,
    pytest.mark.only_sqlite,  # the demo company lives in the embedded database; what it calls is compared on both in feedback and handoff
]
EMAIL = "lead__person__email"
CLOCK = ("starts_at", "due_at", "next_at", "warned_at", "breached_at", "stopped_at", "ended", "done")
LEFT = {
    Lead: ("person__email", "stage", "stage_since", "closed_at", "owner__email", "rests_until", "evidence_from"),
    StageMove: (EMAIL, "from_stage", "to_stage", "at", "received_at", "how", "reason", "note", "by__email"),
    Assignment: (EMAIL, "owner__email", "starts_at", "ends_at", "rule", "pool", "turn", "reasons", "ledger"),
    Handoff: (EMAIL, "owner__email", "made_at", "qualified_at", "received_at", "ended_at", "ended_how", "completeness"),
    Seat: ("pool", "member__email", "taken", "was_away"),
    SlaClock: (EMAIL, "owner__email", "promise", *CLOCK),
    Disposition: (f"handoff__{EMAIL}", "outcome", "reason", "detail", "note", "by__email", "at"),
    Activity: ("person__email", "kind", "outcome", "text", "occurred_at", "member__email"),
    Objection: ("person__email", "theme", "text", "at"),
    Opportunity: (EMAIL, "name", "stage", "amount", "outcome", "opened_at", "closed_at", "owner__email"),
    Entry: ("verb", "at", "actor__email"),
}


def until_anything_happens(life, ends_at):
    """The first of all steps and clocks alone."""
    moments = [at for at, _, _ in life.todo[:1]] + [due.at for due in watch.waiting(ends_at, most=1)]
    return min([*(at + run.INSTANT for at in moments), ends_at])


def lived(cut):
    with transaction.atomic():
        run.build(leads=often(400, 1200), seed=7, today=date(2026, 6, 15), days=18, progress=lambda *_: None, cut=cut)
        written = {model: sorted(map(repr, model.objects.values_list(*names))) for model, names in LEFT.items()}
        moments = list(Entry.objects.filter(verb__startswith="contact.").order_by("seq").values_list("at", flat=True))
        transaction.set_rollback(True)
    return written, moments


def test_a_company_lived_in_stretches_is_the_one_lived_moment_by_moment(db):
    together, moments = lived(run.until_one_goes_on)
    assert any("'moved'" in row for row in together[Handoff])
    assert any("'rejected'" in row for row in together[Disposition])
    assert any("clock.warned" in row for row in together[Entry])
    assert moments == sorted(moments)
    alone, _ = lived(until_anything_happens)
    for model in LEFT:
        assert together[model] == alone[model], model.__name__
