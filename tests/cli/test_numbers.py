"""`treaty numbers`: the catalogue from a shell. The lake is one of the small world; what it says can be counted by hand."""

import csv
import json
import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from typer.testing import CliRunner

from tests.conftest import NOON
from treaty.cli.main import app
from treaty.feedback.actions import accept, reject
from treaty.funnel.catalogue import CATALOGUE
from treaty.jobs.lake import refresh
from treaty.sla.actions import refresh as judged
from treaty.sla.actions import start
from treaty.truth.models import Lead, Opportunity

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def company(world, tmp_path, monkeypatch):
    """Three handovers: two accepted by Sam and Sol, one rejected; of three deals of Sol two are won, one of them in dollars."""
    for place, campaign in enumerate(("webinar", "webinar", "letter")):
        handoff = world.handed_over(NOON, f"p{place}@acme.example")
        start(handoff)
        Lead.objects.filter(pk=handoff.lead_id).update(campaign=campaign)
        if place:
            accept(handoff, by=handoff.owner, at=NOON + HOUR)
        else:
            reject(handoff, "no_budget", by=handoff.owner, at=NOON + HOUR, detail="")
        judged(handoff)
    for amount, currency, outcome in (("700.50", "EUR", "won"), ("99", "USD", "won"), ("10", "EUR", "lost")):
        Opportunity.objects.create(
            name=amount, owner=world.sol, amount=Decimal(amount), currency=currency, outcome=outcome, opened_at=NOON - 9 * HOUR,
            closed_at=NOON, received_at=NOON,
        )  # fmt: skip
    refresh(at=NOON + 2 * HOUR, where=tmp_path)
    monkeypatch.setattr("treaty.config.home", lambda: tmp_path)
    monkeypatch.setattr("treaty.jobs.clock.now", lambda: NOON + 2 * HOUR)
    return world


def run(*words):
    done = CliRunner().invoke(app, ["numbers", *words])
    return done.exit_code, done.stdout, done.stderr


def table(*words):
    code, out, _ = run(*words)
    assert code == 0, out
    return list(csv.DictReader(StringIO(out)))


def test_the_list_needs_no_company(tmp_path):
    """As anybody runs it, in an empty folder."""
    env = {**os.environ, "TREATY_HOME": str(tmp_path / "none"), "TREATY_DATABASE_URL": ""}
    code = "from treaty.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "numbers", "list", "--json"], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = {one["name"]: one for one in json.loads(done.stdout)}
    assert set(told) == set(CATALOGUE)
    assert told["stage_conversion"]["always_by"] == "step"
    assert {"segment", "owner", "persona"} <= set(told["win_rate"]["by"])
    assert not (tmp_path / "none").exists()
    done = subprocess.run(
        [sys.executable, "-c", code, "numbers", "win_rate"], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no Treaty" in done.stderr


def test_the_list_in_words():
    code, out, _ = run("list")
    assert code == 0
    assert (
        "win_rate                Of the opportunities decided in the period, those that were won, by count. Won / (won + lost); share."
        in out
    )


def test_a_share_is_rounded_for_people_and_says_what_it_is_made_of(company):
    (row,) = table("acceptance_rate")
    assert (row["acceptance_rate"], row["n"], row["accepted"], row["rejected"], row["expired"]) == ("0.6667", "3", "2", "1", "0")
    assert 0 < float(row["low"]) < 0.6667 < float(row["high"]) < 1
    assert len(row["low"]) <= 6


def test_data_has_every_key_in_every_row(company):
    code, out, err = run("acceptance_rate", "--by", "campaign", "--json")
    told = json.loads(out)
    assert (code, err, told["told_apart_by"], told["currency"], told["from"], told["to"]) == (
        0, "", "campaign", "EUR", "2026-01-01", "2026-03-31",
    )  # fmt: skip
    rows = {row["value"]: row for row in told["numbers"]}
    assert rows["webinar"] == {
        "figure": "0.500000", "n": 2, "k": 1, "low": pytest.approx(0.0945, abs=1e-4), "high": pytest.approx(0.9055, abs=1e-4), "others": {},
        "parts": {"accepted": 1, "rejected": 1, "recycled": 0, "expired": 0}, "value": "webinar", "part": "",
        "is_mature": True, "missing": [],
    }  # fmt: skip
    assert rows["letter"]["figure"] == "1.000000"


def test_amounts_are_exact_and_other_currencies_stand_beside(company):
    told = json.loads(run("revenue_closed", "--json")[1])
    (row,) = told["numbers"]
    assert Decimal(row["figure"]) == Decimal("700.50")
    assert {name: Decimal(amount) for name, amount in row["others"].items()} == {"USD": Decimal(99)}
    assert row["low"] is None


def test_owners_have_names(company):
    assert [(row["owner"], row["n"]) for row in table("win_rate", "--by", "owner")] == [("Sol Meyer", "3")]
    told = json.loads(run("win_rate", "--by", "owner", "--json")[1])
    assert [row["value"] for row in told["numbers"]] == ["Sol Meyer"]


def test_what_is_always_told_apart_has_a_column(company):
    rows = table("stage_conversion", "--per", "month")
    assert [row["step"] for row in rows][:2] == ["engaged to marketing_qualified", "marketing_qualified to sales_accepted"]
    assert (rows[1]["stage_conversion"], rows[1]["n"]) == ("0.6667", "3")
    _, _, err = run("stage_conversion", "--per", "month")
    assert "2026-03-01 to 2026-03-31; some cohorts are still followed" in err
    told = json.loads(run("stage_conversion", "--per", "month", "--json")[1])
    assert [row["is_mature"] for row in told["numbers"]] == [False] * len(rows)


def test_records_are_as_many_as_the_number_says(company):
    rows = table("win_rate", "--records", "--by", "owner")
    assert [row["owner"] for row in rows] == ["Sol Meyer"] * 3
    assert sorted((row["outcome"], row["counted"], row["currency"]) for row in rows) == [
        ("lost", "10.0000", "EUR"), ("won", "700.5000", "EUR"), ("won", "99.0000", "USD"),
    ]  # fmt: skip
    assert {row["opportunity"] for row in rows} == set(Opportunity.objects.values_list("key", flat=True))
    assert rows[0]["at"] == "2026-03-10T12:00:00Z"
    steps = table("stage_conversion", "--records")
    assert {row["step"] for row in steps} >= {"marketing_qualified to sales_accepted"}
    assert {row["lead"] for row in steps} == set(Lead.objects.values_list("key", flat=True))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["win"], "'win' is no number: use pipeline_created, "),
        (["win_rate", "--by", "weather"], "win_rate is not told apart by 'weather': use segment, "),
        (["win_rate", "--by", "weather", "--records"], "win_rate is not told apart by 'weather': use segment, "),
        (["pipeline_velocity", "--records"], "pipeline_velocity is made of open_pipeline, "),
        (["win_rate", "--on", "yesterday"], "write a date such as 2026-03-31"),
    ],
)
def test_a_refusal_is_one_sentence(company, words, says):
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert says in err
    assert "Traceback" not in err


def test_before_the_first_export_it_says_what_to_do(world, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.config.home", lambda: tmp_path / "none")
    code, out, err = run("win_rate")
    assert (code, out) == (1, "")
    assert "the worker exports within a minute" in err
