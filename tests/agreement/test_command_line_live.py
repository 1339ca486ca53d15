"""`treaty agreement propose | sign | export` on the database: what is printed, how it ends, what leaves the machine."""

import json

import pytest
from typer.testing import CliRunner

from tests.parties import EXAMPLE, PHRASE, parties
from treaty.agreement.models import SigningKey
from treaty.cli.agreement import app

pytestmark = pytest.mark.django_db
MIRA, SAM = "mira.lang@halden.example", "sam.okafor@halden.example"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """In a folder with the document and the file it names."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(EXAMPLE)
    (tmp_path / "message-house.yaml").write_text("message: sees it weeks before\n")
    return lambda *words, **options: CliRunner().invoke(app, list(words), **options)


def propose(run, *more):
    return run("propose", "a.yaml", "--bind", "message-house.yaml=message-house.yaml", *more)


def test_from_the_document_to_a_bundle_that_verifies(run, tmp_path, verifier):
    parties()
    proposed = json.loads(propose(run, "--json").stdout)
    assert (proposed["version"], proposed["proposed_by"]) == (1, "rui.costa@halden.example")  # the document's steward
    first = run("sign", "1", "--as", SAM, "--receipt", "sam.json", input=f"{PHRASE}\n")
    assert (first.exit_code, first.stdout.splitlines()[-1]) == (0, f"still to sign: {MIRA}")
    assert proposed["hash"] in first.stderr
    last = json.loads(run("sign", "1", "--as", MIRA, "--json", input=f"{PHRASE}\n").stdout)
    assert (last["missing"], last["in_force_from"] > "2026-01-01", last["receipt"]["hash"]) == ([], True, proposed["hash"])
    assert run("export", "1", "-o", "v.zip", "--receipt", "R.json").exit_code == 0
    for receipt in ("sam.json", "R.json"):
        assert next(iter(verifier.verify(tmp_path / "v.zip", tmp_path / receipt))).endswith(proposed["hash"])


def test_the_first_time_a_key_is_made_under_the_passphrase(run):
    people = parties(with_keys=False)
    propose(run)
    weak = run("sign", "1", "--as", SAM, input="herons\n")
    assert (weak.exit_code, weak.stderr.splitlines()[-1]) == (
        1,
        "the passphrase has fewer than 12 characters: take a sentence only you would say",
    )
    assert run("sign", "1", "--as", SAM, input=f"{PHRASE}\n").exit_code == 0
    assert SigningKey.objects.get().member == people.sam


@pytest.mark.parametrize(
    ("words", "options", "says"),
    [
        (("propose", "a.yaml"), {}, "a.yaml: file 'message-house.yaml' is named but was not given: give the file with the proposal"),
        (("propose", "a.yaml", "--bind", "house=a.yaml"), {}, "the document names no 'house': it needs message-house.yaml"),
        (("propose", "a.yaml", "--as", "nobody@halden.example"), {}, "treaty member add nobody@halden.example"),
        (("propose", "nowhere.yaml"), {}, "nowhere.yaml cannot be read"),
        (("propose", "a.yaml", "--as", "sol.meyer@halden.example"), {}, "marketing, sales managers and RevOps draft and propose it"),
        (("sign", "7", "--as", SAM), {}, "there is no version 7: none is proposed yet"),
        (("export", "7"), {}, "there is no version 7"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_1(run, words, options, says):
    parties()
    result = run(*words, **options)
    assert (result.exit_code, result.stdout, says in result.stderr, result.stderr.count("\n")) == (1, "", True, 1)


@pytest.mark.parametrize(
    ("passphrase", "says"),
    [("not the weir at all\n", "does not open your signing key"), ("", "no passphrase was given: type it, or pass it as a line")],
)
def test_without_the_passphrase_nothing_is_signed(run, passphrase, says):
    parties()
    propose(run)
    result = run("sign", "1", "--as", SAM, input=passphrase)
    assert (result.exit_code, says in result.stderr) == (1, True)


def test_no_option_takes_a_passphrase(run):
    assert run("sign", "1", "--as", SAM, "--passphrase", PHRASE).exit_code == 2
    assert run("sign", "1").exit_code == 2


def test_who_is_no_member_is_named_with_the_command_that_adds_them(run, tmp_path):
    parties()
    (tmp_path / "a.yaml").write_text(EXAMPLE.replace("fallback, to: sam.okafor@", "fallback, to: gone@"))
    result = run("propose", "a.yaml")
    assert (result.exit_code, "`treaty member add gone@halden.example`" in result.stderr) == (1, True)


def test_a_text_that_is_no_document_is_refused_with_its_line(run, tmp_path):
    parties()
    (tmp_path / "a.yaml").write_text(EXAMPLE.replace("currency: EUR\n", "currency: EUR\ncurrency: USD\n"))
    refused = propose(run)
    line = EXAMPLE[: EXAMPLE.index("currency: EUR")].count("\n") + 2
    assert (refused.exit_code, refused.stderr.split(" → ")[0]) == (1, f"a.yaml:{line}: 'currency' is given twice")


def test_faults_of_the_document_are_printed_by_line(run, tmp_path):
    parties()
    (tmp_path / "a.yaml").write_text(EXAMPLE.replace("mode: live", "mode: lively"))
    result = run("propose", "a.yaml", "--json")
    line = next(i for i, one in enumerate(EXAMPLE.splitlines(), 1) if one.startswith("mode:"))
    assert (result.exit_code, [one["line"] for one in json.loads(result.stdout)["problems"]]) == (1, [line])
    assert f"a.yaml:{line}: mode:" in result.stderr
