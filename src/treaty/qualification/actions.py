"""Judge people by the signed definitions, and open and move their leads."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.batches import together_or_alone
from treaty.bulk import update
from treaty.moments import from_us
from treaty.prepared import Read, prepared
from treaty.qualification import asking, rows
from treaty.qualification.accounts import Accounts
from treaty.qualification.asking import Asked
from treaty.qualification.decide import ENTER, SHORTCUT, Decision, Subject, Verdict, Way, decide
from treaty.qualification.marks import claim, remember
from treaty.qualification.models import NextJudgement, Waiting
from treaty.qualification.moves import How, Moving, Why, move_all
from treaty.qualification.panel import SEGMENT, Name, panel_of
from treaty.qualification.passes import Opening, Unowned, open_leads
from treaty.qualification.points import Scored
from treaty.qualification.settled import AtAccounts, Turned, ended
from treaty.truth.models import Lead, Person

logger = logging.getLogger("treaty.worker")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one person, under which version, the segment they belong to, and what a lead of theirs scores."""

    decision: Decision
    person: Person
    version: Version
    segment: str
    scored: Scored | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What one judging did: leads opened or moved, by key, in order of the moment."""

    moved: tuple[str, ...]


def judge(person_ids: Collection[int], *, at: datetime, account_ids: Collection[int] = ()) -> Judged:
    """Judge people about whom something is new, and everyone at accounts about which something is, or where a clause on
    everybody's touches turned.

    Verdicts are computed outside of any transaction; leads are opened together and moved together, each in a short one. Judging
    twice changes nothing more. Until a version is in force nobody is judged.
    """
    wanted = set(person_ids) | rows.members_of(account_ids)
    current = in_force(at)
    if current is None or not wanted:
        return Judged(())
    turned = Turned(_asked_of_accounts(current), current.version, at)
    claimed = claim(wanted, at)
    more = turned.look(wanted) - wanted
    while more:
        claim(more, at)
        wanted |= more
        more = turned.look(more) - wanted
    moved: list[tuple[datetime, str]] = []
    for part in _parts(wanted):
        moved += _judge_part(part, claimed, current, turned.at_accounts, at)
    turned.settle(account_ids)
    return Judged(tuple(key for _, key in sorted(moved)))


def _asked_of_accounts(current: InForce) -> list[Accounts]:
    """The clauses on everybody's touches of all versions by which anybody is judged."""
    panels = [panel_of(version) for version in {current.version, *_with_open_leads()}]
    return [panel.accounts for panel in panels if panel.accounts.clauses]


@prepared
def _with_open_leads() -> QuerySet[Version]:
    return Version.objects.filter(Exists(Lead.objects.filter(version=OuterRef("pk"), closed_at=None)))


def judge_due(*, at: datetime, limit: int = AT_ONCE, also: Collection[int] = (), account_ids: Collection[int] = ()) -> int:
    """Judge those whose next boundary has come although nothing arrived, and everybody where something settled has ended.

    Returns how many boundaries had come.

    also, account_ids: people, and everyone at accounts, about whom something is new, judged in the same go.
    """
    due = _due(limit)(at)
    if due and in_force(at) is None:
        NextJudgement.objects.filter(person__in=due, due_at__lte=at).delete()
        return len(due)
    over = ended(at)
    judge({*due, *also}, account_ids={*account_ids, *over}, at=at)
    return len(due) + len(over)


@cache
def _due(limit: int) -> Read[[datetime], int]:
    @prepared
    def due(at: datetime) -> QuerySet[NextJudgement, int]:
        return NextJudgement.objects.filter(due_at__lte=at).order_by("due_at").values_list("person_id", flat=True)[:limit]

    return due


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    listed = sorted(ids)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _judge_part(
    person_ids: list[int], claimed: datetime, current: InForce, at_accounts: AtAccounts, at: datetime
) -> list[tuple[datetime, str]]:
    people = {person.pk: person for person in _known(person_ids)}
    leads = {lead.person_id: lead for lead in _open_leads(people)}
    over = asking.ended(people, leads)
    groups: dict[Version, list[int]] = defaultdict(list)
    for pk in people:
        groups[leads[pk].version if pk in leads else current.version].append(pk)
    decided: list[Decided] = []
    for version, ids in groups.items():
        asked = asking.read(panel_of(version), ids, leads, {pk: over[pk] for pk in ids if pk in over}, at_accounts)
        decided += _decide_group(version, ids, asked, people, leads, over, current, at)
    _keep_scores(decided, leads)
    moved, unopened = _carry_out(decided, leads, at)
    looks = {row.person.pk: row.decision.look_at for row in decided if row.person.pk not in unopened}
    remember(looks, set(person_ids) - unopened, claimed)
    return moved


@prepared
def _known(people: Collection[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__among=people, merged_into=None).exclude(email="")


@prepared
def _open_leads(people: Collection[int]) -> QuerySet[Lead]:
    return Lead.objects.filter(person__among=people, closed_at=None).select_related("version")


def _decide_group(
    version: Version,
    ids: list[int],
    asked: Asked,
    people: dict[int, Person],
    leads: dict[int, Lead],
    over: dict[int, datetime],
    current: InForce,
    at: datetime,
) -> list[Decided]:
    """Open leads are judged under the version they qualified under, everybody else under the one in force."""
    panel, terms = panel_of(version), signed_of(version).terms
    verdicts = panel.verdicts(*asked, at=at)
    found = []
    for pk in ids:
        own = {name: by_person[pk] for name, by_person in verdicts.items() if pk in by_person}
        subject = subject_of(leads.get(pk), over.get(pk), terms)
        found.append(decided_about(people[pk], subject, version, own, current, at))
    with_lead = [row.person.pk for row in found if row.person.pk in leads or (row.decision.steps and not row.decision.waits)]
    scored = panel.scored(*asked, with_lead, at=at)
    return [with_score(row, scored.get(row.person.pk)) for row in found]


def with_score(row: Decided, scored: Scored | None) -> Decided:
    """The person is judged again also when the grade of their lead turns."""
    if scored is None or scored.next_us is None:
        return replace(row, scored=scored)
    again = from_us(scored.next_us)
    look_at = min(again, row.decision.look_at or again)
    return replace(row, scored=scored, decision=replace(row.decision, look_at=look_at))


def decided_about(person: Person, subject: Subject, version: Version, own: dict[Name, Verdict], current: InForce, at: datetime) -> Decided:
    terms = signed_of(version).terms
    ways: dict[Way, Verdict] = {name: v for name, v in own.items() if name[1] in (ENTER, SHORTCUT)}
    segment = next((name for name in terms.segment_order if (v := own.get((SEGMENT, name))) is not None and v.holds), "")
    decision = decide(terms, subject, ways, at=at, starts_at=current.starts_at)
    return Decided(decision, person, version, segment)


def subject_of(lead: Lead | None, over: datetime | None, terms: Terms) -> Subject:
    """Where somebody stands. lead: theirs, if one is open. over: when their last one ended."""
    if lead is None:
        return Subject(terms.entry_stage, over)
    return Subject(lead.stage, lead.stage_since, lead.rests_until, has_lead=True)


def _keep_scores(decided: list[Decided], leads: dict[int, Lead]) -> None:
    """Write the points and the grade of the leads for which they changed, in one query for the batch."""
    changed = []
    for row in decided:
        lead = leads.get(row.person.pk)
        kept = row.scored.kept if row.scored else {}
        if lead is not None and any(getattr(lead, name) != value for name, value in kept.items()):
            for name, value in kept.items():
                setattr(lead, name, value)
            changed.append(lead)
    update(changed, ["fit", "engagement", "grade"])


def _carry_out(decided: list[Decided], leads: dict[int, Lead], at: datetime) -> tuple[list[tuple[datetime, str]], set[int]]:
    """Open and move, in order of the moment. Those who only begin are opened together.

    Returns what moved, and the people whose lead could not be opened or moved: they stay due, and are tried again.
    """
    stepping = sorted((row for row in decided if row.decision.steps), key=lambda row: (row.decision.at or at, row.person.pk))
    for row in stepping:
        if row.decision.waits:
            _wait(row, at)
    going = [row for row in stepping if not row.decision.waits]
    opened = {lead.person_id: lead for lead in open_together([row for row in going if row.person.pk not in leads], at)}
    walking = [(lead, row) for row in going if (lead := leads.get(row.person.pk) or opened.get(row.person.pk)) is not None]
    there, failed = advance(walking, at)
    moved = [(row.decision.at or at, str(lead.key)) for lead, row in walking if lead.pk in there]
    return moved, ({row.person.pk for row in going} - set(leads) - set(opened)) | failed


def _wait(row: Decided, at: datetime) -> None:
    stage = row.decision.steps[-1].to_stage
    Waiting.objects.get_or_create(person=row.person, version=row.version, defaults={"stage": stage, "since_at": at})


def open_together(rows_: list[Decided], at: datetime) -> list[Lead]:
    """The first step of everybody without an open lead. Another writer who was first has opened theirs."""
    opened: list[Lead] = []
    groups: dict[Version, list[Opening]] = defaultdict(list)
    for row in rows_:
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
