"""Why does a definition hold for a person, or not: every clause, what it found, what it needs, when it turns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from treaty.agreement.conditions import Test, Touches
from treaty.qualification.counters import Definition, score_named
from treaty.qualification.explanation import Part, part_of, touch_clauses
from treaty.qualification.schemas import MEMBERSHIP
from treaty.qualification.scores import MILLI, Rule

Row = Mapping[str, Any]
Found = dict[str, Any]


@dataclass(frozen=True)
class Explained:
    """One node of the definition, at one moment.

    kind: all, any, none (groups of `parts`), touches, person, account, answer, score, or rule (of a score).
    asks: the clause as the agreement says it. need, have: how many touches, or whole points; people_need,
    people_have: by how many people. touch_ids: the touches that count now, the causes. text, number: the value
    in force. unknown: `unknown: employees` where the clause cannot hold because the value is not known.
    next_us: when this node turns if nothing arrives; None: never. A rule's `milli` are its milli-points now.
    """

    kind: str
    holds: bool
    next_us: int | None
    field: str = ""
    asks: Touches | Test | Rule | None = None
    need: int | None = None
    have: int | None = None
    people_need: int | None = None
    people_have: int | None = None
    touch_ids: tuple[int, ...] = ()
    text: str | None = None
    number: float | None = None
    unknown: str = ""
    milli: int | None = None
    parts: tuple["Explained", ...] = ()

    def walk(self) -> Iterator["Explained"]:
        """This node and every one below it, parents first."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Timeline:
    """One person's rows of a timeline, in order, read at one moment."""

    rows: Sequence[Row]
    at_us: int

    def now(self, name: str) -> int:
        past = [row[name] for row in self.rows if row["at"] <= self.at_us]
        return int(past[-1]) if past else 0

    def turns(self, name: str) -> int | None:
        """The next moment at which it is something else."""
        now = self.now(name)
        return next((row["at"] for row in self.rows if row["at"] > self.at_us and row[name] != now), None)


@dataclass(frozen=True)
class Answers:
    """The answers to `questions`, by their names, about one person at one moment."""

    definition: Definition
    rows: Mapping[str, Sequence[Row]]
    person_id: int
    at_us: int
    question: str = "holds"
    prefix: str = "t"

    def explained(self) -> Explained:
        """The whole definition. Its `holds` and `next_us` are the verdict's; before a person exists nothing holds."""
        timeline = self._timeline("holds")
        whole = self._part(part_of(self.definition.condition))
        return replace(whole, holds=bool(timeline.now("holds")), next_us=timeline.turns("holds"))

    def _timeline(self, question: str) -> Timeline:
        own = sorted((row for row in self.rows[question] if row["person_id"] == self.person_id), key=lambda row: row["at"])
        return Timeline(own, self.at_us)

    def _part(self, part: Part) -> Explained:
        timeline, column = self._timeline(self.question), f"{self.prefix}{part.number}"
        found: Found = {"holds": bool(timeline.now(column)), "next_us": timeline.turns(column)}
        if part.kind in ("all", "any", "none"):
            return Explained(part.kind, **found, parts=tuple(self._part(below) for below in part.parts))
        return Explained(part.kind, field=part.field, **found, **self._clause(part))

    def _clause(self, part: Part) -> Found:
        if part.condition.touches:
            return self._touches(part.condition.touches)
        test = getattr(part.condition, part.kind)[part.field]
        return self._score(part.field, test) if part.kind == "score" else self._value(part, test)

    def _touches(self, clause: Touches) -> Found:
        found = self._counted(clause)
        people: Found = {"people_need": clause.people, "people_have": len({row["person_id"] for row in found})} if clause.people else {}
        ids = tuple(sorted(row["touch_id"] for row in found))
        return {"asks": clause, "need": clause.at_least, "have": len(found), "touch_ids": ids, **people}

    def _counted(self, clause: Touches) -> list[Row]:
        """The touches that count for the clause now: the person's, or those of everyone now at their account."""
        number = touch_clauses(self.definition).index(clause)
        people = {self.person_id} if clause.by == "person" else self._colleagues()
        rows = (row for row in self.rows["touches"] if row["clause"] == number and row["person_id"] in people)
        return [row for row in rows if row["from_us"] <= self.at_us < row["to_us"]]

    def _colleagues(self) -> set[int]:
        account = self._account()
        rows = self._in_force("person", MEMBERSHIP)
        return {row["subject_id"] for row in rows if account is not None and row["number"] == account}

    def _account(self) -> float | None:
        found = [row["number"] for row in self._in_force("person", MEMBERSHIP) if row["subject_id"] == self.person_id]
        return found[0] if found else None

    def _in_force(self, subject: str, name: str) -> list[Row]:
        rows = (row for row in self.rows["values"] if row["subject"] == subject and row["field"] == name)
        return [row for row in rows if row["from_us"] <= self.at_us < row["to_us"]]

    def _value(self, part: Part, test: Test) -> Found:
        who = self._account() if part.kind == "account" else self.person_id
        name = f"answer.{part.field}" if part.kind == "answer" else part.field
        rows = [row for row in self._in_force("account" if part.kind == "account" else "person", name) if row["subject_id"] == who]
        text, number = (rows[0]["text"], rows[0]["number"]) if rows else (None, None)
        missing = "account" if who is None else part.field if is_unknown(test, text, number) else ""
        return {"asks": test, "text": text, "number": number, "unknown": f"unknown: {missing}" if missing else ""}

    def _score(self, name: str, test: Test) -> Found:
        timeline = self._timeline(f"points {name}")
        rules = score_named(name, self.definition.scores).rules
        need = None if test.at_least is None else int(test.at_least)
        parts = tuple(self._rule(name, number, rule, timeline) for number, rule in enumerate(rules))
        return {"asks": test, "need": need, "have": timeline.now("milli") // MILLI, "milli": timeline.now("milli"), "parts": parts}

    def _rule(self, name: str, number: int, rule: Rule, timeline: Timeline) -> Explained:
        column = f"r{number}"
        given: Found = {"milli": timeline.now(column), "next_us": timeline.turns(column), "holds": timeline.now(column) != 0, "asks": rule}
        if rule.is_per_touch and rule.when.touches:
            found = self._touches(rule.when.touches)
            return Explained("rule", field=name, have=found["have"], touch_ids=found["touch_ids"], **given)
        below = replace(self, question=f"points {name}", prefix=f"{column}t")
        return Explained("rule", field=name, parts=(below._part(part_of(rule.when)),), **given)


def is_unknown(test: Test, text: str | None, number: float | None) -> bool:
    """Whether the value a test looks at is missing: see the table in `values`."""
    if test.at_least is not None or test.at_most is not None:
        return number is None
    if any(asked is not None for asked in (test.in_list, test.starts_with, test.contains, test.matches)):
        return text is None
    return text is None and number is None
