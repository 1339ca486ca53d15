"""An import is taken back on its page: first what would become of it, then why, then what became of it."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.connectors.test_undo import records
from tests.connectors.undone import imported
from treaty.connectors import undoing
from treaty.connectors.models import Import
from treaty.jobs import imports as jobs
from treaty.jobs import reading
from treaty.jobs.models import Job
from treaty.truth.models import Lead, Person
from treaty.web.pages.imports import undo


@pytest.fixture
def run(world) -> Import:
    found = imported(*records())
    Import.objects.filter(pk=found.pk).update(by=world.mira)
    found.refresh_from_db()
    return found


def text_of(response) -> str:
    return response.content.decode().replace("\xa0", " ")


def test_it_is_looked_at_taken_back_and_says_so(world, as_, run):
    mira, place = as_("mira"), f"/imports/{run.key}/"
    assert f"{place}undo/" in text_of(mira.get(place))
    shown = text_of(mira.get(f"{place}undo/"))
    assert ">Goes<" in shown
    assert ">People<" in shown
    assert Person.objects.exists(), "looking changes nothing"
    sent = mira.post(f"{place}undo/", {"why": "<b>an old export</b>"})
    assert sent["Location"] == place
    assert Job.objects.get().args == {"key": run.key, "what": "undo"}
    assert "Taking it back" in text_of(mira.get(place))
    reading.undo(run.key)  # what the worker's process does
    shown = text_of(mira.get(place))
    assert "This import was taken back" in shown
    assert "&lt;b&gt;an old export" in shown
    assert ">Went<" in shown
    assert f"{place}undo/" not in shown
    assert "taken back" in text_of(mira.get("/imports/"))
    assert "The import is taken back" in text_of(mira.get(f"{place}progress/", headers={"HX-Request": "true"}))
    assert mira.get(f"{place}undo/")["Location"] == place, "there is nothing left to look at"


def test_only_who_imported_it_or_revops_takes_it_back(as_, run):
    place = f"/imports/{run.key}/undo/"
    shown = text_of(as_("sam").get(place))
    assert "Only who imported this, or RevOps, takes it back" in shown
    as_("sam").post(place, {"why": "mine"})
    assert not Job.objects.exists()
    as_("rui").post(place, {"why": "wrong file"})
    assert Job.objects.exists()
    assert as_("kim").get(place).status_code == 403


def test_without_a_reason_nothing_begins(as_, run):
    as_("mira").post(f"/imports/{run.key}/undo/", {"why": " "})
    assert not Job.objects.exists()


def test_of_a_long_one_the_worker_works_it_out(as_, run, monkeypatch):
    monkeypatch.setattr(undo, "AT_ONCE", 0)
    mira, place = as_("mira"), f"/imports/{run.key}/undo/"
    assert "Working out what it wrote" in text_of(mira.get(place))
    assert Job.objects.get().args == {"key": run.key, "what": "foresee"}
    assert not jobs.is_done(run.key, jobs.FORESEE)
    reading.foresee(run.key)
    assert jobs.is_done(run.key, jobs.FORESEE)
    assert ">Goes<" in text_of(mira.get(place))
    mira.post(f"{place}foresee/")
    assert Import.objects.get().foreseen is None


def test_one_that_ended_unexpectedly_too_often_says_so_and_goes_on(as_, run, world):
    row = undoing.begin(run, why="old", by=world.mira, at=NOON)
    row.problem = "taking it back ended unexpectedly five times"
    row.save()
    assert jobs.is_done(run.key, jobs.UNDO)
    shown = text_of(as_("mira").get(f"/imports/{run.key}/"))
    assert "ended unexpectedly five times" in shown
    as_("mira").post(f"/imports/{run.key}/undo/", {"why": "old"})
    assert not jobs.is_done(run.key, jobs.UNDO)
    assert Job.objects.filter(run_at__lte=NOON + timedelta(days=3650)).exists()


def test_who_stays_is_named_with_the_reason_and_a_way_there(as_, run, world):
    ada = Person.objects.get(email="ada@acme.example")
    Person.objects.filter(pk=ada.pk).update(name="<i>Ada</i>")
    Lead.objects.create(person=ada, stage="engaged", stage_since=NOON, owner=world.mira, version=world.version, opened_at=NOON)
    mira, place = as_("mira"), f"/imports/{run.key}/"
    for shown in (f"{place}undo/", place):
        page = text_of(mira.get(shown))
        assert f'href="/people/{ada.key}/"' in page
        assert "A lead is theirs" in page
        assert "<i>Ada" not in page
        mira.post(f"{place}undo/", {"why": "old"})
        reading.undo(run.key)
