"""A service is asked about those who lack something, within its budget, and never stands over what was stated."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.fakes.server import Asked, Fake, Reply, Transport
from treaty.connectors.enriching import asking, services
from treaty.connectors.enriching.rules import BadEnricher, check_address, check_header, filled, read_fields, values_in
from treaty.connectors.enriching.services import Wanted
from treaty.connectors.models import Enriched
from treaty.outward import Outward
from treaty.sealed import unseal
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


def wanted(**more):
    said = {"address": "https://api.example/people?email={email}", "header": "Authorization", "secret": "Bearer k", "fields": FIELDS}
    return Wanted(**({"name": "Knower"} | said | {"daily": 100, "keep_days": 30} | more))


def ours(**more):
    return services.add(wanted(**more), at=NOON)


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
    enricher = ours(fields="shoe_size = person.size", daily=2)
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
    assert (asking.answered_today(enricher, NOON), asking.failed_today(enricher, NOON)) == (1, 1)
    assert asking.left_today(enricher, NOON) == 0, "one call was answered and one came to nothing"
    assert asking.left_today(enricher, NOON + timedelta(days=1)) == 2


def test_an_address_within_the_house_is_not_called(world):
    world.handed_over(NOON)
    enricher = ours(address="http://169.254.169.254/{email}", fields="shoe_size = x")
    assert asking.ask(enricher, clock=lambda: NOON) == 0
    enricher.refresh_from_db()
    assert "may not be called" in enricher.problem
    assert asking.failed_today(enricher, NOON) == 0, "nothing was sent"


def test_it_is_changed_and_its_secret_stays_unless_another_is_given(world, service):
    world.handed_over(NOON)
    enricher = ours(fields="shoe_size = x")
    service.status = 401
    ask(enricher, service)
    enricher.refresh_from_db()
    sealed = enricher.secrets
    assert services.change(enricher, wanted(fields="shoe_size = x", secret=""), at=NOON) == []
    assert services.change(enricher, wanted(fields="shoe_size = y", secret="", daily=7), at=NOON) == ["daily", "fields"]
    enricher.refresh_from_db()
    assert (enricher.secrets, enricher.problem, enricher.problem_at) == (sealed, "", None)
    assert asking.is_due(enricher, NOON), "it need not wait until its ten minutes are over"
    for given, sent in (("Bearer new", "Bearer new"), ("", "Bearer new")):
        services.change(enricher, wanted(header="X-Key" if not given else "Authorization", secret=given), at=NOON)
        enricher.refresh_from_db()
        assert unseal(enricher.secrets) == {"Authorization" if given else "X-Key": sent}
    services.change(enricher, wanted(header="", secret=""), at=NOON)
    enricher.refresh_from_db()
    assert unseal(enricher.secrets) == {}


@pytest.mark.parametrize(
    ("header", "secret"),
    [("Schlüssel", "k"), ("X Key", "k"), ("X-Key", "geheim-ä"), ("X-Key", "a\nHost: b"), ("X-Key", ""), ("", "k"), ("Host", "k")],
)
def test_a_header_that_cannot_be_sent_is_refused_without_telling_the_secret(header, secret):
    with pytest.raises(BadEnricher) as told:
        check_header(header, secret)
    assert len(secret) < 2 or secret not in str(told.value)


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


def test_a_secret_is_not_taken_along_to_another_host(world, service):
    enricher = services.add(wanted(), at=NOON)
    elsewhere = "https://elsewhere.example/people?email={email}"
    with pytest.raises(BadEnricher, match="type the secret again"):
        services.change(enricher, wanted(address=elsewhere, secret=""), at=NOON)
    assert services.change(enricher, wanted(address=elsewhere, secret="Bearer new"), at=NOON) == ["address", "secret"]
