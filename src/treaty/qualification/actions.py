"""Judge people by the signed definitions, open and move their leads, and remember when to look again."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import all_in_force, in_force, signed_of
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import Admission
from treaty.bulk import update
from treaty.engine.periods import containing, local_date
from treaty.moments import from_us, to_us
from treaty.qualification import lifecycle, moves, rows
from treaty.qualification.decide import ENTER, SHORTCUT, Decision, Subject, Verdict, Way, decide
from treaty.qualification.models import NextJudgement, Waiting
from treaty.qualification.moves import How, Why
from treaty.qualification.panel import ROUTE, SEGMENT, Name, Panel, panel_of
from treaty.qualification.points import Scored
from treaty.truth.models import Lead, Person

logger = logging.getLogger("treaty.worker")
AT_ONCE = 500
CLAIM = timedelta(minutes=1)
"""For how long who is being judged is due to nobody else. A process that dies in between leaves them due again after it."""


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
    """Judge people about whom something is new, and everyone at accounts about which something is.

    Verdicts are computed outside of any transaction; each lead is opened or moved in its own short one. Judging
    twice changes nothing more. Until a version is in force nobody is judged.
    """
    wanted = set(person_ids) | rows.members_of(account_ids)
    current = in_force(at)
    if current is None or not wanted:
        return Judged(())
    if panel_of(current.version).by_account:
        wanted |= rows.members_of(rows.accounts_of(person_ids))
    moved: list[tuple[datetime, str]] = []
    for part in _parts(wanted):
        moved += _judge_part(part, current, at)
    return Judged(tuple(key for _, key in sorted(moved)))


def judge_due(*, at: datetime, limit: int = AT_ONCE, also: Collection[int] = (), account_ids: Collection[int] = ()) -> int:
    """Judge those whose next boundary has come although nothing arrived. Returns how many of them were looked at.

    also, account_ids: people, and everyone at accounts, about whom something is new, judged in the same go.
    """
    due = list(NextJudgement.objects.filter(due_at__lte=at).order_by("due_at").values_list("person_id", flat=True)[:limit])
    if in_force(at) is None:
        NextJudgement.objects.filter(person__in=due, due_at__lte=at).delete()
        return len(due)
    judge({*due, *also}, account_ids=account_ids, at=at)
    return len(due)


def mark(person_ids: Collection[int], account_ids: Collection[int] = (), *, at: datetime) -> None:
    """Note that these people are to be judged now: called where the facts are stored, in the same transaction.

    So a judgement cannot be forgotten if the process dies next. Visitors not yet known by e-mail are left out.
    """
    wanted = set(person_ids) | rows.members_of(account_ids)
    known = Person.objects.filter(pk__in=wanted, merged_into=None).exclude(email="").values_list("pk", flat=True)
    due = [NextJudgement(person_id=pk, due_at=at) for pk in known]
    NextJudgement.objects.bulk_create(due, update_conflicts=True, unique_fields=["person"], update_fields=["due_at"])


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    listed = sorted(ids)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _judge_part(person_ids: list[int], current: InForce, at: datetime) -> list[tuple[datetime, str]]:
    claim = _claim(person_ids, at)
    people = {p.pk: p for p in Person.objects.filter(pk__in=person_ids, merged_into=None).exclude(email="")}
    leads = {lead.person_id: lead for lead in Lead.objects.filter(person__in=people, closed_at=None).select_related("version")}
    groups: dict[Version, list[int]] = defaultdict(list)
    for pk in people:
        groups[leads[pk].version if pk in leads else current.version].append(pk)
    decided: list[Decided] = []
    for version, ids in groups.items():
        decided += _decide_group(version, ids, people, leads, current, at)
    _keep_scores(decided, leads)
    moved, unopened = _carry_out(decided, leads, at)
    _remember([row for row in decided if row.person.pk not in unopened], set(person_ids) - unopened, claim)
    return moved


def _decide_group(
    version: Version, ids: list[int], people: dict[int, Person], leads: dict[int, Lead], current: InForce, at: datetime
) -> list[Decided]:
    """Open leads are judged under the version they qualified under, everybody else under the one in force."""
    panel, terms = panel_of(version), signed_of(version).terms
    touches, facts = _read(panel, ids, leads)
    verdicts = panel.verdicts(touches, facts, at=at)
    found = []
    for pk in ids:
        own = {name: by_person[pk] for name, by_person in verdicts.items() if pk in by_person}
        found.append(_decided(people[pk], leads.get(pk), version, terms, own, current, at))
    with_lead = [row.person.pk for row in found if row.person.pk in leads or (row.decision.steps and not row.decision.waits)]
    scored = panel.scored(touches, facts, with_lead, at=at)
    return [_with_score(row, scored.get(row.person.pk)) for row in found]


def _with_score(row: Decided, scored: Scored | None) -> Decided:
    """The person is judged again also when the grade of their lead turns."""
    if scored is None or scored.next_us is None:
        return replace(row, scored=scored)
    again = from_us(scored.next_us)
    look_at = min(again, row.decision.look_at or again)
    return replace(row, scored=scored, decision=replace(row.decision, look_at=look_at))


def _decided(
    person: Person, lead: Lead | None, version: Version, terms: Terms, own: dict[Name, Verdict], current: InForce, at: datetime
) -> Decided:
    ways: dict[Way, Verdict] = {name: v for name, v in own.items() if name[1] in (ENTER, SHORTCUT)}
    segment = next((name for name in terms.segment_order if (v := own.get((SEGMENT, name))) is not None and v.holds), "")
    decision = decide(terms, _subject(lead, terms), ways, at=at, starts_at=current.starts_at)
    return Decided(decision, person, version, segment)


def verdicts_of(panel: Panel, ids: Collection[int], leads: dict[int, Lead], at: datetime) -> dict[Name, dict[int, Verdict]]:
    """Every definition of a panel, asked about these people."""
    return panel.verdicts(*_read(panel, ids, leads), at=at)


def _read(panel: Panel, ids: Collection[int], leads: dict[int, Lead]) -> tuple[Any, Any]:
    """The touches and facts the definitions look at, of these people alone (and their colleagues where a clause counts them)."""
    accounts = rows.accounts_of(ids)
    everyone = set(ids) | (rows.members_of(accounts) if panel.by_account else set())
    floors = {pk: to_us(lead.evidence_from) for pk, lead in leads.items() if lead.evidence_from is not None}
    return rows.touches_of(everyone, panel.kinds, floors), rows.facts_of(everyone, accounts)


def _subject(lead: Lead | None, terms: Terms) -> Subject:
    if lead is None:
        return Subject(terms.entry_stage)
    return Subject(lead.stage, lead.stage_since, lead.rests_until, has_lead=True)


def _claim(person_ids: Collection[int], at: datetime) -> datetime:
    """Say that these are being judged, before their touches are read. Returns the moment that says so."""
    claim = at + CLAIM
    NextJudgement.objects.filter(person__in=person_ids).update(due_at=claim)
    return claim


@transaction.atomic
def _remember(decided: list[Decided], claimed: Collection[int], claim: datetime) -> None:
    """Keep the next moment each person must be judged at; those without one are forgotten.

    What another process marked since the claim stays: the judgement may not have seen what that mark is about.
    """
    NextJudgement.objects.filter(person__in=claimed, due_at=claim).delete()
    wanted = [NextJudgement(person=row.person, due_at=row.decision.look_at) for row in decided if row.decision.look_at is not None]
    NextJudgement.objects.bulk_create(wanted, ignore_conflicts=True)


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

    Returns what moved, and the people whose lead could not be opened: they stay due, and are tried again.
    """
    stepping = sorted((row for row in decided if row.decision.steps), key=lambda row: (row.decision.at or at, row.person.pk))
    for row in stepping:
        if row.decision.waits:
            _wait(row, at)
    going = [row for row in stepping if not row.decision.waits]
    opened = {lead.person_id: lead for lead in _open([row for row in going if row.person.pk not in leads], at)}
    moved = []
    for row in going:
        lead = leads.get(row.person.pk) or opened.get(row.person.pk)
        if lead is not None and advance(lead, row, at):
            moved.append((row.decision.at or at, str(lead.key)))
    return moved, {row.person.pk for row in going} - set(leads) - set(opened)


def _wait(row: Decided, at: datetime) -> None:
    stage = row.decision.steps[-1].to_stage
    Waiting.objects.get_or_create(person=row.person, version=row.version, defaults={"stage": stage, "since_at": at})


def _open(rows_: list[Decided], at: datetime) -> list[Lead]:
    """The first step of everybody without an open lead. Another writer who was first has opened theirs."""
    opened: list[Lead] = []
    groups: dict[Version, list[moves.Opening]] = defaultdict(list)
    for row in rows_:
        groups[row.version].append(_opening(row, at))
    for version, openings in groups.items():
        try:
            opened += moves.open_leads(openings, version)
        except IntegrityError:
            continue  # they were opened by the other writer, or stay due
        except moves.Unowned as unowned:
            logger.error("%d leads are not opened: %s", len(openings), unowned)
    return opened


def _opening(row: Decided, at: datetime) -> moves.Opening:
    first = row.decision.steps[0]
    moment = min(row.decision.at or at, at)
    return moves.Opening(
        row.person, first.to_stage, moment, _why(row, passed=first.passed), segment=row.segment, received_at=at, scored=row.scored
    )


def _why(row: Decided, *, passed: bool) -> Why:
    because = [{"stage": stage, "way": way} for stage, way in row.decision.ways]
    return Why(How.PASSED if passed else How.DEFINITION, because=because)


def advance(lead: Lead, row: Decided, at: datetime) -> bool:
    """Take a lead through the steps that are left. False when another writer took it elsewhere first."""
    moment = min(row.decision.at or at, at)
    left = [step for step in row.decision.steps if step.to_stage != lead.stage]
    if not left:
        return True
    try:
        with transaction.atomic():
            for step in left:
                moves.move(lead, step.to_stage, at=moment, why=_why(row, passed=step.passed), received_at=at)
            if lead.segment != row.segment or lead.rests_until is not None:
                Lead.objects.filter(pk=lead.pk).update(segment=row.segment, rests_until=None)
    except lifecycle.NotAllowed:
        return False
    return True


def admit(*, at: datetime) -> int:
    """Let in those who already qualified when a version took effect, so many per period as `on_start` says.

    Safe to call at any time: who was let in since the period began is counted.
    """
    let_in = 0
    for current in all_in_force(at):
        terms = signed_of(current.version).terms
        rule = terms.on_start.already_qualifying
        waiting = Waiting.objects.filter(version=current.version, admitted_at=None).select_related("person").order_by("since_at", "id")
        for row in waiting[: _room(rule, terms, current.version, at)]:
            _let_in(row, current, at)
            let_in += 1
    return let_in


def _room(rule: Admission, terms: Terms, version: Version, at: datetime) -> int | None:
    """How many more may be let in during the period of the agreement's calendar; None without a limit."""
    if rule.admit == "all":
        return None
    period = containing(local_date(at, terms.time_zone), rule.per, terms.time_zone)
    done = Waiting.objects.filter(version=version, admitted_at__gte=period.starts_at, admitted_at__lt=period.ends_at).count()
    return max(0, rule.admit - done)


def _let_in(row: Waiting, current: InForce, at: datetime) -> None:
    """Judge once more: who no longer qualifies is not let in, and waits no longer."""
    panel, terms = panel_of(current.version), signed_of(current.version).terms
    claim = _claim([row.person_id], at)
    touches, facts = _read(panel, [row.person_id], {})
    own = {n: v[row.person_id] for n, v in panel.verdicts(touches, facts, at=at).items() if row.person_id in v}
    decided = _decided(row.person, None, current.version, terms, own, current, at)
    if decided.decision.steps:
        scored = panel.scored(touches, facts, [row.person_id], at=at).get(row.person_id)
        admitted = _with_score(replace(decided, decision=replace(decided.decision, at=at, waits=False)), scored)
        _remember([admitted], [row.person_id], claim)
        for lead in _open([admitted], at):
            advance(lead, admitted, at)
    Waiting.objects.filter(pk=row.pk).update(admitted_at=at)


def route_rules_holding(lead: Lead, *, at: datetime) -> frozenset[int]:
    """Positions of the route's rules whose `when` holds for the lead's person now."""
    panel = panel_of(lead.version)
    if not any(name[0] == ROUTE for name in panel.conditions):
        return frozenset()
    verdicts = verdicts_of(panel, [lead.person_id], {}, at)
    return frozenset(
        int(n) for (kind, n), by_person in verdicts.items() if kind == ROUTE and (v := by_person.get(lead.person_id)) and v.holds
    )
