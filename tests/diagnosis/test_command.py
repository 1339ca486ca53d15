"""`treaty audit` as people run it: what it prints, what it returns, what it leaves behind."""

import json
import subprocess
import sys
from pathlib import Path

LEADS = "lead_id,email,source,created\n" + "".join(f"{n},a{n}@x.example,web,2026-01-0{n}\n" for n in range(1, 9))


def run(*args: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from treaty.cli.main import main; main()", "audit", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, timeout=120, check=False)


def test_text_json_and_page_come_from_one_command_and_nothing_else_is_left(tmp_path):
    (tmp_path / "leads.csv").write_text(LEADS)
    shown = run("leads.csv", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "8 leads" in shown.stdout
    assert {p.name for p in tmp_path.iterdir()} == {"leads.csv"}
    as_json = run("leads.csv", "--json", "--html", "page.html", cwd=tmp_path)
    assert json.loads(as_json.stdout)["funnel"] == [{"stage": "lead", "count": 8}]
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    assert {p.name for p in tmp_path.iterdir()} == {"leads.csv", "page.html"}


def test_refused_rows_end_in_3_and_are_shown_with_their_line(tmp_path):
    (tmp_path / "leads.csv").write_text(LEADS + "9,only two\n")
    shown = run("leads.csv", cwd=tmp_path)
    assert shown.returncode == 3
    assert "line 10 refused: 2 cells where the header has 4" in shown.stdout


def test_a_file_that_is_no_table_does_not_hide_the_others(tmp_path):
    (tmp_path / "leads.csv").write_text(LEADS)
    (tmp_path / "logo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(1, 9)) * 200)
    shown = run("leads.csv", "logo.csv", cwd=tmp_path)
    assert shown.returncode == 3
    assert "logo.csv: not read" in shown.stdout
    assert "8 leads" in shown.stdout


def test_a_missing_file_fails_in_one_sentence(tmp_path):
    shown = run("nowhere.csv", cwd=tmp_path)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr == "there is no file 'nowhere.csv': check the name and the folder\n"


def test_nothing_readable_fails_in_one_sentence(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    shown = run("a.csv", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (1, "a.csv is empty\n")


def test_wrong_usage_ends_in_2(tmp_path):
    assert run(cwd=tmp_path).returncode == 2
    assert run("x.csv", "--jsonn", cwd=tmp_path).returncode == 2


def test_a_mapping_overrules_and_its_faults_are_named(tmp_path):
    (tmp_path / "stuff.csv").write_text("ref,when,how\n" + "".join(f"R{n},0{n}/03/2026,web\n" for n in range(1, 9)))
    (tmp_path / "map.yaml").write_text(
        "files:\n  stuff.csv:\n    as: leads\n    columns: {ref: lead id, when: {is: created, dates: month first}, how: source}\n"
    )
    shown = run("stuff.csv", "--map", "map.yaml", "--json", cwd=tmp_path)
    (file,) = json.loads(shown.stdout)["files"]
    assert (file["kind"], file["columns"]) == ("leads", {"ref": "lead id", "when": "created", "how": "source"})
    (tmp_path / "map.yaml").write_text("files:\n  stuff.csv: {as: leeds}\n")
    shown = run("stuff.csv", "--map", "map.yaml", cwd=tmp_path)
    assert shown.returncode == 1
    assert "'leeds' is no kind of file: use one of leads, opportunities" in shown.stderr
    shown = run("stuff.csv", "--map", "nowhere/map.yaml", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (
        1,
        "the mapping nowhere/map.yaml cannot be read (No such file or directory): check the path\n",
    )
