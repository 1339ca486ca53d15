"""`treaty books`: from closing to a proof, what is refused, how it ends."""

import json

import pytest
import time_machine
from typer.testing import CliRunner

from tests.books.company import CLOSE, LATER, with_deals
from tests.parties import PHRASE
from treaty.cli.books import app
from treaty.truth.models import Opportunity

pytestmark = pytest.mark.django_db
RUI, SAM, MIRA = "rui.costa@halden.example", "sam.okafor@halden.example", "mira.lang@halden.example"


@pytest.fixture
def company(tmp_path, monkeypatch):
    for module in ("treaty.config", "treaty.jobs.lake"):
        monkeypatch.setattr(f"{module}.home", lambda: tmp_path)
    return with_deals(tmp_path)


def run(*words, at=CLOSE, **options):
    with time_machine.travel(at, tick=False):
        return CliRunner().invoke(app, list(words), **options)


def test_from_closing_to_a_proof(company):
    made = json.loads(run("close", "2026-Q1", "--as", RUI, "--json").stdout)
    assert (made["period"], made["missing"], made["closed_at"]) == ("2026-Q1", ["marketing", "sales"], None)
    first = run("sign", "2026-q1", "--as", SAM, input=f"{PHRASE}\n")
    assert (first.exit_code, first.stdout, made["hash"] in first.stderr) == (0, "still to sign: marketing\n", True)
    assert run("verify", "2026-Q1").stderr == "2026-Q1 is not signed by marketing\n"
    assert run("sign", "2026-Q1", "--as", MIRA, input=f"{PHRASE}\n").stdout == "2026-Q1 is closed\n"
    assert run("verify", "2026-Q1").stdout == f"2026-Q1 is what was signed: {made['hash']}\n"
    assert run("restate").stdout == "nothing says anything else than at the last restatement\n"
    company.edit(Opportunity.objects.get(name="acme"), "1700.00")
    said = json.loads(run("restate", "2026-Q1", "--json", at=LATER).stdout)
    [whole] = [line for line in said[0]["lines"] if (line["measure"], line["by"], line["unit"]) == ("revenue_closed", "", "EUR")]
    assert (whole["old"], whole["new"], [part["cause"] for part in whole["causes"]]) == ("1350", "2050", ["edit"])
    assert {"measure": "revenue_closed", "unit": "EUR", "into": "2026-Q2", "amount": "700.0000"} in said[0]["adjustments"]
    assert run("list", at=LATER).stdout == "2026-Q2  running\n2026-Q1  closed, 1 restatements\n"
    assert json.loads(run("verify", "2026-Q1", "--json", at=LATER).stdout)["faults"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("close", "2026-Q1"), "it is not said who does it: say --as EMAIL"),
        (("close", "2026-Q2", "--as", RUI), "2026-Q2 is in grace until"),
        (("close", "summer", "--as", RUI), "'summer' is no period: write a month as 2026-03 or a quarter as 2026-Q1"),
        (("close", "2026-Q1", "--as", "sol.meyer@halden.example"), "Sol Meyer does not close periods"),
        (("sign", "2026-Q1", "--as", SAM), "the figures of 2026-Q1 are not made yet: treaty books close 2026-Q1 --as EMAIL"),
        (("verify", "2026-Q1"), "the figures of 2026-Q1 are not made yet"),
        (("restate", "2026-Q1"), "the figures of 2026-Q1 are not made yet"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_1(company, words, says):
    result = run(*words)
    assert (result.exit_code, result.stdout, says in result.stderr, result.stderr.count("\n")) == (1, "", True, 1)


def test_taken_back_it_can_be_made_again(company):
    run("close", "2026-Q1", "--as", RUI)
    assert "2026-Q1 has days of this period" in run("close", "2026-Q1", "--as", RUI).stderr
    assert run("withdraw", "2026-Q1", "--as", RUI).stdout == "2026-Q1 is taken back\n"
    assert run("close", "2026-Q1", "--as", RUI).exit_code == 0
    assert "revenue_closed\t\t\t1350\tEUR" in run("show", "2026-Q1").stdout
