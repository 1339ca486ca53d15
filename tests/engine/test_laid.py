"""Rows that many questions share are worked out once per version of the lake, and are what they would have been each time."""

from dataclasses import replace
from datetime import timedelta

import ibis
import pytest

from tests.conftest import NOON
from treaty.engine import duck
from treaty.engine import lake as reading
from treaty.engine.laid import MOST, laid, laid_anew, name_of
from treaty.engine.lake import KEEP_LAID, open_lake
from treaty.jobs.lake import refresh
from treaty.truth.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(tmp_path):
    """Exports one more person each time it is called; the snapshot."""

    def one_more():
        number = Person.objects.count()
        Person.objects.create(email=f"p{number}@acme.example", made_at=NOON)
        refresh(at=NOON + timedelta(minutes=number), where=tmp_path)
        return open_lake(tmp_path)

    return one_more


def keys(lake):
    return laid(lake, ("keys",), lambda: lake.table("people").select("person_id", "key"))


def counted(lake):
    """Built on rows that are built on rows."""
    return laid(lake, ("counted",), lambda: keys(lake).agg(n=lambda t: t.count()))


def answer(lake):
    return lake.answer(("how many",), lambda: counted(lake)).to_pylist()


def tables(lake):
    """The names of what is kept of this version."""
    text = f"select table_name from duckdb_tables() where schema_name = '{lake.manifest.space}' order by 1"
    return [name for (name,) in duck.cursor(lake.folder).execute(text).fetchall()]


def test_each_version_has_its_own_rows(people):
    first, second = people(), None
    assert answer(first) == [{"n": 1}]
    second = people()
    assert answer(second) == [{"n": 2}]
    assert answer(first) == [{"n": 1}]
    assert len(tables(first)) == len(tables(second)) == 2


def test_the_rows_are_worked_out_once(people, monkeypatch):
    lake = people()
    kept = []
    keep = type(lake.engine).keep
    monkeypatch.setattr(type(lake.engine), "keep", lambda self, space, name, text: (kept.append(name), keep(self, space, name, text)))
    answer(lake), answer(lake), lake.fetch(keys(lake))
    assert len(kept) == 2


def test_a_statement_that_was_written_before_finds_its_rows_in_a_new_version(people):
    """The expression is not made again, so what it is built on has to be known with the statement."""
    answer(people())
    later = people()
    assert later.answer(("how many",), lambda: pytest.fail("written twice")).to_pylist() == [{"n": 2}]


def test_what_was_not_used_for_longest_goes_and_comes_back(people):
    lake = people()
    for number in range(MOST + 1):
        lake.fetch(laid(lake, ("one", number), lambda: lake.table("people").select("key")))
        answer(lake)
    assert len(tables(lake)) == MOST
    assert answer(lake) == [{"n": 1}]


def test_old_versions_keep_no_rows(people):
    first = people()
    answer(first)
    for _ in range(KEEP_LAID):
        last = people()
    assert tables(first) == []
    assert answer(first) == [{"n": 1}]
    assert answer(last) == [{"n": 1 + KEEP_LAID}]


class Keepless:
    """DuckDB as an engine that has no room for rows of its own."""

    def __init__(self, engine):
        self.name, self.place, self.write, self.ask = "keepless", engine.place, engine.write, engine.ask


def test_an_engine_that_keeps_none_is_asked_the_expression_itself(people):
    lake = people()
    assert answer(replace(lake, engine=Keepless(lake.engine))) == [{"n": 1}]
    assert tables(lake) == []


def test_within_a_snapshot_that_does_not_count_yet_it_is_the_lake(people, tmp_path):
    first, second = people(), people()
    with reading.reading(first):
        assert open_lake(tmp_path) is first
    assert open_lake(tmp_path).version == second.version


def test_an_expression_made_before_its_rows_went_finds_them_again(people):
    lake = people()
    early = keys(lake)
    for number in range(MOST):
        laid(lake, ("one", number), lambda: lake.table("people").select("key"))
    assert name_of(("keys",)) not in tables(lake)
    assert lake.fetch(early).num_rows == 1


def test_what_many_rows_are_built_on_stays_until_they_are_there(people):
    lake = people()

    def together():
        parts = [laid(lake, ("part", number), lambda: lake.table("people").select("person_id")) for number in range(MOST + 3)]
        return ibis.union(*parts, distinct=False)

    assert lake.fetch(laid(lake, ("together",), together)).num_rows == MOST + 3


def test_rows_laid_anew_take_the_place_of_those_before_under_a_statement_that_is_written_once(people):
    lake = people()
    people()
    lake = people()

    def most(n):
        rows = laid_anew(lake, ("some",), lambda: lake.table("people").order_by("person_id").limit(n))
        return lake.ask(("how many of some",), lambda: rows.agg(n=rows.count())).to_pylist()

    assert [most(n) for n in (1, 3, 2)] == [[{"n": 1}], [{"n": 3}], [{"n": 2}]]
