"""An import taken back is exact for accounts too: what they are a part of, what they are called, and merges of them."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.connectors.test_undo import ADA, stands
from tests.connectors.undone import differing, imported, taken_back, truth
from treaty.connectors import importing
from treaty.truth.models import Account, AccountIdentity, AccountMerge, Identity, Merge, Proposal
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, PersonRecord, PersonRef, TouchRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)


def account(number: str, name: str = "", parent: str = "") -> AccountRecord:
    return AccountRecord(ref=AccountRef(external_id=number, name=name), fields={}, parent=AccountRef(external_id=parent))


def visit(number: int, email: str) -> TouchRecord:
    return TouchRecord(ref=PersonRef(email=email, anonymous_id="x"), kind="page_view", occurred_at=NOON, message_id=f"m{number}")


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


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_id_led_to_another_account_is_led_there_again_when_its_record_is_taken_back(order):
    """The second import makes the other account one with a third, so the id is led to whom that is known as meanwhile."""
    stands(importing.source_for("crm", at=NOON - DAY), account("2", "Acme"), merged("account", "1", "2"))
    before = truth()
    late = imported(account("1", "Bolt"), source="crm")
    assert AccountIdentity.objects.get(kind="id", value="1").seen_as == AccountMerge.objects.get().gone
    other = imported(account("3", "Cold"), merged("account", "2", "3"), source="crm", at=NOON + DAY)
    for place in order:
        taken_back((late, other)[place], at=NOON + 2 * DAY)
    assert list(differing(before, truth())) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_shared_computer_is_whose_it_was_though_two_imports_moved_it(order):
    stands(importing.source_for("crm", at=NOON - DAY), visit(1, "cy@bolt.example"))
    before = truth()
    runs = [imported(visit(n, email), source="crm", at=NOON + n * DAY) for n, email in ((2, "bo@acme.example"), (3, "ada@acme.example"))]
    assert Identity.objects.get(kind="anon").person.email == "ada@acme.example"
    for place in order:
        taken_back(runs[place], at=NOON + 4 * DAY)
    assert list(differing(before, truth())) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_shared_computer_is_whose_it_was_though_who_had_it_last_was_made_one_with_somebody(order):
    stands(importing.source_for("crm", at=NOON - DAY), visit(1, "cy@bolt.example"))
    before = truth()
    moved = imported(visit(2, "bo@acme.example"), source="crm")
    known = [PersonRef(external_id="1", email="bo@acme.example"), PersonRef(external_id="2", email="ada@acme.example")]
    joined = imported(*(PersonRecord(ref=ref) for ref in known), merged("person", "1", "2"), source="crm", at=NOON + DAY)
    for place in order:
        taken_back((moved, joined)[place], at=NOON + 2 * DAY)
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
