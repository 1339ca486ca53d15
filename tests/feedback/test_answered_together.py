"""Several answers kept at once leave behind what they would have left one after another; one that is refused keeps no other."""

import random
from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import NOON
from treaty.feedback import actions
from treaty.feedback.answers import REFUSED, Answer, GivenUp, answer_all, give_up_all
from treaty.feedback.contact import log_contact
from treaty.feedback.desk import AlreadyDecided
from treaty.feedback.models import Disposition, Outcome
from treaty.feedback.rules import AnswerIncomplete, NotTheOwner
from treaty.handoff.actions import NotForHandoff, reroute
from treaty.handoff.models import Handoff
from treaty.journal.chain import verify_chain
from treaty.journal.models import Entry
from treaty.journal.queries import all_fields
from treaty.truth.models import Assignment, Lead, StageMove

pytestmark = pytest.mark.db
LEADS = 8
MINUTE = timedelta(minutes=1)
REASONS = ("no_budget", "unable_to_reach", "competitor", "duplicate", "no_fit", "made_up")


def as_written():
    """All that answers leave behind, but for numbers and keys the database and chance give."""
    email = "lead__person__email"
    answer = (f"handoff__{email}", "outcome", "reason", "detail", "note", "by", "at", "received_at")
    lead = ("person__email", "stage", "stage_since", "closed_at", "owner", "rests_until", "evidence_from")
    moves = StageMove.objects.order_by("lead", "pk")
    return {
        "answers": sorted(Disposition.objects.values_list(*answer)),
        "handoffs": sorted(Handoff.objects.values_list(email, "made_at", "ended_at", "ended_how"), key=repr),
        "leads": sorted(Lead.objects.values_list(*lead), key=repr),
        "ledger": sorted(Assignment.objects.values_list(email, "owner", "starts_at", "ends_at", "rule", "reasons", "by"), key=repr),
        "moves": list(moves.values_list(email, "from_stage", "to_stage", "at", "received_at", "how", "reason", "note", "by")),
        "entries": sorted(Entry.objects.values_list("verb", "at", "actor", "codes__lead", "codes__reason", "codes__to"), key=repr),
    }


def left_by(act):
    """What an act returns and leaves behind; afterwards it is as if it had not been."""
    with transaction.atomic():
        said = act()
        written = as_written()
        verify_chain(all_fields())
        transaction.set_rollback(True)
    return said, written


def told(one):
    return f"{type(one).__name__}: {one}" if isinstance(one, Exception) else one and (one.outcome, one.at)


def answers_of(world, chance, handoffs):
    """What might be said to each: by its owner or somebody else, sensible or not, also to what was answered or has gone."""
    for handoff in handoffs:
        by = handoff.owner if chance.random() < 0.8 else chance.choice([world.sam, world.kim, world.rui])
        at = NOON + chance.randrange(5, 60) * MINUTE
        outcome = chance.choice(list(Outcome))
        said = {} if outcome == Outcome.ACCEPTED else {"note": chance.choice(["", "they said so"])}
        if outcome == Outcome.REJECTED:
            said |= {"reason": chance.choice(REASONS), "detail": chance.choice(["", "Vibrosys"])}
        until = at + timedelta(days=30) if outcome == Outcome.RECYCLED and chance.random() < 0.5 else None
        yield Answer(handoff=handoff, outcome=outcome, by=by, at=at, until=until, **said)


def given_alone(answer):
    try:
        if answer.outcome == Outcome.ACCEPTED:
            return actions.accept(answer.handoff, by=answer.by, at=answer.at)
        if answer.outcome == Outcome.REJECTED:
            said = {"detail": answer.detail, "note": answer.note}
            return actions.reject(answer.handoff, answer.reason, by=answer.by, at=answer.at, **said)
        return actions.recycle(answer.handoff, by=answer.by, at=answer.at, until=answer.until, note=answer.note)
    except REFUSED as refused:
        return refused


def crowd(world, chance):
    """Handoffs; of some the person was tried five times, some were answered or went to another before."""
    handoffs = [world.handed_over(NOON, f"p{n}@acme.example") for n in range(LEADS)]
    for handoff in handoffs:
        for n in range(chance.choice([0, 5])):
            log_contact(handoff.lead, "call", by=handoff.owner, at=NOON + n * MINUTE, outcome="no_answer")
        if chance.random() < 0.1:
            actions.accept(handoff, by=handoff.owner, at=NOON + MINUTE)
        elif chance.random() < 0.1:
            reroute(handoff, at=NOON + MINUTE, reason="the time ran out")
    return handoffs


@pytest.mark.parametrize("seed", range(8))
def test_answers_given_together_are_those_given_one_by_one(world, seed):
    chance = random.Random(seed)
    handoffs = [Handoff.objects.get(pk=handoff.pk) for handoff in crowd(world, chance)]
    answers = list(answers_of(world, chance, handoffs))
    alone = left_by(lambda: [told(given_alone(answer)) for answer in answers])
    assert left_by(lambda: [told(one) for one in answer_all(answers)]) == alone


@pytest.mark.parametrize("seed", range(4))
def test_leads_given_up_together_go_where_each_alone_would_have_gone(world, seed):
    chance = random.Random(seed)
    handoffs = crowd(world, chance)
    given_up = []
    for handoff in handoffs:
        if handoff.ended_at is None and not Disposition.objects.filter(handoff=handoff).exists() and chance.random() < 0.7:
            answer_all([Answer(handoff=handoff, outcome=Outcome.ACCEPTED, by=handoff.owner, at=NOON + 2 * MINUTE)])
        by = handoff.owner if chance.random() < 0.8 else world.kim
        at, reason = NOON + chance.randrange(5, 60) * MINUTE, chance.choice(REASONS)
        given_up.append(GivenUp(handoff=handoff, by=by, at=at, reason=reason, note=chance.choice(["", "not now"])))

    def alone(one):
        try:
            return actions.give_up(one.handoff, by=one.by, at=one.at, reason=one.reason, note=one.note)
        except REFUSED as refused:
            return refused

    one_by_one = left_by(lambda: [told(alone(one)) for one in given_up])
    assert left_by(lambda: [told(one) for one in give_up_all(given_up)]) == one_by_one


def test_one_that_is_refused_keeps_no_other(world):
    mine, yours, gone, bare = (world.handed_over(NOON, f"p{n}@acme.example") for n in range(4))
    reroute(gone, at=NOON + MINUTE, reason="the time ran out")
    stranger = next(member for member in (world.sol, world.kim) if member != yours.owner)
    at = NOON + 2 * MINUTE
    given = answer_all(
        [
            Answer(handoff=yours, outcome=Outcome.ACCEPTED, by=stranger, at=at),
            Answer(handoff=gone, outcome=Outcome.ACCEPTED, by=gone.owner, at=at),
            Answer(handoff=bare, outcome=Outcome.REJECTED, by=bare.owner, at=at, reason="competitor"),
            Answer(handoff=mine, outcome=Outcome.ACCEPTED, by=mine.owner, at=at),
        ]
    )
    assert [type(one) for one in given] == [NotTheOwner, NotForHandoff, AnswerIncomplete, Disposition]
    assert [row.handoff for row in Disposition.objects.all()] == [mine]
    assert type(answer_all([Answer(handoff=mine, outcome=Outcome.RECYCLED, by=mine.owner, at=at)])[0]) is AlreadyDecided


def test_the_number_of_queries_does_not_grow_with_the_answers(world, django_assert_max_num_queries):
    handoffs = [world.handed_over(NOON, f"p{n}@acme.example") for n in range(20)]
    outcomes = [(Outcome.ACCEPTED, ""), (Outcome.REJECTED, "no_budget"), (Outcome.RECYCLED, "")]
    answers = [
        Answer(handoff=handoff, outcome=outcome, by=handoff.owner, at=NOON + n * MINUTE, reason=reason)
        for n, handoff in enumerate(handoffs)
        for outcome, reason in [outcomes[n % 3]]
    ]
    with django_assert_max_num_queries(28):
        assert all(isinstance(row, Disposition) for row in answer_all(answers))
