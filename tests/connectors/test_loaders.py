"""Which files are a set that a loader left, and how a loader writes its values."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import NOON
from tests.connectors.warehouse import counts, load, write
from treaty.connectors.files.exports import open_exports
from treaty.connectors.files.mapping import Mapping
from treaty.connectors.importing import NotForImports, source_for
from treaty.connectors.loaders.cells import Cells, columns
from treaty.connectors.loaders.sets import joined
from treaty.connectors.loaders.shelf import Kept, Shelf
from treaty.truth.models import Person, Source

CONTACT = "id,property_email,property_createdate,_fivetran_synced\n1,ada@acme.example,2026-01-05 8:00:00,2026-03-01 9:00:00"
LEAD = "id,email,is_converted,created_date,_fivetran_synced\nq1,bo@blum.example,FALSE,2026-01-05 08:00:00,2026-03-01 09:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 9:00:00",
        "2026-03-01 09:00:00.000000",
        "2026-03-01 09:00:00 UTC",
        "2026-03-01 10:00:00.000 +0100",
        "2026-03-01T09:00:00Z",
    ],
)
def test_moments_as_loaders_write_them(text):
    assert Cells({"at": text}).moment("at") == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_placeholder_is_no_moment_and_a_word_is_refused():
    assert Cells({"end": "9999-12-31 23:59:59", "start": "2026-03-01"}).moment("end", "start") == datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="soon"):
        Cells({"end": "soon"}).moment("end")


def test_flags_ids_and_columns():
    assert [Cells({"is_deleted": text}).is_gone for text in ("TRUE", "true", "FALSE", "false", "")] == [True, True, False, False, False]
    assert (
        Cells({"ids": "3;4"}).ids("ids") == Cells({"ids": "[3, 4]"}).ids("ids") == Cells({"ids": "3:1569;4:1570"}).ids("ids") == ["3", "4"]
    )
    assert columns(["_fivetran_synced", "AccountNumber", "id", "property_id", "property_email"]) == [
        "fivetran_synced", "account_number", "id", "property_id", "email",
    ]  # fmt: skip


def test_merges_are_followed_to_the_end_and_never_in_circles():
    shelf = Shelf((), [Kept("merged person", "6", {"into": "3"}), Kept("merged person", "3", {"into": "1"})])
    assert (shelf.final("person", "6"), shelf.final("person", "1"), shelf.final("account", "6")) == ("1", "1", "6")
    circle = Shelf((), [Kept("merged person", "1", {"into": "2"}), Kept("merged person", "2", {"into": "1"})])
    assert circle.final("person", "1") in ("1", "2")


def recognised(tmp_path, mapping=None, **tables):
    exports = joined(open_exports(write(tmp_path, tables), mapping))
    return exports.system, {one.table.name.removesuffix(".csv"): (one.kind, one.loaded is not None) for one in exports.recognised}


def test_exports_of_other_peoples_making_are_what_they_were(tmp_path):
    plain = "id,email,name,created\n1,ada@acme.example,Ada,2026-01-05"
    assert recognised(tmp_path, contact=plain, lead=plain) == ("", {"contact": ("leads", False), "lead": ("leads", False)})


def test_a_file_of_ones_own_beside_the_set_is_read_as_before(tmp_path):
    spend = "date,channel,spend\n2026-01-05,Search,100"
    assert recognised(tmp_path, contact=CONTACT, spend=spend) == ("hubspot", {"contact": ("leads", True), "spend": ("spend", False)})


def test_what_a_person_says_is_stronger(tmp_path):
    mapping = Mapping.model_validate({"files": {"contact.csv": {"as": "leads"}}})
    assert recognised(tmp_path, mapping, contact=CONTACT) == ("", {"contact": ("leads", False)})


@pytest.mark.django_db
def test_two_systems_at_once_are_one_too_many(tmp_path):
    company = CONTACT.replace("property_email", "property_domain")
    done = load(write(tmp_path, {"contact": CONTACT, "company": company, "lead": LEAD}))
    assert counts(done) == {"contact": (1, 1, 0, 0), "company": (1, 1, 0, 0), "lead": (1, 0, 0, 1)}
    assert "a table of Salesforce" in done.files.get(name="lead.csv").problem


@pytest.mark.django_db
def test_parquet_as_a_warehouse_writes_it(tmp_path):
    at = datetime(2026, 1, 5, 8, tzinfo=UTC)
    rows = {
        "id": [1],
        "property_email": ["ada@acme.example"],
        "property_createdate": [at],
        "_fivetran_synced": [at],
        "_fivetran_deleted": [False],
    }
    pq.write_table(pa.table(rows), tmp_path / "contact.parquet")
    load([tmp_path])
    assert (Person.objects.get().email, Source.objects.get().name) == ("ada@acme.example", "HubSpot")


@pytest.mark.django_db
def test_the_source_of_a_system_is_the_one_that_has_its_ids(tmp_path):
    crm = Source.objects.create(name="Our CRM", kind=Source.Kind.CONNECTOR, settings={"id_space": "hubspot"}, made_at=NOON)
    assert source_for("", at=NOON, system="hubspot") == crm
    Source.objects.create(name="other", kind=Source.Kind.IMPORT, made_at=NOON)
    with pytest.raises(NotForImports, match="not those of hubspot"):
        source_for("other", at=NOON, system="hubspot")
