"""`treaty sync NAME --write`: what would change, as data, and writing it; exit 3 when something needs a person."""

import json
from datetime import UTC, datetime

from typer.testing import CliRunner

from tests.conftest import NOON
from tests.fakes.hubspot import FakeHubSpot
from tests.fakes.server import served
from treaty.cli.main import app
from treaty.config import config
from treaty.connectors.connections import connect
from treaty.connectors.pulling import pull
from treaty.connectors.writes.allowed import allow
from treaty.connectors.writes.putting import put_all
from treaty.connectors.writes.rehearsal import writable_leads

RUN = CliRunner()


def test_a_rehearsal_says_every_difference_and_writing_carries_it_out(world, monkeypatch, tmp_path):
    monkeypatch.setattr("treaty.jobs.systems.home", lambda: tmp_path)
    monkeypatch.setattr(config(), "reachable", "127.0.0.1")
    lead = world.handed_over(NOON).lead
    fake = FakeHubSpot()
    fake.put("contacts", email=lead.person.email, treaty_stage="old")
    with served(fake) as address:
        ours = connect("Our HubSpot", "hubspot", {"token": "pat-good"}, clock=lambda: NOON, address=address)
        pull(ours, clock=lambda: NOON)
        allow(ours, {"on": True, "fields": {"stage": {"person": "treaty_stage"}}}, {}, at=NOON, by=world.rui)
        told = RUN.invoke(app, ["sync", "Our HubSpot", "--write", "--dry-run", "--json"])
        assert told.exit_code == 0, told.output
        (one,) = json.loads(told.output)["differences"]
        assert (one["lead"], one["record"], one["field"]) == (lead.key, "1001", "treaty_stage")
        assert (one["there"], one["ours"], one["agreement"]) == ("old", "marketing_qualified", world.version.hash)
        assert fake.objects["contacts"]["1001"].value("treaty_stage") == "old"
        put_all(ours, writable_leads(ours), by=world.rui, at=datetime.now(UTC))
        done = RUN.invoke(app, ["sync", "Our HubSpot", "--write", "--json"])
        assert json.loads(done.output) == {"source": "Our HubSpot", "taken": 1, "failed": 0}
        assert fake.objects["contacts"]["1001"].value("treaty_stage") == "marketing_qualified"
    alone = RUN.invoke(app, ["sync", "Our HubSpot", "--dry-run"])
    assert (alone.exit_code, "goes with --write" in alone.output) == (1, True)
