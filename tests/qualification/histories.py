"""Random definitions and random histories, small enough to be judged second by second.

Everything is drawn from one `random.Random`, so a seed is a whole case. Histories lie around a local
midnight, often one at which clocks change; some rows lie days before it, some arrive late, some too late
to count, some are valid only later. Lengths of time are minutes, so windows run out inside the history.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa

from treaty.agreement.conditions import Condition
from treaty.qualification.schemas import FACTS, TOUCH_TEXT, TOUCHES
from treaty.qualification.scores import Rule, Score

SECOND = 1_000_000
DAY = 86_400 * SECOND
NIGHTS = [  # mostly those on which clocks change, or the day before did
    ("Europe/Berlin", (2026, 3, 29)),
    ("Europe/Berlin", (2026, 3, 30)),
    ("Europe/Berlin", (2026, 10, 26)),
    ("Europe/Berlin", (2026, 7, 1)),
    ("America/New_York", (2026, 3, 9)),
    ("Australia/Lord_Howe", (2026, 4, 5)),
    ("Asia/Kathmandu", (2026, 5, 5)),
    ("America/Santiago", (2026, 9, 6)),
]
KINDS = ("page_view", "download", "webinar", "unsubscribed")
PATHS = ("/pricing", "/PRICING/eu", "/blog", "", None)
TEXTS = ("vp", "VP", "director", "Änderung", "ÄNDERUNG", "true", "False", "50", "")
NUMBERS = (0.0, 49.0, 50.0, 51.5, 250.0)
FIELDS = {"person": ("seniority", "size", "answer.budget"), "account": ("employees", "industry")}
LISTS = {"chosen": ("VP", "änderung"), "empty": ()}


@dataclass
class Case:
    """One definition with several unrelated histories; people and accounts of one never occur in another."""

    condition: Condition
    scores: dict
    zone: str
    midnight_us: int
    histories: list

    @property
    def first_us(self):
        return self.midnight_us - 70 * SECOND

    @property
    def last_us(self):
        return self.midnight_us + 110 * SECOND


@dataclass
class History:
    people: list
    touches: list
    facts: list


def case(random, histories):
    zone, day = random.choice(NIGHTS)
    midnight = int(datetime(*day, tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp()) * SECOND
    scores = {name: score(random) for name in ("fit", "engagement")}
    asked = conjunction(random) if random.random() < 0.3 else condition(random, 3)
    made = Case(asked, scores, zone, midnight, [])
    for number in range(histories):
        made.histories.append(history(random, made, number))
    return made


def history(random, case, number):
    people = [number * 10 + k for k in range(random.randint(1, 4))]
    ids = iter(range(number * 1000, number * 1000 + 1000))
    touches = [touch(random, case, next(ids), random.choice(people)) for _ in range(random.randint(0, 12))]
    facts = [fact(random, case, next(ids), people, number) for _ in range(random.randint(0, 12))]
    facts += [membership(random, case, next(ids), random.choice(people), number) for _ in range(random.randint(0, 6))]
    return History(people, touches, facts)


def moments(random, case):
    """When it occurred and when it was known: mostly seconds around the midnight, the first sometimes days before."""
    occurred = case.midnight_us + second(random) * SECOND
    if random.random() < 0.3:
        occurred -= random.randint(1, 4) * DAY
    late = random.choice([0, 0, 0, 1, 20, 59, 60, 61, 130])
    known = random.choice([occurred + late * SECOND, case.midnight_us + second(random) * SECOND])
    if random.random() < 0.1:
        known = occurred - random.randint(1, 30) * SECOND
    return {"occurred_us": occurred, "known_us": known}


def second(random):
    """Mostly one of 25 seconds, so that much happens at one instant; sometimes one beside it."""
    return random.choice(range(-60, 61, 5)) + random.choice([0, 0, 0, 0, -1, 1])


def touch(random, case, touch_id, person):
    blank = dict.fromkeys(TOUCH_TEXT)
    row = {"touch_id": touch_id, "person_id": person, "kind": random.choice(KINDS)} | blank
    return row | {"path": random.choice(PATHS)} | moments(random, case)


def fact(random, case, fact_id, people, number):
    subject = random.choice(("person", "person", "account"))
    who = random.choice(people) if subject == "person" else number * 10 + random.randint(0, 1)
    text, size = random.choice([(random.choice(TEXTS), None)] * 3 + [(None, random.choice(NUMBERS))] * 3 + [(None, None), ("50", 50.0)])
    row = {"fact_id": fact_id, "subject": subject, "subject_id": who, "field": random.choice(FIELDS[subject]), "text": text, "number": size}
    return row | moments(random, case)


def membership(random, case, fact_id, person, number):
    account = random.choice([number * 10.0, number * 10.0, number * 10 + 1.0, None])
    row = {"fact_id": fact_id, "subject": "person", "subject_id": person, "field": "account", "text": None, "number": account}
    return row | moments(random, case)


def condition(random, depth, with_scores=True):
    return Condition.model_validate(node(random, depth, with_scores))


def conjunction(random):
    """An AND of clauses, some of them under `none`: what the evaluator's quick form is made for."""
    made = {"all": [clause(random, True) for _ in range(random.randint(1, 3))]} | clause(random, False)
    if random.random() < 0.5:
        made["none"] = [clause(random, True) for _ in range(random.randint(1, 2))]
    return Condition.model_validate(made)


def node(random, depth, with_scores):
    """A node with one key mostly, sometimes several, sometimes none: `{}` always holds."""
    if random.random() < 0.03:
        return {}
    made = {}
    for _ in range(random.choice([1, 1, 1, 2])):
        made |= group(random, depth, with_scores) if depth and random.random() < 0.6 else clause(random, with_scores)
    return made


def group(random, depth, with_scores):
    children = [node(random, depth - 1, with_scores) for _ in range(random.randint(1, 3))]
    return {random.choice(["all", "all", "any", "none"]): children}


def clause(random, with_scores):
    kind = random.choice(["touches"] * 4 + ["person", "account", "answer"] + ["score"] * 2 * with_scores)
    if kind == "touches":
        return {"touches": touches(random)}
    if kind == "score":
        return {"score": {random.choice(["fit", "engagement"]): points_test(random)}}
    names = {"person": ["seniority", "size"], "answer": ["budget"], "account": ["employees", "industry"]}[kind]
    return {kind: {name: value_test(random) for name in random.sample(names, random.choice([1, 1, len(names)]))}}


def touches(random):
    made = {}
    if random.random() < 0.8:
        made["kind"] = random.choice([random.choice(KINDS), random.sample(KINDS, 2)])
    if random.random() < 0.25:
        made["where"] = {"path": value_test(random)}
    if random.random() < 0.5:
        made["at_least"] = random.randint(1, 3)
    if random.random() < 0.7:
        made["within"] = random.choice(["1 minute", "2 minutes", "1 days", "2 days", "3 days"])
    if random.random() < 0.35:
        made["by"] = "account"
        if random.random() < 0.6:
            made["people"] = random.randint(1, 3)
    return made


def value_test(random):
    return random.choice([
        {"is": random.choice(["vp", "änderung", "50", True, False, 50, 49])},
        {"in": random.sample(["VP", "director", "Änderung", 50, 250, True], 3)},
        {"in_list": random.choice(["chosen", "chosen", "empty"])},
        {"at_least": random.choice([0, 50, "51.5"])},
        {"at_most": random.choice([49, "50.5"])},
        {"starts_with": random.choice(["/pri", "ä", "V"])},
        {"contains": random.choice(["p", "NDER", "/"])},
        {"matches": random.choice(["^/pricing(/|$)", "vp|dir", "^$", "Ä"])},
        {"known": True},
    ])  # fmt: skip


def points_test(random):
    return random.choice([
        {"at_least": random.choice([1, 2, 5, "7.5", 10, 15])}, {"at_least": random.choice([-3, 0])},
        {"at_most": random.choice([-1, 0, 3, "9.5"])},
        {"is": random.choice([0, 5, 10, "5"])}, {"in": [0, 5, 7]}, {"known": True}, {"contains": "5"},
    ])  # fmt: skip


def score(random):
    rules = [rule(random) for _ in range(random.randint(0, 3))]
    half_life = random.choice([None, Decimal(1), Decimal(2), Decimal("1.5")])
    return Score(tuple(rules), half_life)


def rule(random):
    """Half the rules give points per touch, the others for any condition; some take points away."""
    if random.random() < 0.5:
        asked = {k: v for k, v in touches(random).items() if k in ("kind", "where", "within")}
        when = Condition.model_validate({"touches": asked})
    else:
        when = condition(random, 1, with_scores=False)
    return Rule(when, random.choice([1, 3, 5, 5, 10, -2, -5, 0]), random.choice([None, None, 4, 12]))


def arrow(rows, shape):
    types = {"int64": pa.int64(), "string": pa.string(), "float64": pa.float64()}
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, types[kind]) for name, kind in shape.items()]))


def touches_table(rows):
    return arrow(rows, TOUCHES)


def facts_table(rows):
    return arrow(rows, FACTS)
