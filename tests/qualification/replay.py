"""A random case through the evaluator, and the comparison with the slow model."""

from collections.abc import Iterator

import pyarrow as pa

from tests.qualification import histories, slow_model
from tests.qualification.histories import DAY, SECOND, Case, History
from treaty.engine import duck
from treaty.qualification import midnights, scores
from treaty.qualification.counters import Definition
from treaty.qualification.measures import Form, holds
from treaty.qualification.schemas import DECAY, MIDNIGHTS, named


def definition(case: Case) -> Definition:
    return Definition(case.condition, case.scores, histories.LISTS)


def replayed(case: Case, cursor, form: Form = "by the tree") -> dict:
    """person -> sorted spans (from_us, to_us) of all histories in one run."""
    for name, table in inputs(case).items():
        cursor.register(name, table)
    found = {}
    for person, from_us, to_us in cursor.execute(duck.sql(holds(definition(case), named(), form=form))).fetchall():
        found.setdefault(person, []).append((from_us, to_us))
    return {person: sorted(spans) for person, spans in found.items()}


def inputs(case: Case) -> dict[str, pa.Table]:
    nights = midnights.between(case.zone, case.midnight_us - 10 * DAY, case.midnight_us + (scores.longest_decay(case.scores) + 8) * DAY)
    return {
        "touches": histories.touches_table([row for history in case.histories for row in history.touches]),
        "facts": histories.facts_table([row for history in case.histories for row in history.facts]),
        "midnights": histories.arrow([dict(zip(MIDNIGHTS, row, strict=True)) for row in nights], MIDNIGHTS),
        "decay": histories.arrow([dict(zip(DECAY, row, strict=True)) for row in scores.decay_steps(case.scores)], DECAY),
    }


def world(case: Case, history: History) -> slow_model.World:
    plain = {
        name: (score.half_life and float(score.half_life), [(rule.when, rule.points, rule.cap) for rule in score.rules])
        for name, score in case.scores.items()
    }
    return slow_model.World(history.touches, history.facts, case.zone, histories.LISTS, plain)


def is_in(spans: list, at: int) -> bool:
    return any(from_us <= at and (to_us is None or at < to_us) for from_us, to_us in spans)


def seconds(case: Case, spans: list) -> list[int]:
    """Every second of the history, and the seconds around each boundary claimed outside of it."""
    near = {edge + step for span in spans for edge in span if edge is not None for step in (-SECOND, 0, SECOND)}
    return sorted(near | set(range(case.first_us, case.last_us + 1, SECOND)))


def disagreements(case: Case, found: dict) -> Iterator[str]:
    """Where the evaluator and the slow model differ: the first second of each person at which they do."""
    for history in case.histories:
        rows = world(case, history)
        for person in history.people:
            spans = found.get(person, [])
            for at in seconds(case, spans):
                if is_in(spans, at) != slow_model.definition_holds(rows, case.condition, person, at):
                    yield f"person {person}, second {(at - case.midnight_us) / SECOND:g} from midnight: replayed {is_in(spans, at)}"
                    break
