"""A lead that goes on in another of the same person promises nothing: theirs does."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.qualification.merging import merge, unmerge
from treaty.sla.actions import start
from treaty.sla.queries import queue
from treaty.sla.watch import waiting
from treaty.truth.models import Assignment

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MUCH_LATER = NOON + timedelta(days=30)


def test_its_clocks_do_not_ring_and_it_is_in_no_queue_until_they_are_parted(world):
    ada, bob = (world.handed_over(NOON, email) for email in ("ada@acme.example", "bob@acme.example"))
    start(ada)
    start(bob)

    def ringing():
        return {one.lead for one in waiting(MUCH_LATER)}

    def queued():
        return {row.handoff for one in (ada, bob) for row in queue(one.owner, at=NOON)}

    both = ringing(), queued()
    assert both == ({ada.lead_id, bob.lead_id}, {ada, bob})
    made = merge(ada.lead.person, bob.lead.person, evidence={"rule": "told"}, by=world.rui, at=NOON)
    assert (ringing(), queued()) == ({ada.lead_id}, {ada})
    assert Assignment.objects.filter(ends_at=None).count() == 2
    unmerge(made, by=world.rui, at=NOON)
    assert (ringing(), queued()) == both
