"""What must be counted to know whether a definition holds: its clauses, each once, as running counts.

A definition becomes columns. `c3` may be "content downloads of the last 30 days" or "employees is 50 or
more"; a boundary row adds to some of them at a moment, and `truth` says what the running sums mean.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import ibis

from treaty.agreement.conditions import Condition, Test, Touches
from treaty.qualification.scores import MILLI, Curve, Rule, Score, Scores, curves
from treaty.qualification.values import Lists, passes_points


@dataclass(frozen=True, eq=False)
class Counter:
    """One running count.

    touches: how many of the person's touches count now · decay: their milli-points, shrinking along `curve` ·
    person, account: 1 while the value of `field` passes `test` · account_touches: 1 while the clause holds for
    the person's account · born: 1 from the first moment anything is known of the person
    """

    of: Literal["touches", "decay", "person", "account", "account_touches", "born"]
    touches: Touches | None = None
    curve: Curve | None = None
    field: str = ""
    test: Test | None = None

    @cached_property
    def key(self) -> str:
        """The same text for the same count, so two clauses that ask for one count share it."""
        asked = self.touches or self.test
        return f"{self.of} {self.field} {self.curve} {asked.model_dump_json(exclude_defaults=True) if asked else ''}"


BORN = Counter("born")
See = Callable[[Counter], Any]
"""How `truth` reads a running count: an Ibis column, before or after a moment."""


@dataclass(frozen=True)
class Definition:
    """A condition with all it names. Its counters are found once, in the order of the document."""

    condition: Condition
    scores: Scores = field(default_factory=dict)
    lists: Lists = field(default_factory=dict)

    @cached_property
    def counters(self) -> dict[str, Counter]:
        """Column name to counter."""
        distinct = {counter.key: counter for counter in counters_of(self.condition, self.scores)}
        if not distinct or may_hold_on_nothing(self.condition, self.scores):
            distinct[BORN.key] = BORN
        return {f"c{place}": counter for place, counter in enumerate(distinct.values())}

    @cached_property
    def columns(self) -> dict[str, str]:
        """Counter key to column name."""
        return {counter.key: column for column, counter in self.counters.items()}

    def curve_number(self, counter: Counter) -> int:
        """The number of the counter's curve in the table `decay`."""
        return [*curves(self.scores)].index(counter.curve)  # type: ignore[arg-type]

    def of(self, *kinds: str) -> dict[str, Counter]:
        """The counters of these kinds, by column."""
        return {column: counter for column, counter in self.counters.items() if counter.of in kinds}

    def holds(self, see: See) -> Any:
        """Whether the definition holds, read from running counts: never before the person exists."""
        held = truth(self.condition, self.scores, see)
        return held & (see(BORN) > 0) if BORN.key in self.columns else held


def touch_counter(clause: Touches) -> Counter:
    """The count a touches clause asks about: by person how many, by account already whether."""
    if clause.by == "account":
        return Counter("account_touches", touches=clause)
    return Counter("touches", touches=clause.model_copy(update={"at_least": 1}))


def rule_counter(score: Score, rule: Rule) -> Counter:
    """The count a rule on touches asks about."""
    assert rule.when.touches is not None  # noqa: S101 - for the type checker: is_per_touch said so
    counter, curve = touch_counter(rule.when.touches), score.curve(rule)
    return replace(counter, of="decay", curve=curve) if curve else counter


def field_counters(condition: Condition) -> Iterator[Counter]:
    """The counts of the person, account and answer clauses of this node."""
    for name, test in (condition.person or {}).items():
        yield Counter("person", field=name, test=test)
    for name, test in (condition.answer or {}).items():
        yield Counter("person", field=f"answer.{name}", test=test)
    for name, test in (condition.account or {}).items():
        yield Counter("account", field=name, test=test)


def counters_of(condition: Condition, scores: Scores) -> Iterator[Counter]:
    """Every count the condition needs, repeated where it is asked for twice. Raises ValueError for an unknown score."""
    for node in condition.walk():
        if node.touches:
            yield touch_counter(node.touches)
        yield from field_counters(node)
        for name in node.score or ():
            yield from _score_counters(score_named(name, scores), scores)


def score_named(name: str, scores: Scores) -> Score:
    if name not in scores:
        raise ValueError(f"the score {name!r} is not in the agreement: it has {', '.join(sorted(scores)) or 'none'}")
    return scores[name]


def _score_counters(score: Score, scores: Scores) -> Iterator[Counter]:
    for rule in score.rules:
        if rule.is_per_touch:
            yield rule_counter(score, rule)
        else:
            yield from counters_of(rule.when, scores)


def truth(condition: Condition, scores: Scores, see: See) -> Any:
    """Whether the condition holds, as an Ibis boolean over running counts. All its keys must hold; `{}` does."""
    parts = [truth(child, scores, see) for child in condition.all or ()]
    parts += [~truth(child, scores, see) for child in condition.none or ()]
    if condition.any:
        parts.append(ibis.or_(*(truth(child, scores, see) for child in condition.any)))
    parts += clause_truths(condition, scores, see)
    return ibis.and_(*parts) if parts else ibis.literal(True)


def clause_truths(condition: Condition, scores: Scores, see: See) -> list[Any]:
    """One boolean per clause of this very node: touches, then fields, then scores."""
    parts = []
    if condition.touches:
        parts.append(touches_truth(condition.touches, see))
    parts += [see(counter) > 0 for counter in field_counters(condition)]
    parts += [passes_points(test, milli(score_named(name, scores), scores, see)) for name, test in (condition.score or {}).items()]
    return parts


def touches_truth(clause: Touches, see: See) -> Any:
    return see(touch_counter(clause)) >= (1 if clause.by == "account" else clause.at_least)


def milli(score: Score, scores: Scores, see: See) -> Any:
    """The milli-points of a score, from running counts."""
    return _sum([rule_milli(score, rule, scores, see) for rule in score.rules])


def rule_milli(score: Score, rule: Rule, scores: Scores, see: See) -> Any:
    """What one rule gives now, cap after decay; a rule that takes points away is bounded from below."""
    given = _given(score, rule, scores, see)
    if rule.cap is None:
        return given
    return ibis.least(given, rule.cap * MILLI) if rule.points > 0 else ibis.greatest(given, -rule.cap * MILLI)


def _given(score: Score, rule: Rule, scores: Scores, see: See) -> Any:
    if not rule.is_per_touch:
        return truth(rule.when, scores, see).ifelse(rule.points * MILLI, 0)
    counted = see(rule_counter(score, rule))
    return counted if score.curve(rule) else counted * (rule.points * MILLI)


def _sum(parts: Iterable[Any]) -> Any:
    return sum(parts, start=ibis.literal(0, "int64"))


def may_hold_on_nothing(condition: Condition, scores: Scores) -> bool:
    """Whether the condition could hold for a person of whom no clause counts anything. True when in doubt."""
    if condition.touches or condition.person or condition.account or condition.answer:
        return False
    if not all(may_hold_on_nothing(child, scores) for child in condition.all or ()):
        return False
    if condition.any and not any(may_hold_on_nothing(child, scores) for child in condition.any):
        return False
    return all(_may_pass_on_nothing(test, score_named(name, scores), scores) for name, test in (condition.score or {}).items())


def _may_pass_on_nothing(test: Test, score: Score, scores: Scores) -> bool:
    gives = any(not rule.is_per_touch and may_hold_on_nothing(rule.when, scores) for rule in score.rules)
    return gives or test.at_least is None or test.at_least <= 0
