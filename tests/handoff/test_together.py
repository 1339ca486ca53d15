"""Several leads handed over at once are handed over as they would have been one after another."""

import random
from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import NOON
from treaty.handoff.actions import Leaving, Ready, Timing, hand_over, hand_over_all, reroute, reroute_all
from treaty.handoff.material import MOST_TOUCHES, gather
from treaty.handoff.models import Handoff, Seat
from treaty.journal.models import Entry
from treaty.team.models import Absence, Member
from treaty.truth.actions import absorb
from treaty.truth.models import Account, Assignment, Lead, Objection
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.db
LEADS = 9
MINUTE = timedelta(minutes=1)


def as_written():
    """All that a handoff leaves behind, but for numbers and keys the database and chance give."""
    handoffs = Handoff.objects.order_by("made_at", "lead__person__email").select_related("owner", "assignment", "lead__person")
    return {
        "handoffs": [
            (h.lead.person.email, h.owner.email, h.made_at, h.qualified_at, h.received_at, h.ended_at, h.ended_how, h.brief, h.completeness)
            for h in handoffs
        ],
        "ledger": sorted(
            [
                (a.lead.person.email, a.owner.email, a.starts_at, a.ends_at, a.rule, a.pool, a.turn, a.reasons, a.ledger)
                for a in Assignment.objects.select_related("lead__person", "owner")
            ],
            key=repr,
        ),
        "seats": sorted(Seat.objects.values_list("pool", "member__email", "taken", "was_away", "joined_at")),
        "owners": sorted(Lead.objects.values_list("person__email", "owner__email")),
        "entries": sorted(
            Entry.objects.filter(verb__startswith="handoff.").values_list("verb", "at", "codes__rule", "codes__pool", "codes__lead")
        , key=repr),
    }  # fmt: skip


def left_by(act):
    """What an act leaves behind; afterwards it is as if it had not been."""
    with transaction.atomic():
        act()
        written = as_written()
        transaction.set_rollback(True)
    return written


def crowd(world, chance):
    """Leads of one account, touched now and then, with reps of unlike weight and room, of whom some are away for a while."""
    Account.objects.update(owner=None)
    leads = [world.qualified(NOON, f"p{n}@acme.example") for n in range(LEADS)]
    if chance.random() < 0.5:
        Account.objects.update(owner=world.sol)
    for member in Member.objects.all():
        member.capacity, member.max_open = chance.choice([1, 2, 3]), chance.choice([None, None, 1, 2])
        member.save()
    if chance.random() < 0.5:
        until = NOON + chance.choice([2, 5]) * MINUTE
        Absence.objects.create(member=world.kim, starts_at=NOON, ends_at=until, by=world.sam, at=NOON)
    touches = [
        TouchRecord(
            ref=PersonRef(email=f"p{chance.randrange(LEADS)}@acme.example"),
            kind="content_download",
            message_id=f"m{n}",
            occurred_at=NOON + chance.randrange(-20, 10) * MINUTE,
            content="checklist",
        )
        for n in range(40)
    ]
    absorb(touches, source=world.source, received_at=NOON)
    for lead in leads[::2]:
        Objection.objects.create(person=lead.person, lead=lead, text="too dear", by=world.sol, at=NOON + chance.randrange(9) * MINUTE)
    return leads


@pytest.mark.parametrize("seed", range(6))
def test_leads_handed_over_together_go_where_each_alone_would_have_gone(world, seed):
    chance = random.Random(seed)
    leads = crowd(world, chance)
    moments = [NOON + n * MINUTE for n in range(LEADS)] if seed % 2 else [NOON + 9 * MINUTE] * LEADS
    timing = Timing(NOON - MINUTE, NOON)

    def one_by_one():
        for lead, at in zip(leads, moments, strict=True):
            hand_over(lead, at=at, timing=timing)

    def together():
        hand_over_all([Ready(lead.pk, at, timing) for lead, at in zip(leads, moments, strict=True)])

    alone = left_by(one_by_one)
    assert len(alone["handoffs"]) == LEADS
    assert left_by(together) == alone


@pytest.mark.parametrize("seed", range(6))
def test_handoffs_taken_away_together_go_where_each_alone_would_have_gone(world, seed):
    chance = random.Random(seed)
    made = [hand_over(lead, at=NOON + 9 * MINUTE) for lead in crowd(world, chance)]
    chance.shuffle(made)
    moments = [NOON + (10 + n) * MINUTE for n in range(LEADS)]

    def one_by_one():
        for handoff, at in zip(made, moments, strict=True):
            reroute(handoff, at=at, reason="the time ran out")

    def together():
        reroute_all([Leaving(handoff.pk, at, "the time ran out") for handoff, at in zip(made, moments, strict=True)])

    alone = left_by(one_by_one)
    assert any(row[6] == "moved" for row in alone["handoffs"])
    assert left_by(together) == alone


def test_the_number_of_queries_does_not_grow_with_the_leads(world, django_assert_max_num_queries):
    leads = [world.qualified(NOON, f"p{n}@acme.example") for n in range(30)]
    with django_assert_max_num_queries(30):
        made = hand_over_all([Ready(lead.pk, NOON) for lead in leads])
    assert len(made) == 30


def test_a_lead_that_left_sales_care_does_not_keep_the_others(world):
    gone, here = world.qualified(NOON, "gone@acme.example"), world.qualified(NOON)
    Lead.objects.filter(pk=gone.pk).update(stage="engaged")
    assert list(hand_over_all([Ready(gone.pk, NOON), Ready(here.pk, NOON)])) == [here.pk]


def test_a_lead_named_twice_is_handed_over_once(world):
    lead = world.qualified(NOON)
    hand_over_all([Ready(lead.pk, NOON), Ready(lead.pk, NOON + MINUTE)])
    assert Handoff.objects.count() == 1


def test_of_a_long_history_the_latest_touches_are_gathered_and_the_very_first(world):
    lead = world.qualified(NOON)
    touches = [
        TouchRecord(
            ref=PersonRef(email="ada@acme.example"),
            kind="page_view",
            message_id=f"m{n}",
            occurred_at=NOON - timedelta(hours=n),
            path=f"/{n}",
        )
        for n in range(1, MOST_TOUCHES + 50)
    ]
    absorb(touches, source=world.source, received_at=NOON)
    found = gather([(lead, NOON)])[lead.pk]
    assert [touch.path for touch in found.touches] == [f"/{n}" for n in range(1, MOST_TOUCHES + 1)]
    assert found.first.path == f"/{MOST_TOUCHES + 49}"
