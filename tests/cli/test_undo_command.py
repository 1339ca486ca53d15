"""`treaty undo` as a person runs it."""

import json
import signal

LEADS = "lead_id,email,source,created\n1,ada@acme.example,web,2026-01-05\n3,cy@acme.example,web,2026-01-07\n"


def test_an_import_is_looked_at_taken_back_and_imported_anew(treaty, tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(LEADS, "utf-8")
    key = json.loads(treaty("import", str(path), "--json")[1])["import"]
    code, out, _ = treaty("undo", key, "--dry-run", "--json")
    told = json.loads(out)
    assert (code, told["goes"]["person"], told["stays"]) == (0, 2, [])
    code, out, _ = treaty("undo", key, "--why", "an old export")
    assert (code, "2 people went" in out) == (0, True)
    assert ", taken back" in treaty("undo")[1]
    assert json.loads(treaty("import", str(path), "--json")[1])["stored"] == 2


def test_an_unknown_import_is_named(treaty):
    code, _, err = treaty("undo", "abc", "--dry-run")
    assert (code, "there is no import 'abc'" in err) == (1, True)


def test_killed_before_the_second_part_is_kept_it_goes_on_and_counts_each_row_once(treaty, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("lead_id,email,source\n" + "".join(f"x{n},p{n}@bolt.example,web\n" for n in range(450)), "utf-8")
    key = json.loads(treaty("import", str(path), "--json")[1])["import"]
    assert treaty("undo", key, "--why", "old", dies_at="import-part-taken-back-before-commit:2")[0] == -signal.SIGKILL
    code, out, _ = treaty("undo", key, "--why", "old", "--json")
    assert (code, json.loads(out)["goes"]["person"]) == (0, 450)
