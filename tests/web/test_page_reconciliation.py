"""Two systems side by side as a page: sums, causes, records by name, as files; and what to do before there is any."""

import re
from datetime import UTC, datetime

import pytest

from tests.demo.test_two_systems import _company
from tests.web.test_page_sources import text_of
from treaty.demo.two_systems import plant

PATH = "/sources/reconciliation/"


@pytest.fixture
def planted(world, lake):
    _company(world)
    at = datetime.now(UTC)
    found = plant(at)
    lake.export(at)
    return found


def test_before_any_system_has_records_the_page_says_the_next_step(world, as_, lake):
    lake.export(datetime.now(UTC))
    assert "Connect a system" in text_of(as_("rui").get(PATH))
    assert "Connect a system" not in text_of(as_("sol").get(PATH))


def test_both_sides_every_cause_and_the_records_stand_on_the_page(planted, as_):
    page = text_of(as_("mira").get(f"{PATH}?what=leads"))
    assert "CRM and Marketing system differ on 14 of 41" in page
    for words in ("Only in CRM", "Another stage", "Unmapped stage", "an hour is taken", "CRM is believed in"):
        assert words in page, words
    for one in planted:
        if one.kind == "person":
            assert one.name in page, one


def test_a_cause_is_a_list_of_its_own_and_a_file(planted, as_):
    mira = as_("mira")
    said = {one.name for one in planted if (one.kind, one.cause) == ("opportunity", "period")}
    page = text_of(mira.get(f"{PATH}?what=amounts_by_month&cause=period"))
    assert set(re.findall(r"Deal \d\d", page)) == said
    answer = mira.get(f"{PATH}?what=amounts_by_month&cause=period&table=records&format=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 1 + len(said)
    assert lines[0].startswith("Name,Cause,CRM,CRM: stage,CRM: amount")


def test_accounts_are_compared_too_and_each_leads_to_its_page(planted, as_):
    answer = as_("mira").get(f"{PATH}?what=accounts")
    page = text_of(answer)
    assert "Accounts: CRM has" in page
    for one in planted:
        if one.kind == "account":
            assert one.name in page, one
    where = re.search(r'href="(/accounts/\w+/)"', answer.content.decode())
    assert "What it is recognised by" in text_of(as_("mira").get(where[1]))


def test_a_rep_sees_the_sums_and_no_name_that_is_not_theirs(planted, as_):
    page = text_of(as_("sol").get(f"{PATH}?what=leads"))
    assert "CRM and Marketing system differ on 14 of 41" in page
    assert "Person 0" not in page
    assert "14 more differ that are not yours to see by name" in page
