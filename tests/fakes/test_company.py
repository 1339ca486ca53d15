"""The two pretended systems of the demo: connected like any, one person where both have somebody, and differing as planted."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.connectors.waits import instead_of_time
from tests.fakes import company
from tests.fakes.company import HUBSPOT, SALESFORCE, Known, filled
from tests.fakes.server import Transport
from treaty.connectors import connections
from treaty.connectors.models import Connection, PulledProblem
from treaty.connectors.pulling import pull
from treaty.outward import Outward
from treaty.truth.models import Opportunity, Person, SystemRecord

pytestmark = pytest.mark.django_db
STAGES = tuple(company.WORDS)


@pytest.fixture
def both(monkeypatch):
    """Twenty people at five firms, in both systems, pulled."""
    instead_of_time(monkeypatch)
    firms = [(f"Firm {n}", f"f{n}.example") for n in range(5)]
    people = [Known(f"p{n}@f{n % 5}.example", f"Pat {n:02}", *firms[n % 5], STAGES[n % len(STAGES)]) for n in range(20)]
    hubspot, salesforce = filled(people, [("kim@ours.example", "Kim Adler")], NOON)
    systems = {
        HUBSPOT: (hubspot, "hubspot", {"token": hubspot.token}, ""),
        SALESFORCE: (salesforce, "salesforce", {"client_id": "app", "client_secret": salesforce.secret}, salesforce.instance),
    }
    for place, (name, (fake, vendor, secrets, address)) in enumerate(systems.items()):
        outward = Outward(Transport(fake))
        monkeypatch.setattr(connections, "Outward", lambda outward=outward: outward)
        monkeypatch.setattr("treaty.jobs.clock.now", lambda: NOON)
        company._connect(name, vendor, secrets, address, place)
        done = pull(Connection.objects.get(source__name=name), clock=lambda: NOON + timedelta(minutes=1), outward=outward)
        assert not done.problems
    return systems


def test_both_have_what_is_planted_and_one_person_is_one(both):
    assert not PulledProblem.objects.exists()
    assert Person.objects.exclude(email="").count() == 20
    told = {
        name: set(SystemRecord.objects.filter(source__name=name, kind="person").values_list("person__email", flat=True)) for name in both
    }
    assert told[SALESFORCE] - told[HUBSPOT] == {"p1@f1.example", "p11@f1.example"}
    assert told[HUBSPOT] - told[SALESFORCE] == {"p2@f2.example", "p12@f2.example"}
    assert Opportunity.objects.count() == 2


def test_a_second_start_gives_the_address_alone(both):
    company._connect(HUBSPOT, "hubspot", {}, "http://127.0.0.1:9", 0)
    assert Connection.objects.get(source__name=HUBSPOT).address == "http://127.0.0.1:9"
    assert Connection.objects.count() == 2
