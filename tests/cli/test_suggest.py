"""`treaty suggest`: what it says of a lake whose one cause is known, the draft it writes, and its refusals."""

import json
import random

import pytest
from typer.testing import CliRunner

from tests.conftest import NOON
from tests.given_lake import given
from treaty.agreement.document import load
from treaty.cli.main import app
from treaty.moments import to_us

pytestmark = pytest.mark.django_db
DAY, NOW = 86_400_000_000, to_us(NOON)


def rows(people=1500, seed=4):
    """Sales called everybody a week after they looked at a page; of those who asked for a demonstration 45 of 100 were won, of the others
    10. It accepted 50 of 100 of those who had touched more than five times, of the others 80. `closed_with` was imported without a
    history: its date is made up, and it says who was won.
    """
    dice = random.Random(seed)
    tables = {name: [] for name in ("people", "touches", "facts", "leads", "handoffs", "opportunities", "activities", "dispositions")}
    for n in range(1, people + 1):
        at = NOW - dice.randint(40, 300) * DAY
        demo = dice.random() < 0.3
        won = dice.random() < (0.45 if demo else 0.1)
        kinds = ["page_view"] * dice.randint(1, 6) + ["email_open"] * dice.randint(0, 4) + ["demo_request"] * demo
        tables["people"].append({"person_id": n, "account_id": None, "is_visitor": False})
        for kind in kinds:
            us = at - dice.randint(1, 12) * DAY
            touch = {"touch_id": len(tables["touches"]), "seen_as_id": n, "kind": kind, "occurred_us": us, "known_us": us}
            tables["touches"].append(touch)
        fact = {"subject": "person", "stated_of_id": n, "occurred_us": at - DAY, "known_us": at - DAY, "source_id": 1}
        tables["facts"].append(fact | {"fact_id": 2 * n, "field": "country", "text": dice.choice(("DE", "AT", "FR")), "assumed": False})
        if won or dice.random() < 0.01:
            tables["facts"].append(fact | {"fact_id": 2 * n + 1, "field": "closed_with", "text": dice.choice("AB"), "assumed": True})
        tables["leads"].append({"lead_id": n, "person_id": n})
        tables["handoffs"].append({"handoff_id": n, "lead_id": n, "made_us": at})
        tables["activities"].append({"activity_id": n, "person_id": n, "kind": "call", "direction": "out", "occurred_us": at + 1})
        answer = "accepted" if random.Random(f"{seed} {n}").random() < (0.5 if len(kinds) > 5 else 0.8) else "rejected"
        tables["dispositions"].append({"disposition_id": n, "handoff_id": n, "outcome": answer, "at_us": at + DAY})
        deal = {"opportunity_id": n, "key": f"d{n}", "lead_id": n, "outcome": "won" if won else "lost", "opened_us": at + 5 * DAY}
        tables["opportunities"].append(deal | {"closed_us": at + 30 * DAY, "received_us": at + 5 * DAY})
    return tables | {"sources": [{"source_id": 1, "kind": "connector"}]}


@pytest.fixture
def lake(world, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.jobs.clock.now", lambda: NOON)
    found = given(tmp_path, NOON, **rows())
    monkeypatch.setattr("treaty.cli.backtest.opened_lake", lambda: found)
    return tmp_path


def run(*words):
    done = CliRunner().invoke(app, ["suggest", *words])
    return done.exit_code, done.stdout, done.stderr


def told(*words):
    code, out, err = run("--json", *words)
    assert code == 0, err
    return json.loads(out)


def test_the_one_cause_is_found_and_nothing_else(lake):
    data = told()
    held = [(one["name"], one["says"]) for one in data["signals"] if one["verdict"] == "holds"]
    assert held == [("demo_request", "at least one request for a demonstration")]
    [demo] = [one for one in data["signals"] if one["name"] == "demo_request"]
    assert demo["earlier"]["low"] < 4.5 < demo["earlier"]["high"]  # 45 of 100 beside 10
    assert data["closed"] == 1500
    assert data["enough"]["is"]


def test_by_what_sales_accepted_another_cause_is_found(lake):
    data = told("--by", "accepted")
    assert (data["end"], data["closed"]) == ("accepted", 1500)
    held = [one for one in data["signals"] if one["verdict"] == "holds"]
    assert held
    assert all(one["earlier"]["high"] < 1 for one in held)  # who touched often was accepted less
    assert {one["name"] for one in held} <= {"page_view", "email_open"}
    assert data["points"] == []
    assert "Only what speaks against a lead was found, so no way in is suggested." in run("--by", "accepted")[1].splitlines()


def test_what_leaks_is_refused_with_its_evidence_and_can_be_kept(lake):
    [refused] = [one for one in told()["refused"] if one["name"] == "person.closed_with"]
    assert refused["verdict"] == "refused"
    assert {one["kind"] for one in refused["evidence"]} >= {"words", "fill"}
    data = told("--keep", "person.closed_with")
    assert [one["name"] for one in data["forced"]] == ["person.closed_with"]
    assert any(one["name"] == "person.closed_with" and one["verdict"] == "holds" for one in data["signals"])
    _, out, _ = run("--keep", "person.closed_with")
    assert "WARNING: kept although they look like leaks: person.closed_with. It looks better than it will be." in out.splitlines()


def test_the_report_has_sentences_the_curve_and_the_mark(lake):
    code, out, err = run("--capacity", "3")
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0].startswith("What marketing qualified could ask, from 1500 leads whose end is known, ")
    assert "What came before a good end, each beside those above it, and again among later leads:" in lines
    assert "  at least one request for a demonstration" in lines
    assert any(line.startswith(" *") for line in lines)
    assert any(line.startswith("* Sales can work 3 leads a week: point") for line in lines)


def test_the_draft_is_the_version_in_force_with_another_definition(lake):
    file = lake / "draft.yaml"
    code, _, err = run("--out", str(file))
    assert code == 0, err
    loaded = load(file.read_text())
    assert loaded.errors == ()
    stage = loaded.terms.stages["marketing_qualified"]
    assert any(node.touches and node.touches.kinds == ("demo_request",) for way in (stage.enter, *stage.shortcuts) for node in way.walk())
    assert "# one person, from this moment on" in file.read_text()
    code, out, _ = run("--in", "small-business", "--out", "-")
    assert code == 0
    assert load(out).errors == ()


@pytest.mark.parametrize(("words", "says"), [
    (["--by", "luck"], "--by luck: a good end is `won` or `accepted`"),
    (["--keep", "hats"], "there is no column 'hats' to keep or refuse"),
    (["--stage", "customer"], "the draft has no definition of 'customer'"),
    (["--out", "x.yaml", "--point", "40"], "there is no point 40 to write: the curve has"),
    (["--in", "nowhere.yaml"], "nowhere.yaml cannot be read"),
])  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence(lake, words, says):
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert says in err


def test_with_few_leads_it_says_how_many_would_be_enough(world, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.jobs.clock.now", lambda: NOON)
    monkeypatch.setattr("treaty.cli.backtest.opened_lake", lambda: given(tmp_path, NOON, **rows(60)))
    code, out, _ = run()
    assert code == 0
    assert "Too little data: nothing is suggested." in out
    data = told()
    assert (data["points"], data["signals"], data["enough"]["is"]) == ([], [], False)
    assert data["enough"]["won"] > data["won"]


def test_without_a_touch_there_is_nothing_to_learn_from(world, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.jobs.clock.now", lambda: NOON)
    monkeypatch.setattr("treaty.cli.backtest.opened_lake", lambda: given(tmp_path, NOON))
    code, _, err = run()
    assert code == 1
    assert "treaty import" in err
