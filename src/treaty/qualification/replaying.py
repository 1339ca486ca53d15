"""All of history in the shapes of the evaluator: what the lake holds, for a definition that is replayed over everybody."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ibis

from treaty.agreement.conditions import Test
from treaty.engine.measuring import Fetching
from treaty.qualification import midnights
from treaty.qualification.counters import Definition, counters_of, score_counters, score_named
from treaty.qualification.counts import BORN, Counter
from treaty.qualification.schemas import FACTS, MEMBERSHIP, TOUCHES, Tables
from treaty.qualification.scores import decay_steps
from treaty.truth.schemas import PERSONAL
from treaty.truth.stated import doubt_of, heard

DAY_US = 86_400_000_000


class NotReplayable(ValueError):
    """A definition asks for what the lake does not hold; the message names it and the way out."""


def history(lake: Fetching, definition: Definition, zone: str, span: tuple[int, int], *, without_assumed: bool = False) -> Tables:
    """What a definition is replayed on: everybody's touches, and every value of the fields it names as far as it may be heard.

    zone, span: the agreement's, and from the first touch to as far as points are asked for, microseconds UTC; read for scores that
    shrink alone. without_assumed: leave out values whose source has no history, so that it is assumed since when they hold.
    Raises NotReplayable for a field the lake does not hold.
    """
    fields = fields_of(definition)
    if kept_out := sorted(set(fields) & set(PERSONAL)):
        raise NotReplayable(f"{kept_out[0]!r} stays out of the lake, it is personal: ask for `email_domain`, or leave the clause out")
    facts = heard(lake, None if _asks_when_first_known(definition) else fields, doubt_of(lake))
    facts = facts.filter(~facts.assumed) if without_assumed else facts
    nights = midnights.between(zone, span[0], span[1] + 2 * DAY_US) if definition.reach else [(0, 0)]
    return Tables(lake.table("touches").select(*TOUCHES), facts.select(*FACTS), _midnights(nights), _decay(definition))


def fields_of(definition: Definition) -> tuple[str, ...]:
    """The fields of people and accounts a definition looks at, those of its scores too; memberships where it looks at accounts."""
    asked = list(_counters(definition))
    named = {counter.field for counter in asked if counter.of in ("person", "account")}
    if any(counter.of in ("account", "account_touches") for counter in asked):
        named.add(MEMBERSHIP)
    return tuple(sorted(named))


def _asks_when_first_known(definition: Definition) -> bool:
    """It may hold of somebody of whom nothing it counts is known, then of all that is known the first moment counts."""
    tests: dict[str, list[Test]] = {}
    for node in definition.condition.walk():
        for name, test in (node.score or {}).items():
            tests.setdefault(name, []).append(test)
    every = [definition.counts, *(definition.points_counts(name, asked) for name, asked in tests.items())]
    return any(BORN.key in counts.names for counts in every)


def _counters(definition: Definition) -> Iterator[Counter]:
    own = list(counters_of(definition.condition))
    yield from own
    for name in {counter.field for counter in own if counter.of == "score"}:
        yield from score_counters(score_named(name, definition.scores))


# Small tables that stand in the statement itself: a number each, so that writing hundreds takes no time

_DAY_BITS, _FIRST_DAY = 20, 1 << 19
_CURVE_BITS, _AGE_BITS = 12, 16


def _midnights(nights: Iterable[tuple[int, int]]) -> Any:
    code = _listed([(at_us // 1_000_000 << _DAY_BITS) | (day + _FIRST_DAY) for day, at_us in nights])
    return code.select(day=(code.code & ((1 << _DAY_BITS) - 1)) - _FIRST_DAY, at_us=(code.code >> _DAY_BITS) * 1_000_000)


def _decay(definition: Definition) -> Any:
    steps = decay_steps(definition.scores) if definition.reach else [(0, 0, 0)]
    code = _listed([(step << (_CURVE_BITS + _AGE_BITS)) | (day << _CURVE_BITS) | curve for curve, day, step in steps])
    age = (code.code >> _CURVE_BITS) & ((1 << _AGE_BITS) - 1)
    return code.select(curve=code.code & ((1 << _CURVE_BITS) - 1), day=age, step=code.code >> (_CURVE_BITS + _AGE_BITS))


def _listed(numbers: Sequence[int]) -> Any:
    return ibis.literal(list(numbers), type="array<int64>").unnest().name("code").as_table()
