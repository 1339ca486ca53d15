"""Whatever is changed beside Treaty is found: bytes, files, signatures, terms, the chain, the adjustments (invariant 17)."""

import re
import shutil
from copy import copy
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from tests.books.company import LATER, with_deals
from treaty.agreement.models import Version
from treaty.books.models import Adjustment, Closing, Mark, Restatement
from treaty.books.restating import restate
from treaty.books.verifying import faults, verified
from treaty.engine import lake as lakes
from treaty.funnel.catalogue import CATALOGUE, Number
from treaty.journal.models import Entry
from treaty.truth.models import Opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def restated(tmp_path_factory, django_db_setup, django_db_blocker):
    """A closed quarter with two restatements, made once: making it costs seconds, each test changes a copy of it."""
    with django_db_blocker.unblock(), transaction.atomic():
        company = with_deals(tmp_path_factory.mktemp("closed"))
        closing = company.closed()
        for n, amount in enumerate(("1700.00", "1900.00")):
            company.edit(Opportunity.objects.get(name="acme"), amount, LATER.replace(hour=n))
            restate(closing, company.lake(LATER.replace(hour=n)), at=LATER.replace(hour=n))
        assert found(company) == []
        yield company
        transaction.set_rollback(True)


@pytest.fixture
def company(restated, db, tmp_path):
    """Its files in a folder of the test's own; its rows are as they were when the test is over."""
    company = copy(restated)
    company.where = shutil.copytree(restated.where, tmp_path / "home")
    return company


def found(company):
    return list(faults(Closing.objects.get(), company.place))


def _bytes(_):
    row = Closing.objects.get()
    Closing.objects.update(closed_bytes=bytes(row.closed_bytes).replace(b"1350", b"1950"))


def _rehashed(_):
    """Also the hash is written anew, so that the bytes fit it; the names under it do not."""
    from treaty.books.document import hash_of

    raw = bytes(Closing.objects.get().closed_bytes).replace(b'"figure":"1350"', b'"figure":"1950"')
    Closing.objects.update(closed_bytes=raw, hash=hash_of(raw))


def _file(company):
    path = max((company.where / "pinned").glob("*.parquet"), key=lambda path: path.stat().st_size)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def _gone(company):
    next((company.where / "pinned").glob("*.parquet")).unlink()


def _mark(_):
    Mark.objects.filter(side="sales").update(signature="00" * 64)


def _no_mark(_):
    Mark.objects.filter(side="sales").delete()


def _stranger(company):
    """The mark is true and stands under these figures, and is given to the other side."""
    row = Mark.objects.get(side="sales")
    Mark.objects.filter(pk=row.pk).update(statement={**row.statement, "side": "marketing"})


def _terms(_):
    raw = bytes(Version.objects.get().signed_bytes)
    Version.objects.update(signed_bytes=raw.replace(b"180 days", b"181 days"))


def _restatement(_):
    row = Restatement.objects.get(number=1)
    Restatement.objects.filter(pk=row.pk).update(restated_bytes=bytes(row.restated_bytes).replace(b"2050", b"2051"))


def _first_of_the_chain(_):
    Adjustment.objects.filter(restatement__number=1).delete()
    Restatement.objects.get(number=1).delete()


def _last_of_the_chain(_):
    Adjustment.objects.filter(restatement__number=2).delete()
    Restatement.objects.get(number=2).delete()


def _paid(_):
    Adjustment.objects.filter(measure="revenue_closed").update(amount=9)


def _unwritten(_):
    Entry.objects.filter(verb="books.made").delete()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_bytes, "do not fit their hash"),
        (_rehashed, r"revenue_closed.* is computed -?\d+ away from what was signed"),
        (_file, "is not the file the figures were computed from"),
        (_gone, "is not the file the figures were computed from"),
        (_mark, "the signature of 'sam.okafor@halden.example' does not fit"),
        (_no_mark, "is not signed by sales"),
        (_stranger, "stands under something else"),
        (_terms, "the stored bytes of version 1 do not fit their hash"),
        (_restatement, "restatement 1 of 2026-Q1 was changed"),
        (_first_of_the_chain, "restatement 1 of 2026-Q1 is missing"),
        (_last_of_the_chain, r"restatement \w{12} of 2026-Q1 is in the journal and not in the books"),
        (_paid, "the adjustments of 2026-Q1 are not those the journal holds"),
        (_unwritten, "the journal does not hold the making of 2026-Q1"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_every_change_beside_treaty_is_found(company, change, says):
    change(company)
    [first, *_] = found(company)
    assert re.search(says, first), first


def test_the_lake_can_be_thrown_away(company, monkeypatch):
    """The figures are computed once more from what lies beside it; a new process knows no file of before."""
    shutil.rmtree(company.place)
    monkeypatch.setattr(lakes, "_opened", {})
    assert found(company) == []


def other_formula(name, **more):
    """The same number in a release that makes its figure another way."""
    return replace(CATALOGUE[name], figure=lambda rows, own: Number(Decimal(7)), **more)


def test_a_formula_of_a_later_release_is_named_and_no_fault(company, monkeypatch):
    """The average was 1,350.00 of three, 450. A release that makes 7 of it says so by its version; hash, files, names still verify."""
    monkeypatch.setitem(CATALOGUE, "average_won", other_formula("average_won", version=9))
    found = verified(Closing.objects.get(), company.place)
    assert found.faults == []
    assert found.earlier == ["average_won was counted by an earlier formula (version 2; this release has version 9)"]
    _file(company)
    assert re.search("is not the file the figures were computed from", verified(Closing.objects.get(), company.place).faults[0])


def test_a_formula_changed_under_the_same_version_is_a_fault(company, monkeypatch):
    monkeypatch.setitem(CATALOGUE, "average_won", other_formula("average_won"))
    assert verified(Closing.objects.get(), company.place).faults[0] == "average_won EUR is computed -443 away from what was signed"


def test_another_version_that_comes_to_the_same_says_nothing(company, monkeypatch):
    monkeypatch.setitem(CATALOGUE, "win_rate", replace(CATALOGUE["win_rate"], version=9))
    assert verified(Closing.objects.get(), company.place).earlier == []


def test_a_number_this_release_freezes_anew_is_not_asked_of_an_old_closing(company, monkeypatch):
    """Sales cycles were not closed: what is not in the closing can neither differ nor be restated."""
    from treaty.books import measures

    wanted = tuple(name for name in measures.ASKED if name != "average_won")
    for module in ("measures", "figures"):
        monkeypatch.setattr(f"treaty.books.{module}.ASKED", wanted)
    found = verified(Closing.objects.get(), company.place)
    assert found.earlier == ["average_won was counted by an earlier formula (version 2; this release has none)"]
    assert found.faults == []
