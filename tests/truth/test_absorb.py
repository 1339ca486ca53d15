from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.truth.actions import absorb
from treaty.truth.models import Account, Activity, Fact, Identity, Merge, Opportunity, Person, Source, Touch
from treaty.truth.records import (
    AccountRecord,
    AccountRef,
    ActivityRecord,
    OpportunityRecord,
    PersonRecord,
    PersonRef,
    StageEntry,
    TouchRecord,
)

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
ADA = PersonRef(email="ada@acme.example")


@pytest.fixture
def crm():
    return Source.objects.create(name="crm", kind=Source.Kind.IMPORT, made_at=NOON)


@pytest.fixture
def browser():
    return Source.objects.create(name="site", kind=Source.Kind.BROWSER, made_at=NOON)


def touch(ref, message_id="m1", kind="page_view", at=NOON, **more):
    return TouchRecord(ref=ref, kind=kind, occurred_at=at, message_id=message_id, **more)


def test_every_record_is_stored_merged_or_refused(crm):
    records = [
        PersonRecord(ref=ADA, fields={"name": "Ada"}),
        PersonRecord(ref=ADA, fields={"name": "Ada"}),
        PersonRecord(ref=PersonRef(email="not an address")),
        PersonRecord(ref=PersonRef()),
        touch(ADA),
        touch(ADA),
    ]
    done = absorb(records, source=crm, received_at=NOON)
    assert (done.stored, done.merged, [n for n, _ in done.refused]) == (2, 2, [2, 3])
    assert "not an address" in done.refused[0][1]


def test_sending_again_changes_nothing(crm):
    records = [PersonRecord(ref=ADA, fields={"title": "Head of maintenance"}, account=AccountRef(name="Acme GmbH")), touch(ADA)]
    absorb(records, source=crm, received_at=NOON)
    before = [model.objects.count() for model in (Person, Account, Fact, Touch, Identity)]
    again = absorb(records, source=crm, received_at=NOON + HOUR)
    assert [model.objects.count() for model in (Person, Account, Fact, Touch, Identity)] == before
    assert (again.stored, again.merged) == (0, 2)


def test_a_changed_field_keeps_its_history(crm):
    absorb([PersonRecord(ref=ADA, fields={"title": "Engineer"}, occurred_at=NOON)], source=crm, received_at=NOON)
    absorb([PersonRecord(ref=ADA, fields={"title": "Director"}, occurred_at=NOON + HOUR)], source=crm, received_at=NOON + HOUR)
    assert Person.objects.get().title == "Director"
    titles = Fact.objects.filter(field="title").order_by("occurred_at")
    assert [(f.text, f.occurred_at) for f in titles] == [("Engineer", NOON), ("Director", NOON + HOUR)]


def test_an_older_value_arriving_late_does_not_become_the_latest(crm):
    absorb([PersonRecord(ref=ADA, fields={"title": "Director"}, occurred_at=NOON)], source=crm, received_at=NOON)
    absorb([PersonRecord(ref=ADA, fields={"title": "Engineer"}, occurred_at=NOON - HOUR)], source=crm, received_at=NOON + HOUR)
    assert Person.objects.get().title == "Director"
    assert Fact.objects.filter(field="title").count() == 2


def test_an_empty_value_never_erases(crm):
    absorb([PersonRecord(ref=ADA, fields={"title": "Director"})], source=crm, received_at=NOON)
    absorb([PersonRecord(ref=ADA, fields={"title": ""})], source=crm, received_at=NOON + HOUR)
    assert Person.objects.get().title == "Director"


def test_a_visitor_who_names_herself_becomes_that_person_with_her_touches(browser):
    visitor = PersonRef(anonymous_id="a-1")
    absorb([touch(visitor, "m1")], source=browser, received_at=NOON)
    absorb([touch(ADA, "m2")], source=browser, received_at=NOON)
    absorb([PersonRecord(ref=PersonRef(anonymous_id="a-1", email="Ada@Acme.example"))], source=browser, received_at=NOON + HOUR)
    ada = Person.objects.get(email="ada@acme.example")
    assert ada.touches.count() == 2
    assert Merge.objects.get().kept == ada
    assert Touch.objects.get(message_id="m1").seen_as != ada


def test_the_same_within_one_batch(browser):
    visitor = PersonRef(anonymous_id="a-1")
    absorb([touch(ADA, "m0")], source=browser, received_at=NOON)
    claim = PersonRecord(ref=PersonRef(anonymous_id="a-1", email="ada@acme.example"))
    absorb([touch(visitor, "m1"), claim, touch(visitor, "m2")], source=browser, received_at=NOON + HOUR)
    assert set(Person.objects.get(email="ada@acme.example").touches.values_list("message_id", flat=True)) == {"m0", "m1", "m2"}


def test_a_shared_computer_does_not_join_two_people(browser):
    here = {"anonymous_id": "a-1"}
    absorb([PersonRecord(ref=PersonRef(email="ada@acme.example", **here))], source=browser, received_at=NOON)
    absorb([touch(PersonRef(**here), "m1")], source=browser, received_at=NOON)
    absorb([PersonRecord(ref=PersonRef(email="bob@acme.example", **here))], source=browser, received_at=NOON + HOUR)
    absorb([touch(PersonRef(**here), "m2")], source=browser, received_at=NOON + HOUR)
    assert Merge.objects.count() == 0
    assert Touch.objects.get(message_id="m1").person.email == "ada@acme.example"
    assert Touch.objects.get(message_id="m2").person.email == "bob@acme.example"


def test_a_browser_key_fills_gaps_but_overwrites_nothing(crm, browser):
    absorb([PersonRecord(ref=ADA, fields={"title": "Director"})], source=crm, received_at=NOON)
    absorb([PersonRecord(ref=ADA, fields={"title": "Boss", "country": "DE"})], source=browser, received_at=NOON + HOUR)
    ada = Person.objects.get()
    assert (ada.title, ada.country) == ("Director", "DE")


def test_a_work_address_names_the_account_and_a_free_one_does_not(crm):
    absorb([PersonRecord(ref=ADA), PersonRecord(ref=PersonRef(email="stu@gmail.com"))], source=crm, received_at=NOON)
    assert Person.objects.get(email="ada@acme.example").account.domain == "acme.example"
    assert Person.objects.get(email="stu@gmail.com").account is None


def test_one_account_by_domain_name_and_legal_form(crm):
    absorb(
        [
            AccountRecord(ref=AccountRef(name="Acme GmbH", domain="https://www.acme.example/de"), fields={"employees": 240}),
            AccountRecord(ref=AccountRef(name="ACME"), fields={"industry": "manufacturing"}),
            PersonRecord(ref=ADA),
        ],
        source=crm,
        received_at=NOON,
    )
    acme = Account.objects.get()
    assert (acme.employees, acme.industry, acme.people.count()) == (240, "manufacturing", 1)


def test_a_touch_cannot_be_known_before_it_happened_or_after_it_came(crm):
    late = touch(ADA, known_at=NOON + 9 * HOUR)
    absorb([late, replace(late, message_id="m2", known_at=NOON - HOUR)], source=crm, received_at=NOON + HOUR)
    assert {t.message_id: t.known_at for t in Touch.objects.all()} == {"m1": NOON + HOUR, "m2": NOON}


def test_a_deal_keeps_stage_and_amount_history_and_a_snapshot_adds_only_what_changed(crm):
    deal = OpportunityRecord(
        external_id="o1",
        account=AccountRef(name="Acme"),
        people=((ADA, "champion"),),
        stage="Proposal",
        amount=Decimal("1000"),
        currency="EUR",
        opened_at=NOON,
        history=(StageEntry(at=NOON, stage="Discovery"), StageEntry(at=NOON + HOUR, stage="Proposal")),
    )
    absorb([deal], source=crm, received_at=NOON + 2 * HOUR)
    absorb([deal], source=crm, received_at=NOON + 3 * HOUR)
    won = replace(deal, stage="Closed", outcome="won", amount=Decimal("1200"), closed_at=NOON + 5 * HOUR, history=())
    absorb([won], source=crm, received_at=NOON + 6 * HOUR)
    saved = Opportunity.objects.get()
    told = {field: [c.value for c in saved.changes.filter(field=field).order_by("at")] for field in ("stage", "amount", "outcome")}
    assert told == {"stage": ["Discovery", "Proposal", "Closed"], "amount": ["1000", "1200"], "outcome": ["open", "won"]}
    assert saved.roles.get().person.email == "ada@acme.example"


def test_an_activity_is_stored_once(crm):
    call = ActivityRecord(external_id="c1", kind="call", occurred_at=NOON, ref=ADA, outcome="connected")
    assert absorb([call, call], source=crm, received_at=NOON).merged == 1
    assert Activity.objects.get().person.email == "ada@acme.example"


def test_a_batch_costs_a_fixed_number_of_queries(crm, django_assert_max_num_queries):
    people = [PersonRef(email=f"p{n}@firm{n % 20}.example") for n in range(200)]
    records = [PersonRecord(ref=ref, fields={"title": "Director"}) for ref in people] + [touch(ref, f"m-{ref.email}") for ref in people]
    with django_assert_max_num_queries(40):
        absorb(records, source=crm, received_at=NOON)


def test_one_batch_may_hold_several_deliveries_each_with_its_own_receipt(browser):
    late = NOON + HOUR
    records = [
        PersonRecord(ref=ADA, fields={"title": "Director"}, occurred_at=NOON, received_at=NOON),
        touch(ADA, "m1", received_at=NOON),
        touch(ADA, "m2", received_at=late),
    ]
    absorb(records, source=browser, received_at=late)
    assert Fact.objects.get(field="title").received_at == NOON
    assert {t.message_id: (t.known_at, t.received_at) for t in Touch.objects.all()} == {"m1": (NOON, NOON), "m2": (late, late)}


def test_a_batch_of_deals_costs_the_same_queries_however_long_it_is(db, django_assert_max_num_queries):
    source = Source.objects.create(name="crm", kind="import", made_at=NOON)

    def deal(n: int) -> OpportunityRecord:
        ref = PersonRef(external_id=f"P{n}")
        return OpportunityRecord(
            external_id=f"D{n}", stage="Demo", amount=Decimal(n), account=AccountRef(name=f"Acme {n}"), people=((ref, "champion"),)
        )

    with django_assert_max_num_queries(40):
        done = absorb([deal(n) for n in range(200)], source=source, received_at=NOON)
    assert (done.stored, done.merged) == (200, 0)
    assert Opportunity.objects.filter(roles__role="champion", account__name="Acme 7", external_id="D7").count() == 1
    with django_assert_max_num_queries(40):
        again = absorb([deal(n) for n in range(200)], source=source, received_at=NOON)
    assert (again.stored, again.merged) == (0, 200)


def test_one_deal_twice_in_a_batch_is_one_deal_with_both_values_in_its_history(db):
    source = Source.objects.create(name="crm", kind="import", made_at=NOON)
    first, second = (OpportunityRecord(external_id="D1", stage=stage, known_at=NOON) for stage in ("Demo", "Proposal"))
    done = absorb([first, second], source=source, received_at=NOON)
    assert (done.stored, done.merged) == (1, 1)
    deal = Opportunity.objects.get()
    assert deal.stage == "Proposal"
    assert list(deal.changes.order_by("id").values_list("value", flat=True)) == ["Demo", "Proposal"]


def test_a_buying_role_that_is_not_stated_again_stays(db):
    source = Source.objects.create(name="crm", kind="import", made_at=NOON)
    for role in ("champion", ""):
        buyers = ((PersonRef(external_id="P1"), role),)
        absorb([OpportunityRecord(external_id="D1", people=buyers)], source=source, received_at=NOON)
    assert Opportunity.objects.get().roles.get().role == "champion"


def test_a_record_of_a_system_names_a_person_without_an_e_mail_and_a_touch_does_not(crm):
    """A firm that is called by telephone has leads without an address."""
    absorb([touch(PersonRef(external_id="c-1"), "m1")], source=crm, received_at=NOON)
    assert Person.objects.get().is_visitor
    absorb([PersonRecord(ref=PersonRef(external_id="c-1"), fields={"phone": "+49 30 1234"})], source=crm, received_at=NOON + HOUR)
    person = Person.objects.get()
    assert (person.is_visitor, person.first_known_at, str(person)) == (False, NOON + HOUR, f"person {person.key}")


def test_an_e_mail_that_comes_later_leaves_the_moment_at_which_somebody_was_first_known(crm):
    absorb([PersonRecord(ref=PersonRef(external_id="c-1"))], source=crm, received_at=NOON)
    absorb([PersonRecord(ref=PersonRef(external_id="c-1", email="ada@acme.example"))], source=crm, received_at=NOON + HOUR)
    ada = Person.objects.get()
    assert (ada.email, ada.first_known_at) == ("ada@acme.example", NOON)
