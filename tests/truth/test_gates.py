"""What stages ask and what is missing: agreed and wanted by the house, written as one reads it, refused by name."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.world import HALDEN
from treaty.agreement.document import load
from treaty.truth.actions import absorb
from treaty.truth.actions.house import decide
from treaty.truth.gaps import MUST_BE_KNOWN, gaps, of_house
from treaty.truth.gates import Wanted, gates, missing, otherwise, read, words_of, written
from treaty.truth.models import Lead
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef

TERMS = load(HALDEN).terms
TEXT = "marketing_qualified: phone (for the first call, by day), account.industry\nsales_accepted: department"


def test_rules_are_read_as_they_are_written():
    rules = read(TEXT, TERMS)
    assert rules == {
        "marketing_qualified": [Wanted("phone", "for the first call, by day"), Wanted("account.industry", "")],
        "sales_accepted": [Wanted("department", "")],
    }
    assert read(written(rules), TERMS) == rules
    assert read("", TERMS) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hot: phone", "'hot' is no stage"),
        ("engaged phone", "is no stage"),
        ("engaged: shoe_size", "'shoe_size' is no field"),
        ("engaged: ph one", "no field"),
    ],
)
def test_what_cannot_be_asked_is_named_with_what_can(text, says):
    with pytest.raises(ValueError, match=says):
        read(text, TERMS)


def test_what_is_agreed_comes_before_what_the_house_wants():
    asked = gates(TERMS, {"sales_qualified": [Wanted("phone", "to call")]})
    assert [one.field for one in asked["sales_qualified"]] == ["answer.budget", "answer.timeline", "answer.need", "phone"]
    assert missing(asked["sales_qualified"], {"answer.budget", "phone"}) == [
        Wanted("answer.timeline", "agreed by both sides for this stage"), Wanted("answer.need", "agreed by both sides for this stage"),
    ]  # fmt: skip
    assert [one.field for one in otherwise(TERMS)["marketing_qualified"]] == ["name", "account"]
    assert (words_of("account.account_type"), words_of("answer.close_date")) == ("account type of the account", "close date")


@pytest.mark.db
@pytest.mark.django_db
def test_open_leads_that_lack_something_are_found_with_what(world):
    lead = world.qualified(NOON)
    assert gaps(Lead.objects.all(), of_house(TERMS)) == [], "Ada has a name and an account"
    decide(MUST_BE_KNOWN, read(f"{TEXT}, account.revenue", TERMS), by=world.rui, at=NOON)
    [gap] = gaps(Lead.objects.all(), of_house(TERMS))
    assert (gap.lead, [one.field for one in gap.missing]) == (lead, ["phone"])
    told = PersonRecord(ref=PersonRef(email="ada@acme.example"), fields={"phone": "+49 561 1"}, occurred_at=NOON)
    absorb([told], source=world.source, received_at=NOON)
    assert gaps(Lead.objects.all(), of_house(TERMS)) == []
    Lead.objects.update(stage="sales_accepted")
    assert [one.field for one in gaps(Lead.objects.all(), of_house(TERMS))[0].missing] == ["department", "account.revenue"]
    more = [
        PersonRecord(ref=PersonRef(email="ada@acme.example"), fields={"department": "Plant"}, occurred_at=NOON),
        AccountRecord(ref=AccountRef(domain="acme.example"), fields={"revenue": 12}, occurred_at=NOON),
    ]
    absorb(more, source=world.source, received_at=NOON)
    assert gaps(Lead.objects.all(), of_house(TERMS)) == []
    decide(MUST_BE_KNOWN, {}, by=world.rui, at=NOON + timedelta(hours=1))
    Lead.objects.update(stage="sales_qualified")
    assert [one.field for one in gaps(Lead.objects.all(), of_house(TERMS))[0].missing] == [
        "answer.budget",
        "answer.timeline",
        "answer.need",
    ]
