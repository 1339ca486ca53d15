"""The page on which a system's fields and stages are given a meaning: who may, what it shows, what it saves and takes back."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import NOON
from tests.fakes.hubspot import FakeHubSpot
from tests.fakes.server import served
from tests.web.test_page_sources import text_of
from treaty.config import config
from treaty.connectors.connections import connect
from treaty.connectors.models import Connection
from treaty.connectors.pulling import pull
from treaty.truth.models import Source

SHOWN = "/sources/{}/mapping/"


@pytest.fixture
def connection(world, monkeypatch):
    """A HubSpot on this machine with one deal in its first stage, one in a stage nobody named, and one person."""
    monkeypatch.setattr(config(), "reachable", "127.0.0.1")
    fake = FakeHubSpot()
    fake.put("contacts", email="p@firm.example", firstname="Ada", lastname="Stone", jobtitle="Buyer", lifecyclestage="lead")
    fake.put("deals", dealname="First", dealstage="appointmentscheduled", amount="1000")
    fake.put("deals", dealname="<b>Odd</b>", dealstage="777", amount="1000")
    with served(fake) as address:
        made = connect("Our HubSpot", "hubspot", {"token": fake.token}, clock=lambda: NOON, address=address)
        pull(made, clock=lambda: NOON + timedelta(minutes=1))
        yield Connection.objects.select_related("source").get(pk=made.pk)


def url(connection: Connection, more: str = "") -> str:
    return f"/sources/{connection.key}/mapping/{more}"


def test_who_brings_data_may_look_and_revops_alone_may_change(world, as_, connection):
    shown = text_of(as_("mira").get(url(connection)))
    assert "RevOps may change it" in shown
    assert "disabled" in shown
    assert as_("kim").get(url(connection)).status_code == 403
    assert as_("mira").post(url(connection), {"do": "save", "field-person-title": "lastname"}).status_code == 403
    for part in ("undo/", "file/"):
        assert as_("mira").post(url(connection, part)).status_code == 403
    connection.refresh_from_db()
    assert connection.mapping == {}
    assert as_("rui").get("/sources/nobodys/mapping/").status_code == 404
    assert Client().get(url(connection)).status_code == 302


def test_the_page_shows_choices_by_label_and_name_the_usual_one_and_every_stage_with_its_records(world, as_, connection):
    shown = text_of(as_("rui").get(url(connection)))
    for words in (
        '<option value="jobtitle" selected>jobtitle (jobtitle, string), as usual</option>',
        "Appointment scheduled",
        "Sales pipeline",
        "not among its own",
        f"/sources/{connection.key}/mapping/records/?kind=opportunity&amp;stage=777",
    ):
        assert words in shown
    page = text_of(as_("rui").get(f"/sources/{connection.key}/"))
    assert f'href="/sources/{connection.key}/mapping/"' in page
    assert "3 stages in use have no meaning here yet" in page


def test_what_it_would_change_is_seen_on_real_records_before_it_is_saved(world, as_, connection):
    seen = text_of(as_("rui").post(url(connection), {"do": "preview", "field-person-title": "lastname"}))
    for words in ("People: title is read from lastname instead of jobtitle.", "Read again from the beginning: contacts", "Buyer", "Stone"):
        assert words in seen
    connection.refresh_from_db()
    assert connection.mapping == {}


def test_saved_it_stands_and_is_taken_back_in_one_step(world, as_, connection):
    rui = as_("rui")
    sent = {"do": "save", "field-person-title": "lastname", "stage-opportunity-0": "777", "is-opportunity-0": "="}
    answer = rui.post(url(connection), sent, follow=True)
    assert "2 choices are saved. Read again from the beginning: contacts." in text_of(answer)
    connection.refresh_from_db()
    assert connection.mapping["fields"] == {"person": {"title": "lastname"}}
    assert Source.objects.get(pk=connection.source_id).settings["stages"] == {"opportunity": {"777": ""}}
    page = text_of(rui.get(url(connection)))
    assert "Put back what stood before" in page
    rui.post(url(connection, "undo/"))
    connection.refresh_from_db()
    assert connection.mapping["fields"] == {}
    assert "stages" not in Source.objects.get(pk=connection.source_id).settings


def test_a_stage_of_the_agreement_is_chosen_by_its_name(world, as_, connection):
    stage = next(iter(world.terms.stages)) if hasattr(world, "terms") else "marketing_qualified"
    answer = as_("rui").post(url(connection), {"do": "save", "stage-person-0": "lead", "is-person-0": f"={stage}"})
    assert answer.status_code == 303
    assert Source.objects.get(pk=connection.source_id).settings["stages"] == {"person": {"lead": stage}}
    refused = as_("rui").post(url(connection), {"do": "save", "stage-person-0": "lead", "is-person-0": "=nosuch"})
    assert refused.status_code == 422
    assert "is no stage of the agreement" in text_of(refused)


def test_records_of_a_stage_are_listed_and_their_words_are_data(world, as_, connection):
    shown = text_of(as_("mira").get(url(connection, "records/"), {"kind": "opportunity", "stage": "777"}))
    assert "&lt;b&gt;Odd&lt;/b&gt;" in shown
    assert "/opportunities/" in shown
    assert "No record stands in it now" in text_of(as_("mira").get(url(connection, "records/"), {"kind": "opportunity", "stage": "no"}))
    assert as_("mira").get(url(connection, "records/"), {"kind": "planet"}).status_code == 404
    assert as_("kim").get(url(connection, "records/"), {"kind": "person"}).status_code == 403


def test_a_choice_goes_out_as_a_file_and_one_that_comes_in_is_seen_first(world, as_, connection):
    rui = as_("rui")
    rui.post(url(connection), {"do": "save", "field-person-title": "lastname"})
    told = rui.get(url(connection, "file/"))
    assert json.loads(told.content)["fields"] == {"person": {"title": "lastname"}}
    rui.post(url(connection, "undo/"))
    seen = rui.post(url(connection, "file/"), {"file": SimpleUploadedFile("m.json", told.content)})
    assert "People: title is read from lastname instead of jobtitle." in text_of(seen)
    connection.refresh_from_db()
    assert connection.mapping["fields"] == {}, "it was only shown"
    bad = rui.post(url(connection, "file/"), {"file": SimpleUploadedFile("m.json", b"<html>")})
    assert bad.status_code == 422
    assert "no file of choices" in text_of(bad)


def test_a_system_that_is_away_leaves_the_choice_without_a_preview(world, as_, connection, monkeypatch):
    Connection.objects.update(address="http://127.0.0.1:9")
    seen = as_("rui").post(url(connection), {"do": "preview", "field-person-title": "lastname"})
    assert "could not be read for it" in text_of(seen)
    assert "title is read from lastname" in text_of(seen)
