"""All definitions of one version, ready to be asked: compiled once, judged together for a few people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from treaty.agreement.canonical import Signed
from treaty.agreement.conditions import Condition
from treaty.agreement.models import Version
from treaty.agreement.queries import all_in_force, signed_of
from treaty.moments import from_us, to_us
from treaty.qualification import live, rows
from treaty.qualification.accounts import Accounts, as_table, kinds_of, texts_of
from treaty.qualification.counters import Definition
from treaty.qualification.decide import ENTER, SHORTCUT, Verdict
from treaty.qualification.live import Explainer, Judge
from treaty.qualification.points import NOTHING, Scored, Scorer
from treaty.qualification.scores import Scores, from_terms

Name = tuple[str, str]
"""(stage, ENTER or SHORTCUT), ("segment", name) or ("route", position)."""
SEGMENT, ROUTE = "segment", "route"


@dataclass(frozen=True)
class Panel:
    """conditions: everything of the version that is asked of people; the judge asks all of it at once.

    kinds: of touches that any definition names, empty for all. texts: what of touches any definition looks at.
    accounts: asks the clauses that count everybody's touches.
    scorer: counts the points of the version's scores; None where it has none.
    turns, wherever a method takes them: of these clauses at the accounts of the people asked about (see `settled`).
    """

    conditions: Mapping[Name, Condition]
    judge: Judge[Name]
    kinds: frozenset[str]
    texts: frozenset[str]
    accounts: Accounts
    scores: Scores
    scorer: Scorer | None = None

    def verdicts(self, touches: pa.Table, facts: pa.Table, turns: pa.Table, *, at: datetime) -> dict[Name, dict[int, Verdict]]:
        """Per definition, the verdict on each person; a person nothing is known of has none."""
        return {name: _read(by_person) for name, by_person in self.judge.judge(touches, facts, to_us(at), turns).items()}

    def scored(self, touches: pa.Table, facts: pa.Table, turns: pa.Table, ids: Collection[int], *, at: datetime) -> dict[int, Scored]:
        """The points and the grade of these people; of nobody where the version has no scores."""
        if self.scorer is None or not ids:
            return {}
        touches = touches.filter(pc.is_in(touches["person_id"], value_set=pa.array(sorted(ids), pa.int64())))
        found = self.scorer.score(touches, facts, to_us(at), turns)
        return {pk: found.get(pk, NOTHING) for pk in ids}


_NEVER = Verdict(holds=False)
"""What most definitions say of most people."""


def _read(by_person: Mapping[int, live.Verdict]) -> dict[int, Verdict]:
    return {person: _said(verdict) for person, verdict in by_person.items()}


def _said(verdict: live.Verdict) -> Verdict:
    if verdict.since_us is None and verdict.next_us is None:
        return _NEVER
    return Verdict(verdict.holds, _moment(verdict.since_us), _moment(verdict.next_us))


def _moment(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def panel_of(version: Version) -> Panel:
    """The panel of a version, compiled on first use. Signed bytes never change, so neither does it."""
    return _panel_of(signed_of(version))


@lru_cache(maxsize=16)
def _panel_of(signed: Signed) -> Panel:
    conditions = conditions_of(signed)
    scores = from_terms(signed.terms.scores)
    zone = signed.terms.time_zone
    judge = Judge(conditions, scores, signed.lists, zone)
    rules = [rule.when for score in scores.values() for rule in score.rules]
    every = [*conditions.values(), *rules]
    clauses = [node.touches for condition in every for node in condition.walk() if node.touches is not None]
    scorer = Scorer(scores, signed.terms.grid, zone, signed.lists) if scores else None
    accounts = Accounts(Definition(Condition(any=every), scores, signed.lists), zone)
    return Panel(conditions, judge, kinds_of(clauses), texts_of(clauses), accounts, scores, scorer)


def get_ready(at: datetime) -> None:
    """Compile every version in force that is not compiled yet, and ask it about nobody: the first lead need not wait."""
    for current in all_in_force(at):
        _ask_about_nobody(signed_of(current.version))


@lru_cache(maxsize=16)
def _ask_about_nobody(signed: Signed) -> None:
    panel = _panel_of(signed)
    nobody = rows.touches_of((), ()), rows.facts_of((), ())
    panel.accounts.turns(*nobody)
    panel.verdicts(*nobody, as_table({}), at=from_us(0))


def explainer_of(version: Version, name: Name) -> Explainer:
    """Who explains one definition of a version."""
    return _explainer_of(signed_of(version), name)


@lru_cache(maxsize=64)
def _explainer_of(signed: Signed, name: Name) -> Explainer:
    panel = _panel_of(signed)
    return Explainer(Definition(panel.conditions[name], panel.scores, signed.lists), signed.terms.time_zone)


def conditions_of(signed: Signed) -> dict[Name, Condition]:
    """Everything of a version that is asked of people: ways into stages, segments, conditions of the route."""
    found: dict[Name, Condition] = {}
    for name, stage in signed.terms.stages.items():
        if stage.enter is not None:
            found[(name, ENTER)] = stage.enter
        if stage.shortcuts:
            found[(name, SHORTCUT)] = stage.shortcuts[0] if len(stage.shortcuts) == 1 else Condition(any=stage.shortcuts)
    found |= {(SEGMENT, name): condition for name, condition in signed.terms.profile.segments.items()}
    found |= {(ROUTE, str(n)): rule.when for n, rule in enumerate(signed.terms.routes) if rule.when is not None}
    return found
