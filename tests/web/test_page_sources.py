"""Sources and imports as pages: who sees what, keys shown once, files in, refused rows out."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.conftest import NOON
from tests.connectors.test_loaders_hubspot import TABLES
from treaty.connectors import importing, uploads
from treaty.connectors.models import Event, Import, SavedMapping
from treaty.connectors.sources import add_source
from treaty.jobs import reading
from treaty.jobs.models import Beat, Job
from treaty.journal.models import Entry
from treaty.truth.models import Person, Source

LEADS = (
    "lead_id,email,origin,first_contact\n1,ada@acme.example,web,2026-01-05\n,,web,2026-01-06\n2,bo@acme.example,web,2026-02-30\n"
    "3,cy@acme.example,web,2026-01-07\n4,di@acme.example,=cmd,2026-01-08\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "home", lambda: tmp_path)
    return tmp_path


def upload(client: Client, text: str = LEADS, name: str = "leads.csv", **given: str):
    file = SimpleUploadedFile(name, text.encode())
    return client.post("/imports/new/", {"file": [file], "source": "HubSpot", **given})


def text_of(response) -> str:
    """The answer; a space that does not break reads as a space."""
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    return raw.decode().replace("\xa0", " ")


def test_a_member_sees_where_the_figures_come_from_and_only_some_see_more(world, as_):
    add_source("web site", kind="browser", at=NOON)
    for name, sees_more in [("rui", True), ("mira", True), ("kim", False), ("ada_brandt", False)]:
        shown = text_of(as_(name).get("/sources/"))
        assert "web site" in shown
        assert ("/imports/new/" in shown) is sees_more


def test_a_server_key_is_shown_once_and_never_again(world, as_):
    rui = as_("rui")
    made = rui.post("/sources/new/", {"name": "backend", "kind": "server", "origins": ""})
    key = made.context["key"]
    assert key.startswith("secret_")
    assert key in text_of(made)
    assert made["Cache-Control"] == "no-store"
    source = Source.objects.get(name="backend")
    assert key not in text_of(rui.get(f"/sources/{source.key}/"))
    again = rui.post(f"/sources/{source.key}/rotation/")
    assert again.context["key"] not in (key, "")


def test_a_browser_key_comes_with_what_to_copy_for_this_host(world, as_):
    made = as_("rui").post("/sources/new/", {"name": "site", "kind": "browser", "origins": "https://www.halden.example"})
    shown = text_of(made)
    key = Source.objects.get(name="site").write_key
    assert f"writeKey: &quot;{key}&quot;, cdnURL: &quot;http://testserver&quot;" in shown


def test_what_is_wrong_with_a_new_source_is_said_and_what_was_written_stays(world, as_):
    refused = as_("rui").post("/sources/new/", {"name": "site", "kind": "browser", "origins": "halden"})
    assert refused.status_code == 422
    assert "is not an origin" in text_of(refused)
    assert not Source.objects.filter(name="site").exists()


def test_origins_are_the_list_as_it_was_sent(world, as_):
    source, _ = add_source("site", kind="browser", at=NOON, origins=["https://a.example", "https://b.example"])
    as_("rui").post(f"/sources/{source.key}/origins/", {"origins": "https://b.example\nhttps://c.example/"})
    source.refresh_from_db()
    assert source.origins == ["https://b.example", "https://c.example"]


def test_a_source_is_switched_off_and_the_journal_knows_by_whom(world, as_):
    source, _ = add_source("site", kind="browser", at=NOON)
    as_("rui").post(f"/sources/{source.key}/off/")
    source.refresh_from_db()
    assert not source.is_active
    assert Entry.objects.get(verb="source.switched_off").actor == world.rui


def aside(source: Source, message_id: str) -> Event:
    body = json.dumps({"event": "<img src=x onerror=alert(1)>"})
    return Event.objects.create(
        source=source,
        message_id=message_id,
        type="track",
        occurred_at=NOON,
        received_at=NOON,
        body=body,
        state="quarantined",
        problem="no id",
    )


def test_what_was_set_aside_is_shown_as_text_and_can_be_put_back(world, as_):
    source, _ = add_source("site", kind="browser", at=NOON)
    one, two = aside(source, "m1"), aside(source, "m2")
    shown = text_of(as_("mira").get(f"/sources/{source.key}/"))
    assert "&lt;img src=x" in shown
    assert "<img src=x" not in shown
    assert as_("mira").post(f"/sources/{source.key}/release/", {"message": "m1"}).status_code == 403
    as_("rui").post(f"/sources/{source.key}/release/", {"message": "m1"})
    assert [Event.objects.get(pk=event.pk).state for event in (one, two)] == ["waiting", "quarantined"]
    assert Entry.objects.get(verb="events.released").codes == {"events": 1}


def test_files_are_looked_at_before_anything_happens(world, as_):
    mira = as_("mira")
    sent = upload(mira)
    assert sent.status_code == 303
    shown = mira.get(sent["Location"])
    page = text_of(shown)
    assert "3 of 5 rows are ready; 2 need a look" in page
    assert "no e-mail and no id" in page.lower()
    assert "No worker is running" in page
    assert (Person.objects.count(), Import.objects.count()) == (0, 0)


def test_an_import_from_the_page_ends_with_counts_and_refused_rows(world, as_):
    mira = as_("mira")
    place = upload(mira)["Location"]
    began = mira.post(f"{place}run/", {"source": "HubSpot"})
    assert began["Location"] == place
    key = place.strip("/").split("/")[-1]
    assert Job.objects.get(kind="import").args == {"key": key, "what": "read"}
    assert "Importing" in text_of(mira.get(place))
    reading.read(key)  # what the worker's process does
    shown = text_of(mira.get(place))
    assert "3 rows are new, 2 were refused" in shown
    assert f"/imports/{key}/refused/1.csv" in shown
    rows = text_of(mira.get(f"/imports/{key}/refused/1.csv")).splitlines()
    assert rows[0] == "lead_id,email,origin,first_contact,problem"
    assert len(rows) == 3
    assert Import.objects.get().by == world.mira
    with pytest.raises(uploads.NoSuchUpload):
        uploads.find(key)  # the files are not kept


def test_tables_that_a_loader_left_are_one_set_on_the_page_too(world, as_):
    names = ("owner", "deal_pipeline_stage", "company", "contact")
    mira = as_("mira")
    files = [SimpleUploadedFile(f"{name}.csv", TABLES[name].strip().encode()) for name in names]
    place = mira.post("/imports/new/", {"file": files, "source": ""})["Location"]
    page = text_of(mira.get(place))
    assert all(f"the table {name} of HubSpot, as a loader leaves it" in page for name in names)
    assert 'placeholder="HubSpot"' in page
    key = place.strip("/").split("/")[-1]
    mira.post(f"{place}run/", {"source": ""})
    reading.read(key)
    source = Import.objects.get().source
    assert (source.name, source.settings) == ("HubSpot", {"id_space": "hubspot"})
    assert Person.objects.get(email="ada@acme.example").identities.filter(kind="id", space="hubspot").exists()


def test_tables_of_a_system_do_not_go_under_a_name_with_other_ids(world, as_):
    importing.source_for("CRM", at=NOON)
    mira = as_("mira")
    place = mira.post("/imports/new/", {"file": [SimpleUploadedFile("contact.csv", TABLES["contact"].strip().encode())], "source": "CRM"})
    said = mira.post(f"{place['Location']}run/", {"source": "CRM"}, follow=True)
    assert "are not those of hubspot" in text_of(said)
    assert Import.objects.count() == 0


def test_letters_and_columns_that_were_recognised_wrongly_are_said(world, as_):
    mira = as_("mira")
    text = "lead_id;email;company\n1;ada@acme.example;M\u00fcller, Lenz\n2;bo@acme.example;Caf\u00e9, Nord\n".encode("cp850")
    file = SimpleUploadedFile("leads.csv", text)
    place = mira.post("/imports/new/", {"file": [file], "source": "HubSpot"})["Location"]
    key = place.strip("/").split("/")[-1]
    assert "Letters or columns look wrong" in text_of(mira.get(place))
    mira.post(f"{place}mapping/", {"encoding-0": "cp850", "delimiter-0": ";"})
    (looked,) = uploads.look(uploads.find(key)).files
    assert looked.rows[0] == ("1", "ada@acme.example", "M\u00fcller, Lenz")
    assert uploads.find(key).mapping == {"files": {"leads.csv": {"encoding": "cp850", "delimiter": ";"}}}
    mira.post(f"{place}mapping/", {"encoding-0": "", "delimiter-0": ","})
    (looked,) = uploads.look(uploads.find(key)).files
    assert (looked.encoding, looked.delimiter, len(looked.columns)) == ("", ",", 2)
    mira.post(f"{place}mapping/", {"encoding-0": "klingon"})
    assert uploads.find(key).mapping == {"files": {"leads.csv": {"delimiter": ","}}}


def test_what_columns_mean_is_kept_under_a_name_and_holds_for_the_next_file(world, as_):
    mira = as_("mira")
    place = upload(mira, name="leads 2026-10.csv")["Location"]
    assert "give it one" in text_of(mira.post(f"{place}save/", {"name": " "}, follow=True))
    mira.post(f"{place}save/", {"name": "Web leads", "column-0-2": ""})
    kept = SavedMapping.objects.get()
    assert (kept.name, kept.source, kept.mapping) == ("Web leads", "HubSpot", {"files": {"leads *-*.csv": {"columns": {"origin": None}}}})
    assert "as saved: Web leads" in text_of(mira.get("/imports/new/"))
    key = upload(mira, name="leads 2026-11.csv", source="", saved=kept.key)["Location"].strip("/").split("/")[-1]
    again = uploads.find(key)
    assert (again.source, again.mapping) == ("HubSpot", kept.mapping)
    assert uploads.look(again).files[0].columns[2].becomes == ""
    mira.post(f"/imports/{key}/mapping/", {"column-0-2": "source"})  # what is chosen now goes before what was kept
    assert uploads.look(uploads.find(key)).files[0].columns[2].becomes == "source"
    assert "Web leads" in text_of(mira.get("/mappings/"))
    assert "origin: null" in text_of(mira.get(f"/mappings/{kept.key}/mapping.yaml")).replace("origin:\n", "origin: null\n")
    mira.post(f"/mappings/{kept.key}/remove/")
    assert "Nothing was saved yet" in text_of(mira.get("/mappings/"))
    assert [entry.verb for entry in Entry.objects.filter(verb__startswith="mapping.").order_by("seq")] == [
        "mapping.saved",
        "mapping.removed",
    ]


def test_pressing_import_twice_begins_one_import(world, as_):
    mira = as_("mira")
    place = upload(mira)["Location"]
    for _ in range(2):
        assert mira.post(f"{place}run/", {"source": "HubSpot"}).status_code == 303
    assert (Import.objects.count(), Job.objects.count()) == (1, 1)


def test_a_changed_meaning_is_looked_at_once_more_before_it_is_imported(world, as_):
    mira = as_("mira")
    place = upload(mira)["Location"]
    mira.get(place)
    mira.post(f"{place}run/", {"source": "HubSpot", "column-0-2": ""})  # origin is left out
    assert Import.objects.count() == 0
    assert mira.get(place).context["files"][0].columns[2].becomes == "left out"
    saved = text_of(mira.get(f"{place}mapping.yaml"))
    assert "leads.csv" in saved
    assert "origin:" in saved


def test_a_mapping_that_was_saved_is_taken_with_the_next_upload(world, as_):
    mapping = SimpleUploadedFile("mine.yaml", b"source: Elsewhere\nfiles:\n  leads.csv:\n    columns: {origin: null}\n")
    mira = as_("mira")
    sent = mira.post("/imports/new/", {"file": [SimpleUploadedFile("leads.csv", LEADS.encode())], "source": "", "mapping": mapping})
    shown = mira.get(sent["Location"])
    assert shown.context["upload"].source == "Elsewhere"
    assert shown.context["files"][0].columns[2].becomes == "left out"


def test_fixed_rows_come_back_under_the_mapping_they_were_refused_under(world, as_):
    mira = as_("mira")
    place = upload(mira)["Location"]
    mira.get(place)
    mira.post(f"{place}mapping/", {"column-0-2": "", "zone": "Europe/Berlin"})
    mira.post(f"{place}run/", {})
    key = place.strip("/").split("/")[-1]
    reading.read(key)
    fixed = text_of(mira.get(f"/imports/{key}/refused/1.csv")).replace("2026-02-30", "2026-02-28")
    file = SimpleUploadedFile("leads.rejected.csv", fixed.encode())
    sent = mira.post(f"/imports/new/?again={key}", {"file": [file], "source": ""})
    shown = mira.get(sent["Location"])
    assert (shown.context["upload"].source, shown.context["upload"].mapping["zone"]) == ("HubSpot", "Europe/Berlin")
    assert shown.context["files"][0].columns[2].becomes == "left out"


@pytest.mark.parametrize(
    ("given", "says"),
    [({"zone": "Mars/Base"}, "is no time zone"), ({"currency": "EURO"}, "is no currency"), ({"kind-0": "trees"}, "is no kind of file")],
)
def test_what_cannot_be_chosen_is_said_and_changes_nothing(world, as_, given, says):
    mira = as_("mira")
    place = upload(mira)["Location"]
    mira.get(place)
    mira.post(f"{place}mapping/", given)
    shown = mira.get(place)
    assert says in text_of(shown)
    assert shown.context["upload"].mapping == {}


def test_trying_keeps_nothing(world, as_):
    mira = as_("mira")
    place = upload(mira)["Location"]
    mira.post(f"{place}rehearsal/", {})
    key = place.strip("/").split("/")[-1]
    reading.rehearse(key)
    assert [row.cells[1:5] for row in mira.get(place).context["rehearsal"].rows] == [["5", "3", "0", "2"]]
    assert Person.objects.count() == 0


def test_anothers_upload_is_not_there(world, as_):
    place = upload(as_("mira"))["Location"]
    assert as_("sam").get(place).status_code == 404
    assert as_("rui").get(place).status_code == 200


@pytest.mark.parametrize("name", ["../../../etc/passwd", "a/b\\c.csv", "x" * 400 + ".csv"])
def test_no_name_of_a_client_becomes_a_path(world, as_, home, name):
    sent = upload(as_("mira"), name=name)
    assert sent.status_code == 303
    written = [path for path in home.rglob("*") if path.is_file()]
    assert {path.parent.parent for path in written} == {home / "uploads"}


def test_nothing_chosen_is_said(world, as_):
    assert as_("mira").post("/imports/new/", {"source": "x"}).status_code == 422


def test_too_much_is_refused_before_it_is_written(world, as_, home, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    response = upload(as_("mira"), LEADS * 10)
    assert response.status_code == 413
    assert "in parts" in text_of(response)
    assert list((home / "uploads").iterdir()) == []


def test_without_the_token_nothing_comes_in(world, home):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.mira, backend="django.contrib.auth.backends.ModelBackend")
    assert upload(client).status_code == 403
    assert not list((home / "uploads").glob("*/upload.json"))


def test_a_living_worker_is_not_missed(world, as_):
    mira = as_("mira")
    place = upload(mira)["Location"]
    at = mira.get(place).context["now"]
    Beat.objects.create(name="worker", pid=1, at=at + timedelta(seconds=1))
    assert "No worker is running" not in text_of(mira.get(place))


def test_every_import_is_listed_and_can_be_taken_away(world, as_):
    mira = as_("mira")
    place = upload(mira)["Location"]
    mira.post(f"{place}run/", {})
    reading.read(place.strip("/").split("/")[-1])
    assert "HubSpot" in text_of(mira.get("/imports/"))
    assert text_of(mira.get("/imports/?format=csv")).splitlines()[1].endswith("HubSpot,Mira Lang,1,5,3,0,2,done")
