"""Who could reach so many points at all: points shrink at every midnight, so it pays to ask before following them."""

import math
from collections.abc import Iterable
from operator import add, or_
from typing import Any

import ibis

from treaty.agreement.conditions import Test
from treaty.qualification import evidence
from treaty.qualification.scores import Rule, Score
from treaty.qualification.values import Lists, balanced


def loosest(tests: Iterable[Test]) -> Test:
    """Of several tests of one score, the one that most points pass; where one of them has no lower bound, that one."""
    return min(tests, key=lambda test: -math.inf if test.at_least is None else test.at_least)


def enough_points(touches: Any, score: Score, test: Test, lists: Lists) -> Any | None:
    """(person_id) of all whose touches could give so many points if none ever shrank or ran out; None: it narrows nothing."""
    giving = [rule for rule in score.rules if rule.is_per_touch and rule.points > 0]
    needed = math.ceil(test.at_least or 0) - sum(_most(rule) for rule in score.rules if not rule.is_per_touch)
    if needed <= 0 or not giving:
        return None
    clauses = [rule.when.touches for rule in giving if rule.when.touches]
    found = touches.filter(balanced(or_, [evidence.matches(touches, clause, lists) for clause in clauses]))
    flags = {f"n{n}": evidence.matches(found, clause, lists).cast("int64") for n, clause in enumerate(clauses)}
    marked = found.select("person_id", **flags)
    counted = marked.group_by("person_id").agg(**{name: marked[name].sum().cast("int64") for name in flags})
    given = [ibis.least(counted[name] * rule.points, rule.cap or _NO_CAP) for name, rule in zip(flags, giving, strict=True)]
    return counted.filter(balanced(add, given) >= needed).select("person_id")


def _most(rule: Rule) -> int:
    """The most points a rule on a condition gives."""
    return max(0, min(rule.points, rule.cap or rule.points))


_NO_CAP = 1 << 40
