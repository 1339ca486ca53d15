"""Lead to account: by the domain somebody registered, never a mail provider's, to the most exact one; parts of a company."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.journal.models import Entry
from treaty.truth import employers
from treaty.truth.actions import absorb
from treaty.truth.actions.employing import join, matches, newest
from treaty.truth.identity import ladder, registrable, work_domain
from treaty.truth.models import Account, Fact, Person
from treaty.truth.records import AccountRecord, AccountRef, GoneRecord, PersonRecord, PersonRef


@pytest.mark.parametrize(
    ("domain", "own"),
    [
        ("kessler.example", "kessler.example"),
        ("mail.kessler.example", "kessler.example"),  # .example is no ending of the list: two labels
        ("mail.kessler.co.uk", "kessler.co.uk"),
        ("kessler.com.br", "kessler.com.br"),
        ("kessler.myshopify.com", "kessler.myshopify.com"),  # whoever has a shop there is not the shop's provider
        ("co.uk", "co.uk"),
        ("10.0.0.1", "10.0.0.1"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_the_registrable_part_of_a_domain(domain, own):
    assert registrable(domain) == own


def test_the_domains_above_one_end_with_the_registrable():
    assert ladder("a.emea.big.co.uk") == ["a.emea.big.co.uk", "emea.big.co.uk", "big.co.uk"]


def test_a_mail_providers_hosts_are_no_employer_either():
    assert [work_domain(one, ("gmail.com",)) for one in ("a@gmail.com", "a@eu.gmail.com", "a@acme.example")] == ["", "", "acme.example"]


pytestmark = pytest.mark.django_db


def told(world, *records, at=NOON):
    assert not absorb(list(records), source=world.source, received_at=at).refused


def person(email):
    return PersonRecord(ref=PersonRef(email=email), occurred_at=NOON)


def at_account(email):
    account = Person.objects.get(email=email).account
    return account and account.domain


def test_colleagues_at_several_hosts_of_one_company_are_at_one_account_in_either_order(world):
    for name, hosts in (("one", ("mail.one.example", "one.example")), ("two", ("two.co.uk", "mail.two.co.uk"))):
        for host in hosts:
            told(world, person(f"{name}@{host}"))
    assert {at_account(one.email) for one in Person.objects.all()} == {"one.example", "two.co.uk"}
    assert Account.objects.count() == 2


def test_a_subsidiary_with_a_domain_of_its_own_goes_before_the_whole(world):
    told(world, AccountRecord(ref=AccountRef(external_id="1", domain="big.example", name="Big")))
    told(world, AccountRecord(ref=AccountRef(external_id="2", domain="emea.big.example", name="Big Europe")))
    told(world, person("a@mail.emea.big.example"), person("b@apac.big.example"))
    assert [at_account(one) for one in ("a@mail.emea.big.example", "b@apac.big.example")] == ["emea.big.example", "big.example"]


def test_the_account_it_is_a_part_of_is_kept_in_whichever_order_both_come(world):
    part = AccountRecord(ref=AccountRef(external_id="2", name="Big Europe"), parent=AccountRef(external_id="1"), occurred_at=NOON)
    told(world, part)
    told(world, AccountRecord(ref=AccountRef(external_id="1", name="Big"), parent=AccountRef(external_id="0")))
    told(world, AccountRecord(ref=AccountRef(external_id="0", name="Big Holding")))
    europe = Account.objects.get(name="Big Europe")
    assert [str(one) for one in employers.above(europe)] == ["Big", "Big Holding"]
    assert [str(one) for one in employers.below(Account.objects.get(name="Big"))] == ["Big Europe"]
    fact = Fact.objects.get(subject="account", subject_id=europe.pk, field="parent")
    assert (fact.number, fact.source, fact.occurred_at) == (europe.parent_id, world.source, NOON)


def test_accounts_in_a_circle_end(world):
    told(world, AccountRecord(ref=AccountRef(external_id="1", name="One"), parent=AccountRef(external_id="2")))
    told(world, AccountRecord(ref=AccountRef(external_id="2", name="Two"), parent=AccountRef(external_id="1")))
    assert len(employers.above(Account.objects.get(name="One"))) == 2
    told(world, AccountRecord(ref=AccountRef(external_id="3", name="Own"), parent=AccountRef(external_id="3")))
    assert Account.objects.get(name="Own").parent is None


def test_parts_of_an_account_that_was_merged_are_parts_of_the_one_that_was_kept(world):
    for number in ("1", "2"):
        told(world, AccountRecord(ref=AccountRef(external_id=number, name=f"Firm {number}")))
    told(world, AccountRecord(ref=AccountRef(external_id="3", name="Part"), parent=AccountRef(external_id="1")))
    told(world, GoneRecord(kind="account", external_id="1", into="2", at=NOON), at=NOON + timedelta(days=1))
    assert str(Account.objects.get(name="Part").parent) == "Firm 2"


def test_why_somebody_is_at_an_account_is_said(world):
    told(world, person("a@acme.example"))
    told(world, PersonRecord(ref=PersonRef(email="b@gmail.com"), account=AccountRef(domain="acme.example")))
    told(world, person("c@gmail.com"))
    why = {one.email: employers.why_at(one) for one in Person.objects.all()}
    assert why == {"a@acme.example": "their address is at acme.example", "b@gmail.com": "crm says so", "c@gmail.com": ""}


def join_by_name(*, at):
    return join(matches(), at=at)


def of_company(email, company):
    return PersonRecord(ref=PersonRef(email=email, external_id=email), fields={"company": company}, occurred_at=NOON)


def test_who_names_a_company_is_at_the_account_called_so_in_whichever_order_both_come(world):
    later = NOON + timedelta(days=1)
    told(world, of_company("a@gmail.com", "KESSLER Pumpen"))
    assert not join_by_name(at=NOON).person_ids
    told(world, AccountRecord(ref=AccountRef(external_id="1", domain="kessler.example", name="Kessler Pumpen GmbH")))
    told(world, of_company("b@gmail.com", "Kessler Pumpen GmbH & Co. KG"))
    done = join_by_name(at=later)
    people = {one.email: one for one in Person.objects.all()}
    assert {one.account.domain for one in people.values()} == {"kessler.example"}
    assert done.person_ids == {one.pk for one in people.values()}
    fact = Fact.objects.get(subject="person", subject_id=people["a@gmail.com"].pk, field="account")
    assert (fact.occurred_at, fact.known_at, fact.source, fact.assumed) == (NOON, later, None, True)
    assert employers.why_at(people["a@gmail.com"]) == "it alone is called like the company that is named for them"
    assert Entry.objects.filter(verb="person.joined_account").count() == 2
    assert not join_by_name(at=later).person_ids


def test_of_two_accounts_called_alike_neither_is_chosen(world):
    for number, name in ("1", "Kessler GmbH"), ("2", "Kessler Inc"):
        Account.objects.create(name=name, domain=f"kessler{number}.example", made_at=NOON)
    told(world, of_company("a@gmail.com", "Kessler"))
    assert not join_by_name(at=NOON).person_ids
    assert [str(one) for one in employers.called_alike(Person.objects.get())] == ["Kessler GmbH", "Kessler Inc"]


def test_what_a_system_states_later_goes_before_a_name(world):
    told(
        world, AccountRecord(ref=AccountRef(external_id="1", name="Kessler")), AccountRecord(ref=AccountRef(external_id="2", name="Right"))
    )
    told(world, of_company("a@gmail.com", "Kessler"))
    join_by_name(at=NOON + timedelta(days=2))
    record = PersonRecord(ref=PersonRef(email="a@gmail.com"), account=AccountRef(external_id="2"), occurred_at=NOON + timedelta(days=1))
    told(world, record, at=NOON + timedelta(days=3))
    assert str(Person.objects.get().account) == "Right"


def test_a_name_is_a_guess_so_what_is_stated_of_an_earlier_day_goes_before_it_too(world):
    """The company is named on the 10th; later the system says that since the 9th they are at the account called Right."""
    for number, name in ("1", "Kessler"), ("2", "Right"):
        told(world, AccountRecord(ref=AccountRef(external_id=number, name=name)))
    told(world, of_company("a@gmail.com", "Kessler"))
    join_by_name(at=NOON)
    assert str(Person.objects.get().account) == "Kessler"
    record = PersonRecord(ref=PersonRef(email="a@gmail.com"), account=AccountRef(external_id="2"), occurred_at=NOON - timedelta(days=1))
    told(world, record, at=NOON + timedelta(days=3))
    assert str(Person.objects.get().account) == "Right"


def test_a_guess_stays_one_when_its_account_is_merged_into_another(world):
    for number in ("1", "2", "3"):
        told(world, AccountRecord(ref=AccountRef(external_id=number, name=f"Firm {number}")))
    told(world, of_company("a@gmail.com", "Firm 1"))
    join_by_name(at=NOON)
    told(world, GoneRecord(kind="account", external_id="1", into="2", at=NOON), at=NOON + timedelta(days=1))
    assert str(Person.objects.get().account) == "Firm 2"
    assert set(Fact.objects.filter(subject="person", field="account").values_list("source", flat=True)) == {None}
    record = PersonRecord(ref=PersonRef(email="a@gmail.com"), account=AccountRef(external_id="3"), occurred_at=NOON - timedelta(days=1))
    told(world, record, at=NOON + timedelta(days=2))
    assert str(Person.objects.get().account) == "Firm 3"


def test_only_what_is_new_is_looked_at(world):
    told(world, AccountRecord(ref=AccountRef(external_id="1", name="Kessler")))
    told(world, of_company("a@gmail.com", "Kessler"), of_company("b@gmail.com", "Brandt AG"))
    seen = newest()
    assert [one.person for one in matches()] == [Person.objects.get(email="a@gmail.com").pk]
    assert matches(seen) == []
    told(world, of_company("c@gmail.com", "Kessler GmbH"))
    assert [one.person for one in matches(seen)] == [Person.objects.get(email="c@gmail.com").pk], "a company was named"
    seen = newest()
    told(world, AccountRecord(ref=AccountRef(external_id="2", name="Brandt")))
    assert [one.person for one in matches(seen)] == [Person.objects.get(email="b@gmail.com").pk], "an account was made"
    seen = newest()
    told(world, of_company("d@gmail.com", "New Name"))
    seen = newest()
    told(
        world,
        AccountRecord(ref=AccountRef(external_id="2", name="New Name"), occurred_at=NOON + timedelta(hours=1)),
        at=NOON + timedelta(hours=1),
    )
    assert [one.person for one in matches(seen)] == [Person.objects.get(email="d@gmail.com").pk], "an account was called otherwise"


def test_what_changed_between_looking_and_writing_is_left_alone(world):
    for number in ("1", "2"):
        told(world, AccountRecord(ref=AccountRef(external_id=number, name=f"Firm {number}")))
    told(world, of_company("a@gmail.com", "Firm 1"), of_company("b@gmail.com", "Firm 2"))
    found = matches()
    told(world, PersonRecord(ref=PersonRef(email="a@gmail.com"), account=AccountRef(external_id="2"), occurred_at=NOON))
    Account.objects.filter(name="Firm 2").update(merged_into=Account.objects.get(name="Firm 1"))
    assert len(found) == 2
    assert join(found, at=NOON).person_ids == set()
