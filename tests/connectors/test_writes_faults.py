"""Bad systems (F5): a third of the calls go wrong in every way; each write is there once or dead with a reason, within the quota.

Faults: too many calls with and without a word how long, 500, 503, carried out and then no answer, cut short, a page instead of JSON,
nothing; tokens that run out; records of a batch that are declined, or held by another writer.
"""

import os
from collections import Counter
from typing import Any

import pytest

from tests.connectors.waits import Waits
from tests.connectors.writing import FIELDS, company
from tests.often import often
from treaty.connectors.models import Written
from treaty.handoff.actions import hand_over
from treaty.journal.models import Outgoing

pytestmark = pytest.mark.django_db
WRITES = int(os.environ.get("TREATY_WRITES", often(120, 10_000)))
"""Half of them fields, half of them notes, where a system keeps notes."""


@pytest.mark.parametrize("vendor", sorted(FIELDS))
def test_each_write_is_there_once_or_dead_with_a_reason(vendor: str, world: Any, waits: Waits) -> None:
    ours = company(vendor, world, waits)
    leads = ours.leads(WRITES // 2)
    ours.allow(brief=ours.keeps_notes)
    for lead in leads:
        hand_over(lead, at=ours.fake.at)
    ours.react()
    for lead in leads[::20]:
        ours.guard(lead)
    expected = {lead.key: (lead.stage, "dead" if place % 20 == 0 else "sent") for place, lead in enumerate(leads)}
    ours.fake.calls.clear()
    ours.fake.faults, ours.fake.held, ours.fake.refuse_until = 0.3, 0.1, 3
    turns = ours.carry_all()
    ours.fake.faults = 0.0

    assert ours.fake.over == 0, "never more calls than the quota allows"
    rows = list(Outgoing.objects.filter(door="write").exclude(state="cancelled"))  # a later change of the lead was written instead
    ends = Counter((row.dedup_key.partition(":")[0], row.state) for row in rows)
    assert sum(ends.values()) == (1 + ours.keeps_notes) * len(leads)
    assert {row.state for row in rows} == {"sent", "dead"}
    assert all(row.problem for row in rows if row.state == "dead")
    ended = {lead: {row.state for row in some} for lead, some in _by_lead(rows).items()}
    for lead in leads:
        stage, end = expected[lead.key]
        assert ended[lead.key] == {end}
        notes = ours.notes(lead)
        assert len(notes) == (1 if end == "sent" and ours.keeps_notes else 0), lead.key
        assert ours.there(lead, "stage") == (stage if end == "sent" else ""), lead.key
    written = Written.objects.filter(confirmed_at__isnull=False)
    assert {one.before for one in written.filter(kind="stage")} == {""}, "what stood there before the first try, not our own value"
    print(
        f"\n{vendor}: {len(rows)} writes, {dict(ends)}; {len(ours.fake.calls)} calls in {turns} turns, "
        f"{sum(row.attempts - row.rests for row in rows) / len(rows):.2f} tries each, over the quota {ours.fake.over}"
    )


def _by_lead(rows: list[Outgoing]) -> dict[str, list[Outgoing]]:
    found: dict[str, list[Outgoing]] = {}
    for row in rows:
        found.setdefault(row.subject_key, []).append(row)
    return found
