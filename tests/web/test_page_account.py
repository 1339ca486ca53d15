"""An account as a page: by what it is recognised, which accounts are one with it, and how they are parted."""

import pytest

from tests.conftest import NOON
from tests.web.test_page_sources import text_of
from treaty.truth.actions import absorb
from treaty.truth.models import Account, AccountMerge
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord


@pytest.fixture
def merged(world):
    """Acme Holding, which Acme Pumps was merged into."""
    for number, name in (("p", "Acme Pumps"), ("h", "Acme Holding")):
        ref = AccountRef(external_id=number, name=name, domain=f"{number}.example")
        absorb([AccountRecord(ref=ref, owner_email=world.sol.email)], source=world.source, received_at=NOON)
    absorb([GoneRecord(kind="account", external_id="p", into="h", at=NOON)], source=world.source, received_at=NOON)
    return AccountMerge.objects.get()


def test_revops_parts_accounts_that_a_system_made_one(as_, merged):
    rui, where = as_("rui"), f"/accounts/{merged.gone.key}/"
    page = text_of(rui.get(where))
    for words in ("Acme Holding", "Acme Pumps", "because their system merged them", "p.example", "Owner", "Sol Meyer"):
        assert words in page, words
    page = text_of(rui.post(f"/account-merges/{merged.key}/parting/", follow=True))
    assert "Acme Pumps and Acme Holding are two accounts" in page
    assert "nothing was merged" in page
    assert Account.objects.filter(merged_into=None, name__startswith="Acme ").count() == 2
    assert "were parted on" in text_of(rui.post(f"/account-merges/{merged.key}/parting/", follow=True))


def test_an_owner_sees_it_and_parts_nothing_and_for_a_stranger_there_is_none(as_, merged):
    page = as_("sol").get(f"/accounts/{merged.kept.key}/")
    assert "because their system merged them" in text_of(page)
    assert "parting" not in page.content.decode()
    assert as_("sol").post(f"/account-merges/{merged.key}/parting/").status_code == 403
    assert as_("kim").get(f"/accounts/{merged.kept.key}/").status_code == 404
