"""Random imports of random records, taken back in a random order: in the end nothing of them is left, and nothing of others is missing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.conftest import NOON
from tests.connectors.test_undo import records, stands
from tests.connectors.undone import begun, differing, ended, imported, read, taken_back, truth
from treaty.connectors import importing
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, PersonRecord, PersonRef, TouchRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)
EMAILS, IDS = ("ada@acme.example", "bo@acme.example", "cy@bolt.example", ""), ("1", "2", "3", "")


def person(chosen: tuple[str, str, str, str]) -> PersonRecord:
    number, email, title, at = chosen
    ref = PersonRef(external_id=number or "9", email=email)
    return PersonRecord(ref=ref, fields={"title": title}, account=AccountRef(external_id=at))


def account(chosen: tuple[str, str, str]) -> AccountRecord:
    number, name, parent = chosen
    return AccountRecord(ref=AccountRef(external_id=number or "9", name=name), fields={}, parent=AccountRef(external_id=parent))


def touch(chosen: tuple[int, str, str]) -> TouchRecord:
    number, email, cookie = chosen
    return TouchRecord(ref=PersonRef(email=email, anonymous_id=cookie), kind="page_view", occurred_at=NOON, message_id=f"m{number}")


of_people = some.tuples(some.sampled_from(IDS), some.sampled_from(EMAILS), some.sampled_from(("CFO", "CEO")), some.sampled_from(IDS)).map(
    person
)
of_accounts = some.tuples(some.sampled_from(IDS), some.sampled_from(("Acme", "Bolt")), some.sampled_from(IDS)).map(account)
of_touches = some.tuples(some.integers(1, 4), some.sampled_from(EMAILS), some.sampled_from(("x", "y"))).map(touch)
of_merges = some.tuples(some.sampled_from(("person", "account")), some.permutations(["1", "2", "3"])).map(
    lambda chosen: GoneRecord(kind=chosen[0], external_id=chosen[1][0], into=chosen[1][1], at=NOON)
)
of_deals = some.tuples(some.sampled_from(("Demo", "Won")), some.integers(1, 2), some.integers(5, 6)).map(
    lambda chosen: records("CFO", chosen[0], 10 * chosen[1], chosen[1])[chosen[2]]
)
told = some.lists(some.one_of(of_people, of_accounts, of_touches, of_merges, of_deals), min_size=1, max_size=5)
imports = some.lists(some.tuples(some.sampled_from(("files", "crm")), told, some.sampled_from((1, 200))), min_size=1, max_size=3)


@settings(max_examples=20, derandomize=True)
@given(imports, some.lists(some.one_of(of_people, of_accounts, of_touches, of_merges), max_size=3), some.randoms(use_true_random=False))
def test_whatever_was_imported_is_gone_when_all_is_taken_back(made: Any, first: Any, chance: Any) -> None:
    with transaction.atomic():
        for name in ("files", "crm"):
            importing.source_for(name, at=NOON - DAY)
        stands(importing.source_for("crm", at=NOON - DAY), *first)
        before = truth()
        runs = [imported(*rows, source=name, at=NOON + n * DAY, rows=size) for n, (name, rows, size) in enumerate(made)]
        chance.shuffle(runs)
        for n, run in enumerate(runs):
            taken_back(run, at=NOON + (5 + n) * DAY)
        assert list(differing(before, truth())) == []
        transaction.set_rollback(True)


@settings(max_examples=15, derandomize=True)
@given(some.lists(some.tuples(some.sampled_from(("files", "crm")), told), min_size=2, max_size=3), some.randoms(use_true_random=False))
def test_of_imports_that_were_read_at_once_nothing_is_left_either(made: Any, chance: Any) -> None:
    with transaction.atomic():
        for name in ("files", "crm"):
            importing.source_for(name, at=NOON - DAY)
        before = truth()
        files = [begun(len(rows), source=name, at=NOON) for name, rows in made]
        turns = [n for n, (_, rows) in enumerate(made) for _ in rows]
        chance.shuffle(turns)
        for place, n in enumerate(turns):
            start = turns[:place].count(n)
            read(files[n], start, made[n][1][start : start + 1], at=NOON)
        runs = [ended(file) for file in files]
        chance.shuffle(runs)
        for n, run in enumerate(runs):
            taken_back(run, at=NOON + (5 + n) * DAY)
        assert list(differing(before, truth())) == []
        transaction.set_rollback(True)
