"""`treaty backtest`: a draft replayed over the small world, where everything can be counted by hand."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from tests.conftest import NOON
from tests.world import HALDEN, SIGNED_AT
from treaty.cli.main import app
from treaty.feedback.actions import accept
from treaty.handoff.actions import hand_over
from treaty.jobs.lake import refresh
from treaty.qualification.actions import judge
from treaty.truth.actions import absorb
from treaty.truth.models import Lead, Opportunity, Person, StageMove
from treaty.truth.records import PersonRef, TouchRecord

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHORTCUT = "      - touches: {kind: demo_request}\n"
NO_DEMOS = HALDEN.replace(SHORTCUT, "")
WEBINARS = HALDEN.replace(SHORTCUT, SHORTCUT + "      - touches: {kind: webinar_attended}\n")


def touch(world, email, kind, at):
    record = TouchRecord(ref=PersonRef(email=email), kind=kind, occurred_at=at, known_at=at, message_id=f"{email} {kind} {at}")
    absorb([record], source=world.source, received_at=at)
    judge([Person.objects.get(email=email).pk], at=at)


@pytest.fixture
def company(world, tmp_path, monkeypatch):
    """Three people of Acme. Ada asked for a demonstration thirty days ago, was accepted, and her deal was won ten days ago; Ben attended a
    webinar and was never handed over; Cleo asked for a demonstration today."""
    for name in ("ada", "ben", "cleo"):
        world.person(f"{name}@acme.example", name=name.title())
    touch(world, "ada@acme.example", "demo_request", NOON - 30 * DAY)
    lead = Lead.objects.get()
    accept(hand_over(lead, at=NOON - 30 * DAY), by=world.sam, at=NOON - 29 * DAY)
    Opportunity.objects.create(
        name="Acme: sensors", lead=lead, account=lead.person.account, owner=world.sam, amount=Decimal(12000), currency="EUR", outcome="won",
        opened_at=NOON - 20 * DAY, closed_at=NOON - 10 * DAY, received_at=NOON - 10 * DAY,
    )  # fmt: skip
    touch(world, "ben@acme.example", "webinar_attended", NOON - 5 * DAY)
    touch(world, "cleo@acme.example", "demo_request", NOON)
    refresh(at=NOON + HOUR, where=tmp_path)
    monkeypatch.setattr("treaty.config.home", lambda: tmp_path)
    monkeypatch.setattr("treaty.jobs.clock.now", lambda: NOON + HOUR)
    return world


def run(tmp_path, text, *words):
    file = tmp_path / "draft.yaml"
    file.write_text(text)
    done = CliRunner().invoke(app, ["backtest", str(file), *words])
    return done.exit_code, done.stdout, done.stderr


def told(tmp_path, text, *words):
    code, out, err = run(tmp_path, text, "--json", *words)
    assert code == 0, err
    return json.loads(out)


def test_whoever_was_moved_by_the_version_in_force_is_found_at_the_same_moment(company, tmp_path):
    data = told(tmp_path, HALDEN)
    moved = StageMove.objects.filter(to_stage="marketing_qualified").order_by("at").values_list("at", flat=True)
    assert list(moved) == [NOON - 30 * DAY, NOON]
    assert (data["new"]["all"]["people"], data["old"]["all"]["people"]) == (2, 2)
    assert (data["overlap"]["both"], data["overlap"]["same"], data["overlap"]["gained_days"]) == (2, 2, 0)


def test_a_wider_draft_beside_the_version_in_force(company, tmp_path):
    """Webinars are enough: Ben qualifies too, and nobody knows what would have become of him."""
    data = told(tmp_path, WEBINARS)
    assert data["new"]["stage"] == "marketing_qualified"
    assert (data["old"]["name"], data["overlap"]["both"], data["overlap"]["only_new"]) == ("version 1", 2, 1)
    assert [(one["name"], one["at"]) for one in data["new"]["only"]] == [("Ben", "2026-03-05T12:00:00Z")]
    assert (data["new"]["alone"]["people"], data["new"]["alone"]["unworked"]) == (1, 1)
    accepted = data["new"]["all"]["accepted"]
    assert (accepted["k"], accepted["n"], accepted["share"]) == (1, 1, 1.0)  # Cleo was not answered yet
    assert data["new"]["recall"]["won"]["k"] == 1


def test_a_narrower_draft_would_have_missed_the_deal_that_was_won(company, tmp_path):
    data = told(tmp_path, NO_DEMOS)
    assert (data["new"]["all"]["people"], data["overlap"]["only_old"]) == (0, 2)
    recall = data["new"]["recall"]
    assert (recall["won"]["k"], recall["won"]["n"], recall["revenue"]["k"], recall["revenue"]["n"]) == (0, 1, 0, 1_200_000)
    [deal] = data["last"]
    assert (deal["name"], deal["outcome"], deal["amount"], deal["new"]) == ("Acme: sensors", "won", "12000.00", None)
    assert (deal["old"]["name"], deal["old"]["days_ahead"]) == ("Ada", 10.0)
    assert deal["old"]["because"] == ["at least one request for a demonstration (1 of 1)"]


def test_the_report_says_it_in_sentences(company, tmp_path):
    code, out, _ = run(tmp_path, WEBINARS)
    assert code == 0
    for sentence in (
        "Who would have become marketing qualified under the draft beside version 1, from 2026-02-08 to 2026-03-10 13:00 UTC.",
        "3 people would have qualified under the draft, 2 under version 1: 1 more.",
        "Both find 2; the draft alone finds 1, version 1 alone 0.",
        "- Of the 1 only the draft finds nobody in sales ever worked 1 (100%): what would have become of them is unknown.",
        "Leads per rep and day of work, from 2026-02-09 until 2026-03-09, in brackets the most on one day:",
        "  leads in dach                                          1                           0",  # Ben's; Ada's week was cut
        "Only the draft finds 1 person; the latest:",
        "  2026-03-05 12:00 UTC  Ben",
        "  Acme: sensors, won on 2026-02-28, EUR 12,000",
        "    both: Ada on 2026-02-08 12:00 UTC, 10 days before it was opened",
        "      at least one request for a demonstration (1 of 1)",
        "No deal was lost yet.",
    ):
        assert sentence in out.splitlines()


def test_segments_and_promises_stand_in_the_report_and_in_the_data(company, tmp_path):
    """All three are in Germany. Ada was handed over on a Sunday at 13:00 in Berlin and accepted on Monday at 13:00, after 3:30 working
    hours; nobody called her. Of 0 and of 1 in 1 the range ends at 79% and begins at 21%."""
    _, out, _ = run(tmp_path, WEBINARS.replace("within: 16 working hours", "within: 3 working hours"))
    lines = [" ".join(line.split()) for line in out.splitlines()]
    for sentence in (
        "dach 3 2",
        "accepted 1 of 1, 100% (21% to 100%) 1 of 1, 100% (21% to 100%)",
        "No segment has fewer leads, or a smaller share of them accepted or won.",
        "first contact, the draft: within 4 working hours: 0 of 1, 0% (0% to 79%)",
        "answer, the draft: within 3 working hours: 0 of 1, 0% (0% to 79%)",
        "answer, version 1: within 16 working hours: 1 of 1, 100% (21% to 100%)",
        "attempts, version 1: 5 times within 10 working days: 0 of 1, 0% (0% to 79%)",
    ):
        assert sentence in lines
    data = told(tmp_path, WEBINARS)
    assert (data["new"]["segments"]["dach"]["people"], data["old"]["segments"]["dach"]["people"]) == (3, 2)
    assert [(one["duty"], one["within"], one["met"]["k"], one["met"]["n"]) for one in data["new"]["promises"]] == [
        ("first_contact", "4 working hours", 0, 1), ("disposition", "16 working hours", 1, 1),
        ("contact_attempts", "10 working days", 0, 1),
    ]  # fmt: skip


def test_on_day_one_as_many_are_let_in_as_the_draft_says(company, tmp_path):
    """Ben has a lead that is open; of nobody else anything is known."""
    Lead.objects.all().update(closed_at=NOON + HOUR)
    refresh(at=NOON + 2 * HOUR, where=tmp_path)
    _, out, _ = run(tmp_path, WEBINARS)
    assert "On day one 3 people without an open lead would qualify at once; 20 a day are let in: 1 day." in out.splitlines()
    _, out, _ = run(tmp_path, WEBINARS.replace("{admit: 20, per: day}", "{admit: all}"))
    assert "On day one 3 people without an open lead would qualify at once: all come at once." in out.splitlines()


def test_against_nothing(company, tmp_path):
    data = told(tmp_path, WEBINARS, "--against", "none")
    assert (data["old"], data["overlap"], data["new"]["alone"]) == (None, None, None)
    code, out, _ = run(tmp_path, WEBINARS, "--against", "none")
    assert (code, "3 people would have qualified." in out.splitlines()) == (0, True)


def test_another_stage_than_the_one_at_which_sales_takes_over(company, tmp_path):
    data = told(tmp_path, HALDEN, "--stage", "engaged")
    assert (data["new"]["stage"], data["new"]["all"]["people"]) == ("engaged", 1)  # Ben's webinar


@pytest.mark.parametrize(("words", "says"), [
    (["--against", "7"], "--against 7: there is no such version; there are 1, or say `none`"),
    (["--against", "last"], "--against last: there is no such version"),
    (["--stage", "customer"], "the draft has no definition of 'customer': the stage is entered by a person or an event"),
])  # fmt: skip
def test_what_cannot_be_replayed_is_said_in_a_sentence(company, tmp_path, words, says):
    code, out, err = run(tmp_path, HALDEN, *words)
    assert (code, out) == (1, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_document_that_is_wrong_names_the_line(company, tmp_path):
    code, _, err = run(tmp_path, HALDEN.replace("at_least: 3, within: 30 days", "at_least: none, within: 30 days"))
    assert code == 1
    line = next(place for place, text in enumerate(HALDEN.splitlines(), 1) if "at_least: 3, within: 30 days" in text)
    assert f"draft.yaml:{line}: " in err


def test_a_file_that_is_not_there_is_named(company):
    done = CliRunner().invoke(app, ["backtest", "nowhere.yaml"])
    assert (done.exit_code, "nowhere.yaml cannot be read" in done.stderr) == (1, True)


def test_before_the_first_export_there_is_no_history(world, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.config.home", lambda: tmp_path)
    code, _, err = run(tmp_path, HALDEN)
    assert (code, "no history to replay yet: start `treaty serve`" in err) == (1, True)


def test_without_touches_there_is_no_history_either(world, tmp_path, monkeypatch):
    monkeypatch.setattr("treaty.config.home", lambda: tmp_path)
    monkeypatch.setattr("treaty.jobs.clock.now", lambda: SIGNED_AT + DAY)
    refresh(at=SIGNED_AT + DAY, where=tmp_path)
    code, _, err = run(tmp_path, HALDEN)
    assert (code, "import touches first" in err) == (1, True)


def test_a_lake_of_an_earlier_release_is_told_with_the_way_out(company, tmp_path, monkeypatch):
    from treaty.engine.lake import Snapshot

    def without(self, name):
        raise LookupError(f"the lake has no table {name!r}")

    monkeypatch.setattr(Snapshot, "table", without)
    code, _, told = run(tmp_path, WEBINARS)
    assert (code, "exported by an earlier release: start `treaty serve`" in " ".join(told.split())) == (1, True)
