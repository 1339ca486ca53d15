"""The contract as a file: for every reader of a version, for writers of a draft, and not of what was changed."""

import io
import re

import pypdf
import pytest
from typer.testing import CliRunner
from web_doors import Door, told

from tests.parties import DAY, EXAMPLE, GIVEN, HOUR, NEW_YEAR, parties
from treaty.agreement import actions
from treaty.agreement.models import Signature, Version
from treaty.cli.agreement import app
from treaty.web import pictures

AFTER = NEW_YEAR + DAY


@pytest.fixture
def people(db):
    return parties()


def door(member):
    return Door(member, AFTER + HOUR)


def words_of(raw: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages))


def test_everybody_reads_a_version_as_pdf_and_its_page_leads_there(people):
    version = people.in_force()
    assert 'href="/agreement/versions/1/contract.pdf"' in door(people.sol).says("/agreement/")
    answer = door(people.sol).get("/agreement/versions/1/contract.pdf")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == ("application/pdf", 'inline; filename="agreement-1.pdf"')
    assert version.hash in words_of(answer.content)
    assert Door(people.mira, AFTER + 90 * DAY).get("/agreement/versions/1/contract.pdf").content == answer.content


def test_seal_and_colours_are_those_of_the_pages():
    """The seal of a signed version is drawn in the blue and the ochre of the style sheet, without a name of it."""
    from treaty.web.papers import seal

    drawn = pictures.bare(seal("0123456789abcdef" * 4, marketing_signed=True, sales_signed=True), "seal", "mark-m", "mark-s", "mark-b")
    assert ("#2d6fa8" in drawn, "#b57c14" in drawn, "var(" in drawn) == (True, True, False)
    assert drawn.count("<line") == 64
    assert pictures.colours()["sheet-rule"] == "#cfc8ae"


def test_a_draft_is_printed_for_who_writes_drafts_and_says_that_nobody_signed_it(people):
    draft = actions.save_draft(EXAMPLE, by=people.mira, at=AFTER)
    path = f"/agreement/draft/{draft.key}/contract.pdf"
    assert "nobody has signed it" in words_of(door(people.rui).get(path).content)
    assert door(people.sol).get(path).status_code == 404
    assert path in door(people.rui).says(f"/agreement/draft/{draft.key}/proposal/")


def test_a_draft_with_faults_shows_them_instead(people):
    draft = actions.save_draft("agreement: x\n", by=people.mira, at=AFTER)
    assert door(people.mira).get(f"/agreement/draft/{draft.key}/contract.pdf")["Location"].endswith("/#problems")


def test_changed_bytes_are_refused_and_other_faults_are_told_on_the_page(people):
    version = people.in_force()
    Signature.objects.filter(side="sales").update(signature="00" * 64)
    answer = door(people.sol).get("/agreement/versions/1/contract.pdf")
    assert (answer.status_code, answer["Location"]) == (303, "/agreement/versions/1/")
    Version.objects.update(signed_bytes=bytes(version.signed_bytes).replace(b"85%", b"15%"))
    assert door(people.sol).get("/agreement/versions/1/contract.pdf").status_code == 503


def test_a_paper_that_cannot_be_set_is_said_on_the_page(people, monkeypatch):
    people.in_force()
    monkeypatch.setattr("treaty.agreement.printing.SECONDS", 0.001)
    at_the_door = door(people.sol)
    assert at_the_door.get("/agreement/versions/1/contract.pdf")["Location"] == "/agreement/versions/1/"
    assert told(at_the_door.get("/agreement/versions/1/")) == [
        "The paper took more than 0.001 seconds: ask again when the machine has less to do."
    ]


def test_the_command_writes_the_version_in_force_or_the_one_that_is_named(people, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    none = CliRunner().invoke(app, ["pdf"])
    assert (none.exit_code, none.stderr.strip()) == (1, "no version is in force: say the number of the one you mean")
    version = people.in_force()
    actions.propose(EXAMPLE.replace("in: 85%\n", "in: 90%\n"), by=people.sam, at=AFTER, reason="Calm.", given=GIVEN)
    done = CliRunner().invoke(app, ["pdf"])
    assert (done.exit_code, done.stdout) == (0, f"treaty-agreement-1.pdf: version 1, hash {version.hash}\n")
    assert (tmp_path / "treaty-agreement-1.pdf").read_bytes() == door(people.sol).get("/agreement/versions/1/contract.pdf").content
    assert CliRunner().invoke(app, ["pdf", "2", "--out", "two.pdf"]).exit_code == 0
    assert "To be signed by both" in words_of((tmp_path / "two.pdf").read_bytes())
    assert "there is no version 9: there are 1, 2" in CliRunner().invoke(app, ["pdf", "9"]).stderr
