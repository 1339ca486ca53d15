"""The same leads over four doors, each record many times, in any order, by many writers at once: each lead is one person (F6)."""

import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from time import sleep

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction

from tests.conftest import NOON
from tests.truth.merged import groups
from tests.world import build
from treaty.qualification.actions import judge
from treaty.truth.actions import absorb
from treaty.truth.models import Activity, BuyingRole, Identity, Lead, Opportunity, Person, Source, Touch
from treaty.truth.records import AccountRef, ActivityRecord, OpportunityRecord, PersonRecord, PersonRef, Record, TouchRecord

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
DAY = timedelta(days=1)
AT_ONCE = 25
"""Records of one batch."""


def doors() -> dict[str, Source]:
    kinds = {"site": "browser", "list": "import", "hubspot": "connector", "demo": "form"}
    return {name: Source.objects.create(name=name, kind=kind, made_at=NOON) for name, kind in kinds.items()}


def told(n: int) -> list[tuple[str, Record]]:
    """What the four doors say of one lead, with the moments at which it happened and was known."""
    email, firm = f"p{n}@firm{n % 97}.example", AccountRef(name=f"Firm {n % 97}", domain=f"firm{n % 97}.example")
    on, contact = NOON - (20 - n % 10) * DAY, f"c{n}"
    seen, named = PersonRef(anonymous_id=f"v{n}"), PersonRef(anonymous_id=f"v{n}", email=email)
    first, second, third = ({"occurred_at": on + day * DAY, "known_at": on + day * DAY} for day in range(3))
    in_a_list, in_hubspot = PersonRef(email=email, external_id=f"r{n}"), PersonRef(email=email, external_id=contact)
    filled = PersonRef(email=email, anonymous_id=f"f{n}")
    return [
        ("site", TouchRecord(ref=seen, kind="page_view", path="/pricing", message_id=f"s{n}", channel="search", **first)),
        ("site", TouchRecord(ref=named, kind="content_download", message_id=f"t{n}", campaign="guide", **second)),
        ("site", PersonRecord(ref=named, **first)),
        ("list", PersonRecord(ref=in_a_list, fields={"title": "Director"}, account=firm, **first)),
        ("hubspot", PersonRecord(ref=in_hubspot, fields={"country": "DE"}, account=firm, **first)),
        ("hubspot", ActivityRecord(external_id=f"a{n}", kind="call", ref=PersonRef(external_id=contact), **third)),
        ("hubspot", OpportunityRecord(external_id=f"d{n}", people=((PersonRef(external_id=contact), "champion"),), known_at=on)),
        ("demo", PersonRecord(ref=filled, **third)),
        ("demo", TouchRecord(ref=PersonRef(anonymous_id=f"f{n}"), kind="demo_request", message_id=f"f{n}", **third)),
    ]


def send(sources: dict[str, Source], leads: int, times: int, writers: int, seed: int) -> None:
    """Every record so many times, shuffled, in batches of one door each, by several writers at once."""
    chance = random.Random(seed)
    parcels = [one for n in range(leads) for one in told(n)] * times
    chance.shuffle(parcels)
    batches = []
    for name, source in sources.items():
        records = [record for door, record in parcels if door == name]
        batches += [(source, records[start : start + AT_ONCE]) for start in range(0, len(records), AT_ONCE)]
    chance.shuffle(batches)
    with ThreadPoolExecutor(writers) as pool:
        shares = [pool.submit(_write, batches[number::writers]) for number in range(writers)]
        for share in shares:
            share.result()


def _write(batches: list[tuple[Source, list[Record]]]) -> None:
    """As the worker does: a busy database is nobody's fault, and is asked again."""
    try:
        for source, records in batches:
            while not _stored(source, records):
                sleep(0.002)
    finally:
        connection.close()


def _stored(source: Source, records: list[Record]) -> bool:
    try:
        assert not absorb(records, source=source, received_at=NOON).refused
    except OperationalError:
        return False
    return True


def outcome() -> dict[str, object]:
    """What all four doors made of it, by address: who is one person, what they did, what they were judged to be."""
    of = dict(Person.objects.values_list("pk", "email"))
    judge([pk for pk, email in of.items() if email], at=NOON)
    touches = Touch.objects.values_list("person", "message_id", "occurred_at", "known_at", "campaign")
    leads = Lead.objects.prefetch_related("moves")
    return {
        "people": sorted(Person.objects.filter(merged_into=None).values_list("email", "title", "country", "account__domain")),
        "identities": sorted((of[p], kind, value) for p, kind, value in Identity.objects.values_list("person", "kind", "value")),
        "touches": sorted((of[p], *rest) for p, *rest in touches),
        "calls": sorted((of[p], name) for p, name in Activity.objects.values_list("person", "external_id")),
        "buyers": sorted((of[p], name, role) for p, name, role in _buyers()),
        "deals": Opportunity.objects.count(),
        "verdicts": sorted((of[one.person_id], [(m.to_stage, m.at) for m in one.moves.order_by("pk")]) for one in leads),
    }


def _buyers() -> list[tuple[int, str, str]]:
    """Whoever counts at a deal; of two records of one person one does."""
    return list(BuyingRole.objects.exclude(person=None).values_list("person", "opportunity__external_id", "role"))


def asked_twice(leads: int, times: int, writers: int) -> list[dict[str, object]]:
    """The outcome of one writer in order, and of many in disorder."""
    found = []
    for way in ({"times": 1, "writers": 1, "seed": 0}, {"times": times, "writers": writers, "seed": 7}):
        call_command("flush", interactive=False, verbosity=0)
        build()
        send(doors(), leads, **way)
        found.append(outcome() | {"groups": len(groups())})
    return found


def writers() -> int:
    return 16 if connection.vendor == "postgresql" else 4


def test_twelve_leads_over_four_doors_are_twelve_people_however_they_arrive():
    once, often = asked_twice(12, 5, writers())
    assert (len(once["people"]), once["groups"], len(once["touches"]), len(once["verdicts"])) == (12, 12, 36, 12)
    assert often == once


@pytest.mark.proof
def test_a_thousand_leads_sent_twenty_times_over_four_doors_are_a_thousand_people():
    once, often = asked_twice(1000, 20, writers())
    assert (len(once["people"]), once["groups"], len(once["touches"]), len(once["verdicts"])) == (1000, 1000, 3000, 1000)
    assert often == once


def meet_at_once(stranger: Callable[[str], None]) -> list[Exception]:
    """One writer has stored a stranger and not committed yet when another meets them. Returns what went wrong for the other."""
    stored, wrong = Event(), []

    def second() -> None:
        stored.wait(10)
        try:
            stranger("hubspot")
        except Exception as fault:
            wrong.append(fault)
        finally:
            connection.close()

    other = Thread(target=second)
    other.start()
    with transaction.atomic():
        stranger("list")
        stored.set()
        sleep(0.3)
    other.join(10)
    return wrong


def somebody(sources: dict[str, Source]) -> Callable[[str], None]:
    def stranger(door: str) -> None:
        absorb([PersonRecord(ref=PersonRef(email="ada@acme.example", external_id=door))], source=sources[door], received_at=NOON)

    return stranger


@pytest.mark.only_postgresql
def test_two_systems_that_meet_a_stranger_at_once_make_one_person():
    assert meet_at_once(somebody(doors())) == []
    assert set(Person.objects.get().identities.values_list("value", flat=True)) == {"ada@acme.example", "list", "hubspot"}


@pytest.mark.only_postgresql
def test_without_a_second_attempt_the_one_who_comes_second_fails(monkeypatch):
    """The twin of the test before, with the guard off."""
    monkeypatch.setattr(sys.modules["treaty.truth.actions.absorb"], "ATTEMPTS", 1)
    assert [type(fault) for fault in meet_at_once(somebody(doors()))] == [IntegrityError]
