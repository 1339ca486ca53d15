"""What a failing day says, read from a database of which every station is known."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.browser.standing import standing
from tests.conftest import NOON
from treaty.connectors.models import Event, Parcel
from treaty.jobs.models import Beat, Cursor, Job
from treaty.journal.models import Head
from treaty.moments import to_us
from treaty.qualification.models import NextJudgement
from treaty.truth.models import Person

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
ADA = "ada@acme.example"


def ask(question, *values):
    with connection.cursor() as cursor:
        cursor.execute(question.replace("?", "%s"), values)
        return cursor.fetchall()


def test_of_an_empty_house_every_station_is_told_as_none(db):
    assert standing(ask, ADA, to_us(NOON)).count("none") == 8


def test_every_station_of_a_lead_that_does_not_come_is_told(world):
    lead = world.qualified(NOON - 30 * SECOND)
    Parcel.objects.create(source=world.source, received_at=NOON - 2 * SECOND, events=3, rows=b"")
    for n, state in enumerate(("stored", "waiting", "waiting")):
        moments = {"occurred_at": NOON, "received_at": NOON}
        Event.objects.create(source=world.source, message_id=str(n), type="track", body="{}", state=state, **moments)
    visitor = Person.objects.create(made_at=NOON)
    NextJudgement.objects.all().delete()
    NextJudgement.objects.create(person=lead.person, due_at=NOON - SECOND / 2)
    NextJudgement.objects.create(person=visitor, due_at=NOON + 60 * SECOND)
    Cursor.objects.create(reaction="follow", seq=1)
    Job.objects.create(kind="import", run_at=NOON, made_at=NOON)
    Beat.objects.create(name="worker-1", pid=1, at=NOON - 12 * SECOND, lag_ms=900, done=40)
    assert standing(ask, ADA, to_us(NOON)).splitlines() == [
        "the database knows:",
        "  parcels unopened: 3 events received 2.0 s ago",
        "  events: 1 stored, 2 waiting",
        f"  to be judged: {ADA} 0.5 s ago, a visitor in 60.0 s",
        f"  leads of {ADA}: marketing_qualified, entered 30.0 s ago, with mira.lang@halden.example, 0 handoffs",
        f"  journal: head {Head.objects.get().seq}; read by follow to 1",
        "  jobs: 1 import waiting",
        "  worker: worker-1 gave a sign 12.0 s ago, 900 ms behind, 40 done",
    ]
