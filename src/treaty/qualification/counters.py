"""What must be counted to know whether a definition holds: its clauses, each once, as running counts.

A definition becomes columns. `c3` may be "content downloads of the last 30 days" or "employees is 50 or
more"; a boundary row adds to some of them at a moment, and `truth` says what the running sums mean.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import add, and_, or_
from typing import Any

import ibis

from treaty.agreement.conditions import Condition, Test, Touches
from treaty.qualification.counts import BORN, Counter, Counts, See
from treaty.qualification.scores import MILLI, Rule, Score, Scores, longest_decay
from treaty.qualification.values import Lists, balanced


@dataclass(frozen=True)
class Definition:
    """A condition with all it names. Raises ValueError, when asked for its counts, for a score it does not have."""

    condition: Condition
    scores: Scores = field(default_factory=dict)
    lists: Lists = field(default_factory=dict)

    @cached_property
    def counts(self) -> Counts:
        """What the condition itself asks for."""
        asked = list(counters_of(self.condition))
        return Counts([*asked, BORN] if not asked or self._may_hold_on_nothing else asked)

    def points_counts(self, name: str, tests: Iterable[Test]) -> Counts:
        """What the rules of a score ask for, to put its points to some tests."""
        score = score_named(name, self.scores)
        asked = list(score_counters(score))
        gives = any(not rule.is_per_touch and may_hold_on_nothing(rule.when) for rule in score.rules)
        no_points_may_do = gives or not all(test.at_least is not None and test.at_least > 0 for test in tests)
        return Counts([*asked, BORN] if not asked or no_points_may_do else asked)

    @cached_property
    def account_clauses(self) -> dict[str, Counter]:
        """The clauses on everybody's touches of an account, here and in the scores that are asked for, by the key of their count."""
        scores = {name: score_named(name, self.scores) for node in self.condition.walk() for name in node.score or ()}
        asked = [*counters_of(self.condition), *(counter for score in scores.values() for counter in score_counters(score))]
        return {counter.key: counter for counter in asked if counter.of == "account_touches"}

    @cached_property
    def _may_hold_on_nothing(self) -> bool:
        return may_hold_on_nothing(self.condition)

    @cached_property
    def reach(self) -> int:
        """After so many midnights no touch gives a point to a score that is asked for; 0: midnights are never read."""
        return longest_decay({name: score_named(name, self.scores) for node in self.condition.walk() for name in node.score or ()})

    def holds(self, see: See) -> Any:
        """Whether the definition holds, read from running counts: never before the person exists."""
        return once_born(truth(self.condition, see), self.counts, see)

    def milli(self, name: str, see: See) -> Any:
        """The milli-points of a score, from the running counts of its rules."""
        score = score_named(name, self.scores)
        return balanced(add, [ibis.literal(0, "int64"), *(rule_milli(score, rule, see) for rule in score.rules)])


def once_born(held: Any, counts: Counts, see: See) -> Any:
    """Nothing holds of a person before anything is known of them; without BORN the counts alone see to it."""
    return held & (see(BORN) > 0) if BORN.key in counts.names else held


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
    """The counts of the person, account, answer and score clauses of this node: each 1 while its test passes."""
    for name, test in (condition.person or {}).items():
        yield Counter("person", field=name, test=test)
    for name, test in (condition.answer or {}).items():
        yield Counter("person", field=f"answer.{name}", test=test)
    for name, test in (condition.account or {}).items():
        yield Counter("account", field=name, test=test)
    for name, test in (condition.score or {}).items():
        yield Counter("score", field=name, test=test)


def counters_of(condition: Condition) -> Iterator[Counter]:
    """Every count the condition needs, repeated where it is asked for twice."""
    for node in condition.walk():
        if node.touches:
            yield touch_counter(node.touches)
        yield from field_counters(node)


def score_counters(score: Score) -> Iterator[Counter]:
    """Every count the rules of a score need."""
    for rule in score.rules:
        if rule.is_per_touch:
            yield rule_counter(score, rule)
        else:
            yield from counters_of(rule.when)


def score_named(name: str, scores: Scores) -> Score:
    if name not in scores:
        raise ValueError(f"the score {name!r} is not in the agreement: it has {', '.join(sorted(scores)) or 'none'}")
    return scores[name]


def truth(condition: Condition, see: See) -> Any:
    """Whether the condition holds, as an Ibis boolean over running counts. All its keys must hold; `{}` does."""
    parts = [truth(child, see) for child in condition.all or ()]
    parts += [~truth(child, see) for child in condition.none or ()]
    if condition.any:
        parts.append(balanced(or_, [truth(child, see) for child in condition.any]))
    if condition.touches:
        parts.append(touches_truth(condition.touches, see))
    parts += [see(counter) > 0 for counter in field_counters(condition)]
    return balanced(and_, parts) if parts else ibis.literal(True)


def touches_truth(clause: Touches, see: See) -> Any:
    return see(touch_counter(clause)) >= (1 if clause.by == "account" else clause.at_least)


def rule_milli(score: Score, rule: Rule, see: See) -> Any:
    """What one rule gives now, cap after decay; a rule that takes points away is bounded from below."""
    given = _given(score, rule, see)
    if rule.cap is None:
        return given
    return ibis.least(given, rule.cap * MILLI) if rule.points > 0 else ibis.greatest(given, -rule.cap * MILLI)


def _given(score: Score, rule: Rule, see: See) -> Any:
    if not rule.is_per_touch:
        return truth(rule.when, see).ifelse(rule.points * MILLI, 0)
    counted = see(rule_counter(score, rule))
    return counted if score.curve(rule) else counted * (rule.points * MILLI)


def may_hold_on_nothing(condition: Condition) -> bool:
    """Whether the condition could hold for a person of whom no clause counts anything. True when in doubt."""
    if condition.touches or any(field_counters(condition)):
        return False
    is_any = not condition.any or any(may_hold_on_nothing(child) for child in condition.any)
    return is_any and all(may_hold_on_nothing(child) for child in condition.all or ())
