"""A service is asked about those who lack something, within its budget, and never stands over what was stated."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.fakes.server import Asked, Fake, Reply, Transport
from treaty.connectors.enriching import asking
from treaty.connectors.enriching.rules import BadEnricher, check_address, filled, read_fields, values_in
from treaty.connectors.models import Enriched
from treaty.outward import Outward
from treaty.truth.actions import absorb
from treaty.truth.models import Fact, Person, Source
from treaty.truth.records import PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
FIELDS = "title = person.job.title\naccount.industry = company.0.sector"


class Service(Fake):
    """Knows a job of everybody but those called nobody."""

    status = 200

    def answer(self, asked: Asked) -> Reply:
        if self.status != 200:
            return Reply(self.status, {"error": "quota"})
        if asked.query["email"].startswith("nobody"):
            return Reply(404, {})
        return Reply(200, {"person": {"job": {"title": f"Head of {asked.query['email']}"}}, "company": [{"sector": "Pumps"}]})


@pytest.fixture
def service():
    return Service()


def ours(**more):
    said = {"address": "https://api.example/people?email={email}", "header": "Authorization", "secret": "Bearer k", "fields": FIELDS}
    return asking.add("Knower", **(said | {"daily": 100, "keep_days": 30} | more), at=NOON)


def ask(enricher, service, at=NOON):
    enricher.refresh_from_db()
    return asking.ask(enricher, clock=lambda: at, outward=Outward(Transport(service)))


def titles():
    return dict(Person.objects.exclude(title="").values_list("email", "title"))


def test_it_fills_what_is_missing_once_in_a_while_and_says_where_from(world, service):
    lead = world.handed_over(NOON).lead
    person = lead.person
    Person.objects.filter(pk=person.pk).update(title="")
    Fact.objects.filter(subject="person", subject_id=person.pk, field="title").delete()
    enricher = ours()
    assert ask(enricher, service) == 1
    fact = Fact.objects.get(subject="person", subject_id=person.pk, field="title")
    assert (fact.text, fact.source, fact.known_at) == (f"Head of {person.email}", enricher.source, NOON)
    assert [call.headers["authorization"] for call in service.calls] == ["Bearer k"]
    assert Enriched.objects.get().found == ["account.industry", "title"]
    assert ask(enricher, service, NOON + timedelta(days=29)) == 0


def test_what_a_system_says_goes_before_it_whenever_it_comes(world, service):
    lead = world.handed_over(NOON).lead
    Fact.objects.filter(subject="person", subject_id=lead.person_id, field="title").delete()
    Person.objects.filter(pk=lead.person_id).update(title="")
    crm = Source.objects.create(name="late CRM", kind="connector", made_at=NOON)
    ask(ours(), service)
    said = PersonRecord(ref=PersonRef(email=lead.person.email), fields={"title": "Buyer"}, occurred_at=NOON - timedelta(days=9))
    absorb([said], source=crm, received_at=NOON + timedelta(hours=1))
    assert Person.objects.get(pk=lead.person_id).title == "Buyer"


def test_who_withdrew_is_not_asked_about(world, service):
    lead = world.handed_over(NOON).lead
    said = PersonRecord(ref=PersonRef(email=lead.person.email), fields={"consent": "no"})
    absorb([said], source=world.source, received_at=NOON)
    assert asking.wanted(ours(fields="shoe_size = x"), NOON) == []


def test_budget_and_trouble_are_kept_to(world, service):
    lead = world.handed_over(NOON).lead
    enricher = ours(fields="shoe_size = person.size", daily=1)
    assert asking.is_due(enricher, NOON)
    service.status = 429
    assert ask(enricher, service) == 0
    enricher.refresh_from_db()
    assert "429" in enricher.problem
    assert not asking.is_due(enricher, NOON + timedelta(minutes=9))
    service.status = 200
    assert ask(enricher, service, NOON + timedelta(minutes=10)) == 1
    enricher.refresh_from_db()
    assert enricher.problem == ""
    assert Enriched.objects.get().person == lead.person
    assert asking.left_today(enricher, NOON) == 0
    assert asking.left_today(enricher, NOON + timedelta(days=1)) == 1


def test_an_address_within_the_house_is_not_called(world):
    world.handed_over(NOON)
    enricher = ours(address="http://169.254.169.254/{email}", fields="shoe_size = x")
    assert asking.ask(enricher, clock=lambda: NOON) == 0
    enricher.refresh_from_db()
    assert "may not be called" in enricher.problem


def test_one_who_cannot_be_asked_about_does_not_keep_the_others_from_their_turn(world, service):
    world.handed_over(NOON)
    enricher = ours(fields="shoe_size = x")
    service.status = 422
    assert ask(enricher, service) == 1
    assert Enriched.objects.get().problem == "the service answered 422"
    assert ask(enricher, service) == 0
    enricher.refresh_from_db()
    assert (enricher.problem, enricher.idle_at) == ("", NOON)
    assert not asking.is_due(enricher, NOON + timedelta(minutes=14))
    assert asking.is_due(enricher, NOON + timedelta(minutes=15))


NO_ADDRESSES = ("", "ftp://api.example/{email}", "https://api.example/people", "https://{domain}/people", "https://u:p@a.example/{email}")


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_of_a_service_is_refused(address):
    with pytest.raises(BadEnricher):
        check_address(address)


def test_what_is_put_into_an_address_is_a_value_there():
    address = "https://api.example/people?email={email}&domain={domain}"
    assert filled(address, "a&b=c@x.example") == "https://api.example/people?email=a%26b%3Dc%40x.example&domain=x.example"


def test_fields_are_read_by_line_and_found_by_path():
    fields = read_fields("Title = a.b\n\naccount.industry=c.1.d")
    assert fields == {"title": "a.b", "account.industry": "c.1.d"}
    assert values_in({"a": {"b": " CFO "}, "c": [1, {"d": 5}]}, fields) == {"title": "CFO", "account.industry": 5}
    assert values_in({"a": {"b": ["x"]}, "c": []}, fields) == values_in([], fields) == values_in(None, fields) == {}
    for text in ("", "title", "= a", "ti tle = a", "account = x", "account.parent = x", "crm_owner = x"):
        with pytest.raises(BadEnricher):
            read_fields(text)
