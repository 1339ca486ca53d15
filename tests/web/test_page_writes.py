"""Writing into a system as pages: choosing, seeing what would change, what was written and why, what failed, the way back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.conftest import NOON
from tests.fakes.hubspot import FakeHubSpot
from tests.fakes.marketo import FakeMarketo
from tests.fakes.server import Transport, served
from tests.web.test_page_sources import text_of
from treaty.config import config
from treaty.connectors.calling import Patience
from treaty.connectors.connections import connect
from treaty.connectors.models import Connection, Written
from treaty.connectors.pulling import pull
from treaty.connectors.writes.carrying import carry
from treaty.feedback.elsewhere import follow_status
from treaty.journal.models import Entry, Outgoing
from treaty.outward import Outward


@pytest.fixture
def fake() -> FakeHubSpot:
    fake = FakeHubSpot()
    fake.options = {"hs_lead_status": {"NEW": "New", "OPEN": "Open"}, "treaty_grade": {}}
    fake.put("contacts", email="ada@acme.example", firstname="Ada", lastname="Brenner", hs_lead_status="NEW", treaty_grade="")
    return fake


@pytest.fixture
def handoff(world):
    return world.handed_over(NOON)


@pytest.fixture
def connection(world, fake, handoff, monkeypatch):
    """Our HubSpot, on a socket of this machine, with one contact who is a lead."""
    monkeypatch.setattr(config(), "reachable", "127.0.0.1")
    with served(fake) as address:
        made = connect("Our HubSpot", "hubspot", {"token": "pat-good"}, clock=lambda: NOON, address=address)
        pull(made, clock=lambda: NOON)
        yield made


def chosen(**more: str) -> dict[str, str]:
    return {"on": "on", "field-stage-person": "hs_lead_status", **more}


def choose(client: Client, connection: Connection, **more: str) -> None:
    """The field, then which of its options a marketing qualified lead is."""
    path = f"/sources/{connection.key}/writes/fields/"
    client.post(path, chosen(**more))
    assert client.post(path, chosen(**more, **{"option-stage-person-marketing_qualified": "OPEN"})).status_code == 303


def carried(connection: Connection, fake: FakeHubSpot) -> int:
    connection.refresh_from_db()
    return carry(connection, clock=lambda: datetime.now(UTC), outward=Outward(Transport(fake)))


def test_fields_are_chosen_by_revops_alone_and_options_are_asked_for_next(as_, connection):
    home = f"/sources/{connection.key}/writes/"
    assert as_("mira").get(f"{home}fields/").status_code == 403
    assert as_("kim").get(home).status_code == 403
    rui = as_("rui")
    shown = text_of(rui.get(home))
    assert "Nothing was written yet" in shown
    assert "Choose what is written" in shown
    assert "hs_lead_status" in text_of(rui.get(f"{home}fields/"))
    assert rui.post(f"{home}fields/", chosen()).status_code == 303
    shown = text_of(rui.get(f"{home}fields/"))
    assert "Stage “marketing qualified” is" in shown
    assert "the option of the same name" in shown
    rui.post(f"{home}fields/", chosen(**{"option-stage-person-marketing_qualified": "OPEN"}))
    connection.refresh_from_db()
    assert connection.mapping["writes"]["options"] == {"stage": {"person": {"marketing_qualified": "OPEN"}}}
    assert Entry.objects.filter(verb="source.writing_changed").count() == 2


def test_what_cannot_be_kept_is_said_and_nothing_is(as_, connection):
    answer = as_("rui").post(f"/sources/{connection.key}/writes/fields/", {"on": "on"})
    assert answer.status_code == 422
    assert "Nothing is chosen" in text_of(answer)
    connection.refresh_from_db()
    assert "writes" not in connection.mapping


def test_a_system_without_notes_is_not_offered_the_brief(as_, monkeypatch):
    monkeypatch.setattr(config(), "reachable", "127.0.0.1")
    with served(FakeMarketo()) as address:
        secrets = {"client_id": "service", "client_secret": "good"}
        made = connect("Our Marketo", "marketo", secrets, clock=lambda: NOON, address=address)
    shown = text_of(as_("rui").get(f"/sources/{made.key}/writes/fields/"))
    assert "Treaty Stage (treatyStage)" in shown
    assert "leadOwnerEmailAddress" not in shown, "it is read only"
    assert "Leave the brief" not in shown
    chosen = {"on": "on", "field-stage-person": "treatyStage"}
    assert as_("rui").post(f"/sources/{made.key}/writes/fields/", chosen).status_code == 303
    made.refresh_from_db()
    assert made.mapping["writes"]["fields"] == {"stage": {"person": "treatyStage"}}


def test_from_the_rehearsal_to_the_receipt_and_back(as_, world, connection, fake, handoff):
    home, rui = f"/sources/{connection.key}/writes/", as_("rui")
    fake.put("contacts", "1001", hubspot_owner_id="")
    connection.known["properties"]["person"].append({"name": "hubspot_owner_id", "label": "Owner", "type": "string", "options": []})
    connection.save()
    choose(rui, connection, **{"field-owner-person": "hubspot_owner_id"})
    calls = len(fake.calls)
    shown = text_of(rui.get(f"{home}rehearsal/"))
    assert "1 record of 1 would change" in shown
    assert "New</td>" in shown
    assert "<strong>Open</strong>" in shown
    assert f"{handoff.owner.email} is no user there" in shown
    assert len(fake.calls) == calls + 1
    assert fake.objects["contacts"]["1001"].value("hs_lead_status") == "NEW", "nothing was written"
    file = rui.get(f"{home}rehearsal/?format=csv").getvalue().decode()
    assert "hs_lead_status,NEW,OPEN" in file
    assert as_("sam").get(f"{home}rehearsal/").status_code == 403

    assert rui.post(f"{home}rehearsal/").status_code == 303
    assert carried(connection, fake) == 1
    assert fake.objects["contacts"]["1001"].value("hs_lead_status") == "OPEN"
    written = Written.objects.get()
    shown = text_of(as_("mira").get(home))
    for words in ("Ada Brenner", "New", "Open", "stands"):
        assert words in shown
    receipt = text_of(rui.get(f"{home}{written.pk}/"))
    for words in ("version 1", "Rui Costa", "HubSpot 1001", "Take it back"):
        assert words in receipt
    assert "Take it back" not in text_of(as_("mira").get(f"{home}{written.pk}/"))
    assert as_("mira").post(f"{home}{written.pk}/undo/").status_code == 403
    assert rui.post(f"{home}{written.pk}/undo/").status_code == 303
    assert carried(connection, fake) == 1
    assert fake.objects["contacts"]["1001"].value("hs_lead_status") == "NEW"
    assert "taken back" in text_of(rui.get(f"{home}{written.pk}/"))


def test_what_failed_says_why_and_is_tried_again_or_left(as_, connection, fake):
    home, rui = f"/sources/{connection.key}/writes/", as_("rui")
    choose(rui, connection)
    fake.guarded.add("1001")
    rui.post(f"{home}rehearsal/")
    carried(connection, fake)
    shown = text_of(rui.get(home))
    assert "HubSpot says: Property values were not valid: this contact is locked by your administrator" in shown
    assert "1 write failed" in text_of(rui.get(f"/sources/{connection.key}/"))
    assert "Try again" not in text_of(as_("mira").get(home))
    rui.post(f"{home}failed/", {"do": "again"})
    assert Outgoing.objects.get().state == "waiting"
    carried(connection, fake)
    row = Outgoing.objects.get()
    rui.post(f"{home}failed/", {"do": "leave", "row": [row.key]})
    assert "locked by your administrator" not in text_of(rui.get(home))


def test_a_system_that_cannot_be_read_says_so(as_, connection, fake):
    home, rui = f"/sources/{connection.key}/writes/", as_("rui")
    rui.post(f"{home}fields/", chosen())
    fake.token = "pat-new"
    answer = rui.get(f"{home}rehearsal/", follow=True)
    assert "cannot be read now" in text_of(answer)


def test_a_system_that_is_too_slow_for_a_page_says_so_and_how_to_wait_longer(as_, connection, fake, monkeypatch):
    home, rui = f"/sources/{connection.key}/writes/", as_("rui")
    rui.post(f"{home}fields/", chosen())
    monkeypatch.setattr("treaty.web.pages.sources.write_rehearsal.OF_A_PAGE", Patience(2, 0.0))
    calls = len(fake.calls)
    shown = text_of(rui.get(f"{home}rehearsal/", follow=True))
    assert "HubSpot needed longer than the 0 seconds that are waited for it here." in shown
    assert "treaty sync &#x27;Our HubSpot&#x27; --write --dry-run" in shown
    assert len(fake.calls) == calls


def test_what_statuses_mean_is_chosen_by_revops(as_, connection):
    path, rui = f"/sources/{connection.key}/statuses/", as_("rui")
    assert as_("mira").get(path).status_code == 403
    shown = text_of(rui.get(path))
    for words in ("Lead status “New” means", "Lead status “UNQUALIFIED” means", "rejected: no budget"):
        assert words in shown
    assert rui.post(path, {"lead_status-0": "rejected:no_budget", "lead_status-1": "accepted"}).status_code == 303
    connection.refresh_from_db()
    assert connection.mapping["answers"] == {"lead_status": {"NEW": "rejected:no_budget", "OPEN": "accepted"}}
    assert rui.post(path, {"lead_status-0": "nonsense"}).status_code == 422
    assert "2 statuses that answer" in text_of(as_("mira").get(f"/sources/{connection.key}/"))


def test_a_rejection_from_elsewhere_is_given_its_reason_where_the_rep_looks(as_, world, handoff):
    follow_status(handoff, "rejected", "", at=NOON + timedelta(hours=1), received_at=NOON + timedelta(hours=2))
    rep = as_(next(name for name, member in world.members.items() if member == handoff.owner))
    lead = f"/leads/{handoff.lead.key}/"
    assert "Why was Ada Brenner rejected?" in text_of(rep.get("/"))
    assert "Give the reason" in text_of(rep.get(lead))
    assert "Give the reason" not in text_of(as_("mira").get(lead))
    assert "is asked for it" in text_of(as_("mira").get(lead))
    form = {"answer": "reject", "reason": "competitor", "detail": "", "next": lead}
    assert "which one" in text_of(rep.post(f"/handoffs/{handoff.key}/answer/", form)), "the reason asks for more"
    assert rep.post(f"/handoffs/{handoff.key}/answer/", form | {"detail": "Vibrosys"})["Location"] == lead
    given = handoff.dispositions.get()
    assert (given.reason, given.detail, given.at) == ("competitor", "Vibrosys", NOON + timedelta(hours=1))
    handoff.lead.refresh_from_db()
    assert handoff.lead.stage == "disqualified"
