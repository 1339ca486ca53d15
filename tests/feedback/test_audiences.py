"""Who goes into a file: by the latest answer and by what was won, with consent as it stands now, and the journal's word for it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.agreement.queries import terms_at
from treaty.feedback.actions import accept, reject
from treaty.feedback.audiences import Rule, file_of, stages_of, take
from treaty.feedback.deals import open_opportunity, win
from treaty.feedback.platforms import Platform, email_hash
from treaty.journal.models import Entry
from treaty.truth.actions import absorb
from treaty.truth.actions.house import UNKNOWN_CONSENT, decide
from treaty.truth.models import Lead, Person
from treaty.truth.records import PersonRecord, PersonRef, TouchRecord

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 5 * DAY
LINKEDIN = Platform.LINKEDIN


def consents(world, email, given, at=NOON):
    absorb([PersonRecord(ref=PersonRef(email=email), fields={"consent": given}, occurred_at=at)], source=world.source, received_at=at)


def answered(world, email, reason="", at=NOON):
    handoff = world.handed_over(at, email)
    if reason:
        reject(handoff, reason, by=handoff.owner, at=at + HOUR, detail="too small")
    else:
        accept(handoff, by=handoff.owner, at=at + HOUR)
    return handoff


def exclude(**more):
    return Rule(list="exclude", since=NOON - 90 * DAY, reasons=("no_fit", "no_budget"), **more)


def inside(world, rule, platform=LINKEDIN, at=LATER):
    return [one.email for one in file_of(rule, platform, member=world.mira, at=at).inside]


def left(world, rule, platform=LINKEDIN, at=LATER):
    return {one.email: str(why) for one, why in file_of(rule, platform, member=world.mira, at=at).left}


def test_who_was_rejected_for_such_a_reason_and_agreed_is_excluded(world):
    for place, (reason, given) in enumerate([("no_fit", True), ("no_fit", False), ("no_fit", None), ("competitor", True), ("", True)]):
        answered(world, f"p{place}@acme.example", reason)
        if given is not None:
            consents(world, f"p{place}@acme.example", given)
    assert inside(world, exclude()) == ["p0@acme.example"]
    assert left(world, exclude()) == {"p1@acme.example": "withdrew", "p2@acme.example": "unknown"}
    assert inside(world, exclude(segment="nowhere")) == []
    assert inside(world, Rule(list="exclude", since=LATER, reasons=("no_fit",))) == []


def test_the_house_may_take_who_never_said(world):
    answered(world, "ada@acme.example", "no_fit")
    decide(UNKNOWN_CONSENT, "in", by=world.rui, at=NOON)
    assert inside(world, exclude()) == ["ada@acme.example"]
    decide(UNKNOWN_CONSENT, "out", by=world.rui, at=NOON + HOUR)
    assert inside(world, exclude()) == []


def test_an_unsubscription_after_the_answer_takes_them_out_again(world):
    answered(world, "ada@acme.example", "no_fit")
    consents(world, "ada@acme.example", True)
    assert inside(world, exclude())
    gone = TouchRecord(ref=PersonRef(email="ada@acme.example"), kind="unsubscribed", occurred_at=LATER, message_id="u")
    absorb([gone], source=world.source, received_at=LATER)
    assert left(world, exclude()) == {"ada@acme.example": "withdrew"}


def test_an_address_that_was_once_theirs_is_withheld_under_any_name(world):
    """Bo is in the list by a number that was Ada's before, who withdrew."""
    answered(world, "bo@acme.example", "no_fit")
    phone = {"phone": "+49 561 200300"}
    for email, fields in (("ada@acme.example", {**phone, "consent": False}), ("bo@acme.example", {**phone, "consent": True})):
        absorb([PersonRecord(ref=PersonRef(email=email), fields=fields, occurred_at=NOON)], source=world.source, received_at=NOON)
    ada = PersonRecord(ref=PersonRef(email="ada@acme.example"), fields={"phone": "+49 561 999999"}, occurred_at=NOON + HOUR)
    absorb([ada], source=world.source, received_at=NOON + HOUR)
    assert left(world, exclude(), Platform.META) == {"bo@acme.example": "shared"}
    assert inside(world, exclude(), LINKEDIN) == ["bo@acme.example"], "whose file holds no telephone number"


def test_whom_to_find_others_like(world):
    answered(world, "ada@acme.example")
    answered(world, "bo@acme.example", "no_fit")
    for email in ("ada@acme.example", "bo@acme.example"):
        consents(world, email, True)
    assert inside(world, Rule(list="alike", since=NOON - DAY, basis="accepted")) == ["ada@acme.example"]
    assert inside(world, Rule(list="alike", since=NOON - DAY, basis="won")) == []


@pytest.mark.db
def test_what_came_of_them_is_told_by_stage_and_value(world):
    lead = Lead.objects.get(pk=answered(world, "ada@acme.example").lead_id)
    consents(world, "ada@acme.example", True)
    click = TouchRecord(
        ref=PersonRef(email="ada@acme.example"), kind="page_view", occurred_at=NOON - DAY, message_id="c", fields={"gclid": "Cj0abc"}
    )
    absorb([click], source=world.source, received_at=NOON - DAY)
    Lead.objects.filter(pk=lead.pk).update(stage="sales_qualified")
    lead.refresh_from_db()
    deal = open_opportunity(
        lead, by=lead.owner, at=NOON + DAY, name="Acme", amount=Decimal("12000"), currency="EUR", close_on=NOON.date(),
        roles={lead.person: "economic_buyer"},
    )  # fmt: skip
    win(deal, by=lead.owner, at=NOON + 2 * DAY, reason="")
    rule = Rule(list="conversions", since=NOON - DAY, stages=("sales_accepted", "opportunity", "won"))
    lines = file_of(rule, Platform.GOOGLE, member=world.mira, at=LATER).lines
    assert lines[1:] == [
        ["Cj0abc", "Sales accepted", "2026-03-10 14:00:00+0100", "", ""],
        ["Cj0abc", "Opportunity", "2026-03-11 13:00:00+0100", "12000", "EUR"],
        ["Cj0abc", "Won", "2026-03-12 13:00:00+0100", "12000", "EUR"],
    ]
    assert inside(world, Rule(list="alike", since=NOON - DAY)) == ["ada@acme.example"]
    assert inside(world, exclude()) == []


def test_who_takes_a_file_away_is_written_down_and_nobody_is_named(world):
    answered(world, "ada@acme.example", "no_fit")
    consents(world, "ada@acme.example", True)
    made = take(exclude(), LINKEDIN, by=world.mira, at=LATER)
    assert made.lines[1][0] == email_hash(LINKEDIN, "ada@acme.example")
    entry = Entry.objects.get(verb="audience.taken")
    assert (entry.actor, entry.codes["inside"], entry.codes["left"], entry.codes["platform"]) == (world.mira, 1, 0, "linkedin")
    assert "ada" not in str(entry.codes)


def test_a_rep_finds_only_their_own(world):
    handoff = answered(world, "ada@acme.example", "no_fit")
    consents(world, "ada@acme.example", True)
    other = world.kim if handoff.owner == world.sol else world.sol
    assert file_of(exclude(), LINKEDIN, member=other, at=LATER).inside == []


def test_what_may_be_told_is_what_the_agreement_has(world):
    assert stages_of(terms_at(NOON)) == ["marketing_qualified", "sales_accepted", "sales_qualified", "opportunity", "won"]
    assert Person.objects.count() == 0
