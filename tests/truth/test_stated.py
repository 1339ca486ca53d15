"""What may be heard of claims, over the whole lake: the same as `claims.heard` says of a few people."""

import random
from dataclasses import dataclass

from tests.conftest import NOON
from tests.given_lake import given
from treaty.truth.claims import Known, heard
from treaty.truth.stated import heard as heard_of_lake

SOURCES = [{"source_id": 1, "kind": "connector"}, {"source_id": 2, "kind": "browser"}, {"source_id": 3, "kind": "import"},
           {"source_id": 4, "kind": "enrichment"}]  # fmt: skip
CLAIMING = (2, 4, None)


@dataclass
class Row:
    """One fact as the lake has it."""

    number: int
    subject: str
    who: int
    field: str
    value: float | None
    occurred: int
    known: int
    source: int | None

    @property
    def row(self):
        return {"fact_id": self.number, "subject": self.subject, "stated_of_id": self.who, "field": self.field, "number": self.value,
                "occurred_us": self.occurred, "known_us": self.known, "source_id": self.source, "assumed": False}  # fmt: skip

    @property
    def told(self):
        return Known(self.number, self.subject, self.who, self.field, None, self.value, self.occurred, self.known, self.source in CLAIMING)


def facts(dice):
    """Few people, fields and moments, so that much happens at once."""
    for number in range(dice.randint(1, 60)):
        subject, field = dice.choice([("person", "size"), ("person", "title"), ("account", "employees")])
        occurred = dice.randint(0, 6)
        known = dice.choice([occurred, occurred, occurred + dice.randint(1, 5), 8])
        value = dice.choice([1.0, 2.0, 3.0, None])
        yield Row(number, subject, dice.randint(1, 2), field, value, occurred, known, dice.choice([1, 1, 2, 3, 4, None]))


def in_force(values, at):
    """(subject, who, field) -> the number in force at a moment: of all that have started the last in (occurred, known, id)."""
    found = {}
    for value in sorted(values, key=lambda one: one.place):
        if value.starts_us <= at:
            found[value.subject, value.subject_id, value.field] = value.number
    return found


def of_lake(lake, fields=("employees", "size", "title")):
    rows = lake.fetch(heard_of_lake(lake, fields)).to_pylist()
    return [
        Known(r["fact_id"], r["subject"], r["subject_id"], r["field"], r["text"], r["number"], r["occurred_us"], r["known_us"], False)
        for r in rows
    ]


def test_whatever_is_told_the_same_is_in_force_at_every_moment(tmp_path):
    dice = random.Random(5)
    for place in range(25):
        told = list(facts(dice))
        lake = given(tmp_path / str(place), NOON, facts=[one.row for one in told], sources=SOURCES)
        ours, theirs = of_lake(lake), heard([one.told for one in told])
        for at in range(14):
            assert in_force(ours, at) == in_force(theirs, at), (place, at)


def test_of_values_known_at_one_moment_the_latest_stands_in_the_place_of_a_claim():
    """A file told of January and of February at once: the claim of March gives way to what February says."""
    january, february = Row(1, "person", 1, "size", 10.0, 1, 5, 1), Row(2, "person", 1, "size", 20.0, 2, 5, 1)
    claim = Row(3, "person", 1, "size", 99.0, 3, 3, 2)
    for order in ([january, february, claim], [claim, february, january]):
        values = heard([one.told for one in order])
        assert in_force(values, 5) == {("person", 1, "size"): 20.0}
        assert len({value.place for value in values}) == len(values)  # which of two in one place is in force, no engine says


def test_values_and_memberships_follow_accounts_that_were_made_one(tmp_path):
    """Account 7 became 8, and 8 became 9; who was said to be at 7 is at 9, and what was said of 8 is said of 9."""
    rows = [
        Row(1, "person", 1, "account", 7.0, 0, 0, 1),
        Row(2, "account", 8, "employees", 60.0, 0, 0, 1),
        Row(3, "account", 5, "employees", 70.0, 0, 0, 1),
        Row(4, "person", 2, "account", None, 0, 0, 1),
    ]
    merged = [{"id": 7, "canonical_id": 9}, {"id": 8, "canonical_id": 9}]
    lake = given(tmp_path, NOON, facts=[row.row for row in rows], sources=SOURCES, merged_accounts=merged)
    found = {(one.subject, one.subject_id, one.number) for one in of_lake(lake, ("account", "employees"))}
    assert found == {("person", 1, 9.0), ("account", 9, 60.0), ("account", 5, 70.0), ("person", 2, None)}
