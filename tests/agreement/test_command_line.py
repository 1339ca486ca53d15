"""`treaty agreement` on files: what it prints, how it ends, and that it starts without the heavy rooms."""

import hashlib
import json
import subprocess
import sys
import zipfile
from importlib.resources import files

import pytest
from typer.testing import CliRunner

from treaty.cli.agreement import app

HALDEN = str(files("treaty.agreement") / "examples" / "halden.yaml")


@pytest.fixture
def run():
    return lambda *arguments, **options: CliRunner().invoke(app, [str(one) for one in arguments], **options)


@pytest.fixture
def spoiled(text, tmp_path):
    path = tmp_path / "spoiled.yaml"
    path.write_text(text.replace("rest: 10%}", "rest: 5%}").replace("{dach: 50}", "{dach: 80, rest: 80}"))
    return path


def test_a_sound_document_ends_with_0(run):
    result = run("check", HALDEN)
    assert (result.exit_code, result.stdout) == (0, f"{HALDEN}: no warnings, ready to be proposed\n")


def line_of(text, words):
    return next(i for i, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_contradiction_is_printed_with_line_and_way_out_and_ends_with_1(run, spoiled, text):
    result = run("check", spoiled)
    assert result.exit_code == 1
    warning, error = result.stdout.splitlines()
    assert f"{spoiled}:{line_of(text, 'dach: 50')}:" in warning
    assert "warning: promises.marketing[0].by_segment: the segments add up to more than 120 → raise at_least" in warning
    assert "attribution.weights: the shares sum to 95% → make them sum to 100%" in error
    assert result.stderr == f"{spoiled}: 1 problem, begin with line {line_of(text, 'rest: 10%')}\n"


def test_check_gives_data(run, spoiled, text):
    data = json.loads(run("check", spoiled, "--json").stdout)
    assert [(one["line"], one["path"], one["severity"]) for one in data["problems"]] == [
        (line_of(text, "dach: 50"), "promises.marketing[0].by_segment", "warning"),
        (line_of(text, "rest: 10%"), "attribution.weights", "error"),
    ]
    assert data["ok"] is False


def test_a_bomb_from_standard_input_is_refused_in_a_sentence(run):
    result = run("check", "-", input="a: &a [1, *a]\n")
    assert (result.exit_code, "contains itself → write the value out" in result.stdout) == (1, True)


@pytest.mark.parametrize("command", ["check", "fmt", "show", "export"])
def test_a_file_that_is_not_there_is_a_sentence_and_1(run, command, tmp_path):
    result = run(command, tmp_path / "absent.yaml")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "absent.yaml cannot be read: No such file" in result.stderr


@pytest.mark.parametrize("command", ["fmt", "show", "export"])
def test_what_is_no_document_is_a_sentence_and_1(run, command, tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"agreement: \xff")
    result = run(command, tmp_path / "a.yaml")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "line 1" in result.stderr
    assert "not UTF-8" in result.stderr


def test_wrong_usage_ends_with_2(run):
    assert run("check").exit_code == 2
    assert run("check", HALDEN, "--loud").exit_code == 2


def test_fmt_prints_checks_and_writes(run, text, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(text.replace("mode: live", "mode:    live"))
    assert run("fmt", path).stdout == text
    assert "is not laid out" in run("fmt", path, "--check").stderr
    assert run("fmt", path, "--write").exit_code == 0
    assert path.read_text() == text
    assert run("fmt", path, "--check").exit_code == 0


def test_show_prints_the_contract(run):
    assert "Sales makes the first contact within 4 working hours" in run("show", HALDEN).stdout
    assert json.loads(run("show", HALDEN, "--json").stdout)["articles"][0]["title"] == "What we both own"


def test_diff_in_words_in_yaml_and_as_data(run, text, tmp_path):
    path = tmp_path / "b.yaml"
    path.write_text(text.replace("target: 400_000", "target: 450_000"))
    assert "[-€400,000-][+€450,000+]" in run("diff", HALDEN, path).stdout
    assert "+  - {id: revenue, measure: revenue_closed, target: 450_000" in run("diff", HALDEN, path, "--yaml").stdout
    assert json.loads(run("diff", HALDEN, path, "--json").stdout)["same"] is False
    assert run("diff", HALDEN, HALDEN).stdout == "The two versions say the same.\n"


def test_export_of_a_document_gives_the_bytes_that_would_be_signed(run, tmp_path):
    house = tmp_path / "message-house.yaml"
    house.write_text("we measure flow\n")
    assert "'message-house.yaml' is named but was not given" in run("export", HALDEN).stderr
    result = run("export", HALDEN, "--bind", house, "--out", tmp_path / "signed.json")
    raw = (tmp_path / "signed.json").read_bytes()
    assert result.stdout.split()[0] == hashlib.sha256(raw).hexdigest()
    assert hashlib.sha256(house.read_bytes()).hexdigest().encode() in raw
    assert not zipfile.is_zipfile(tmp_path / "signed.json")


def test_help_names_every_command_without_loading_the_database(run):
    listed = run("--help").stdout
    assert all(name in listed for name in ("check", "fmt", "show", "diff", "export", "propose", "sign", "why"))


def test_the_command_on_files_loads_neither_django_nor_the_engine():
    code = (
        "import sys; from typer.testing import CliRunner; from treaty.cli.agreement import app;"
        f"assert CliRunner().invoke(app, ['check', {HALDEN!r}]).exit_code == 0;"
        "print(sorted({'django', 'ibis', 'duckdb', 'pyarrow', 'cryptography'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
