"""What a batch costs does not grow with what is there: SQLite's own plan of every read says so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOON
from treaty.truth.actions import absorb
from treaty.truth.models import Source
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, OpportunityRecord, PersonRecord, PersonRef, Record

pytestmark = pytest.mark.django_db
OF_ALL = "(source_id=?)"
"""How a plan ends that reads every row of a source."""


def records(number: int) -> list[Record]:
    firm = AccountRef(external_id=f"f{number}", domain=f"firm{number}.example", name=f"Firm {number}")
    ref = PersonRef(email=f"p{number}@firm{number}.example", external_id=f"p{number}")
    return [
        AccountRecord(ref=firm, fields={"industry": "Pumps"}),
        PersonRecord(ref=ref, fields={"title": "Buyer", "phone": "+49301234567"}, account=firm),
        OpportunityRecord(external_id=f"d{number}", name="Presses", account=firm, people=((ref, ""),), stage="Open", outcome="open"),
        GoneRecord(kind="opportunity", external_id=f"d{number}", at=NOON),
        GoneRecord(kind="person", external_id=f"old{number}", into=f"p{number}", at=NOON),
    ]


def test_no_read_goes_through_all_there_is() -> None:
    source = Source.objects.create(name="CRM", kind=Source.Kind.CONNECTOR, made_at=NOON)
    absorb(records(1), source=source, received_at=NOON)
    with CaptureQueriesContext(connection) as asked:
        absorb([*records(1), *records(2)], source=source, received_at=NOON)
    reads = [one["sql"] for one in asked if one["sql"].startswith("SELECT") and "FROM" in one["sql"]]
    assert any("truth_systemrecord" in sql for sql in reads)
    for sql in reads:
        with connection.cursor() as cursor:
            plan = [step[3] for step in cursor.execute(f"explain query plan {sql}").fetchall()]
        whole = [step for step in plan if step.startswith("SCAN truth_") or step.endswith(OF_ALL)]
        assert [step for step in whole if "truth_source" not in step] == [], sql
