import json
from datetime import timedelta

import pytest

from tests.conftest import NOON
from treaty.connectors import absorbing
from treaty.connectors.absorbing import absorb_waiting, release
from treaty.connectors.models import Event
from treaty.connectors.sources import add_source
from treaty.journal.models import Entry
from treaty.truth.models import Account, Fact, Merge, Person, Touch

pytestmark = [pytest.mark.django_db, pytest.mark.db]
SECOND = timedelta(seconds=1)


@pytest.fixture
def site():
    return add_source("site", kind="browser", at=NOON)[0]


@pytest.fixture
def backend():
    return add_source("backend", kind="server", at=NOON)[0]


def arrive(source, call, message_id, at=NOON, **body):
    text = json.dumps({"anonymousId": "a1", **body})
    occurred = at - SECOND
    return Event.objects.create(source=source, message_id=message_id, type=call, occurred_at=occurred, received_at=at, body=text)


def view(source, message_id, at=NOON, **body):
    return arrive(source, "page", message_id, at, properties={"url": "https://halden.example/pricing"}, **body)


def states():
    return {event.message_id: event.state for event in Event.objects.all()}


def test_events_become_touches_of_one_person_who_then_names_herself(site):
    view(site, "m1")
    arrive(site, "identify", "m2", traits={"email": "ada@acme.example", "title": "Head of Maintenance", "company": "Acme"})
    arrive(site, "track", "m3", event="Content Downloaded", properties={"title": "Guide"})
    assert absorb_waiting(at=NOON) == 3
    ada = Person.objects.get(email="ada@acme.example")
    assert {touch.kind for touch in ada.touches.all()} == {"page_view", "content_download"}
    assert (ada.title, ada.seniority, ada.account.name) == ("Head of Maintenance", "director", "Acme")
    assert set(states().values()) == {"stored"}


def test_each_event_keeps_its_own_receipt_and_cannot_have_been_known_before(site):
    view(site, "m1", NOON)
    view(site, "m2", NOON + 5 * SECOND, receivedAt="2001-01-01T00:00:00Z", known_at="2001-01-01T00:00:00Z")
    absorb_waiting(at=NOON + 9 * SECOND)
    told = {t.message_id: (t.occurred_at, t.known_at, t.received_at) for t in Touch.objects.all()}
    late = NOON + 5 * SECOND
    assert told == {"m1": (NOON - SECOND, NOON, NOON), "m2": (late - SECOND, late, late)}


def test_what_cannot_be_used_is_set_aside_with_its_reason_and_can_be_released(site):
    view(site, "good")
    nobody = arrive(site, "track", "nobody", anonymousId=None, event="X")
    arrive(site, "?", "odd")
    assert absorb_waiting(at=NOON) == 3
    assert states() == {"good": "stored", "nobody": "quarantined", "odd": "quarantined"}
    nobody.refresh_from_db()
    assert "nothing says who" in nobody.problem
    release(nobody)
    nobody.refresh_from_db()
    assert (nobody.state, nobody.problem) == ("waiting", "")


def test_a_remark_of_the_door_stays_beside_a_stored_event(site):
    event = view(site, "m1")
    Event.objects.update(problem="timestamp '9999' is not a date")
    absorb_waiting(at=NOON)
    event.refresh_from_db()
    assert (event.state, event.problem) == ("stored", "timestamp '9999' is not a date")


def test_running_twice_changes_nothing(site):
    view(site, "m1")
    arrive(site, "identify", "m2", traits={"email": "ada@acme.example"})
    absorb_waiting(at=NOON)
    before = [model.objects.count() for model in (Person, Account, Fact, Touch, Merge)]
    Event.objects.update(state=Event.State.WAITING)  # as if the worker had died before it could say so
    assert absorb_waiting(at=NOON + SECOND) == 2
    assert [model.objects.count() for model in (Person, Account, Fact, Touch, Merge)] == before
    assert absorb_waiting(at=NOON) == 0


def test_the_oldest_come_first_and_not_more_than_asked(site):
    for number in range(5):
        view(site, f"m{number}")
    assert absorb_waiting(3, at=NOON) == 3
    assert sorted(name for name, state in states().items() if state == "waiting") == ["m3", "m4"]


def test_sources_are_kept_apart(site, backend):
    for source in (site, backend):
        arrive(source, "identify", "m1", anonymousId=None, userId="7", traits={"name": source.name})
    absorb_waiting(at=NOON)
    assert sorted(Person.objects.values_list("name", flat=True)) == ["backend", "site"]


def test_a_browser_key_fills_gaps_and_a_server_key_states(site, backend):
    ada = {"email": "ada@acme.example"}
    arrive(backend, "identify", "m1", userId="7", traits={**ada, "title": "Director"})
    arrive(site, "identify", "m2", NOON + SECOND, traits={**ada, "title": "Boss", "country": "DE"})
    absorb_waiting(at=NOON + SECOND)
    person = Person.objects.get(email="ada@acme.example")
    assert (person.title, person.country) == ("Director", "DE")


def test_a_source_may_use_its_own_words(site):
    site.settings = {"events": {"Prospekt bestellt": "content_download"}}
    site.save()
    arrive(site, "track", "m1", event="Prospekt bestellt")
    absorb_waiting(at=NOON)
    assert Touch.objects.get().kind == "content_download"


def test_whoever_reacts_is_told_in_the_same_transaction(site):
    view(site, "m1")
    told = []
    absorb_waiting(at=NOON, then=told.append)
    assert [done.person_ids for done in told] == [{Person.objects.get().pk}]
    entry = Entry.objects.get(verb="events.absorbed")
    assert (entry.subject_key, entry.codes["events"], len(entry.codes["sha256"])) == (site.key, 1, 64)


def test_one_event_that_breaks_the_store_does_not_hold_up_the_line(site, monkeypatch):
    real = absorbing.absorb

    def brittle(records, **more):
        if any(getattr(entry, "message_id", "") == "bomb" for entry in records):
            raise ValueError("boom")
        return real(records, **more)

    monkeypatch.setattr(absorbing, "absorb", brittle)
    for name in ("m1", "bomb", "m2"):
        view(site, name)
    assert absorb_waiting(at=NOON) == 3
    assert states() == {"m1": "stored", "bomb": "quarantined", "m2": "stored"}
    assert Touch.objects.count() == 2


def test_a_batch_costs_a_fixed_number_of_queries(site, django_assert_max_num_queries):
    for number in range(200):
        view(site, f"m{number}", anonymousId=f"a{number}")
    with django_assert_max_num_queries(30):
        absorb_waiting(at=NOON)
