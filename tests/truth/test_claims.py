"""Which source may set a field, whatever the order in which their records arrive. A browser key proves nothing."""

import random
from datetime import timedelta
from itertools import permutations

import pytest

from tests.conftest import NOON
from treaty.moments import to_us
from treaty.qualification import rows
from treaty.truth.actions import absorb
from treaty.truth.claims import Known, heard
from treaty.truth.models import Fact, Person, Source
from treaty.truth.records import PersonRecord, PersonRef

HOUR = timedelta(hours=1)
ADA = PersonRef(email="ada@acme.example")


def known(number, text, occurred, learned=None, *, is_claim=False):
    at = us(occurred)
    return Known(number, "person", 1, "title", text, None, at, at if learned is None else us(learned), is_claim)


def us(hour):
    return to_us(NOON + hour * HOUR)


def title(values, hour):
    """What the evaluator takes: of all that have started, the last one by date, then by when it was known."""
    started = [value for value in values if value.starts_us <= us(hour)]
    return max(started, key=lambda value: value.place).text if started else None


def test_a_claim_is_silent_from_the_moment_a_stated_value_is_known():
    # dated 3 and known at once, against a value dated 1 that became known at 5
    values = heard([known(1, "Boss", 3, is_claim=True), known(2, "Head", 1, 5)])
    assert [title(values, hour) for hour in (2, 3, 4, 5, 9)] == [None, "Boss", "Boss", "Head", "Head"]


def test_a_claim_made_after_a_stated_value_was_known_is_never_heard():
    values = heard([known(1, "Head", 1), known(2, "Boss", 3, is_claim=True)])
    assert [title(values, hour) for hour in (1, 3, 9)] == ["Head"] * 3


def test_a_claim_fills_the_gap_before_the_first_stated_value():
    values = heard([known(1, "Boss", 1, is_claim=True), known(2, "Head", 4)])
    assert [title(values, hour) for hour in (0, 1, 3, 4)] == [None, "Boss", "Boss", "Head"]


def test_of_several_stated_values_the_latest_known_by_then_stands_in_its_place():
    # Chief is dated 2 and known at 4; Head, dated 1 and known only at 6, says nothing new; Vice, dated 3, known at 8
    stated = [known(1, "Chief", 2, 4), known(2, "Head", 1, 6), known(3, "Vice", 3, 8)]
    values = heard([*stated, known(4, "Boss", 3.5, is_claim=True)])
    assert [title(values, hour) for hour in (3.5, 4, 7, 8)] == ["Boss", "Chief", "Chief", "Vice"]


def test_without_claims_nothing_changes():
    values = [known(1, "Head", 1), known(2, "Chief", 2)]
    assert heard(values) == values


@pytest.fixture
def sources(db):
    kinds = {"site": Source.Kind.BROWSER, "crm": Source.Kind.IMPORT, "server": Source.Kind.SERVER}
    return {name: Source.objects.create(name=name, kind=kind, made_at=NOON) for name, kind in kinds.items()}


def arrive(statements, sources):
    """Each record by itself, an hour after the one before; all are dated before the first arrives."""
    for number, (source, text, hour) in enumerate(statements):
        record = PersonRecord(ref=ADA, fields={"title": text}, occurred_at=NOON - 24 * HOUR + hour * HOUR)
        absorb([record], source=sources[source], received_at=NOON + number * HOUR)


def column_and_verdict():
    """The column, and what the evaluator takes long after."""
    ada = Person.objects.get()
    facts = [row for row in rows.facts_of([ada.pk], []).to_pylist() if row["field"] == "title"]
    last = max(facts, key=lambda row: (row["occurred_us"], row["known_us"], row["fact_id"]))
    return ada.title, last["text"]


def forget():
    Fact.objects.all().delete()
    Person.objects.update(title="")


@pytest.mark.db
@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_order_of_arrival_a_claim_sets_nothing_that_a_system_states(sources, seed):
    draw = random.Random(seed)
    hours = draw.sample(range(20), 4)
    who = ["site", draw.choice(["crm", "server"]), draw.choice(["site", "crm", "server"]), draw.choice(["site", "server"])]
    statements = [(source, f"title {n}", hour) for n, (source, hour) in enumerate(zip(who, hours, strict=True))]
    latest = max((s for s in statements if s[0] != "site"), key=lambda s: s[2])[1]
    for order in permutations(statements):
        arrive(order, sources)
        assert column_and_verdict() == (latest, latest), f"arrived as {order}"
        forget()


@pytest.mark.db
def test_of_claims_alone_the_latest_stands(sources):
    for order in permutations([("site", "one", 1), ("site", "two", 2), ("site", "three", 3)]):
        arrive(order, sources)
        assert column_and_verdict() == ("three", "three")
        forget()


@pytest.mark.db
def test_a_value_that_only_repeats_a_claim_is_a_statement_all_the_same(sources):
    arrive([("site", "Head", 1), ("crm", "Head", 2), ("site", "Boss", 3)], sources)
    assert column_and_verdict() == ("Head", "Head")
