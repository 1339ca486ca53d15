"""Decide about people by one version: what its definitions say of each, which steps follow, and what their lead scores."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from treaty.agreement.models import InForce, Version
from treaty.agreement.queries import signed_of
from treaty.moments import from_us
from treaty.qualification import asking
from treaty.qualification.asking import Asked
from treaty.qualification.decide import ENTER, SHORTCUT, Decision, Verdict, Way, decide
from treaty.qualification.panel import SEGMENT, Name, panel_of
from treaty.qualification.points import Scored
from treaty.qualification.settled import AtAccounts
from treaty.qualification.subjects import Subjects
from treaty.truth.models import Lead, Person


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one person, under which version, the segment they belong to, and what a lead of theirs scores.

    lead: theirs, if one was open.
    """

    decision: Decision
    person: Person
    version: Version
    segment: str
    lead: Lead | None = None
    scored: Scored | None = None

    @property
    def begins_or_stands(self) -> bool:
        """They have a lead, or are to have one now: it is scored."""
        return self.lead is not None or (bool(self.decision.steps) and not self.decision.waits)


class Decider:
    """Decides by one version at one moment.

    current: what is in force: who qualified before it took effect waits to be let in.
    """

    def __init__(self, version: Version, current: InForce, at: datetime) -> None:
        self._version, self._at, self._starts_at = version, at, current.starts_at
        self._panel, self._terms = panel_of(version), signed_of(version).terms

    def decide_all(self, subjects: Subjects, at_accounts: AtAccounts) -> list[Decided]:
        """What follows for each of them now."""
        asked = self._ask(subjects, at_accounts)
        with ThreadPoolExecutor(1) as beside:  # the engine holds nobody up: on two processors two statements take the time of one
            scoring = beside.submit(self._points, subjects.people, asked) if subjects.leads else None
            found = self._decided(subjects, asked)
        scored = [row for row in found if row.begins_or_stands]
        points = scoring.result() if scoring else self._points([row.person.pk for row in scored], asked)
        return [_with_score(row, points.get(row.person.pk) if row.begins_or_stands else None) for row in found]

    def let_in(self, subjects: Subjects) -> list[Decided]:
        """What follows for those who waited, were they let in now; nothing for whoever no longer qualifies."""
        asked = self._ask(subjects, AtAccounts(self._at))
        still = [row for row in self._decided(subjects, asked) if row.decision.steps]
        let = [replace(row, decision=replace(row.decision, at=self._at, waits=False)) for row in still]
        points = self._points([row.person.pk for row in let], asked)
        return [_with_score(row, points.get(row.person.pk)) for row in let]

    def _ask(self, subjects: Subjects, at_accounts: AtAccounts) -> Asked:
        return asking.read(self._panel, subjects.people, subjects.leads, subjects.over, at_accounts)

    def _decided(self, subjects: Subjects, asked: Asked) -> list[Decided]:
        verdicts = self._panel.verdicts(*asked, at=self._at)
        return [self._decide_one(pk, subjects, {n: of[pk] for n, of in verdicts.items() if pk in of}) for pk in subjects.people]

    def _decide_one(self, pk: int, subjects: Subjects, own: Mapping[Name, Verdict]) -> Decided:
        ways: dict[Way, Verdict] = {name: verdict for name, verdict in own.items() if name[1] in (ENTER, SHORTCUT)}
        segment = next((name for name in self._terms.segment_order if (v := own.get((SEGMENT, name))) is not None and v.holds), "")
        decision = decide(self._terms, subjects.subject(pk, self._terms), ways, at=self._at, starts_at=self._starts_at)
        return Decided(decision, subjects.people[pk], self._version, segment, subjects.leads.get(pk))

    def _points(self, people: Collection[int], asked: Asked) -> Mapping[int, Scored]:
        return self._panel.scored(*asked, people, at=self._at)


def _with_score(row: Decided, scored: Scored | None) -> Decided:
    """The person is judged again also when the grade of their lead turns."""
    decision = row.decision
    if scored is not None and scored.next_us is not None:
        again = from_us(scored.next_us)
        if decision.look_at is None or again < decision.look_at:
            decision = replace(decision, look_at=again)
    return Decided(decision, row.person, row.version, row.segment, row.lead, scored)
