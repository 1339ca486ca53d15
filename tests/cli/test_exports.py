"""`treaty export`: the file, who is left out, and a refusal that names the way out."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from treaty.cli.main import app
from treaty.feedback.actions import reject
from treaty.feedback.platforms import Platform, email_hash
from treaty.truth.actions import absorb
from treaty.truth.records import PersonRecord, PersonRef

pytestmark = pytest.mark.django_db
MIRA = "mira.lang@halden.example"


@pytest.fixture
def company(world):
    """Two were rejected as no fit an hour ago; one of them agreed."""
    at = datetime.now(UTC) - timedelta(hours=2)
    for email in ("ada@acme.example", "bo@acme.example"):
        handoff = world.handed_over(at, email)
        reject(handoff, "no_fit", by=handoff.owner, at=at + timedelta(hours=1), detail="too small")
    ada = PersonRecord(ref=PersonRef(email="ada@acme.example"), fields={"consent": True})
    absorb([ada], source=world.source, received_at=at)
    return world


def run(*args):
    return CliRunner().invoke(app, ["export", *args])


def test_an_audience_is_written_and_who_is_left_out_is_counted(company, tmp_path):
    out = tmp_path / "exclude.csv"
    done = run("audience", "--format", "meta", "--as", MIRA, "--out", str(out))
    assert done.exit_code == 0, done.output
    assert list(csv.reader(out.open())) == [["email", "phone"], [email_hash(Platform.META, "ada@acme.example"), ""]]
    assert "1 in the file; left out: 1 unknown" in done.stderr


def test_conversions_go_to_standard_output(company):
    done = run("conversions", "--format", "linkedin", "--stage", "marketing_qualified", "--as", MIRA)
    assert done.stdout.splitlines()[0] == "email,timestamp,eventtype,amount,currency"
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["audience"], "say --as EMAIL"),
        (["audience", "--as", "sol.meyer@halden.example"], "neither in marketing nor RevOps"),
        (["audience", "--as", MIRA, "--reason", "dull"], "'dull' is not in the agreement in force: use one of"),
        (["conversions", "--as", MIRA, "--stage", "hot"], "'hot' is not in the agreement in force"),
        (["conversions", "--as", MIRA, "--since", "yesterday"], "write a day such as"),
    ],
)
def test_a_refusal_names_the_value_and_the_way_out(company, args, says):
    done = run(*args)
    assert done.exit_code == 1
    assert says in done.output
