"""A lake of hand-written rows: measures run on it without files or a database."""

import weakref
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count

import duckdb
import ibis
import pyarrow as pa

from treaty.engine import duck
from treaty.engine.measuring import parts_of

_NUMBERS = count()

SCHEMAS = {
    "stage_moves": {
        **dict.fromkeys(("move_id", "lead_id", "at_us", "withdrawn_us"), "int64"),
        **dict.fromkeys(("from_stage", "to_stage", "how"), "string"),
    },
    "leads": {
        **dict.fromkeys(("lead_id", "person_id", "account_id", "owner_id", "fit", "engagement", "version_id"), "int64"),
        **dict.fromkeys(("opened_us", "closed_us", "stage_since_us", "number"), "int64"),
        **dict.fromkeys(("key", "stage", "segment", "campaign", "channel", "source", "grade"), "string"),
    },
    "opportunities": {
        **dict.fromkeys(("opportunity_id", "account_id", "lead_id", "owner_id", "opened_us", "closed_us", "received_us"), "int64"),
        **dict.fromkeys(("key", "stage", "outcome", "currency", "product", "lost_reason"), "string"),
        "amount": "decimal(18, 4)",
        "close_on": "date",
    },
    "opportunity_changes": {
        **dict.fromkeys(("change_id", "opportunity_id", "at_us"), "int64"),
        **dict.fromkeys(("field", "value"), "string"),
    },
    "accounts": {**dict.fromkeys(("account_id", "merged_into_id", "made_us"), "int64"), "country": "string"},
    "versions": {"version_id": "int64", "number": "int64"},
    "touches": {
        **dict.fromkeys(("touch_id", "person_id", "occurred_us"), "int64"),
        **dict.fromkeys(("channel", "campaign", "content"), "string"),
    },
    "spend": {
        **dict.fromkeys(("spend_id", "source_id", "impressions", "clicks"), "int64"),
        **dict.fromkeys(("channel", "campaign", "currency"), "string"),
        "spent_on": "date",
        "amount": "decimal(18, 4)",
    },
    "campaigns": {"campaign_id": "int64", **dict.fromkeys(("slug", "name", "channel", "currency"), "string")},
    "sources": {"source_id": "int64", "name": "string"},
    "people": {
        **dict.fromkeys(("person_id", "account_id", "merged_into_id", "first_known_us"), "int64"),
        "country": "string",
        "is_visitor": "boolean",
    },
    "system_records": {
        **dict.fromkeys(("record_id", "source_id", "person_id", "account_id", "opportunity_id", "at_us", "changed_us", "gone_us"), "int64"),
        **dict.fromkeys(("kind", "stage", "outcome", "currency"), "string"),
        "amount": "decimal(18, 4)",
        "is_merged": "boolean",
    },
    "rates": {
        **dict.fromkeys(("rate_id", "said", "received_us"), "int64"),
        **dict.fromkeys(("currency", "becomes"), "string"),
        "rate_on": "date",
        "rate": "decimal(18, 10)",
    },
    "buying_roles": {"opportunity_id": "int64", "person_id": "int64", "role": "string"},
    "facts": {
        **dict.fromkeys(("fact_id", "subject_id", "occurred_us"), "int64"),
        **dict.fromkeys(("subject", "field", "text"), "string"),
    },
    "clocks": {
        **dict.fromkeys(("clock_id", "lead_id", "handoff_id", "owner_id", "version_id"), "int64"),
        **dict.fromkeys(("starts_us", "due_us", "stopped_us", "breached_us"), "int64"),
        "promise": "string",
        "ended": "string",
    },
    "clock_pauses": dict.fromkeys(("clock_id", "starts_us", "ends_us"), "int64"),
    "handoffs": {**dict.fromkeys(("handoff_id", "lead_id", "qualified_us", "received_us", "made_us"), "int64"), "completeness": "float64"},
    "dispositions": {
        **dict.fromkeys(("disposition_id", "handoff_id", "at_us", "withdrawn_us", "by_id"), "int64"),
        **dict.fromkeys(("key", "outcome", "reason"), "string"),
    },
}  # fmt: skip


SPACE = "a_lake"
"""Where statements look for tables; each lake puts its own place there, as the real one does."""


@lru_cache
def _engine():
    """One for all lakes; many small questions are answered soonest by one thread."""
    return duckdb.connect(config={"threads": 1})


@lru_cache(maxsize=2000)
def _written(operation):
    """A statement is written once for each question, whichever lake is asked: that takes longer than to answer it."""
    return duck.sql(operation.to_expr())


class FakeLake:
    version = 1
    as_of = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

    def __init__(self, **rows):
        self.rows = rows
        self.folder = f"lake {next(_NUMBERS)}"  # figures are kept per folder
        self._space = ""

    def table(self, name):
        return ibis.table(ibis.schema(SCHEMAS[name]), name=name, database=SPACE)

    def fetch(self, expression):
        if not self._space:
            self._lay()
        text = _written(expression.as_table().op())
        return _engine().execute(text.replace(f'"{SPACE}"', self._space)).to_arrow_table()

    def _lay(self):
        self._space = f"lake_{next(_NUMBERS)}"
        _engine().execute(f"create schema {self._space}")
        for name, columns in SCHEMAS.items():
            schema = ibis.schema(columns)
            rows = [{column: row.get(column) for column in schema.names} for row in self.rows.get(name, [])]
            _engine().register("rows", pa.Table.from_pylist(rows, schema=schema.to_pyarrow()))
            _engine().execute(f"create table {self._space}.{name} as select * from rows")
        weakref.finalize(self, _engine().execute, f"drop schema {self._space} cascade")

    def answer(self, key, make):
        return self.fetch(make())

    def answers(self, keys, make):
        return parts_of(self.fetch(make(keys)), len(keys))

    def row(self, expression):
        return self.fetch(expression).to_pylist()[0]
