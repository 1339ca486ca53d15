"""The demo's data folder: made once, continued, never made over somebody's own."""

import json
from dataclasses import asdict

import pytest

from treaty import locks
from treaty.cli import demo
from treaty.cli.household import CannotServe, Voice

MADE = demo.Made(leads=50, seed=7, start_on="2026-05-01", days=182, write_key="secret_x")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder, and instead of half a year's work a note that it was asked for."""
    asked = []
    monkeypatch.setattr(demo, "run", lambda name, begin: asked.append(name) or 0)
    monkeypatch.setattr(demo, "bring_up_to_date", lambda home: None)
    return tmp_path, asked


def prepare(home, **options):
    demo.prepare(home, **{"leads": 50, "seed": 7, "fresh": False, "voice": Voice()} | options)


@pytest.fixture
def complete(home):
    place, asked = home
    (place / "demo.json").write_text(json.dumps(asdict(MADE)))
    (place / "treaty.db").write_text("history")
    return place, asked


def test_an_empty_folder_gets_a_company(home):
    place, asked = home
    prepare(place)
    assert asked == ["build"]


def test_a_complete_company_is_continued(complete, capsys):
    place, asked = complete
    prepare(place, leads=9000)
    assert asked == []
    assert "continuing the company of 50 leads, seed 7 (--fresh starts over)" in capsys.readouterr().out


def test_fresh_starts_over(complete):
    place, asked = complete
    prepare(place, fresh=True)
    assert asked == ["build"]
    assert not (place / "treaty.db").exists()


def test_an_interrupted_history_is_made_again(home):
    place, asked = home
    (place / "treaty.db").write_text("half")
    prepare(place)
    assert asked == ["build"]
    assert not (place / "treaty.db").exists()


def test_a_folder_with_anything_else_in_it_is_left_alone(home):
    place, _ = home
    (place / "thesis.odt").write_text("years of work")
    with pytest.raises(CannotServe, match=r"holds thesis\.odt, which no demo made"):
        prepare(place, fresh=True)
    assert (place / "thesis.odt").exists()


def test_a_running_demo_is_not_started_over(complete):
    place, _ = complete
    with locks.take(place / "serve.lock"), pytest.raises(CannotServe, match="already running"):
        prepare(place, fresh=True)
    assert (place / "treaty.db").exists()
