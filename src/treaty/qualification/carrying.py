"""Carry out what was decided: open leads, move them, keep what they score, and note who waits."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from treaty.agreement.models import Version
from treaty.batches import together_or_alone
from treaty.bulk import update
from treaty.qualification.deciding import Decided
from treaty.qualification.models import Waiting
from treaty.qualification.moves import How, Moving, Why, move_all
from treaty.qualification.passes import Opening, Unowned, open_leads
from treaty.truth.models import Lead

logger = logging.getLogger("treaty.worker")


def keep_scores(decided: Sequence[Decided]) -> None:
    """Write the points and the grade of the leads for which they changed, in one query for the batch."""
    changed = []
    for row in decided:
        kept = row.scored.kept if row.scored else {}
        if row.lead is not None and any(getattr(row.lead, name) != value for name, value in kept.items()):
            for name, value in kept.items():
                setattr(row.lead, name, value)
            changed.append(row.lead)
    update(changed, ["fit", "engagement", "grade"])


def carry_out(decided: Sequence[Decided], at: datetime) -> tuple[list[tuple[datetime, str]], set[int]]:
    """Open and move, in order of the moment. Those who only begin are opened together.

    Returns what moved, and the people whose lead could not be opened or moved: they stay due, and are tried again.
    """
    stepping = sorted((row for row in decided if row.decision.steps), key=lambda row: (row.decision.at or at, row.person.pk))
    for row in stepping:
        if row.decision.waits:
            _wait(row, at)
    going = [row for row in stepping if not row.decision.waits]
    beginning = [row for row in going if row.lead is None]
    opened = {lead.person_id: lead for lead in open_together(beginning, at)}
    walking = [(lead, row) for row in going if (lead := row.lead or opened.get(row.person.pk)) is not None]
    there, failed = advance(walking, at)
    moved = [(row.decision.at or at, str(lead.key)) for lead, row in walking if lead.pk in there]
    return moved, ({row.person.pk for row in beginning} - opened.keys()) | failed


def _wait(row: Decided, at: datetime) -> None:
    stage = row.decision.steps[-1].to_stage
    Waiting.objects.get_or_create(person=row.person, version=row.version, defaults={"stage": stage, "since_at": at})


def open_together(rows: Sequence[Decided], at: datetime) -> list[Lead]:
    """The first step of everybody without an open lead. Another writer who was first has opened theirs."""
    opened: list[Lead] = []
    groups: dict[Version, list[Opening]] = defaultdict(list)
    for row in rows:
        groups[row.version].append(_opening(row, at))
    for version, openings in groups.items():
        try:
            opened += open_leads(openings, version)
        except IntegrityError:
            continue  # they were opened by the other writer, or stay due
        except Unowned as unowned:
            logger.error("%d leads are not opened: %s", len(openings), unowned)
    return opened


def _opening(row: Decided, at: datetime) -> Opening:
    first = row.decision.steps[0]
    moment = min(row.decision.at or at, at)
    return Opening(
        row.person, first.to_stage, moment, _why(row, passed=first.passed), segment=row.segment, received_at=at, scored=row.scored
    )


def _why(row: Decided, *, passed: bool) -> Why:
    because = [{"stage": stage, "way": way} for stage, way in row.decision.ways]
    return Why(How.PASSED if passed else How.DEFINITION, because=because)


def advance(going: Sequence[tuple[Lead, Decided]], at: datetime) -> tuple[set[int], set[int]]:
    """Take leads through the steps that are left to each. Returns those that got there, and the people for whom it failed.

    A lead that is in neither was taken elsewhere first by another writer.
    """
    moving = [(one, row) for lead, row in going if (one := _left(lead, row, at)).steps]
    there = {lead.pk for lead, _ in going} - {one.lead.pk for one, _ in moving}
    failed: set[int] = set()

    def fail(one: tuple[Moving, Decided]) -> None:
        logger.exception("a lead cannot be moved, and is tried again")
        failed.add(one[1].person.pk)

    together_or_alone(moving, lambda some: there.update(_walk(some)), fail)
    return there, failed


def _left(lead: Lead, row: Decided, at: datetime) -> Moving:
    steps = [(step.to_stage, _why(row, passed=step.passed)) for step in row.decision.steps if step.to_stage != lead.stage]
    return Moving(lead, steps, min(row.decision.at or at, at), received_at=at)


@transaction.atomic
def _walk(moving: Sequence[tuple[Moving, Decided]]) -> set[int]:
    made = move_all([one for one, _ in moving])
    there = [(one.lead, row) for one, row in moving if isinstance(made[one.lead.pk], list)]
    changed = [(lead, row) for lead, row in there if lead.segment != row.segment or lead.rests_until is not None]
    for lead, row in changed:
        lead.segment, lead.rests_until = row.segment, None
    update([lead for lead, _ in changed], ["segment", "rests_until"])
    return {lead.pk for lead, _ in there}
