"""A random case through the evaluator, and the comparison with the slow model."""

import heapq
from collections.abc import Iterator
from operator import itemgetter

import pyarrow as pa

from tests.qualification import histories, slow_model
from tests.qualification.histories import DAY, SECOND, Case, History
from treaty.agreement.conditions import Condition
from treaty.engine import duck
from treaty.qualification import midnights, scores
from treaty.qualification.counters import Definition
from treaty.qualification.live import Judge, Verdict, verdict
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


def judge_for(case: Case, connection=None) -> Judge:
    """Asks the definition of a case, beside others whose answers must not matter."""
    others = {"never": Condition.model_validate({"touches": {"kind": "unheard_of"}}), "always": Condition()}
    return Judge({"it": case.condition, **others}, case.scores, histories.LISTS, case.zone, connection)


def lived(case: Case, judge: Judge) -> dict[int, list[Verdict]]:
    """Every verdict of a judge who is asked only when something arrives and at the moments it announced itself."""
    arrivals = [{row["known_us"] for row in history.touches + history.facts} for history in case.histories]
    due = [(at, number) for number, moments in enumerate(arrivals) for at in moments]
    heapq.heapify(due)
    verdicts: dict[int, list] = {}
    tables = [Arrived(history) for history in case.histories]
    while due and due[0][0] <= case.last_us:
        at = due[0][0]
        called = set()
        while due and due[0][0] == at:
            called.add(heapq.heappop(due)[1])
        rows = [tables[number].until(at) for number in called]
        touches, facts = (pa.concat_tables(parts) for parts in zip(*rows, strict=True))
        for said in judge.judge(touches, facts, at)["it"].values():
            verdicts.setdefault(said.person_id, []).append((at, said))
            if said.next_us is not None:
                heapq.heappush(due, (said.next_us, said.person_id // 10))
    return verdicts


class Arrived:
    """The rows of one history in the order in which they become known."""

    def __init__(self, history: History) -> None:
        self.touches = histories.touches_table(sorted(history.touches, key=itemgetter("known_us")))
        self.facts = histories.facts_table(sorted(history.facts, key=itemgetter("known_us")))

    def until(self, at: int) -> tuple[pa.Table, pa.Table]:
        return tuple(table.slice(0, sum(known <= at for known in table["known_us"].to_pylist())) for table in (self.touches, self.facts))


def turns_of(spans: list) -> list[tuple[int, bool]]:
    return [(edge, number == 0) for span in spans for number, edge in enumerate(span) if edge is not None]


def is_in(spans: list, at: int) -> bool:
    return any(from_us <= at and (to_us is None or at < to_us) for from_us, to_us in spans)


def was_said(verdicts: list, at: int) -> bool:
    """What the last verdict up to a moment said."""
    said = [verdict for asked_at, verdict in verdicts if asked_at <= at]
    return bool(said) and said[-1].holds


def seconds(case: Case, spans: list) -> list[int]:
    """Every second of the history, and the seconds around each boundary claimed outside of it."""
    near = {edge + step for span in spans for edge in span if edge is not None for step in (-SECOND, 0, SECOND)}
    return sorted(near | set(range(case.first_us, case.last_us + 1, SECOND)))


def disagreements(case: Case, found: dict, verdicts: dict | None = None) -> Iterator[str]:
    """Where slow model, replay and (if given) live judgement differ: the first second of each person at which they do."""
    for number, history in enumerate(case.histories):
        rows = world(case, history)
        for person in history.people:
            spans = found.get(person, [])
            for at in seconds(case, spans):
                slow = slow_model.definition_holds(rows, case.condition, person, at)
                live = slow if verdicts is None or at > case.last_us else was_said(verdicts.get(person, []), at)
                if not slow == live == is_in(spans, at):
                    where = f"history {number}, person {person}, second {(at - case.midnight_us) / SECOND:g} from midnight"
                    yield f"{where}: slow {slow}, replayed {is_in(spans, at)}, live {live}"
                    break
            for at, said in (verdicts or {}).get(person, []):
                if said.since_us != verdict(person, turns_of(spans), at).since_us:
                    yield f"history {number}, person {person}: asked at {at}, live says since {said.since_us}"
