"""An import taken back is exact for accounts too: what they are a part of, what they are called, and merges of them."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.connectors.test_undo import ADA, stands
from tests.connectors.undone import differing, imported, taken_back, truth
from treaty.connectors import importing
from treaty.truth.models import Account, AccountMerge, Merge, Proposal
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, PersonRecord, PersonRef

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)


def account(number: str, name: str = "", parent: str = "") -> AccountRecord:
    return AccountRecord(ref=AccountRef(external_id=number, name=name), fields={}, parent=AccountRef(external_id=parent))


def merged(kind: str, gone: str, into: str) -> GoneRecord:
    return GoneRecord(kind=kind, external_id=gone, into=into, at=NOON)


def test_the_account_above_that_two_imports_told_of_is_gone_with_the_last_of_them():
    stands(importing.source_for("crm", at=NOON - DAY), account("3", "Acme", parent="1"))
    before = truth()
    first, second = imported(account("9", "Acme", parent="1")), imported(account("2", "Acme", parent="1"), at=NOON + DAY)
    assert Account.objects.count() == 3, "Acme, and the one above it as each system knows it"
    taken_back(first, at=NOON + 2 * DAY)
    assert Account.objects.count() == 3, "the second import told of it too"
    taken_back(second, at=NOON + 3 * DAY)
    assert list(differing(before, truth())) == []


@pytest.mark.parametrize("rows", [1, 200])
def test_the_account_above_that_was_made_one_with_another_is_foreseen_to_go(rows):
    before = truth()
    told = [account("3", "Acme", parent="1"), merged("account", "1", "2"), *(PersonRecord(ref=ADA, account=AccountRef(n)) for n in "12")]
    run = imported(*told, rows=rows)
    assert AccountMerge.objects.count() == 1
    assert taken_back(run).stays == []
    assert list(differing(before, truth())) == []


def test_a_name_that_two_imports_told_of_is_gone_with_the_last_of_them():
    stands(importing.source_for("crm", at=NOON - DAY), account("3", "Bolt", parent="2"))
    before = truth()
    first, second = (imported(account(number, "Acme"), source="crm", at=NOON + int(number) * DAY) for number in "21")
    taken_back(first, at=NOON + 3 * DAY)
    assert Account.objects.filter(name="Acme").exists()
    taken_back(second, at=NOON + 4 * DAY)
    assert list(differing(before, truth())) == []


def test_accounts_made_one_and_parted_are_as_if_they_had_never_been():
    stands(importing.source_for("files", at=NOON - DAY), account("1", "Acme"), account("2", "Bolt"))
    before = truth()
    taken_back(imported(merged("account", "1", "2")))
    assert list(differing(before, truth())) == []


def test_who_is_one_with_another_only_by_the_import_goes_though_the_question_was_answered_by_it():
    files = importing.source_for("files", at=NOON - DAY)
    stands(files, PersonRecord(ref=PersonRef(external_id="2", email="ada@acme.example")))
    before = truth()
    bo, ada = ("3", "bo@acme.example"), ("3", "ada@acme.example")
    told = [PersonRecord(ref=PersonRef(external_id=number, email=email)) for number, email in (bo, ada)]
    run = imported(*told, merged("person", "3", "2"))
    assert (Merge.objects.count(), Proposal.objects.get().answer) == (1, "merged")
    assert taken_back(run).stays == []
    assert list(differing(before, truth())) == []
