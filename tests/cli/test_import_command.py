"""`treaty import` as a person runs it."""

import json
import sqlite3
from functools import partial

import pytest

LEADS = "lead_id,email,source,created\n1,ada@acme.example,web,2026-01-05\n,,web,2026-01-06\n3,cy@acme.example,web,2026-01-07\n"


@pytest.fixture
def treaty(treaty):
    return partial(treaty, "import")


def test_an_import_counts_every_row_and_keeps_the_refused_ones(treaty, tmp_path, home):
    path = tmp_path / "leads.csv"
    path.write_text(LEADS, "utf-8")
    code, out, _ = treaty(path, "--dry-run", "--json")
    (tried,) = json.loads(out)["files"]
    assert (code, tried["read"], tried["stored"], tried["merged"], tried["rejected"]) == (3, 3, 2, 0, 1)
    code, out, err = treaty(path, "--json")
    (file,) = json.loads(out)["files"]
    assert (code, err) == (3, "")
    assert (file["read"], file["stored"], file["merged"], file["rejected"]) == (3, 2, 0, 1)  # so nothing was kept before
    kept = (home / "rejected" / json.loads(out)["import"] / "leads.rejected.csv").read_text("utf-8")
    assert file["rejected_file"].startswith(str(home.resolve()))
    assert kept.splitlines()[1] == ",,web,2026-01-06,line 3: no e-mail and no id: nothing says who this is"
    code, out, _ = treaty(path, "--json", "--source", "files")
    assert [(one["stored"], one["merged"]) for one in json.loads(out)["files"]] == [(0, 2)]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("/nowhere.csv",), 1, "'/nowhere.csv'"),
        (("--as", "trees", "leads.csv"), 2, "trees"),
        (("--map", "/nowhere.yaml", "leads.csv"), 1, "nowhere.yaml"),
        ((), 2, "Missing argument"),
    ],
)
def test_a_refusal_is_one_sentence(treaty, tmp_path, words, code, says):
    (tmp_path / "leads.csv").write_text(LEADS, "utf-8")
    found, out, err = treaty(*(tmp_path / word if word == "leads.csv" else word for word in words))
    assert (found, out) == (code, "")
    assert says in err
    assert "Traceback" not in err


def test_a_database_is_imported_by_its_file_and_by_itself(treaty, tmp_path):
    path = tmp_path / "copy.db"
    link = sqlite3.connect(path)
    link.execute("create table leads (lead_id, email, source)")
    link.execute("insert into leads values (9, 'ed@acme.example', 'web')")
    link.commit()
    link.close()
    code, out, err = treaty(f"sqlite:///{path}", "--json", "--source", "warehouse")
    assert (code, err) == (0, "")
    assert [(one["file"], one["kind"], one["stored"]) for one in json.loads(out)["files"]] == [("main/leads", "leads", 1)]
    assert treaty(path, path)[0] == 2
    assert treaty("leads.csv", "--schema", "x")[0] == 2
    code, _, err = treaty("postgresql://me:s3cret@127.0.0.1:1/x")
    assert (code, "s3cret" in err) == (1, False)
