"""`treaty reconcile`: exit 0, 3 or 1, and the data of both sides."""

import json
from datetime import UTC, datetime

from typer.testing import CliRunner

from tests.demo.test_two_systems import _company
from treaty.cli.main import app
from treaty.demo.two_systems import plant
from treaty.jobs.lake import refresh

RUN = CliRunner()


def test_differences_are_exit_3_and_data_and_a_name_nobody_has_is_exit_1(world, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.config.home", lambda: tmp_path)
    none = RUN.invoke(app, ["reconcile"])
    assert (none.exit_code, "treaty import" in none.output) == (1, True)
    _company(world)
    at = datetime.now(UTC)
    planted = plant(at)
    refresh(at=at, where=tmp_path)
    told = RUN.invoke(app, ["reconcile", "CRM", "Marketing system", "--measure", "people", "--json"])
    assert told.exit_code == 3, told.output
    (one,) = json.loads(told.output)
    assert (one["here"], one["there"], one["differing"]) == ("CRM", "Marketing system", len(one["records"]))
    causes = ("only_here", "only_there", "deleted", "merged")
    assert len(one["records"]) == sum(p.kind == "person" and p.cause in causes for p in planted)
    same = RUN.invoke(app, ["reconcile", "CRM", "crm"])
    assert (same.exit_code, "the same system twice" in same.output) == (1, True)
    unknown = RUN.invoke(app, ["reconcile", "CRM", "Excel"])
    assert (unknown.exit_code, "there are CRM, Marketing system, Treaty" in unknown.output) == (1, True)
