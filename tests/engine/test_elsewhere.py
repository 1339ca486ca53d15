"""Every measure answers alike on every engine: DuckDB, Spark, ClickHouse, PostgreSQL; others are asked to take its text."""

import os

import ibis
import ibis.expr.operations as ops
import msgspec
import pyarrow as pa
import pytest

from tests.engine import random_lake, registry
from tests.engine.alike import difference
from tests.engine.probes import PROBES
from tests.often import often
from treaty.config import Config
from treaty.engine import duck, elsewhere, vocabulary
from treaty.engine.elsewhere import Statement
from treaty.engine.lake import open_lake, opened
from treaty.engine.limit import TookTooLong

EVERY = [*registry.every(), *((f"probe {name}", build) for name, build in PROBES.items())]
FEWER = [(name, build) for name, build in EVERY if "#" not in name or name.endswith("#0") or "credited#" in name]
"""Without what is asked again for another month or dimension: `docs/proof/spark.sh` asks Spark for all of them."""
DAILY = [(name, build) for name, build in FEWER if " by " not in name and "order 2" not in name]
NUMBERS = [(name, build) for name, build in DAILY if name.startswith(("catalogue.", "attribution.measures"))]
"""Asked in every run; all others with the proofs."""
SLOW = "catalogue.credited_"
"""ClickHouse plans what these repeat again and again, for longer than a page may take: said in docs/engines.md."""
SPARK = "spark://local[2]?spark.sql.shuffle.partitions=1&spark.sql.adaptive.enabled=false"
SPARK += "&spark.sql.codegen.wholeStage=false&spark.sql.codegen.factoryMode=NO_CODEGEN"
"""A thousand rows take no time; translating a hundred questions into bytecode does."""

PATIENCE = 300


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("a lake [of] all") / "lake"


@pytest.fixture(scope="module")
def manifest(place):
    return random_lake.written(place, seed=3)


@pytest.fixture(scope="module")
def here(place, manifest):
    return opened(manifest, place, "duckdb")


@pytest.fixture(scope="module")
def built(here):
    """Every measure as an expression over the lake: making them takes longer than most questions."""
    return {name: build(here) for name, build in EVERY}


class Expected(dict):
    """What DuckDB answers, with the types the expression says; asked when it is wanted, and once."""

    def __init__(self, here, built):
        super().__init__()
        self.here, self.built = here, built

    def __missing__(self, name):
        self[name] = self.here.fetch(self.built[name]), self.built[name].as_table().schema().to_pyarrow()
        return self[name]


@pytest.fixture(scope="module")
def expected(here, built):
    return Expected(here, built)


def differences(lake, expected, asked=EVERY):
    found = {}
    for name, build in asked:
        answer, schema = expected[name]
        if said := difference(answer, lake.fetch(build(lake), seconds=PATIENCE), schema):
            found[name] = said
    return found


@pytest.mark.begins
@pytest.mark.needs_system("java")
def test_spark_answers_every_measure_alike(place, manifest, expected, monkeypatch):
    """JAVA_TOOL_OPTIONS: the compiler for programs that run for seconds, and one collector; half the processor time."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    spark = opened(manifest, place, SPARK)
    try:
        assert differences(spark, expected, often(NUMBERS[::4], FEWER)) == {}  # a second each: every fourth in each run
        assert_stops(spark, "select count(*) as n from range(1000000000000)")
    finally:
        _end(spark.engine)


def assert_stops(lake, text):
    """A question without end is ended, and the next one is answered."""
    with pytest.raises(TookTooLong, match="shorter period"):
        lake.engine.ask(Statement(text, pa.schema({"n": pa.int64()})), seconds=0.5)
    assert lake.fetch(lake.table("leads").count().as_table()).column(0)[0].as_py() == 90


def _end(engine):
    """The session, and the Java program behind it, which would stay for the rest of the tests."""
    from pyspark import SparkContext

    engine.stop()
    gateway = SparkContext._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    assert gateway.proc.wait(30) is not None
    SparkContext._gateway = SparkContext._jvm = None


def test_clickhouse_answers_every_measure_alike(place, manifest, expected):
    pytest.importorskip("chdb")
    clickhouse = opened(manifest, place, "chdb")
    assert differences(clickhouse, expected, [one for one in often(NUMBERS, EVERY) if not one[0].startswith(SLOW)]) == {}
    assert_stops(clickhouse, "select count() as n from numbers(1000000000000)")


@pytest.mark.only_postgresql
@pytest.mark.db
def test_postgresql_answers_every_measure_alike(place, manifest, expected):
    postgresql = opened(manifest, place, os.environ["TREATY_DATABASE_URL"])
    assert differences(postgresql, expected, often(NUMBERS, EVERY)) == {}
    assert_stops(postgresql, "select count(*) as n from generate_series(1, 1000000000000)")


@pytest.mark.only_postgresql
@pytest.mark.db
def test_postgresql_keeps_a_file_once_and_drops_what_no_version_names(place, manifest, monkeypatch):
    monkeypatch.setattr("treaty.engine.postgres.KEEP", 1)
    engine = elsewhere.engine(os.environ["TREATY_DATABASE_URL"], place)
    touches, people = manifest.tables["touches"], manifest.tables["people"]
    later = msgspec.structs.replace(
        manifest, version=manifest.version + 1, tables={"touches": touches, "merged": manifest.tables["merged"]}
    )
    engine.open(manifest)
    before = kept_tables(engine)
    engine.open(later)
    after = kept_tables(engine)
    assert {file.name.removesuffix(".parquet") for file in (*touches.files, *people.files)} <= set(before)
    assert {name: oid for name, oid in before.items() if name in after} == after
    assert {name.split("-")[0] for name in after} == {"touches", "merged"}


def kept_tables(engine):
    text = "select c.relname, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    return dict(engine._run(f"{text} where n.nspname = 'treaty_lake' and c.relkind = 'r'").fetchall())


def test_no_measure_is_left_out():
    assert registry.not_asked() == []


def test_the_random_lake_has_what_it_is_for(here, expected):
    """Most measures have something to count, or equal answers would prove little."""
    empty = [name for name, _ in DAILY if expected[name][0].num_rows == 0]
    assert len(empty) < len(DAILY) / 10, empty
    led = here.table("touches").filter(lambda t: t.person_id != t.seen_as_id)
    assert here.fetch(led.count().as_table()).column(0)[0].as_py() > 20


def test_every_measure_keeps_to_the_portable_vocabulary(built):
    found = {name: vocabulary.outside(expression) for name, expression in built.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_word_of_the_vocabulary_is_asked_of_every_engine(built):
    asked = {type(node).__name__ for expression in built.values() for node in expression.as_table().op().find(ops.Node)}
    assert vocabulary.WORDS - asked == set()


def test_what_engines_understand_differently_is_named(here):
    leads = here.table("leads")
    moments = leads.opened_us.as_timestamp("us")
    assert "the type timestamp" in " ".join(vocabulary.outside(leads.mutate(at=moments)))
    assert "First" in vocabulary.outside(leads.agg(x=leads.fit.first(order_by="lead_id")))
    assert vocabulary.outside(leads.mutate(x=(leads.fit / 3).cast("int64"))) != set()
    by_range = leads.mutate(x=leads.fit.sum().over(ibis.range_window(order_by="fit", following=0)))
    assert vocabulary.outside(by_range) == {"a window by range"}


def test_a_statement_is_what_ibis_writes(built):
    """Written without a copy of the tree, whose parts may stand in several places: the text must not depend on that."""
    asked = [built[name] for name, _ in often(NUMBERS[::6], EVERY)]
    assert [duck.sql(one) for one in asked] == [ibis.to_sql(one, dialect="duckdb", pretty=False) for one in asked]


COMPILED = ("trino", "snowflake", "bigquery", "databricks", "postgres", "clickhouse")


@pytest.mark.parametrize("dialect", often(COMPILED[:3:2], COMPILED))
def test_every_measure_compiles_for_others(built, dialect):
    """The text is made, not asked. Exact quantiles are missing on Trino and BigQuery: Ibis refuses or takes approximate ones."""
    refused = {name for name, _ in often(NUMBERS, FEWER) if not _compiles(built[name], dialect)}
    assert refused <= _with_quantiles(built) if dialect in ("trino", "bigquery") else refused == set()


def _compiles(expression, dialect):
    try:
        return bool(ibis.to_sql(expression, dialect=dialect))
    except (ibis.common.exceptions.OperationNotDefinedError, ibis.common.exceptions.UnsupportedOperationError):
        return False


def _with_quantiles(built):
    return {name for name, expression in built.items() if expression.as_table().op().find(ops.Quantile)}


def test_an_unknown_engine_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(elsewhere.UnknownEngine, match="write duckdb, spark"):
        elsewhere.engine("oracle://there", tmp_path)


def test_a_folder_that_clickhouse_would_take_for_a_pattern_is_refused(tmp_path):
    pytest.importorskip("chdb")
    with pytest.raises(elsewhere.Unfit, match="move the data folder"):
        elsewhere.engine("chdb", tmp_path / "all{1,2}")


def test_the_setting_names_the_engine_of_every_snapshot(place, manifest, monkeypatch):
    pytest.importorskip("chdb")
    monkeypatch.setattr("treaty.engine.lake.config", lambda: Config(engine="chdb"))
    assert open_lake(place.parent).engine.name == "chdb"


def test_figures_kept_for_one_engine_are_written_anew_for_another(place, manifest, here):
    pytest.importorskip("chdb")
    other = opened(manifest, place, "chdb")
    answers = [lake.answer("leads", lambda lake=lake: lake.table("leads").count().as_table()) for lake in (here, other)]
    assert [answer.column(0)[0].as_py() for answer in answers] == [90, 90]
