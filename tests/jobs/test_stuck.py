"""What could not be told or written outside is counted where the installation is looked at, and says where to go."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.conftest import NOON
from treaty.connectors.models import Connection
from treaty.connectors.sources import add_source
from treaty.connectors.writes.undoing import leave
from treaty.jobs import health, stuck
from treaty.journal import outbox
from treaty.journal.models import Outgoing
from treaty.journal.outbox import Out
from treaty.notify.models import Channel

pytestmark = pytest.mark.django_db


def died(door: str, to: str, n: int) -> None:
    outbox.put([Out(door, to, f"{door} {to} {number}") for number in range(n)], at=NOON)
    for row in outbox.take(door, to, at=NOON, most=n):
        outbox.dead(row, "gone", at=NOON)


@pytest.fixture
def channel(world) -> Channel:
    """Two messages to everybody and one to Sam alone died; a third waits."""
    made = Channel.objects.create(name="#revenue", transport="slack", made_at=NOON)
    died("slack", made.key, 2)
    died("slack", f"{made.key}:{world.sam.key}", 1)
    outbox.put([Out("slack", made.key, "waits")], at=NOON)
    return made


@pytest.fixture
def system(world) -> Connection:
    source = add_source("Our HubSpot", kind="server", at=NOON)[0]
    made = Connection.objects.create(source=source, vendor="hubspot", made_at=NOON)
    died("write", made.key, 2)
    return made


def says(check, *at) -> list[str]:
    return [sentence for _, sentence in check(*at)]


@pytest.mark.db
def test_the_doctor_counts_and_says_where_to_look(channel, system):
    assert says(health.notices, NOON) == [
        "3 messages could not be delivered by #revenue: Settings → Channels → #revenue says why, and tries again"
    ]
    assert says(health.writes) == [
        "2 writes into Our HubSpot failed: Sources → Our HubSpot → What is written says why; try again there, or leave them"
    ]


def test_what_was_left_and_what_nobody_can_try_again_is_not_counted(world, channel, system):
    leave(system, [Outgoing.objects.filter(door="write").first().key], by=world.rui, at=NOON)
    Channel.objects.update(is_active=False)
    assert [one.n for one in stuck.writes()] == [1]
    assert stuck.messages() == []


def test_sources_shows_each_role_what_it_may_open(world, channel, system):
    def page(name: str) -> str:
        client = Client()
        client.force_login(world.members[name], backend="django.contrib.auth.backends.ModelBackend")
        return client.get("/sources/").content.decode().replace("\xa0", " ")

    writes = f'href="/sources/{system.key}/writes/">2 writes into Our HubSpot failed'
    messages = f'href="/settings/channels/{channel.key}/#sent">3 messages could not be delivered by #revenue'
    seen = {name: (writes in page(name), messages in page(name)) for name in ("rui", "mira", "sol")}
    assert seen == {"rui": (True, True), "mira": (True, False), "sol": (False, False)}


def test_who_watches_from_outside_sees_counts_and_no_names(channel, system):
    assert Client().get("/healthz").json() == {"ok": True, "failed": {"messages": 3, "writes": 2}}

    def locked(*_):
        raise OperationalError

    with connection.execute_wrapper(locked):
        assert Client().get("/healthz").json() == {"ok": True, "failed": None}
