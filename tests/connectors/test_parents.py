"""The account above an account, as each system tells it."""

import pytest

from treaty.connectors.files.make_people import _parent
from treaty.connectors.vendors.hubspot_objects import account_rows
from treaty.connectors.vendors.salesforce_rows import account_row
from treaty.connectors.vendors.talk import Terms
from treaty.truth.records import NO_ACCOUNT, AccountRef

TERMS = Terms(fields={"account": {}}, known={})


@pytest.mark.parametrize(("said", "parent"), [("77", AccountRef(external_id="77")), (None, NO_ACCOUNT)])
def test_hubspot_names_the_parent_company(said, parent):
    company = {"id": "5", "properties": {"name": "Part", "hs_parent_company_id": said}}
    assert account_rows(company, {}, TERMS).records[0].parent == parent


def test_salesforce_names_the_parent_account():
    account = {
        "Id": "001B",
        "Name": "Part",
        "ParentId": "001A",
        "CreatedDate": "2026-03-01T10:00:00.000+0000",
        "SystemModstamp": "2026-03-01T10:00:00.000+0000",
    }
    assert account_row(account, [], TERMS).records[0].parent == AccountRef(external_id="001A")


@pytest.mark.parametrize(
    ("told", "parent"),
    [
        ("Kessler Group", AccountRef(name="Kessler Group")),
        ("0015g00000XyZaB", AccountRef(external_id="0015g00000XyZaB")),
        ("4711", AccountRef(external_id="4711")),
        ("3M Company", AccountRef(name="3M Company")),
        ("", NO_ACCOUNT),
    ],
)
def test_a_file_names_it_by_id_or_by_name(told, parent):
    assert _parent(told) == parent
